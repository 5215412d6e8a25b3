"""The list in front of a class's sheets, and the order in which both stand.

The teacher ticks off sheets and takes signatures by it, so it goes page for page with what lies behind it.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

_FIRST, _LATER, _CLOSING = 29, 35, 3  # lines on the first page and on a later one; lines that the end takes
_ROOM = 150  # characters for those who are missing
_DIGITS = re.compile(r"(\d+)", re.ASCII)


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
class ListLine:
    """One sheet of the file."""

    student_no: str
    serial: str  # eight digits
    name: str
    sex: str
    version: int
    name_image: bytes | None = None  # PNG, where no font has a character of the name


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassList:
    """报名登记表签字清单 of one file. `missing`: name and reason of those who were to be in it and are not."""

    title: str  # 高三（5）班
    teacher: str
    site: SiteLine
    print: PrintLine
    part: int
    parts: int
    code: str  # of the file, short
    lines: Sequence[ListLine]
    missing: Sequence[tuple[str, str]] = ()

    def as_pages(self) -> dict[str, Any]:
        """Return what the template draws: the lines cut into pages, nothing left for the layout to find out."""
        numbered = [{"no": place, **asdict(line)} for place, line in enumerate(self.lines, start=1)]
        pages, taken = [], 0
        for count in page_lengths(len(numbered)):
            pages.append(numbered[taken : taken + count])
            taken += count
        head = {key: value for key, value in asdict(self).items() if key not in {"lines", "missing"}}
        return {**head, "pages": pages, "printed": len(numbered), "absent": len(self.missing),
                "due": len(numbered) + len(self.missing), "why": _why(self.missing)}  # fmt: skip


def page_lengths(lines: int) -> list[int]:
    """Return how many lines each page of a list has; the last leaves room for the signatures below it."""
    lengths: list[int] = []
    while True:
        room = _LATER if lengths else _FIRST
        if lines <= room - _CLOSING:
            return [*lengths, lines]
        lengths.append(room if lines > room else room - _CLOSING)
        lines -= lengths[-1]


def list_order(class_name: str, student_no: str, name_key: str) -> tuple[Any, ...]:
    """Return the key of the list's order: class, then 学号, then name by pinyin.

    Who has no 学号 comes at the end of the class, who has no class at the very end. Numbers count as
    numbers: 2班 stands before 10班, and 9 before 10.
    """
    return not class_name, natural(class_name), not student_no, natural(student_no), name_key


def natural(text: str) -> list[tuple[int, str]]:
    parts = _DIGITS.split(text)
    return [(int(part) if part.isdigit() else -1, part) for part in parts if part]


def _why(missing: Sequence[tuple[str, str]]) -> str:
    """The missing, each with the reason, as many as there is room for."""
    said = ""
    for name, why in missing:
        one = f"{'；' if said else ''}{name}（{why}）"
        if said and len(said) + len(one) > _ROOM:
            return f"{said}；等{len(missing)}人，都在系统的办理结果里"
        said += one
    return said
