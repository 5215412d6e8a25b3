"""Reading what has happened."""

from collections.abc import Collection
from uuid import UUID

from baoming.audit.models import Event


def story(subject: UUID, *, limit: int = 50) -> list[Event]:
    """Return what was done to one registration, newest first."""
    return list(Event.objects.filter(subject=subject).order_by("-id")[:limit])


def acts_on(subjects: Collection[UUID], verbs: Collection[str], *, limit: int) -> list[Event]:
    """Return acts of some kinds on any of a few subjects, newest first."""
    return list(Event.objects.filter(subject__in=subjects, verb__in=verbs).order_by("-id")[:limit])
