"""Reading what has happened."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from baoming.audit.models import Event
from baoming.shared.queries import Kept

_MOST = 100


class Act(NamedTuple):
    """One event as a person's page tells it."""

    at: datetime
    verb: str
    label: str  # of who did it
    details: dict[str, Any]


def story(subject: UUID) -> list[Act]:
    """Return what was done to one registration, newest first, at most a hundred acts."""
    return list(map(Act._make, _newest(subject)))


@Kept
def _newest(subject: UUID) -> "QuerySet[Event, tuple[Any, ...]]":
    rows = Event.objects.filter(subject=subject).order_by("-id")
    return rows.values_list("at", "verb", "actor_label", "details")[:_MOST]


def acts_on(subjects: Collection[UUID], verbs: Collection[str], *, limit: int) -> list[Event]:
    """Return acts of some kinds on any of a few subjects, newest first."""
    return list(Event.objects.filter(subject__in=subjects, verb__in=verbs).order_by("-id")[:limit])
