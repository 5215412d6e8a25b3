"""Reading what has happened."""

from uuid import UUID

from baoming.audit.models import Event


def story(subject: UUID, *, limit: int = 50) -> list[Event]:
    """Return what was done to one registration, newest first."""
    return list(Event.objects.filter(subject=subject).order_by("-id")[:limit])
