"""Reading the outbox, which sender sends, and what offices have told everybody."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from baoming.messages.models import Announcement, Attempt, Message, Shift
from baoming.messages.routing import PROBE_WINDOW, WINDOW, Measured, measured
from baoming.messages.templates import OFFERED
from baoming.seasons.models import Season, SeasonData
from baoming.seasons.queries import data
from baoming.shared.paths import next_sibling
from baoming.shared.queries import kept_one

_DATA = Path(__file__).parent / "data"
_MOST_MEASURED = 20_000  # handing-overs: more than leave in LATE on the busiest day, or losses would not be seen


def texts(season: Season) -> Any:
    """Return the texts of a season's messages.

    Until `load_season` has run with this version, those that it ships: a save must not fail for want of a text, nor
    for want of one message that an older version did not send.
    """
    try:
        loaded = data(season, "messages")
    except SeasonData.DoesNotExist:
        return _shipped(season.province, season.year)
    if OFFERED.keys() <= loaded["templates"].keys():
        return loaded
    shipped = _shipped(season.province, season.year)["templates"]
    return loaded | {"templates": shipped | loaded["templates"]}


@cache
def _shipped(province: str, year: int) -> Any:
    return json.loads((_DATA / province / str(year) / "messages.json").read_text("utf-8"))


def is_waiting(recipient: UUID, template: str) -> bool:
    """Return whether the newest message of this kind to this person has not left yet."""
    return _newest_state(recipient, template) == Message.State.QUEUED


@kept_one
def _newest_state(recipient: UUID, template: str) -> "QuerySet[Message, str]":
    rows = Message.objects.filter(recipient=recipient, template=template)
    return rows.order_by("-at").values_list("state", flat=True)[:1]


def messages_of(recipient: UUID) -> QuerySet[Message]:
    """Return all that was sent to this person, newest first."""
    return Message.objects.filter(recipient=recipient).order_by("-at", "pk")


def unread(recipient: UUID) -> int:
    """Return how many notices this person has not seen in the portal; codes are none."""
    return Message.objects.filter(recipient=recipient, read_at=None).count()


def waiting_messages() -> int:
    """Return how many messages wait to be handed over."""
    return Message.objects.filter(state=Message.State.QUEUED).count()


def newest_shift() -> Shift | None:
    """Return the last change of sender; None while the first of the settings sends."""
    return Shift.objects.order_by("-pk").first()


def sending_now() -> str:
    """Return the sender in use, empty while the first of the settings sends."""
    newest = newest_shift()
    return newest.provider if newest else ""


def measures(order: Sequence[str], current: str, since: datetime | None, *, now: datetime) -> Mapping[str, Measured]:
    """Return what the last minutes say of each sender; of the first one while another sends, since it was left."""
    return {name: _measured(name, _begin(name, order, current, since, now), now) for name in order}


def _begin(name: str, order: Sequence[str], current: str, since: datetime | None, now: datetime) -> datetime:
    if since is not None and name == order[0] != current:
        return max(since, now - PROBE_WINDOW)
    return now - WINDOW


def _measured(name: str, begin: datetime, now: datetime) -> Measured:
    rows = Attempt.objects.filter(provider=name, begun_at__gt=begin).order_by("-begun_at")
    newest = rows.values_list("state", "reason", "begun_at", "reported_at")[:_MOST_MEASURED]
    return measured(list(newest), now=now)


def announcements(season_id: int, *, now: datetime, path: str, below: bool = False) -> QuerySet[Announcement]:
    """Return what is to be read now at `path`, newest first: of its own office and of every office above it.

    `below`: what concerns single offices under `path` as well, for whoever has not said which is theirs.
    """
    theirs = Q(path__in=[path[:end] for end in range(3, len(path) + 1, 3)])
    if below:
        theirs |= Q(path__gte=path, path__lt=next_sibling(path))
    running = Q(closes=None) | Q(closes__gt=now)
    rows = Announcement.objects.filter(theirs, running, season=season_id, withdrawn_at=None, opens__lte=now)
    return rows.order_by("-opens", "pk")
