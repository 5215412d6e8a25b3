"""Reminding of re-verification debts: who owes a card read is told again and again until it is read (R26, R27)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from baoming.audit.actors import SYSTEM
from baoming.audit.services import record
from baoming.messages.services import send
from baoming.registrations.form_queries import bound_phone
from baoming.registrations.models import HoldRow, Registration
from baoming.registrations.queries import DEBT
from baoming.reviews.debts import terms
from baoming.schedule.queries import phase_times
from baoming.seasons.queries import data, season_at

_CHUNK = 200  # people of one transaction (architecture rule 1)


def remind_debtors(season_id: int) -> int:
    """Tell everybody who owes a card read, and was not told within the season's days; return how many. May run twice.

    Only those with a bound phone: the others are on their site's list, which has to call them. Nobody once the
    tickets' time is over: the card was to be read for them.
    """
    season, clock = season_at(season_id)
    if phase_times(season_id, clock=clock)["tickets"].over:
        return 0
    before = terms(data(season, "cases")).told_before(clock.now)
    untold = _reachable().filter(season=season_id, debts__gt=0, pk__in=_untold(before).values("registration"))
    ids = list(untold.order_by("pk").values_list("pk", flat=True))
    chunks = (ids[first : first + _CHUNK] for first in range(0, len(ids), _CHUNK))
    return sum(_remind(chunk, before=before, now=clock.now) for chunk in chunks)


@transaction.atomic
def _remind(ids: Sequence[UUID], *, before: datetime, now: datetime) -> int:
    """Tell those of `ids` who still owe it and were not told meanwhile."""
    rows = _reachable().filter(pk__in=ids).select_related("season", "site").order_by("pk")
    people = list(rows.select_for_update(of=("self",)))
    untold = _untold(before).filter(registration__in=people)
    owing = set(untold.values_list("registration", flat=True))
    untold.update(reminded_at=now)
    for person in people:
        if person.pk in owing:
            record("remind_debt", by=SYSTEM, subject=person.pk, path=person.path)
            send(
                "debt_reminder", season=person.season, recipient=person.pk, number=bound_phone(person),
                phone=person.site.phone,
            )  # fmt: skip
    return len(owing)


def _reachable() -> QuerySet[Registration]:
    return Registration.objects.filter(stopped_at=None, phone_blind__isnull=False)


def _untold(before: datetime) -> QuerySet[HoldRow]:
    """Return the open debts of which nobody was told since `before`: neither when they were placed nor later."""
    told = Q(reminded_at=None, placed_at__lte=before) | Q(reminded_at__lte=before)
    return HoldRow.objects.filter(told, kind=DEBT, cleared_at=None)
