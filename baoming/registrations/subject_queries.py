"""What an event was about, for those who read the audit: nobody's data beyond a masked name."""

from collections.abc import Collection
from uuid import UUID

from baoming.registrations.document_numbers import canonical_any
from baoming.registrations.models import Registration
from baoming.registrations.queries import find_by_number
from baoming.shared.text import halfwidth, mask_name


def masked(subjects: Collection[UUID]) -> dict[UUID, str]:
    """Return masked name and site of those subjects that are registrations: one question."""
    rows = Registration.objects.filter(pk__in=subjects).values_list("pk", "name", "site__name")
    return {pk: f"{mask_name(name)}（{site}）" for pk, name, site in rows}


def subject_of(season_id: int, typed: str) -> UUID | None:
    """Return whom a registration number or a whole ID number belongs to, or the id itself that was typed."""
    text = halfwidth(typed).upper()
    if len(text) == 8 and text.isascii() and text.isdigit():
        numbered = Registration.objects.filter(season=season_id, number=int(text)).values_list("pk", flat=True).first()
        if numbered is not None:
            return numbered  # else a pass of 8 digits
    try:
        found = find_by_number(season_id, canonical_any(typed))
        return found.pk if found else None
    except ValueError:
        return _id(typed)


def _id(typed: str) -> UUID | None:
    try:
        return UUID(typed.strip())
    except ValueError:
        return None
