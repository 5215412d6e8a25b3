"""Recording. An event is written in the transaction of the act itself: no act without its event."""

from collections.abc import Mapping
from uuid import UUID

from baoming.audit.actors import Actor
from baoming.audit.models import Event
from baoming.shared.services import insert, insert_many


def record(
    verb: str, *, by: Actor, subject: UUID | None, path: str, details: Mapping[str, object] | None = None
) -> None:
    """Add one event. `details` holds names of fields, counts and ids, never a person's values."""
    insert(_event(verb, by=by, subject=subject, path=path, details=details or {}), unseen=True)


def record_many(verb: str, *, by: Actor, subjects: Mapping[UUID, tuple[str, Mapping[str, object]]]) -> None:
    """As `record` for each of `subjects` (to its path and details), in one statement, however many they are."""
    insert_many(
        _event(verb, by=by, subject=subject, path=path, details=details)
        for subject, (path, details) in subjects.items()
    )


def _event(verb: str, *, by: Actor, subject: UUID | None, path: str, details: Mapping[str, object]) -> Event:
    return Event(
        verb=verb,
        actor_kind=by.kind,
        actor_id=by.id,
        actor_path=by.path,
        actor_label=by.label,
        subject=subject,
        path=path,
        details=dict(details),
    )
