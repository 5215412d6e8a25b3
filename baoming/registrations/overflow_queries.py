"""Whose card holds a text that the archive's column cannot hold (mission R34): kept as a mark, told in full here."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from baoming.forms.exchange import Overflow, too_wide
from baoming.registrations.form_queries import form_of
from baoming.registrations.identity_documents import IdentityDocument
from baoming.registrations.models import Registration
from baoming.registrations.queries import document_of
from baoming.seasons.models import Season


@dataclass(frozen=True, slots=True)
class WidePerson:
    """One person of the list, and what does not fit."""

    row: Registration
    overflows: list[Overflow]


def overflows_of(season: Season, card: IdentityDocument) -> list[Overflow]:
    """Return what of a card does not fit the archive's columns."""
    given = {
        "name": card.name, "document_number": card.number, "document_address": card.address,
        "document_issuer": card.issuer,
    }  # fmt: skip
    return too_wide(form_of(season), given)


def people_too_wide(season: Season, path: str) -> QuerySet[Registration]:
    """Return those of an area who are marked and go on, by site and number."""
    rows = Registration.objects.filter(season=season, too_wide__gt=0, stopped_at=None).within(path)
    return rows.select_related("site").order_by("path", "number", "name_key", "pk")


def told(season: Season, rows: QuerySet[Registration]) -> Iterator[WidePerson]:
    """Yield each with what does not fit now: the season's columns may have been loaded anew since the mark."""
    for row in rows:
        row.season = season
        if found := overflows_of(season, document_of(row)):
            yield WidePerson(row, found)
