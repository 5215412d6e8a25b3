"""Writing the print log: what was printed, and what no longer counts."""

from datetime import datetime
from uuid import UUID

from baoming.audit.actors import Actor
from baoming.documents.models import Print


def log_print(
    subject: UUID,
    kind: str,
    *,
    path: str,
    version: int,
    content_hash: str,
    at: datetime,
    by: Actor,
    picture: UUID | None = None,
) -> Print:
    """Add one print of `subject` to the log. `version`: of its form, or the running number of a slip."""
    return Print.objects.create(
        kind=kind,
        subject=subject,
        path=path,
        version=version,
        content_hash=content_hash,
        picture=picture,
        at=at,
        by_id=by.id,
        by_label=by.label,
    )


def void_prints(subject: UUID, kind: str, *, reason: str, at: datetime) -> int:
    """Void every print of this kind that still counts; returns how many there were."""
    return Print.objects.filter(subject=subject, kind=kind, voided_at=None).update(voided_at=at, void_reason=reason)
