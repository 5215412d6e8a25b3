"""What waits for a second person: asked at a site, to be confirmed or decided by somebody else (R11, R14, R29)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet

from baoming.audit.actors import Actor, Party
from baoming.registrations.models import Dispute, PhoneReset, Registration, Restore, SaveReset

RELEASE, RESTORE, PHONE, SAVE = "解除冻结", "恢复以前的版本", "更换手机", "重设保存密码"
_PLACES = {RELEASE: "f-dispute", RESTORE: "f-restore", PHONE: "f-phone_reset", SAVE: "f-save_reset"}
_SENT_UP = ("review", "sent")  # stages in which the county has completed: nothing is restored any more


@dataclass(frozen=True, slots=True)
class Waiting:
    """One request, as the list of whoever decides it shows it. `place`: of its form on the candidate's page."""

    person: Registration
    what: str
    why: str
    at: datetime
    by_label: str
    place: str


def count_waiting(season_id: int, *, by: Actor, phones: bool) -> dict[str, int]:
    """Return how many of each kind `by` may decide now, those of none left out; one statement for each kind."""
    counts = {what: rows.count() for what, rows in _asked(season_id, by=by, phones=phones).items()}
    return {what: count for what, count in counts.items() if count}


def waiting(season_id: int, *, by: Actor, phones: bool, limit: int) -> list[Waiting]:
    """Return what `by` may decide now, longest waiting first; one statement for each kind.

    `phones`: whether a lost phone is for `by` to confirm now, which in the last 48 hours is the county's alone.
    """
    found = [
        _line(what, row)
        for what, rows in _asked(season_id, by=by, phones=phones).items()
        for row in rows.select_related("registration__site").order_by("asked_at")[:limit]
    ]
    return sorted(found, key=lambda one: one.at)[:limit]


def _asked(season_id: int, *, by: Actor, phones: bool) -> Mapping[str, QuerySet[Any]]:
    """By the kind: never what `by` has asked for, nor what a freeze, a stop or a later save keeps undecided."""
    if by.kind not in (Party.SITE, Party.COUNTY):
        return {}
    people = _people(season_id, by)
    calm = people.filter(disputed_at=None)
    found: dict[str, QuerySet[Any]] = {}
    if by.kind is Party.COUNTY:
        here = calm.exclude(stage__in=_SENT_UP)
        found[RELEASE] = Dispute.objects.filter(registration__in=people, state=Dispute.State.ASKED)
        found[RESTORE] = Restore.objects.filter(
            registration__in=here, state=Restore.State.ASKED, base=F("registration__version")
        )
    if phones:
        found[PHONE] = PhoneReset.objects.filter(registration__in=calm, outcome="", ready_at=None)
    at_site = SaveReset.objects.filter(way=SaveReset.Way.SITE, outcome="", ready_at=None)
    found[SAVE] = at_site.filter(registration__in=calm)
    return {what: rows.exclude(asked_by=by.id) for what, rows in found.items()}


def _people(season_id: int, by: Actor) -> QuerySet[Registration]:
    return Registration.objects.filter(season=season_id, stopped_at=None).within(by.path)


def _line(what: str, row: Any) -> Waiting:
    number, reason = getattr(row, "number", 0), getattr(row, "reason", "")
    why = f"恢复第{number}版：{reason}" if number else reason
    return Waiting(row.registration, what, why, row.asked_at, row.asked_label, _PLACES[what])
