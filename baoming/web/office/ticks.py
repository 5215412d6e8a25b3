"""A list of people each with a tick: who is ticked, and what the list showed of each when it was drawn."""

from dataclasses import dataclass
from uuid import UUID

from baoming.registrations.class_queries import Member
from baoming.reviews.class_queries import Plan
from baoming.shared.errors import Invalid
from baoming.web.access import OfficeRequest

MOST = 200  # people on one such list; the others follow when these are done


@dataclass(frozen=True, slots=True)
class Tick:
    """One line: the pupil, what the tick sends (id and what was shown), and whether it is set."""

    member: Member
    value: str
    ticked: bool


def tick_of(request: OfficeRequest, member: Member, shown: int, *, ticked: bool = True) -> Tick:
    """Return the line of one pupil; after a refusal it is ticked as it was sent."""
    value = f"{member.row.pk}.{shown}" if member.row is not None else ""
    return Tick(member, value, value in request.POST.getlist("pick") if request.method == "POST" else ticked)


def picked(request: OfficeRequest, plan: Plan) -> dict[UUID, int]:
    """Return who is ticked, of those the plan knows, with what the list showed of each; raise Invalid for nobody."""
    known = {row.pk for row in (*plan.asked, *(member.row for member in plan.done)) if row is not None}
    found: dict[UUID, int] = {}
    for value in request.POST.getlist("pick"):
        pk, _, shown = value.partition(".")
        if shown.isascii() and shown.isdigit() and len(shown) < 19:
            found.update({one: int(shown) for one in known if str(one) == pk})
    if not found:
        raise Invalid({"pick": "没有选中考生，请至少选一人"})
    return found
