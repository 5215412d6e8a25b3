"""Where the verifier reads from: the database, by role audit_reader, or a file saved from it."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import psycopg

from agents.audit_verifier.rules import Event, Place, Root

Connection = psycopg.Connection[tuple[Any, ...]]

_AT = """to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')"""
_EVENT = (
    f"e.id, {_AT.format('e.at')}, e.verb, e.actor_kind, e.actor_id, e.actor_path, e.actor_label, "
    "e.subject::text, e.path, e.details::text"
)
_PLACES = (
    f"SELECT l.place, l.event, l.leaf, {_EVENT} "
    "FROM audit_leaf AS l LEFT JOIN audit_event AS e ON e.id = l.event ORDER BY l.place, e.at"
)
_LOOSE = (
    f"SELECT {_EVENT} FROM audit_event AS e "
    "WHERE NOT EXISTS (SELECT FROM audit_leaf AS l WHERE l.event = e.id) ORDER BY e.id"
)
_ROOTS = f"SELECT number, {_AT.format('at')}, up_to, message, signature FROM audit_root ORDER BY number"


class Database:
    """The audit in a database; the connection should see one snapshot (REPEATABLE READ)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def places(self) -> Iterator[Place]:
        with self._connection.cursor(name="places") as cursor:
            cursor.itersize = 20_000
            for number, event_id, leaf, *event in cursor.execute(_PLACES):
                yield Place(number, event_id, leaf, None if event[0] is None else tuple(event))

    def loose(self) -> Iterator[Event]:
        with self._connection.cursor(name="loose") as cursor:
            yield from cursor.execute(_LOOSE)

    def roots(self) -> list[Root]:
        return [Root._make(row) for row in self._connection.execute(_ROOTS)]


class Export:
    """The audit in a file that `save` wrote: one JSON array a line, headed by its kind."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def places(self) -> Iterator[Place]:
        for number, event_id, leaf, event in self._of("place"):
            yield Place(number, event_id, bytes.fromhex(leaf), None if event is None else tuple(event))

    def loose(self) -> Iterator[Event]:
        return map(tuple, self._of("loose"))

    def roots(self) -> list[Root]:
        return [
            Root(number, at, up_to, bytes.fromhex(message), bytes.fromhex(signature))
            for number, at, up_to, message, signature in self._of("root")
        ]

    def _of(self, kind: str) -> Iterator[list[Any]]:
        with self._path.open(encoding="utf-8") as file:
            for line in file:
                head, *rest = json.loads(line)
                if head == kind:
                    yield rest


def save(source: Database, path: Path) -> None:
    """Write all of `source` to the new file `path`, to be verified where there is no database."""
    with path.open("x", encoding="utf-8") as file:
        for line in _lines(source):
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _lines(source: Database) -> Iterable[list[Any]]:
    for place in source.places():
        yield ["place", place.number, place.event_id, place.leaf.hex(), place.event]
    for event in source.loose():
        yield ["loose", *event]
    for root in source.roots():
        yield ["root", root.number, root.at, root.up_to, root.message.hex(), root.signature.hex()]
