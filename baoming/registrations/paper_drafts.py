"""报名信息采集草表: the form on paper, for a site without power or network, and blank for anybody.

Boxes, lines and ticks are drawn from the season's form, so that another year is data only. What the card and the site
give besides stands in the template. Layout and wording are samples (样例) until the province's own sheet is had.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from baoming.documents.engine import render
from baoming.forms.definition import FormDefinition
from baoming.forms.fields import Field
from baoming.forms.words import headings, shares
from baoming.registrations.class_lists import SiteLine
from baoming.registrations.sheets import SeasonHead
from baoming.seasons.codesets import CodeSet

TEMPLATE = Path(__file__).parent / "print" / "paper_draft.typ"
MOST = 50  # sheets at a time: a hundred pages

_HALF = 57.5  # millimetres for a value where two stand in a line
_CHARACTER, _TICK, _GAP = 3.2, 3.6, 2.2  # millimetres of a character, of a box, and between two options
_SPARE = 2  # lines of a table beyond those that everybody needs
_LONG = 10  # characters of a label from which its explanation is left out


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftSheet:
    """One numbered sheet. `digits`: what its bars say."""

    number: str  # CB-0102-01-000147
    digits: str
    qr: str
    site: SiteLine
    issued: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """Where one field is written. `options`: boxes to tick; `boxes`: of digits; `note`: who leaves it out."""

    label: str
    kind: Literal["ticks", "line", "lines", "boxes", "region", "school"]
    options: Sequence[str] = ()
    boxes: int = 0
    short: bool = False  # of a region: it ends with the township
    note: str = ""
    wide: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """A field of several lines. `columns`: of each what there is to tick, "month" for a period, nothing for a line."""

    headings: Sequence[str]
    shares: Sequence[int]
    columns: Sequence[Sequence[str] | str]
    lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """The spaces under one upright title, one or two to a line; or a table."""

    title: str
    rows: Sequence[Sequence[Space]] = ()
    table: Ruled | None = None


def draft_number(site: SiteLine, number: int, *, year: int, issued: str) -> DraftSheet:
    """Return the sheet with the running `number` of a site whose code is `0102-01`."""
    digits = f"{site.code.replace('-', '')}{number:06d}"
    return DraftSheet(
        number=f"CB-{site.code}-{number:06d}",
        digits=digits,
        qr=f"BM1.D.{year % 100:02d}.{digits}",
        site=site,
        issued=issued,
    )


def paper_drafts(form: FormDefinition, sheets: Sequence[DraftSheet], *, season: SeasonHead, made_at: datetime) -> bytes:
    """Return the sheets as one PDF/A-2b, two sides each; without any, one sheet that has no number."""
    data = {
        "season": asdict(season),
        "mark": season.mark,
        "bands": [asdict(band) for band in bands(form)],
        "sheets": [asdict(sheet) for sheet in sheets] if sheets else [None],
        "counted": True,
    }
    return render(TEMPLATE, data, made_at=made_at)


def bands(form: FormDefinition) -> list[Band]:
    """Return the form as spaces to write in, in its order, pages of the same band together."""
    found: list[Band] = []
    for title in dict.fromkeys(page.band for page in form.pages):
        asked = [field for page in form.pages if page.band == title for field in page.fields]
        if spaces := [_space(field, form) for field in asked if not field.columns]:
            found.append(Band(title=title, rows=list(_rows(spaces))))
        found += [Band(title=field.label, table=_ruled(field)) for field in asked if field.columns]
    return found


def short_labels(codes: CodeSet) -> dict[str, str]:
    """Return code → label without its explanation, where it is long and stays the only one of its name."""
    cut = {code: label.partition("（")[0].partition("：")[0] for code, label in codes.labels.items()}
    alone = {text for text in cut.values() if list(cut.values()).count(text) == 1}
    return {
        code: cut[code] if len(label) > _LONG and cut[code] in alone else label for code, label in codes.labels.items()
    }


def _space(field: Field, form: FormDefinition) -> Space:
    note = "；".join(_notes(field, form))
    match field.kind:
        case "choice" | "choices" if field.codes:
            options = list(short_labels(field.codes).values())
            if field.key in {other.condition.field for other in form.fields if other.condition}:
                options = [f"{place} {option}" for place, option in enumerate(options, 1)]
            width = sum(_TICK + _CHARACTER * len(one) + _GAP for one in options) - _GAP
            return Space(label=field.label, kind="ticks", options=options, note=note, wide=width > _HALF)
        case "region":
            return Space(label=field.label, kind="region", short=field.short, note=note)
        case "school":
            return Space(label=field.label, kind="school", note=note)
        case "postcode":
            return Space(label=field.label, kind="boxes", boxes=6, note=note, wide=False)
        case "text" if field.characters > 30:
            return Space(label=field.label, kind="lines", note=note)
        case _:
            return Space(label=field.label, kind="line", note=note, wide=False)


def _rows(spaces: Sequence[Space]) -> Iterator[list[Space]]:
    """Yield the spaces line by line: two that are narrow and follow each other stand in one."""
    waiting: Space | None = None
    for space in spaces:
        if waiting is not None and not space.wide:
            yield [waiting, space]
            waiting = None
            continue
        if waiting is not None:
            yield [waiting]
        waiting = None if space.wide else space
        if space.wide:
            yield [space]
    if waiting is not None:
        yield [waiting]


def _ruled(field: Field) -> Ruled:
    columns: list[Sequence[str] | str] = [
        list(short_labels(one.codes).values()) if one.codes else "month" if one.kind == "month" else ""
        for one in field.columns
    ]
    return Ruled(
        headings=headings(field),
        shares=shares(field),
        columns=columns[1:] if field.rule == "history" else columns,
        lines=min(field.most, field.least + _SPARE),
    )


def _notes(field: Field, form: FormDefinition) -> Iterator[str]:
    """Yield how many are chosen, and who is asked: by the fewer of those who are and those who are not."""
    unit = field.aside or "项"
    if field.exactly:
        yield f"选{field.exactly}{unit}"
    elif field.kind == "choices":
        yield f"最多选{field.most}{unit}"
    if field.condition:
        asked = next(other for other in form.fields if other.key == field.condition.field)
        places = {code: str(place) for place, code in enumerate(asked.codes.labels if asked.codes else (), 1)}
        inside = [place for code, place in places.items() if code in field.condition.codes]
        outside = [place for code, place in places.items() if code not in field.condition.codes]
        few, verb = (inside, "才填") if len(inside) <= len(outside) else (outside, "不填")
        yield f"{asked.label}选{'、'.join(few)}的{verb}"
