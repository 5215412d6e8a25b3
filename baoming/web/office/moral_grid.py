"""The grid of moral assessments: one text for the class, one line a pupil, and exceptions on their lines (R21)."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from baoming.registrations.class_queries import Member
from baoming.reviews.class_queries import Plan, assessments_of
from baoming.reviews.queries import Moral
from baoming.reviews.services.morals import LONGEST
from baoming.shared.errors import Invalid
from baoming.web.access import OfficeRequest
from baoming.web.office.ticks import MOST, Tick, picked, tick_of


@dataclass(frozen=True, slots=True)
class Line:
    """One pupil in the grid: the tick, what counts until now, and what was typed."""

    tick: Tick
    before: Moral | None
    unqualified: bool
    text: str

    @property
    def pk(self) -> UUID:
        row = self.tick.member.row
        if row is None:
            raise ValueError("only who has been to the desk stands in the grid")
        return row.pk


def rows(request: OfficeRequest, plan: Plan) -> list[Line]:
    """Return the lines: those without an assessment ticked, behind them those who have one, to be ticked anew."""
    people = [member for member in (*plan.ready, *plan.done) if member.row is not None][:MOST]
    counts = assessments_of([member.row.pk for member in people if member.row is not None])
    return [_line(request, member, counts) for member in people]


def asked(request: OfficeRequest, plan: Plan) -> tuple[list[UUID], dict[str, Any]]:
    """Return who is ticked, with the text for all, the exceptions, and which assessment the grid showed of each."""
    seen = picked(request, plan)
    text = request.POST.get("text", "").strip()
    own = {pk: _own(request, pk) for pk in seen}
    names = {row.pk: row.name for row in (*plan.asked, *(member.row for member in plan.done)) if row is not None}
    _check(text, own, names)
    options = {
        "text": text,
        "own": {str(pk): one for pk, one in own.items() if one["text"] or not one["qualified"]},
        "seen": {str(pk): shown for pk, shown in seen.items()},
    }
    return list(seen), options


def _line(request: OfficeRequest, member: Member, counts: dict[UUID, tuple[int, Moral]]) -> Line:
    pk = member.row.pk if member.row is not None else UUID(int=0)
    shown, before = counts.get(pk, (0, None))
    own = _own(request, pk)
    return Line(tick_of(request, member, shown, ticked=before is None), before, not own["qualified"], own["text"])


def _own(request: OfficeRequest, pk: UUID) -> dict[str, Any]:
    return {"qualified": not request.POST.get(f"no-{pk}"), "text": request.POST.get(f"text-{pk}", "").strip()}


def _check(text: str, own: dict[UUID, dict[str, Any]], names: dict[UUID, str]) -> None:
    if any(not one["text"] and one["qualified"] for one in own.values()) and not text:
        raise Invalid({"text": "请填写全班的考核意见，或者给每个人单独填写"})
    if long := [names[pk] for pk, one in own.items() if len(one["text"]) > LONGEST]:
        raise Invalid({"pick": f"{long[0]}的考核意见超过{LONGEST}个字，请改短"})
    if len(text) > LONGEST:
        raise Invalid({"text": f"思想品德考核意见最多{LONGEST}个字，您填了{len(text)}个"})
    if silent := [names[pk] for pk, one in own.items() if not one["qualified"] and not one["text"]]:
        raise Invalid({"pick": f"{silent[0]}勾了不合格，请在本人一行写明意见"})
