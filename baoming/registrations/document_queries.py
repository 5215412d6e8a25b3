"""What a season says of identity documents: which kinds it takes beside the resident's card, and who can check them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from baoming.registrations.document_numbers import SHAPES, TITLES, Kind
from baoming.seasons.models import Season, SeasonData
from baoming.seasons.queries import data


@dataclass(frozen=True, slots=True)
class Accepted:
    """One kind that may be registered with, with a hint for the desk and a note for candidates.

    `registers`, `online`: whether 系统核验 and the services of the person check know people by it.
    """

    kind: Kind
    hint: str = ""
    registers: bool = True
    online: bool = True
    note: str = ""

    @property
    def title(self) -> str:
        return TITLES[self.kind]

    @property
    def shape(self) -> str:
        return SHAPES[self.kind]


def accepted_documents(season: Season) -> list[Accepted]:
    """Return the kinds that the season takes beside the resident's card, in its order (R24)."""
    rows = _documents(season).get("accepted", ())
    return [
        Accepted(Kind(row["key"]), row["hint"], row["registers"], row["online"], row.get("note", "")) for row in rows
    ]


def terms_of(season: Season, kind: Kind) -> Accepted | None:
    """Return what the season says of a kind; None where it does not take it."""
    if kind is Kind.RESIDENT:
        return Accepted(kind)
    return next((one for one in accepted_documents(season) if one.kind is kind), None)


def known_online(season: Season, kind: str) -> bool:
    """Whether services of the person check know people by a document of this kind, and not only the site does."""
    terms = terms_of(season, Kind(kind))
    return terms is not None and terms.online


@dataclass(frozen=True, slots=True)
class NoCard:
    """What to tell who has no second-generation card (R25). `refused`: what does not stand in for it, and why."""

    first: str
    steps: Sequence[str]
    refused: Sequence[tuple[str, str]]
    late: str
    sample: bool


def no_card(season: Season) -> NoCard | None:
    """Return the season's words for whoever has no second-generation card; None where it has none."""
    found = _documents(season)
    words = found.get("no_card")
    if words is None:
        return None
    refused = [(row["title"], row["why"]) for row in words["refused"]]
    return NoCard(words["first"], words["steps"], refused, words["late"], bool(found.get("sample")))


def _documents(season: Season) -> dict[str, Any]:
    """Return the season's document; nothing for a season that was loaded before there was one: it takes no others."""
    try:
        found: dict[str, Any] = data(season, "documents")
    except SeasonData.DoesNotExist:
        return {}
    return found
