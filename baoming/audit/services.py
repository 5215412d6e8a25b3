"""Recording. An event is written in the transaction of the act itself: no act without its event."""

from collections.abc import Mapping
from uuid import UUID

from baoming.audit.actors import Actor
from baoming.audit.models import Event


def record(
    verb: str, *, by: Actor, subject: UUID | None, path: str, details: Mapping[str, object] | None = None
) -> None:
    """Add one event. `details` holds names of fields, counts and ids, never a person's values."""
    Event.objects.create(
        verb=verb,
        actor_kind=by.kind,
        actor_id=by.id,
        actor_path=by.path,
        actor_label=by.label,
        subject=subject,
        path=path,
        details=dict(details or {}),
    )
