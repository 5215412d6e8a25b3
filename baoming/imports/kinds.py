"""What a kind of imported information asks for, and what one cell of it may say. Season data: `imports.json` (R32).

Nothing here asks a database. Expected behaviour: tests/imports/value_table.py, written by hand. A sentence never
repeats what stood in the cell: it is kept beside the line, and a cell may hold anything of anybody.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self

from baoming.audit.actors import Party
from baoming.checks.kinds import LINE
from baoming.shared.cells import plain
from baoming.shared.text import is_written


class FoundBy(StrEnum):
    """By what a line finds its person; the name stands beside a number and a document always."""

    NUMBER = "number"
    DOCUMENT = "document"
    LINE = "line"  # of a list that went out to a register: it names nobody, so nothing else stands beside it


NAME = "name"
PROBLEM = "问题"  # the column that a file of bad lines has more: read again, it is passed over
PERSON_WORDS: Mapping[str, tuple[str, ...]] = {
    FoundBy.NUMBER: ("报名序号", "报名号"),
    FoundBy.DOCUMENT: ("证件号码", "身份证号", "身份证号码", "公民身份号码"),
    FoundBy.LINE: (LINE,),
    NAME: ("姓名", "考生姓名", "学生姓名"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of values. `type`: choice, number, date or text; what else holds depends on it."""

    key: str
    title: str
    type: str
    words: tuple[str, ...] = ()  # other titles that it may have
    needed: bool = True
    options: Mapping[str, str] = field(default_factory=dict)  # of a choice: key → title
    least: Decimal | None = None  # of a number
    most: Decimal | None = None
    places: int = 0  # after the point
    longest: int = 200  # characters of a text
    past: bool = False  # a date that has been: of what was done
    with_: tuple[str, str] | None = None  # column and value beside which it is needed

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        return cls(
            row["key"], row["title"], row["type"], tuple(row.get("words", ())), row.get("needed", True),
            {one["key"]: one["title"] for one in row.get("options", ())},
            Decimal(str(row["least"])) if "least" in row else None,
            Decimal(str(row["most"])) if "most" in row else None,
            row.get("places", 0), row.get("longest", 200), row.get("past", False),
            tuple(row["with"]) if "with" in row else None,
        )  # fmt: skip

    @property
    def told(self) -> str:
        """What may stand in it, for people."""
        if self.type == "choice":
            return "、".join(self.options.values())
        if self.type == "number":
            return f"{self.least}—{self.most}" + (f"，小数最多{self.places}位" if self.places else "，整数")
        return "日期，如2025-03-01" if self.type == "date" else f"文字，最多{self.longest}个字"

    def shown(self, value: str) -> str:
        """Return a kept value as people read it."""
        return self.options.get(value, value) if self.type == "choice" else value


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of imported information, as the season describes it."""

    key: str
    title: str
    help: str
    by: tuple[Party, ...]
    columns: tuple[Column, ...]
    found_by: tuple[FoundBy, ...]
    writes: str  # key of `services/applying.WRITERS`
    after: str = ""  # the phase that must have begun
    until: str = ""  # the phase after whose end nothing is imported
    check: str = ""  # the kind of check whose lists come back
    case: str = ""  # the kind of special case that must not be open for the person
    completed: bool = True  # also for people whom the county has completed
    shown: bool = True  # to the candidate

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        return cls(
            **{key: row[key] for key in _PLAIN if key in row},
            by=tuple(Party(one) for one in row["by"]),
            columns=tuple(Column.of(one) for one in row["columns"]),
            found_by=tuple(FoundBy(one) for one in row["found_by"]),
        )

    @property
    def named(self) -> bool:
        """Whether a line says the name beside whose it is."""
        return FoundBy.LINE not in self.found_by

    @property
    def words(self) -> dict[str, tuple[str, ...]]:
        """The titles of every column that is read, by key."""
        people = {key: PERSON_WORDS[key] for key in (*self.found_by, *((NAME,) if self.named else ()))}
        return people | {one.key: (one.title, *one.words) for one in self.columns}

    def lacking(self, values: Mapping[str, str], *, wrong: Collection[str] = ()) -> list[str]:
        """Return what a line with these values lacks, of what is needed beside what it says.

        `wrong`: columns of which something is said already.
        """
        titles, found = {one.key: one for one in self.columns}, []
        for one in self.columns:
            if one.key in wrong or values.get(one.key):
                continue
            if one.with_ and values.get(one.with_[0]) == one.with_[1]:
                beside = titles[one.with_[0]]
                found.append(f"{beside.title}是“{beside.shown(one.with_[1])}”的，要填{one.title}")
        return found

    def told(self, values: Mapping[str, str]) -> list[tuple[str, str]]:
        """Return kept values as (title, words), in the order of the columns."""
        return [(one.title, one.shown(values[one.key])) for one in self.columns if values.get(one.key)]


_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(T00:00:00)?")
_PLAIN = ("key", "title", "help", "writes", "after", "until", "case", "check", "completed", "shown")


@dataclass(frozen=True, slots=True)
class Limits:
    """How large one file may be."""

    bytes: int
    rows: int


def kinds(document: Mapping[str, Any]) -> dict[str, Kind]:
    """Return the kinds of the document `imports` by key, in its order."""
    found = (Kind.of(row) for row in document["kinds"])
    return {kind.key: kind for kind in found}


def limits(document: Mapping[str, Any]) -> Limits:
    """Return how large one file may be."""
    return Limits(**document["limits"])


def read_value(
    column: Column, cell: str, *, formula: bool = False, today: date | None = None
) -> tuple[str, str]:  # fmt: skip
    """Return what a cell says, as it is kept, and what is wrong with it as a sentence; one of them is empty.

    `today`: what no date of what was done may lie behind; None: not asked.
    """
    text = plain(cell)
    if formula or (cell == text and text.startswith("=")):
        return "", f"{column.title}是公式，请改成公式算出来的值再导入"
    if not text:
        return "", f"没有填{column.title}，请补上" if column.needed else ""
    value, problem = _READERS[column.type](column, text)
    if column.past and today and value > today.isoformat():
        return "", f"{column.title}晚于今天，请核对"
    return value, problem


def _choice(column: Column, text: str) -> tuple[str, str]:
    for key, title in column.options.items():
        if text in (title, key):
            return key, ""
    return "", f"{column.title}只能填：{column.told}"


def _number(column: Column, text: str) -> tuple[str, str]:
    if not re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,10})?", text):
        return "", f"{column.title}要填数字，如{column.least or 0}"
    value = Decimal(text)
    if (column.least is not None and value < column.least) or (column.most is not None and value > column.most):
        return "", f"{column.title}超出范围，应在{column.least}到{column.most}之间，请核对"
    value = value.normalize()
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > column.places:
        return "", f"{column.title}要填整数" if not column.places else f"{column.title}小数最多{column.places}位"
    return f"{value:f}", ""


def _date(column: Column, text: str) -> tuple[str, str]:
    # Without separators eight digits alone: of fewer nobody knows where the month ends.
    found = _DAY.fullmatch(text) or re.fullmatch(r"([0-9]{4})([0-9]{2})([0-9]{2})", text)
    try:
        if found:
            return date(int(found[1]), int(found[2]), int(found[3])).isoformat(), ""
    except ValueError:
        pass
    return "", f"{column.title}请按“2025-03-01”的样子填写"


def _text(column: Column, text: str) -> tuple[str, str]:
    if len(text) > column.longest:
        return "", f"{column.title}最多{column.longest}个字，请缩短"
    if not all(map(is_written, text)):
        return "", f"{column.title}里有看不见的控制字符，请删去重新输入"
    return text, ""


_READERS = {"choice": _choice, "number": _number, "date": _date, "text": _text}
