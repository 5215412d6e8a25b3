"""Reading what has happened."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from baoming.audit.models import Event
from baoming.shared.queries import Kept

_MOST = 100


def story(subject: UUID, *, limit: int = _MOST) -> list[Event]:
    """Return what was done to one registration, newest first."""
    return _newest(subject)[:limit]


@Kept
def _newest(subject: UUID) -> QuerySet[Event]:
    return Event.objects.filter(subject=subject).order_by("-id")[:_MOST]


def acts_on(subjects: Collection[UUID], verbs: Collection[str], *, limit: int) -> list[Event]:
    """Return acts of some kinds on any of a few subjects, newest first."""
    return list(Event.objects.filter(subject__in=subjects, verb__in=verbs).order_by("-id")[:limit])
