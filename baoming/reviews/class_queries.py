"""Reading what an office may do to a whole class now, and who will be skipped and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.db.models import Count, QuerySet

from baoming.audit.actors import Party
from baoming.registrations.class_progress import Known, Place, place_of
from baoming.registrations.class_queries import Member, with_done
from baoming.registrations.journey import STEPS, unpack
from baoming.registrations.models import Registration
from baoming.reviews.models import MoralAssessment
from baoming.reviews.queries import Moral, facts_of, opened, site_submissions
from baoming.reviews.readiness import UNSUBMITTED, Facts, is_done, why_not
from baoming.seasons.queries import Clock

MOST_AT_ONCE = 20_000  # people of an area: PostgreSQL takes 65,535 values in one statement, and a city may have more
_NOT_HERE = "还没有到场采集"
# What must be done before an act can be thought of, and the step that it does: for an area as a whole.
_WHOLE = {
    "submission": (("signature", "moral_assessment"), "completion"),
    "completion": (("signature", "moral_assessment"), "completion"),
    "review": (STEPS["final_review"].needs, "final_review"),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """To whom an act can be done now, whom it will skip and why, and to whom it has been done."""

    kind: str
    ready: list[Member] = field(default_factory=list)
    skipped: list[tuple[Member, str]] = field(default_factory=list)
    done: list[Member] = field(default_factory=list)
    more: bool = False  # there are others, for whom this act is started again afterwards

    @property
    def people(self) -> int:
        """How many were looked at: ready, skipped and done already."""
        return len(self.ready) + len(self.skipped) + len(self.done)

    @property
    def unsubmitted(self) -> list[Member]:
        """Those whom the county could complete, had their site submitted them."""
        return [member for member, sentence in self.skipped if sentence == UNSUBMITTED]

    @property
    def asked(self) -> list[Registration]:
        """All whom a batch of this act takes in: those it can do, and those its report will name."""
        people = [*self.ready, *(member for member, _ in self.skipped)]
        return [member.row for member in people if member.row is not None]


def facts_of_members(members: Iterable[Member], *, clock: Clock) -> dict[UUID, Facts]:
    """Return what decides about the acts, of those who have been to the desk."""
    return facts_of([member.row for member in members if member.row is not None], clock=clock)


def plan_of(kind: str, members: Iterable[Member], facts: Mapping[UUID, Facts], *, by: Party) -> Plan:
    """Sort the pupils of a class by what this act can do to them now."""
    plan = Plan(kind)
    for member in members:
        if member.row is None:
            plan.skipped.append((member, _NOT_HERE))
            continue
        known = facts[member.row.pk]
        if is_done(kind, known):
            plan.done.append(member)
        elif sentence := why_not(kind, known, by):
            plan.skipped.append((member, sentence))
        else:
            plan.ready.append(member)
    return plan


def plan_of_area(kind: str, season_id: int, path: str, *, by: Party, clock: Clock) -> Plan:
    """As `plan_of`, for all of an office's area who have come so far that this act is next, at most MOST_AT_ONCE."""
    needs, step = _WHOLE[kind]
    rows = with_done(Registration.objects.filter(season=season_id).within(path), needs=needs, without=step)
    ordered = rows.select_related("site").order_by("path", "class_name", "student_no", "pk")
    found = list(ordered[: MOST_AT_ONCE + 1])
    people = [Member(row.student_no, row.name, row) for row in found[:MOST_AT_ONCE]]
    plan = plan_of(kind, people, facts_of(found[:MOST_AT_ONCE], clock=clock), by=by)
    return replace(plan, more=len(found) > MOST_AT_ONCE)


def places_of(members: Sequence[Member], facts: Mapping[UUID, Facts]) -> list[tuple[Member, Place]]:
    """Return where each pupil stands."""
    return [(member, _place(member, facts)) for member in members]


def assessments_of(ids: Sequence[UUID]) -> dict[UUID, tuple[int, Moral]]:
    """Return the moral assessment that counts, opened, with its id, for each of these who has one: one question."""
    rows = MoralAssessment.objects.filter(registration__in=ids, withdrawal=None)
    newest = rows.order_by("registration", "-id").distinct("registration")
    return {row.registration_id: (row.pk, opened(row)) for row in newest}


def submitted_by(group: str, where: "QuerySet[Registration]") -> dict[object, int]:
    """Count the standing submissions of sites, by one column of the registration."""
    rows = site_submissions().filter(registration__in=where).order_by()
    return dict(rows.values_list(f"registration__{group}").annotate(Count("registration", distinct=True)))


def _place(member: Member, facts: Mapping[UUID, Facts]) -> Place:
    row = member.row
    if row is None:
        return place_of(None, Known())
    known = facts[row.pk]
    return place_of(
        known.state,
        Known(
            signed_in=row.account is not None and row.account.last_login is not None,
            drafted=member.drafted,
            printed=known.printed == known.version,
            submitted=known.submitted,
            again=unpack(row.fallen),
            referred=row.approval_since is not None,
        ),
    )
