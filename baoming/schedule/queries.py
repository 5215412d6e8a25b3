"""What is open now, by the season's clock."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from baoming.schedule import windows
from baoming.schedule.models import Extension, Phase
from baoming.schedule.windows import PhaseTime
from baoming.seasons.models import Season
from baoming.seasons.queries import Clock, moment, season_clock
from baoming.shared.paths import within
from baoming.shared.queries import Kept, kept_one


@cache
def calendar(season_id: int, version: int) -> tuple[Phase, ...]:
    """Return the season's phases in their official order; kept per process and `version` of the season's data."""
    return tuple(Phase.objects.filter(season=season_id))


def extended(season: str = "season", subject: str = "pk") -> Exists:
    """Return an annotation for a person's row: whether anything beyond the windows was granted to them, or to an area.

    Mostly nothing was, and then nobody need ask what.
    """
    theirs = Q(subject=None) | Q(subject=OuterRef(subject))
    return Exists(Extension.objects.filter(theirs, season=OuterRef(season)))


def season_for(season_id: int, subject: UUID) -> tuple[Season, Clock, bool]:
    """As `season_at`, and whether anything beyond the windows was granted to the person, in one question.

    Ask after the lock. Raises Season.DoesNotExist.
    """
    season = _season_for(season_id, subject)
    if season is None:
        raise Season.DoesNotExist
    return season, Clock(season.now, season.data_version), season.extended


@kept_one
def _season_for(pk: int, subject: UUID) -> "QuerySet[Any]":
    granted = Extension.objects.filter(Q(subject=None) | Q(subject=subject), season=OuterRef("pk"))
    return Season.objects.filter(pk=pk).annotate(now=moment(), extended=Exists(granted))


def phase_times(
    season_id: int, *, path: str = "", subject: UUID | None = None, clock: Clock | None = None, extended: bool = True
) -> dict[str, PhaseTime]:
    """Return how every phase stands for one person (or one area), at the season's present moment.

    Called after the lock, without `clock`, the moment is read here, by the database's clock. `extended`: as the
    person's row was annotated.
    """
    clock = clock or season_clock(season_id)
    extensions = _extensions(season_id, path, subject) if extended else []
    phases = calendar(season_id, clock.version)
    return windows.phase_times([phase.window() for phase in phases], extensions, clock.now)


def windows_at(season_id: int, paths: Iterable[str], *, clock: Clock) -> dict[str, list[windows.Window]]:
    """Return the windows as they span at each of `paths`, with what was granted to areas, in one question."""
    phases = [phase.window() for phase in calendar(season_id, clock.version)]
    rows = _of_areas(season_id)

    def at(path: str) -> list[windows.Window]:
        theirs = [_value(row) for row in rows if within(path, row.path)]
        return [windows.spanned(window, theirs) for window in phases]

    return {path: at(path) for path in set(paths)}


def _extensions(season_id: int, path: str, subject: UUID | None) -> list[windows.Extension]:
    rows = _of(season_id, subject) if subject else _of_areas(season_id)
    return [_value(row) for row in rows if row.subject or within(path, row.path)]


def _value(row: Extension) -> windows.Extension:
    return windows.Extension(phase=row.phase, opens=row.opens, closes=row.closes)


def running_extension(phase: str, season_id: int, subject: UUID, *, now: datetime) -> Extension | None:
    """Return what was granted to this one person and opens `phase` now: of several the one that closes last."""
    rows = Extension.objects.filter(season=season_id, phase=phase, subject=subject, opens__lte=now, closes__gt=now)
    return rows.order_by("-closes").first()


def phase_times_of(season_id: int, people: Mapping[UUID, str], *, clock: Clock) -> dict[UUID, Mapping[str, PhaseTime]]:
    """As `phase_times`, for many people (each with the path of their site), in one question."""
    theirs = Q(subject=None) | Q(subject__in=list(people))
    rows = list(Extension.objects.filter(theirs, season=season_id))
    own = {row.subject for row in rows}
    phases = [phase.window() for phase in calendar(season_id, clock.version)]

    def times(path: str, subject: UUID | None) -> dict[str, PhaseTime]:
        extensions = [
            _value(row) for row in rows if (row.subject == subject if row.subject else within(path, row.path))
        ]
        return windows.phase_times(phases, extensions, clock.now)

    common = {path: times(path, None) for path in set(people.values())}
    return {pk: times(path, pk) if pk in own else common[path] for pk, path in people.items()}


@Kept
def _of_areas(season_id: int) -> QuerySet[Extension]:
    """Extensions of areas, which are few; those that have run out too, which tell when a phase ended there."""
    return Extension.objects.filter(season=season_id, subject=None)


@Kept
def _of(season_id: int, subject: UUID) -> QuerySet[Extension]:
    """Those, and the ones of this one person."""
    return Extension.objects.filter(Q(subject=None) | Q(subject=subject), season=season_id)
