"""What the printed sheets of a registration hold, and how they are made: 报名登记表 and 报名序号通知单.

Every text is ready to print (dates, masks and money in words already); None prints as a dash.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from baoming.documents.engine import Press, page_count, press
from baoming.registrations.class_lists import ClassList, PrintLine, SiteLine

_TEMPLATES = Path(__file__).parent / "print"
REGISTRATION_FORM = _TEMPLATES / "registration_form.typ"
NUMBER_SLIP = _TEMPLATES / "number_slip.typ"


class Render(Protocol):
    """Press.render, or Press.render_apart."""

    def __call__(self, template: Path, data: Mapping[str, object], *, made_at: datetime) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonHead:
    """What every sheet of a season carries. `mark`: a boxed tag (样例, 演练, 作废) or None."""

    name: str  # 湖南省2023年普通高等学校招生考试
    authority: str
    mark: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLine:
    """The saved version on the sheet. `hash`: 16 upper-case hex digits, see `short_hash`."""

    no: int
    saved_at: str
    hash: str
    fields: int  # how many fields the candidate confirms


@dataclass(frozen=True, slots=True, kw_only=True)
class CardBlock:
    """The identity document and the photograph. `photo`: the prepared JPEG.

    `name_image`: the name cut from the photographed card (JPEG or PNG), where no font has a character.
    """

    name: str
    sex: str
    ethnicity: str | None
    document: str  # 居民身份证
    number_label: str  # 公民身份号码
    number: str
    birth: str
    address: str | None
    issuer: str | None
    validity: str | None
    reading: str  # how the card was read, and by which device
    photo: bytes
    name_image: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One field. `wide` takes the rest of its row; `strong` is set bold."""

    label: str
    value: str | None
    wide: bool = False
    strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Lines under headings, as a history or a family has them. `shares`: the width of each column, in parts."""

    headings: Sequence[str]
    shares: Sequence[int]
    lines: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One band of the sheet under an upright title: rows of one to three cells, or a table."""

    title: str
    rows: Sequence[Sequence[Cell]] = ()
    table: Table | None = None

    def __post_init__(self) -> None:
        if bool(self.rows) == bool(self.table) or not all(1 <= len(row) <= 3 for row in self.rows):
            raise ValueError("a group has rows of one to three cells, or a table")

    def texts(self) -> Iterator[tuple[str, str]]:
        """Every text that was filled in, with its label."""
        yield from ((cell.label, cell.value or "") for row in self.rows for cell in row)
        if self.table:
            yield from (pair for line in self.table.lines for pair in zip(self.table.headings, line, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationSheet:
    """One 报名登记表 (R19). `qr` and `continued_qr` come from `sheet_codes`."""

    serial: str  # eight digits
    site: SiteLine
    version: VersionLine
    print: PrintLine
    card: CardBlock
    groups: Sequence[Group]
    qr: str
    continued_qr: str
    moral: str | None = None  # 思想品德考核意见, once it is recorded

    def texts(self) -> Iterator[tuple[str, str]]:
        """Every text of the sheet that a person or an office gave, with the field it stands in."""
        card = self.card
        yield "姓名", "" if card.name_image else card.name
        yield from (("住址", card.address or ""), ("签发机关", card.issuer or ""), ("采集方式", card.reading))
        yield from (pair for group in self.groups for pair in group.texts())
        yield from (("思想品德考核意见", self.moral or ""), ("报名点", self.site.name), ("打印人", self.print.by))


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberSlip:
    """One 报名序号通知单 (R8). `code` is the activation code itself: keep the PDF nowhere."""

    serial: str  # eight digits
    name: str
    masked: str  # the document number as 990***********0135
    site: SiteLine
    code: str  # 16 characters, printed in fours
    valid: str  # 2022年11月9日17:00
    print: PrintLine
    url: str
    fee: str  # 40.00
    deadline: str
    hotline: str  # lines divided by \n
    qr: str  # an address of the candidate portal; never the code
    name_image: bytes | None = None


def registration_forms(
    sheets: Sequence[RegistrationSheet], *, season: SeasonHead, made_at: datetime, on: Press | None = None
) -> bytes:
    """Return the sheets as one PDF/A-2b, in the order given.

    Each sheet is taken to fit one page; only when one does not is the batch laid out again with
    counted pages and running heads, which costs about twice as much. Raises Unprintable.
    """
    return _laid_out((on or press()).render, sheets, None, season=season, made_at=made_at)


def class_file(
    sheets: Sequence[RegistrationSheet], *, cover: ClassList, season: SeasonHead, made_at: datetime
) -> bytes:
    """Return the list to sign and behind it the sheets, as `registration_forms` does, made in another process."""
    return _laid_out(press().render_apart, sheets, cover, season=season, made_at=made_at)


def _laid_out(
    render: Render,
    sheets: Sequence[RegistrationSheet],
    cover: ClassList | None,
    *,
    season: SeasonHead,
    made_at: datetime,
) -> bytes:
    records = [asdict(sheet) for sheet in sheets]
    listed = cover.as_pages() if cover else None
    data = {"season": asdict(season), "mark": season.mark, "cover": listed, "records": records, "counted": False}
    pdf = render(REGISTRATION_FORM, data, made_at=made_at)
    if page_count(pdf) == len(sheets) + (len(listed["pages"]) if listed else 0):
        return pdf
    continued = [{**record, "continued": {"qr": record["continued_qr"]}} for record in records]
    return render(REGISTRATION_FORM, {**data, "records": continued, "counted": True}, made_at=made_at)


def unprintable_fields(sheet: RegistrationSheet, missing: Callable[[str], list[str]]) -> dict[str, list[str]]:
    """Return the fields of a sheet with a character that no font draws, and those characters, by `missing`."""
    if not missing("".join(text for _, text in sheet.texts())):
        return {}
    found: dict[str, list[str]] = {}
    for field, text in sheet.texts():
        if lacking := missing(text):
            found[field] = lacking
    return found


def number_slips(
    slips: Sequence[NumberSlip],
    *,
    season: SeasonHead,
    made_at: datetime,
    layout: Literal["a5", "a4x2"] = "a5",
    on: Press | None = None,
) -> bytes:
    """Return the slips as one PDF/A-2b: each on A5, or two on a lying A4. Raises Unprintable."""
    records = [asdict(slip) for slip in slips]
    data = {"season": asdict(season), "mark": season.mark, "records": records, "layout": layout}
    return (on or press()).render(NUMBER_SLIP, data, made_at=made_at)
