"""Granting extensions to a person or an area, and moving a demo season's clock to a phase."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from baoming.audit.actors import Actor
from baoming.audit.services import record, record_many
from baoming.schedule.models import Extension, ExtensionRequest, Phase
from baoming.seasons.models import Season
from baoming.seasons.services import set_clock
from baoming.shared.errors import Refused


@transaction.atomic
def extend_for_person(
    season_id: int,
    phase: str,
    *,
    subject: UUID,
    path: str,
    opens: datetime,
    closes: datetime,
    reason: str,
    by: Actor,
    request: ExtensionRequest | None = None,
) -> Extension:
    """Open `phase` for one registration until `closes` (aware)."""
    extension = Extension.objects.create(
        season_id=season_id,
        phase=phase,
        subject=subject,
        path=path,
        opens=opens,
        closes=closes,
        reason=reason,
        granted_by=by.label,
        request=request,
    )
    record("extend_for_person", by=by, subject=subject, path=path, details={"phase": phase})
    return extension


@transaction.atomic
def extend_for_area(
    season_id: int,
    phase: str,
    *,
    path: str,
    opens: datetime,
    closes: datetime,
    reason: str,
    by: Actor,
    request: ExtensionRequest | None = None,
) -> Extension:
    """Open `phase` for everybody at the office `path` or below it, from `opens` until `closes` (aware)."""
    extension = Extension.objects.create(
        season_id=season_id,
        phase=phase,
        path=path,
        opens=opens,
        closes=closes,
        reason=reason,
        granted_by=by.label,
        request=request,
    )
    record("extend_for_area", by=by, subject=None, path=path, details={"phase": phase})
    return extension


@transaction.atomic
def extend_for_people(request: ExtensionRequest, people: Mapping[UUID, str], *, opens: datetime, by: Actor) -> None:
    """Open the phase of a granted request for each of `people` (to the path of their site), in one statement."""
    Extension.objects.bulk_create(
        Extension(
            season_id=request.season_id,
            phase=request.phase,
            subject=subject,
            path=path,
            opens=opens,
            closes=request.closes,
            reason=request.reason,
            granted_by=by.label,
            request=request,
        )
        for subject, path in people.items()
    )
    details = {"phase": request.phase}
    record_many("extend_for_person", by=by, subjects={pk: (path, details) for pk, path in people.items()})


@transaction.atomic
def end_extensions(request: ExtensionRequest, *, now: datetime) -> None:
    """End now what was granted by `request`; what has not begun by then never does. The caller records the act."""
    granted = Extension.objects.filter(request=request)
    granted.filter(opens__gte=now).delete()
    granted.filter(closes__gt=now).update(closes=now)


@transaction.atomic
def go_to_phase(season: Season, key: str, *, by: Actor) -> datetime:
    """Move a demo or practice season's clock to two hours after the phase first opens; returns that moment."""
    phase = Phase.objects.get(season=season, key=key)
    if phase.opens is None:
        raise Refused("这个环节只对单个考生开放，没有统一的时间")
    window = phase.window()
    opening = window.next_opening(phase.opens)
    if opening is None:
        raise Refused("这个环节的时间安排里没有开放的日子，请检查时间安排")
    later = opening + timedelta(hours=2)
    moment = later if window.is_open(later) else opening
    set_clock(season.pk, to=moment, by=by)
    return moment
