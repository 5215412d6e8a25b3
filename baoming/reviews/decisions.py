"""Who decides what about a registration, and who may undo it. One table, without a database (R5, R22).

A decision is undone by the office that made it, or by the county above the site that did; always the
newest first. Expected behaviour: tests/reviews/decision_table.py, written by hand.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from baoming.audit.actors import PARTY_NAMES, Party
from baoming.shared.errors import Invalid

LONGEST = 200  # characters of a note or a reason


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of the season's list of reasons."""

    key: str
    title: str
    next: Party = Party.CANDIDATE  # who must act after it
    todo: str = ""  # what the candidate should do or bring
    by: tuple[Party, ...] = ()  # whose reason it is; (): of every office


def offered(found: Mapping[str, Reason], party: Party) -> dict[str, Reason]:
    """Return the reasons that an office may give: those of another's finding are not its own."""
    return {key: one for key, one in found.items() if not one.by or party in one.by}


def reasons(rows: Iterable[Mapping[str, Any]]) -> dict[str, Reason]:
    """Return a list of the season's data as reasons by key, in its order."""
    return {row["key"]: _reason(row) for row in rows}


def _reason(row: Mapping[str, Any]) -> Reason:
    return Reason(
        key=row["key"],
        title=row["title"],
        next=Party(row.get("next", Party.CANDIDATE)),
        todo=row.get("todo", ""),
        by=tuple(Party(one) for one in row.get("by", ())),
    )


def chosen(found: Mapping[str, Reason], key: str, *, field: str, sentence: str) -> Reason:
    """Return the reason that was chosen. Raises Invalid at `field`."""
    if key not in found:
        raise Invalid({field: sentence})
    return found[key]


def written(text: str, *, field: str, sentence: str, needed: bool = True) -> str:
    """Return a text that was written, trimmed. Raises Invalid where it is missing or too long."""
    said = text.strip()
    if needed and not said:
        raise Invalid({field: sentence})
    if len(said) > LONGEST:
        raise Invalid({field: f"最多{LONGEST}个字，您写了{len(said)}个，请写短一些"})
    return said


def may_undo(by: Party, *, decided: Party, to: Party | None = None) -> bool:
    """Whether `by` may undo what `decided` decided; `to`: the office it was referred to, which may send it back."""
    return by in undoers(decided=decided, to=to)


def undoers(*, decided: Party, to: Party | None = None) -> tuple[Party, ...]:
    """Return who may undo, in the order of the levels: the decider, the county above a site, the referred-to."""
    may = {decided, Party.COUNTY} if decided is Party.SITE else {decided}
    return tuple(party for party in Party if party in may | ({to} if to else set()))


def names(parties: Iterable[Party]) -> str:
    """Return the offices in words."""
    return "或".join(PARTY_NAMES[party] for party in parties)
