"""Pausing the candidates' acts, and going on (R31). Offices work on meanwhile."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from baoming.audit.actors import Actor, Party
from baoming.audit.services import record
from baoming.schedule.models import Extension, Phase
from baoming.schedule.services import extend_for_area, extend_for_person
from baoming.seasons.models import Season
from baoming.seasons.queries import season_now
from baoming.shared.errors import Invalid, NotOpen, Refused

_LONGEST = 60  # characters of the reason


@dataclass(frozen=True, slots=True)
class _End:
    """When a phase ends for an area, or for one person in it."""

    phase: str
    path: str
    subject: UUID | None
    at: datetime


@transaction.atomic
def pause_season(season_id: int, *, reason: str, until: datetime | None, extends: bool, by: Actor) -> Season:
    """Close the candidates' acts until `resume_season`. Drafts are kept on, and everything can be read.

    `extends`: deadlines of candidates move by as long as the pause lasts, those granted to one person too.
    Raises NotOpen for others than the province, Refused when it is paused already, Invalid.
    """
    _require_province(by)
    season = Season.objects.select_for_update().get(pk=season_id)
    if season.paused_at is not None:
        raise Refused("已经在暂停。要改原因或预计时间，请先恢复再重新暂停")
    now, written = season_now(season_id), reason.strip()
    problems = {}
    if not 1 <= len(written) <= _LONGEST or not written.isprintable():
        problems["reason"] = f"请用一句话写明暂停的原因，考生会看到它，最多{_LONGEST}个字"
    if until is not None and until <= now:
        problems["until"] = "预计恢复的时间应在现在以后，还不知道的可以不填"
    if problems:
        raise Invalid(problems)
    season.paused_at, season.pause_reason, season.pause_until, season.pause_extends = now, written, until, extends
    season.save(update_fields=["paused_at", "pause_reason", "pause_until", "pause_extends"])
    record("pause_season", by=by, subject=None, path=by.path, details={"season": season.pk, "extends": extends})
    return season


@transaction.atomic
def resume_season(season_id: int, *, by: Actor) -> list[Extension]:
    """Open the candidates' acts again; returns the extensions granted where the pause promised them. Safe to repeat.

    Whatever time of candidates was running in the pause goes on for as long as the pause lasted. Raises NotOpen.
    """
    _require_province(by)
    season = Season.objects.select_for_update().get(pk=season_id)
    if season.paused_at is None:
        return []
    begun, now = season.paused_at, season_now(season_id)
    granted = _extend(season, begun, now, by=by) if season.pause_extends and now > begun else []
    season.paused_at, season.pause_until, season.pause_extends, season.pause_reason = None, None, False, ""
    season.save(update_fields=["paused_at", "pause_reason", "pause_until", "pause_extends"])
    record("resume_season", by=by, subject=None, path=by.path, details={"season": season.pk, "extended": len(granted)})
    return granted


def _extend(season: Season, begun: datetime, now: datetime, *, by: Actor) -> list[Extension]:
    """Lengthen by the pause whatever ran in it: phases and what was granted beyond them, to areas and to persons."""
    reason = f"暂停办理顺延：{season.pause_reason}"
    granted = []
    for end in _ends(season, now, by.path):
        if end.at <= begun:
            continue
        values: dict[str, Any] = {"opens": end.at, "closes": end.at + (now - begun), "reason": reason, "by": by}
        if end.subject is None:
            granted.append(extend_for_area(season.pk, end.phase, path=end.path, **values))
        else:
            granted.append(extend_for_person(season.pk, end.phase, subject=end.subject, path=end.path, **values))
    return granted


def _ends(season: Season, now: datetime, whole: str) -> list[_End]:
    """Return when each candidates' phase that has begun ends, for everybody and for whom more was granted.

    What follows an end without a gap (the extension of an earlier pause) moves it: two pauses add up.
    """
    phases = Phase.objects.filter(season=season, actor=Party.CANDIDATE)
    found: dict[tuple[str, str, UUID | None], datetime] = {
        (one.key, whole, None): one.closes for one in phases if one.opens and one.closes and one.opens < now
    }
    granted = Extension.objects.filter(season=season, phase__in=[one.key for one in phases])
    for row in granted.order_by("opens", "closes"):
        own = row.phase, row.path, row.subject
        before = found.get(own) or found.get((row.phase, whole, None))
        if row.opens < now or (before is not None and row.opens <= before):
            found[own] = max(found.get(own, row.closes), row.closes)
    return [_End(*key, at) for key, at in found.items()]


def _require_province(by: Actor) -> None:
    if by.kind is not Party.PROVINCE:
        raise NotOpen("暂停和恢复由省教育考试院办理")
