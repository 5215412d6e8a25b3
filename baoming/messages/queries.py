"""Reading the outbox, and what offices have told everybody."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from baoming.messages.models import Announcement, Message
from baoming.shared.queries import kept_one


def is_waiting(recipient: UUID, template: str) -> bool:
    """Return whether the newest message of this kind to this person has not left yet."""
    return _newest_state(recipient, template) == Message.State.QUEUED


@kept_one
def _newest_state(recipient: UUID, template: str) -> "QuerySet[Message, str]":
    rows = Message.objects.filter(recipient=recipient, template=template)
    return rows.order_by("-at").values_list("state", flat=True)[:1]


def announcements(season_id: int, *, now: datetime, path: str) -> QuerySet[Announcement]:
    """Return what is to be read now at `path`, newest first: of its own office and of every office above it."""
    above = [path[:end] for end in range(3, len(path) + 1, 3)]
    running = Q(closes=None) | Q(closes__gt=now)
    rows = Announcement.objects.filter(running, season=season_id, withdrawn_at=None, opens__lte=now, path__in=above)
    return rows.order_by("-opens", "pk")
