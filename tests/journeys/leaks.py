"""What a story has left behind: nothing that was typed or read from a card may stand in the open (assurance L2)."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from bench.people import STAFF_PASSWORD
from launcher.stack import Stack
from standins.others import OTHERS
from standins.people import Person, people
from tests.journeys import phone

_APART = ("postgres", "standins", "static", "keys")  # cluster, asked by SQL · the world outside · ours to all · keys
_TABLES = """
SELECT c.oid::regclass::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname = 'public'
"""


_NOTED: dict[str, str] = {}


def note(code: str) -> None:
    """Look for this activation code as well, with and without what parts it."""
    _NOTED.update({code: "activation code", code.replace("-", ""): "activation code"})


def secrets() -> Mapping[str, str]:
    """Return each value that may be nowhere in the open, and what it is."""
    found = {**_NOTED, phone.NUMBER: "phone", phone.GUARDIAN: "phone of a parent"}
    found |= {phone.LOGIN: "login password", phone.SAVE: "save password", STAFF_PASSWORD: "password of staff"}
    for one in people():
        found |= {one.number: "ID number", one.roll_number: "number on the roll", one.address: "address"}
    for other in OTHERS:
        found |= {number: "ID number" for number in (other.number, other.stated) if number}
    return found


def names() -> Mapping[str, str]:
    """Return the names, which lists show and columns hold, but no log, queue or address."""
    return {one.name: "name" for one in people()} | {one.name: "name" for one in OTHERS if len(one.name) > 2}


def in_the_open(stack: Stack) -> list[str]:
    """Return what stands where it may not: in files of the installation, in its tables, in its queue."""
    return sorted({*_in_files(stack.home), *_in_tables(stack.cluster.url("postgres", "baoming"))})


def in_addresses(stack: Stack, addresses: Iterable[str]) -> list[str]:
    """Return what stands in addresses that a portal was asked for."""
    portals = (stack.url("office"), stack.url("candidate"))
    asked = "\n".join(address for address in addresses if address.startswith(portals))
    return list(_told("address", asked.encode(), {**secrets(), **names()}))


@contextmanager
def planted(stack: Stack, person: Person) -> Iterator[None]:
    """Let a log, the queue and a column hold what they may not, for one block."""
    log = stack.home / "log" / "office.log"
    written = log.read_bytes()
    with psycopg.connect(stack.cluster.url("postgres", "baoming"), autocommit=True) as database:
        log.write_bytes(written + person.number.encode())
        job = "INSERT INTO procrastinate_jobs (queue_name, task_name, status, args) VALUES ('x', 'x', 'failed', %s)"
        database.execute(job, [json.dumps({"who": person.name})])
        office, told = database.execute("SELECT id, phone FROM organizations_organization LIMIT 1").fetchone() or (
            "",
            "",
        )
        database.execute("UPDATE organizations_organization SET phone = %s WHERE id = %s", [phone.NUMBER, office])
        try:
            yield
        finally:
            database.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'x'")
            database.execute("UPDATE organizations_organization SET phone = %s WHERE id = %s", [told, office])
            log.write_bytes(written)


def _in_files(home: Path) -> Iterator[str]:
    for path in home.rglob("*"):
        place = path.relative_to(home)
        if place.parts[0] not in _APART and path.is_file():
            yield from _told(str(place), path.read_bytes(), {**secrets(), **names()})


def _in_tables(address: str) -> Iterator[str]:
    with psycopg.connect(address) as database:
        for (table,) in database.execute(_TABLES).fetchall():
            rows = database.execute(sql.SQL("SELECT one::text FROM {} AS one").format(sql.Identifier(table)))
            wanted = {**secrets(), **names()} if table.startswith("procrastinate_") else secrets()
            yield from _told(table, "\n".join(row[0] for row in rows).encode(), wanted)


def _told(place: str, content: bytes, wanted: Mapping[str, str]) -> Iterator[str]:
    """Say where something stands, and what; never the thing itself."""
    for value, what in wanted.items():
        plain = value.encode()
        spelt = value.encode("unicode_escape")  # as JSON with escapes holds it
        if any(form in content for form in (plain, spelt, plain.hex().encode())):
            yield f"{place}: {what}"
