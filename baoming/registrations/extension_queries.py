"""Requests for more time as lists show them: for whom, how many people, what else they run into (R1)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat, Left, Length, NullIf

from baoming.audit.actors import Actor
from baoming.organizations.models import Organization
from baoming.registrations.models import Registration
from baoming.schedule.extending import DECIDES, Scope, conflicts, may_decide
from baoming.schedule.models import ExtensionRequest, Phase
from baoming.schedule.queries import calendar, windows_at
from baoming.schedule.windows import Window
from baoming.seasons.queries import Clock
from baoming.shared.moments import moment
from baoming.shared.paths import next_sibling

_NAMED = 3  # people of a sample


@dataclass(frozen=True, slots=True)
class Line:
    """One request. `people`: how many it concerns now; `sample`: the first of them."""

    row: ExtensionRequest
    phase: str
    whom: str
    people: int
    sample: tuple[str, ...]
    conflicts: tuple[str, ...]
    decides: bool
    own: bool


def requests_within(season_id: int, path: str) -> QuerySet[ExtensionRequest]:
    """Return the requests for the office's area and what lies below it."""
    return ExtensionRequest.objects.filter(season=season_id, path__gte=path, path__lt=next_sibling(path))


def to_decide(season_id: int, *, by: Actor) -> QuerySet[ExtensionRequest]:
    """Return the requests that wait for `by`: none that they asked for themselves."""
    scopes = [scope for scope, parties in DECIDES.items() if by.kind in parties]
    rows = requests_within(season_id, by.path).filter(state=ExtensionRequest.State.ASKED, scope__in=scopes)
    return rows.exclude(asked_by=by.id)


def concerned(request: ExtensionRequest) -> QuerySet[Registration]:
    """Return the people whom a request concerns now; not who was withdrawn."""
    people = Registration.objects.filter(season=request.season_id, stopped_at=None).within(request.path)
    if request.subject is not None:
        return people.filter(pk=request.subject)
    return people.filter(class_name=request.class_name) if request.class_name else people


def lines(rows: QuerySet[ExtensionRequest], *, by: Actor, clock: Clock, limit: int) -> list[Line]:
    """Return requests with what deciding needs: three statements, whatever their number."""
    found = list(_counted(rows)[:limit])
    offices = dict(Organization.objects.filter(path__in={row.path for row in found}).values_list("path", "name"))
    if not found:
        return []
    season = found[0].season_id
    phases = {phase.key: phase for phase in calendar(season, clock.version)}
    there = windows_at(season, offices, clock=clock)
    return [_line(row, offices.get(row.path, ""), phases, there.get(row.path, ()), by) for row in found]


def _line(row: Any, office: str, phases: Mapping[str, Phase], there: Iterable[Window], by: Actor) -> Line:
    names = {key: phase.name for key, phase in phases.items()}
    runs_into = () if row.ends_id else conflicts(phases[row.phase].window(), there, until=row.closes)
    own = row.asked_by == by.id
    first = row.sample[0] if row.sample else "已不在本报名点"
    whom = f"{office} {row.class_name}" if row.class_name else f"{office} {first}" if row.subject else office
    return Line(
        row=row,
        phase=names.get(row.phase, row.phase),
        whom=whom,
        people=row.people,
        sample=tuple(row.sample),
        conflicts=tuple(f"{names[one.key]}{moment(one.at)}{'开始' if one.begins else '截止'}" for one in runs_into),
        decides=not own and may_decide(Scope(row.scope), by.kind, here=by.path, path=row.path),
        own=own,
    )


def _counted(rows: QuerySet[ExtensionRequest]) -> QuerySet[Any]:
    """Add to each request how many it concerns, and the first of their names: as `concerned`, in the same statement."""
    path = OuterRef("path")
    theirs = Registration.objects.filter(
        season=OuterRef("season"),
        stopped_at=None,
        path__gte=path,
        path__lt=Concat(Left(path, Length(path) - 1), Value("0")),  # `next_sibling`
        pk=Coalesce(OuterRef("subject"), F("pk")),
        class_name=Coalesce(NullIf(OuterRef("class_name"), Value("")), F("class_name")),
    )
    count = theirs.order_by().values("season").annotate(count=Count("pk")).values("count")
    names = theirs.order_by("path", "number", "pk").values("name")[:_NAMED]
    return rows.annotate(people=Coalesce(Subquery(count), 0), sample=ArraySubquery(names))


def person_of_number(season_id: int, number: int, path: str) -> UUID | None:
    """Return the registration of this number in the office's area."""
    rows = Registration.objects.filter(Q(season=season_id), number=number, stopped_at=None).within(path)
    return rows.values_list("pk", flat=True).first()


def class_names(season_id: int, path: str) -> list[str]:
    """Return the classes of a site that have people."""
    rows = Registration.objects.filter(season=season_id, stopped_at=None).within(path).exclude(class_name="")
    return sorted(rows.order_by().values_list("class_name", flat=True).distinct())
