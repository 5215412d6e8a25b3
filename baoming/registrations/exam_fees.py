"""What the exam fee comes to by what a form says, and what a change of the form does to it (R15, R16).

What was paid is not returned; what was not is due by the form as it stands (tests/registrations/test_exam_fees.py).
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from baoming.registrations.journey import Trait


class Change(StrEnum):
    """What becomes of somebody's exam fee."""

    NONE = "none"
    OWED = "owed"  # nothing was due, now something is
    OTHER = "other"  # not paid yet, another amount is due
    DROPPED = "dropped"  # not paid, and nothing is due any more
    MORE = "more"  # paid, and more would be due now: the difference
    KEPT = "kept"  # paid more than would be due now: not returned


def exam_fee(fees: Iterable[Mapping[str, Any]], values: Mapping[str, Any], traits: Iterable[str]) -> int:
    """Return the fee in fen: every item of its phase, by how many of its subjects the form takes; 0 where none is sat.

    `fees`: the season's; `subjects` of an item is a count, or the fields whose chosen codes are counted.
    """
    if Trait.CULTURE_EXAM.value not in set(traits):
        return 0
    return sum(row["fen"] * _subjects(row["subjects"], values) for row in fees if row["phase"] == "exam_fee")


def _subjects(counted: int | list[str], values: Mapping[str, Any]) -> int:
    if isinstance(counted, int):
        return counted
    return sum(len(value) if isinstance(value, list | tuple) else bool(value) for value in map(values.get, counted))


def change(old: int, new: int, *, paid: bool) -> Change:
    """Return what becomes of the fee where it was `old` fen and is `new`."""
    if old == new:
        return Change.NONE
    if paid:
        return Change.MORE if new > old else Change.KEPT
    if old == 0:
        return Change.OWED
    return Change.OTHER if new else Change.DROPPED


SENTENCES = {
    Change.OWED: "批准后要缴高考考试费，缴费时间已过的单独开放7天，不缴不能打印准考证",
    Change.OTHER: "还没有缴，批准后按新的金额缴",
    Change.DROPPED: "还没有缴，批准后不用缴",
    Change.MORE: "已经缴纳，批准后要补缴差额，缴费时间已过的单独开放7天",
    Change.KEPT: "已经缴纳的不退",
}
