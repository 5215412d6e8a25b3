"""How events are sealed: leaf, root, anchor. The bytes are written down in docs/security/audit.md."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from baoming.vault.digests import sm3

START = bytes(32)  # stands before the first leaf and before the first root
_LEAF, _NODE = b"\x00", b"\x01"


class Entry(NamedTuple):
    """One event as it is sealed; `details` as the database spells it."""

    id: int
    at: datetime
    verb: str
    actor_kind: str
    actor_id: str
    actor_path: str
    actor_label: str
    subject: UUID | None
    path: str
    details: str


def leaf(number: int, former: bytes, entry: Entry) -> bytes:
    """Return the leaf of the event that stands at place `number`, after the leaf `former`."""
    subject = None if entry.subject is None else str(entry.subject)
    told = [entry.id, _moment(entry.at), *entry[2:7], subject, entry.path, entry.details]
    return sm3(_LEAF + _spelt(["baoming-event-1", number, former.hex(), *told]))


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over `leaves` (at least one); one left over goes up as it is."""
    level = list(leaves)
    while len(level) > 1:
        pairs = [sm3(_NODE + level[i] + level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2 :]
    return level[0]


def root_message(number: int, *, first: int, last: int, at: datetime, root: bytes, former: bytes) -> bytes:
    """Return what is signed: the root over the leaves `first`..`last`, linked to the former root's message."""
    return _spelt(["baoming-root-1", number, first, last, _moment(at), root.hex(), former.hex()])


def anchor_line(message: bytes, signature: bytes) -> bytes:
    """Return the line that leaves the database: the signed message, and its signature."""
    return message + b" " + signature.hex().encode() + b"\n"


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _spelt(told: list[object]) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
