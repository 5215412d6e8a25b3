"""What must hold between events, leaves, roots and anchors. Written from docs/security/audit.md, not from Baoming."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from cryptography.hazmat.primitives import hashes
from gmalg import SM2

Event = tuple[Any, ...]  # id, at, verb, actor kind, id, path, label, subject, path, details: numbers and texts
_START = bytes(32)
_SIGNER = b"1234567812345678"
_LATE = timedelta(minutes=5)  # so long a transaction may take; only later is an event without a place suspect
_ANCHORED = timedelta(minutes=1)


class Place(NamedTuple):
    """A leaf, and the event it names if that is there."""

    number: int
    event_id: int
    leaf: bytes
    event: Event | None


class Root(NamedTuple):
    """A row of the roots, as stored."""

    number: int
    at: str
    up_to: int
    message: bytes
    signature: bytes


class Deviation(NamedTuple):
    """Something is not as it was sealed: at or after this place of the chain."""

    place: int
    said: str


class _Span(NamedTuple):
    """What a root says: the leaves it stands over."""

    number: int
    first: int
    last: int
    at: str
    root: str
    former: str


def deviations(
    *,
    places: Iterable[Place],
    loose: Iterable[Event],
    roots: Sequence[Root],
    anchors: bytes,
    public: bytes,
    now: datetime,
) -> list[Deviation]:
    """Return all that is not as it was sealed, by place; `places` in order, `loose`: the events without one."""
    spans, found = _spans(roots, public)
    found += _walk(iter(places), roots, spans)
    found += _loose(loose, roots)
    found += _anchors(roots, spans, anchors, now)
    return sorted(found)


def _spans(roots: Sequence[Root], public: bytes) -> tuple[list[_Span], list[Deviation]]:
    """Read the signed messages. Each must follow the one before."""
    spans: list[_Span] = []
    found: list[Deviation] = []
    former, last = _START, 0
    for expected, root in enumerate(roots, 1):
        span = _read(root.message) or _Span(root.number, last + 1, last, root.at, "", "")
        place = last + 1
        if root.number != expected:
            found.append(Deviation(place, f"a root is missing before number {root.number}"))
        if (span.number, span.at) != (root.number, root.at):
            found.append(Deviation(place, f"root {root.number} was changed: number or time are not what was signed"))
        if span.former != former.hex() or span.first != last + 1 or span.last < span.first:
            found.append(Deviation(place, f"root {root.number} does not follow the root before it"))
        if not _signed(root.message, root.signature, public):
            found.append(Deviation(place, f"root {root.number}: the signature is not that of this message"))
        spans.append(span)
        former, last = _sm3(root.message), max(span.last, last)
    return spans, found


def _walk(places: Iterator[Place], roots: Sequence[Root], spans: Sequence[_Span]) -> Iterator[Deviation]:
    """Go along the chain once; holds the leaves of one root at a time."""
    former, number = _START, 0
    at_root, leaves, highest = 0, list[bytes](), 0
    for place in places:
        if place.number <= number:
            yield Deviation(place.number, f"event {place.event_id} is there more than once")
            continue
        if place.number != number + 1:
            yield Deviation(number + 1, f"the places {number + 1} to {place.number - 1} were removed")
        yield from _one(place, former)
        former, number = place.leaf, place.number
        while at_root < len(spans) and number > spans[at_root].last:
            yield from _whole(roots[at_root], spans[at_root], leaves, highest)
            at_root, leaves, highest = at_root + 1, [], 0
        leaves.append(place.leaf)
        highest = max(highest, place.event_id)
    for root, span in zip(roots[at_root:], spans[at_root:], strict=True):
        yield from _whole(root, span, leaves, highest)
        leaves, highest = [], 0
    if leaves and (at_root == len(spans)):
        yield Deviation(number - len(leaves) + 1, "leaves stand under no root")


def _one(place: Place, former: bytes) -> Iterator[Deviation]:
    if place.event is None:
        yield Deviation(place.number, f"event {place.event_id} was removed")
    elif leaf(place.number, former, place.event) != place.leaf:
        yield Deviation(place.number, f"event {place.event_id} was changed, or stands in another's place")


def _whole(root: Root, span: _Span, leaves: list[bytes], highest: int) -> Iterator[Deviation]:
    if not leaves or len(leaves) != span.last - span.first + 1 or _merkle(leaves).hex() != span.root:
        yield Deviation(span.first, f"root {root.number} is not over the leaves {span.first} to {span.last}")
    if highest != root.up_to:
        yield Deviation(span.first, f"root {root.number} names another highest event than {highest}")


def _loose(events: Iterable[Event], roots: Sequence[Root]) -> Iterator[Deviation]:
    """An event without a place is new, or was put in later: it says itself when it was."""
    if not roots:
        return
    suspect = datetime.fromisoformat(roots[-1].at) - _LATE
    last = max((span.last for span in map(_read, (root.message for root in roots)) if span), default=0)
    for event in events:
        if datetime.fromisoformat(event[1]) < suspect:
            yield Deviation(last, f"event {event[0]} of {event[1]} has no place: inserted, or never sealed")


def _anchors(roots: Sequence[Root], spans: Sequence[_Span], anchors: bytes, now: datetime) -> Iterator[Deviation]:
    """What left the database must still be in it, and all but the newest must have left it."""
    lines = anchors.splitlines(keepends=True)
    end = spans[-1].last if spans else 0
    if lines and not lines[-1].endswith(b"\n"):
        lines.pop()  # half a line of a run that was killed; the next one writes it whole
    for line, root, span in zip(lines, roots, spans, strict=False):
        if line != root.message + b" " + root.signature.hex().encode() + b"\n":
            yield Deviation(span.first, f"root {root.number} is not what was anchored as line {span.number}")
    for line in lines[len(roots) :]:
        span_there = _read(line.rpartition(b" ")[0])
        until = f"up to place {span_there.last}" if span_there else "of unreadable content"
        yield Deviation(end + 1, f"a root was anchored {until} that the database has not: the tail was cut off")
    for root, span in zip(roots[len(lines) :], spans[len(lines) :], strict=True):
        if datetime.fromisoformat(root.at) < now - _ANCHORED:
            yield Deviation(span.first, f"root {root.number} was never anchored, or the anchor file was cut")


def leaf(number: int, former: bytes, event: Event) -> bytes:
    """Return the digest of one event in its place."""
    told = ["baoming-event-1", number, former.hex(), *event]
    return _sm3(b"\x00" + json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode())


def _merkle(leaves: list[bytes]) -> bytes:
    level = leaves
    while len(level) > 1:
        pairs = [_sm3(b"\x01" + level[i] + level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2 :]
    return level[0]


def _read(message: bytes) -> _Span | None:
    try:
        kind, number, first, last, at, root, former = json.loads(message)
        datetime.fromisoformat(at)
        return _Span(int(number), int(first), int(last), at, root, former) if kind == "baoming-root-1" else None
    except (ValueError, TypeError):
        return None


@lru_cache(maxsize=100_000)
def _signed(message: bytes, signature: bytes, public: bytes) -> bool:
    if len(signature) != 64:
        return False
    return bool(SM2(uid=_SIGNER, pk=public).verify(message, signature[:32], signature[32:]))


def _sm3(data: bytes) -> bytes:
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()
