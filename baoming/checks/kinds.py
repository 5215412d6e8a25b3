"""Kinds of cross check: what goes to which register, what each answer means. Season data (`checks.json`); no Django.

Least data (R30): a file holds the columns of its kind and nothing else. What is no agreement opens a case of the kind
that the season names (reviews/cases.py), owned by an office with a deadline (R24–R27, R34).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from baoming.registrations.document_numbers import TITLES
from baoming.registrations.document_numbers import Kind as Document


class Outcome(StrEnum):
    """What a register found."""

    MATCH = "match"
    MISMATCH = "mismatch"
    MISSING = "missing"  # no such record


OUTCOME_NAMES = {Outcome.MATCH: "一致", Outcome.MISMATCH: "不一致", Outcome.MISSING: "查无"}
COLUMNS = {  # what a file may hold of a person, by key of the season's data
    "name": "姓名",
    "number": "证件号码",
    "sex": "性别",
    "birth": "出生日期",
    "address": "住址",
    "roll_number": "学籍号",
}
LINE, RESULT, REMARK = "行标识", "结果", "说明"  # the columns by which an answer comes back


@dataclass(frozen=True, slots=True)
class Code:
    """One answer of a register: as it is written in a file, in words, and what it means."""

    code: str
    title: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of cross check, as the season describes it."""

    key: str
    title: str
    to: str  # which register answers
    case: str  # kind of the case that an answer other than 一致 opens
    columns: tuple[str, ...]
    codes: tuple[Code, ...]
    documents: tuple[Document, ...] = (Document.RESIDENT,)  # by which the register knows people

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """Parse one kind. Raises ValueError for a column that no file may hold, and what nobody knows."""
        columns = tuple(row["columns"])
        if unknown := [one for one in columns if one not in COLUMNS]:
            raise ValueError(f"check {row['key']}: unknown columns {unknown}")
        codes = tuple(Code(one["code"], one["title"], Outcome(one["outcome"])) for one in row["codes"])
        known = tuple(map(Document, row.get("documents", (Document.RESIDENT,))))
        return cls(row["key"], row["title"], row["to"], row["case"], columns, codes, known)

    @property
    def known(self) -> str:
        """Say whom the register knows; empty where it is everybody."""
        if set(self.documents) == set(Document):
            return ""
        return f"只含用{'、'.join(TITLES[one] for one in self.documents)}报名的"

    @property
    def header(self) -> tuple[str, ...]:
        """The first line of a file: the line's token, what is to be compared, and two columns to be filled."""
        return (LINE, *(COLUMNS[one] for one in self.columns), RESULT, REMARK)

    def code_of(self, written: str) -> Code | None:
        """Return the answer that was written as a code or in words; None for one that is neither."""
        text = written.strip()
        return next((one for one in self.codes if text in (one.code, one.title)), None)


@dataclass(frozen=True, slots=True)
class Checks:
    """The season's document: its kinds by key, how large one file is, how long it may be fetched."""

    kinds: Mapping[str, Kind]
    rows_a_file: int
    days: int

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        found = {row["key"]: Kind.of(row) for row in document.get("kinds", ())}
        return cls(found, document["rows_a_file"], document["days"])
