"""Reading the print log."""

from uuid import UUID

from baoming.documents.models import Print


def prints_of(subject: UUID) -> list[Print]:
    """Return every print of `subject`, newest first, void ones too."""
    return list(Print.objects.filter(subject=subject))


def valid_print(subject: UUID, kind: str) -> Print | None:
    """Return the newest print of this kind that has not been voided."""
    return Print.objects.filter(subject=subject, kind=kind, voided_at=None).first()
