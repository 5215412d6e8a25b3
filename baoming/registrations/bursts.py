"""Whether saves from one place look like one person at work on others' registrations (assurance T2, W5).

The published cases share a shape: 周口, one classmate changed 14 people's choices; 眉山, 13 people. One browser, or one
address at which a single person signs in to one account after another, changes what others have chosen. A lab full
of pupils is no such thing: they save their own for the first time, or again from where they saved before, and
many at once.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

WINDOW = timedelta(minutes=30)
ACCOUNTS = 3  # the third is seen, and stopped before it is saved
KEPT = 12  # changes kept of one place: a row never grows
STEPPED = timedelta(hours=24)  # in which such changes from there need a code to the bound phone
WEIGHTY = frozenset({
    "registration_type", "first_subject", "second_subjects", "language", "specialty_exam", "candidate_category",
    "graduation_category", "arts_categories", "arts_category",
})  # fmt: skip


class Place(StrEnum):
    DEVICE = "device"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Change:
    """One save that changed what was chosen, from a browser that had not saved this person's form before."""

    person: str
    version: int
    signed_in: datetime
    at: datetime


def is_strange(changed: Collection[str], *, version: int, device: str, before: str) -> bool:
    """Whether a save counts at all: not the first, of weight, and from another browser than the version before."""
    return version > 1 and bool(WEIGHTY.intersection(changed)) and device != before


def burst(place: Place, changes: Sequence[Change]) -> list[Change]:
    """Return the changes that make a burst, oldest first, at least of three people; empty when there is none.

    One browser: three people within half an hour. One address, which a school or a household shares: the same,
    if each signed in only after the one before had saved, as one pair of hands does.
    """
    if not changes:
        return []
    now = max(change.at for change in changes)
    recent = sorted((change for change in changes if now - change.at <= WINDOW), key=lambda change: change.at)
    newest = {change.person: change for change in recent}
    found = sorted(newest.values(), key=lambda change: change.at)
    if place is Place.ADDRESS:
        found = _one_after_another(found)
    return found if len(found) >= ACCOUNTS else []


def _one_after_another(changes: list[Change]) -> list[Change]:
    """Return the end of `changes` in which nobody was signed in while somebody else was at work."""
    found = changes[-1:]
    for change in reversed(changes[:-1]):
        if change.at > found[0].signed_in:
            break
        found.insert(0, change)
    return found
