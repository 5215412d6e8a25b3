"""Sealing: one sequencer gives each event its place, links it, signs a root over the new ones, anchors it outside.

Everything may be killed between any two steps and run twice: places and root are one transaction, and
whatever the anchor file lacks is added to it by the next run.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connection, transaction

from baoming.audit.chain import START, Entry, anchor_line, leaf, merkle_root, root_message
from baoming.vault.digests import sm3
from baoming.vault.signing import SigningKey

MOST = 5000  # events under one root; the next run takes the next ones
AHEAD = 12  # months whose partitions are there beforehand
_SEQUENCER = 4_301_936  # the advisory lock of the one sequencer
_LATE = 300  # seconds a transaction may take from giving out an event's number to its commit; the night looks at all

_UNSEALED = """
SELECT e.id, e.at, e.verb, e.actor_kind, e.actor_id, e.actor_path, e.actor_label, e.subject, e.path, e.details::text
FROM audit_event AS e
WHERE e.id > %s AND NOT EXISTS (SELECT FROM audit_leaf AS l WHERE l.event = e.id)
ORDER BY e.id LIMIT %s
"""
_FLOOR = """
SELECT coalesce(max(up_to), 0) FROM audit_root WHERE at < clock_timestamp() - make_interval(secs => %s)
"""


class AnchorsLost(Exception):
    """The anchor file does not continue into the database's roots; the sentence says what to do."""


@cache
def _key() -> SigningKey:
    return SigningKey.load(settings.AUDIT_KEY)


def seal(*, everything: bool = False) -> int:
    """Seal what is new and anchor it; returns how many events. Safe to repeat and to kill.

    `everything`: look at all events, not only at those since five minutes before the last root.
    Raises AnchorsLost after the sealing in the database.
    """
    with _anchors() as file:
        sealed = _seal(everything=everything)
        _anchor(file)
    return sealed


@transaction.atomic
def _seal(*, everything: bool) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_SEQUENCER])
        cursor.execute("SET LOCAL ROLE audit_writer")
        try:
            return _seal_new(cursor, everything=everything)
        finally:
            if not connection.needs_rollback and connection.connection.info.transaction_status.name != "INERROR":
                cursor.execute("RESET ROLE")


def _seal_new(cursor: Any, *, everything: bool) -> int:
    floor = 0 if everything else _one(cursor, _FLOOR, _LATE)
    cursor.execute(_UNSEALED, [floor, MOST])
    entries = [Entry._make(row) for row in cursor.fetchall()]
    if not entries:
        return 0
    place, former = _last(cursor, "SELECT place, leaf FROM audit_leaf ORDER BY place DESC LIMIT 1")
    first, leaves = place + 1, []
    for entry in entries:
        place, former = place + 1, leaf(place + 1, former, entry)
        leaves.append((place, entry.id, former))
    cursor.executemany("INSERT INTO audit_leaf (place, event, leaf) VALUES (%s, %s, %s)", leaves)
    _sign(cursor, first=first, leaves=[row[2] for row in leaves], up_to=entries[-1].id)
    return len(entries)


def _sign(cursor: Any, *, first: int, leaves: list[bytes], up_to: int) -> None:
    number, before = _last(cursor, "SELECT number, message FROM audit_root ORDER BY number DESC LIMIT 1")
    at: datetime = _one(cursor, "SELECT clock_timestamp()")
    message = root_message(
        number + 1, first=first, last=first + len(leaves) - 1, at=at, root=merkle_root(leaves),
        former=sm3(before) if number else START,
    )  # fmt: skip
    cursor.execute(
        "INSERT INTO audit_root (number, at, up_to, message, signature) VALUES (%s, %s, %s, %s, %s)",
        [number + 1, at, up_to, message, _key().sign(message)],
    )


@contextmanager
def _anchors() -> Iterator[IO[bytes]]:
    """The anchor file, held by this process alone; made only while there is nothing it could have lost."""
    path = Path(settings.AUDIT_ANCHORS)
    if not path.exists():
        with connection.cursor() as cursor:
            if _one(cursor, "SELECT EXISTS (SELECT FROM audit_root)"):
                raise AnchorsLost(f"The anchor file {path} is gone: put it back from where it is copied to.")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        _sync_folder(path.parent)
    with path.open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def _anchor(file: IO[bytes]) -> None:
    """Add the roots that the file lacks. Raises AnchorsLost where the file knows other or later roots."""
    whole, last = _whole_lines(file)
    held = int(last.split(b",", 2)[1]) if last else 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, message, signature FROM audit_root WHERE number >= %s ORDER BY number", [max(held, 1)]
        )
        lines = {number: anchor_line(bytes(message), bytes(signature)) for number, message, signature in cursor}
    if held and lines.pop(held, b"") != last:
        raise AnchorsLost(
            f"Root {held} in {settings.AUDIT_ANCHORS} is not the database's: run `manage.py audit_verify`."
        )
    file.truncate(whole)
    file.seek(whole)
    file.write(b"".join(lines.values()))
    file.flush()
    os.fsync(file.fileno())


def _whole_lines(file: IO[bytes]) -> tuple[int, bytes]:
    """Return where the last whole line ends, and that line: a killed run may have left half a line after it."""
    size = file.seek(0, os.SEEK_END)
    start = max(size - 8192, 0)  # a line has about 400 bytes
    file.seek(start)
    tail = file.read()
    end = tail.rfind(b"\n") + 1
    last = tail[tail.rfind(b"\n", 0, max(end - 1, 0)) + 1 : end]
    return (start + end, last) if end else (0, b"")


def _last(cursor: Any, query: str) -> tuple[int, bytes]:
    cursor.execute(query)
    number, value = cursor.fetchone() or (0, START)
    return number, bytes(value)


def _one(cursor: Any, query: str, *values: object) -> Any:
    cursor.execute(query, values)
    return cursor.fetchone()[0]


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_partitions() -> None:
    """Make the partitions of this month and of the next ones. Safe to repeat."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_make_partitions(%s)", [AHEAD])
