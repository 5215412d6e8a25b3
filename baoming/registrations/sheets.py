"""What the printed sheets of a registration hold, and how they are made: 报名登记表 and 报名序号通知单.

Every text is ready to print (dates, masks and money in words already); None prints as a dash.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from baoming.documents.engine import Press, page_count, press

_TEMPLATES = Path(__file__).parent / "print"
REGISTRATION_FORM = _TEMPLATES / "registration_form.typ"
NUMBER_SLIP = _TEMPLATES / "number_slip.typ"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonHead:
    """What every sheet of a season carries. `mark`: a boxed tag (样例, 演练, 作废) or None."""

    name: str  # 湖南省2023年普通高等学校招生考试
    authority: str
    mark: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLine:
    """The site, as its code and name are printed."""

    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintLine:
    """When (Beijing time, to the minute) and by whom the sheet was printed."""

    at: str
    by: str


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
class Group:
    """One band of the sheet: rows of one to three cells under an upright title."""

    title: str
    rows: Sequence[Sequence[Cell]]

    def __post_init__(self) -> None:
        if not self.rows or not all(1 <= len(row) <= 3 for row in self.rows):
            raise ValueError("a group has rows of one to three cells")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationSheet:
    """One 报名登记表 (R19). `qr` and `continued_qr` come from `qr_text` and `continued_qr_text`."""

    serial: str  # eight digits
    site: SiteLine
    version: VersionLine
    print: PrintLine
    card: CardBlock
    groups: Sequence[Group]
    qr: str
    continued_qr: str
    moral: str | None = None  # 思想品德考核意见, once it is recorded


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


def short_hash(digest: str) -> str:
    """Return the part of a version's SM3 digest (64 hex digits) that is printed: 16, in upper case."""
    return digest[:16].upper()


def qr_text(*, year: int, serial: str, version: int, digest: str, signature: str) -> str:
    """Return the text of the sheet's code: `BM1|F|23|99010023|3|AA5872B60D7A6091|<signature>`.

    `signature` is the caller's, over everything before the last bar: `signed_part` gives that.
    """
    return f"{signed_part(year=year, serial=serial, version=version, digest=digest)}|{signature}"


def signed_part(*, year: int, serial: str, version: int, digest: str) -> str:
    """Return what the signature of the sheet's code covers."""
    return f"BM1|F|{year % 100:02d}|{serial}|{version}|{short_hash(digest)}"


def continued_qr_text(*, year: int, serial: str, version: int) -> str:
    """Return the text of the small code on a second page."""
    return f"BM1|F|{year % 100:02d}|{serial}|{version}|P2"


def registration_forms(
    sheets: Sequence[RegistrationSheet], *, season: SeasonHead, made_at: datetime, on: Press | None = None
) -> bytes:
    """Return the sheets as one PDF/A-2b, in the order given.

    Each sheet is taken to fit one page; only when one does not is the batch laid out again with
    counted pages and running heads, which costs about twice as much. Raises Unprintable.
    """
    engine = on or press()
    records = [asdict(sheet) for sheet in sheets]
    data = {"season": asdict(season), "mark": season.mark, "records": records, "counted": False}
    pdf = engine.render(REGISTRATION_FORM, data, made_at=made_at)
    if page_count(pdf) == len(sheets):
        return pdf
    continued = [{**record, "continued": {"qr": record["continued_qr"]}} for record in records]
    return engine.render(REGISTRATION_FORM, {**data, "records": continued, "counted": True}, made_at=made_at)


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
