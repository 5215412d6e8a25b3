"""What is open now, by the season's clock."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from baoming.schedule import windows
from baoming.schedule.models import Extension, Phase
from baoming.schedule.windows import PhaseTime
from baoming.seasons.queries import season_now
from baoming.shared.paths import within


def calendar(season_id: int) -> list[Phase]:
    """Return the season's phases in their official order."""
    return list(Phase.objects.filter(season=season_id))


def _theirs(subject: UUID | None) -> Q:
    """Extensions of areas, which are few, and of this one person."""
    return Q(subject=None) if subject is None else Q(subject=None) | Q(subject=subject)


def phase_times(
    season_id: int, *, path: str = "", subject: UUID | None = None, now: datetime | None = None
) -> dict[str, PhaseTime]:
    """Return how every phase stands for one person (or one area), at the season's present moment.

    Called after the lock: the moment is read here, by the database's clock.
    """
    moment = now or season_now(season_id)
    extensions = [
        windows.Extension(phase=row.phase, opens=row.opens, closes=row.closes)
        for row in Extension.objects.filter(season=season_id, closes__gt=moment).filter(_theirs(subject))
        if row.subject or within(path, row.path)
    ]
    return windows.phase_times([phase.window() for phase in calendar(season_id)], extensions, moment)
