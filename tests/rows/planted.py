"""A row of each guarded table for a person, written past all services: made from what the database says of its columns.

For asking policies, which look at nothing but who a row belongs to. A new guarded table needs nothing here, unless a
CHECK of it asks for more than any value of the column's type (`FITTING`).
"""

from dataclasses import dataclass, field
from uuid import uuid4

import psycopg
from psycopg import sql

from baoming.registrations.models import Registration
from tests.environment import CLUSTER, DATABASE

# Values where just any would be refused by a CHECK.
FITTING: dict[str, dict[str, object]] = {
    "registrations_batch": dict.fromkeys(("cursor", "done", "skipped"), 0),
    "registrations_restore": {"state": "asked"},  # as it would be in a list
    "schedule_extensionrequest": {"state": "asked", "scope": "site", "subject": None, "class_name": ""},  # as restores
    "registrations_scannedpage": {"found": "matched", "print_id": uuid4()},
}
_ANY = {
    "boolean": False, "ARRAY": "{}", "jsonb": "{}", "date": "2023-03-17",
    "timestamp with time zone": "2026-11-25 20:00+08",
}  # fmt: skip
_COLUMNS = """
SELECT column_name, data_type, is_nullable = 'YES' FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = %s AND is_identity = 'NO' AND is_generated = 'NEVER'
ORDER BY ordinal_position
"""
_POINTS = """
SELECT a.attname, c.confrelid::regclass::text FROM pg_constraint AS c
JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
WHERE c.contype = 'f' AND c.conrelid = %s::regclass
"""
_KEY = """
SELECT a.attname FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
WHERE i.indisprimary AND i.indrelid = %s::regclass
"""
_GUARDED = """
SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relrowsecurity AND NOT relispartition
AND relnamespace = 'public'::regnamespace ORDER BY relname
"""


@dataclass
class Planted:
    """What stands for one person: by table, the key of a row; and which column is the key."""

    person: Registration
    keys: dict[str, object] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)


def plant(person: Registration) -> Planted:
    """Write a row of every guarded table that has none of this person's yet."""
    found = Planted(person, {"registrations_registration": person.pk}, {"registrations_registration": "id"})
    with psycopg.connect(CLUSTER.url("postgres", DATABASE)) as owner:
        owner.execute("SET session_replication_role = replica")  # foreign keys and triggers look away
        for (table,) in owner.execute(_GUARDED).fetchall():
            _plant(owner, table, found)
    return found


def _plant(owner: "psycopg.Connection[tuple[object, ...]]", table: str, found: Planted) -> object:
    if table in found.keys:
        return found.keys[table]
    points = {str(name): str(other) for name, other in owner.execute(_POINTS, [table]).fetchall()}
    guarded = {str(name) for (name,) in owner.execute(_GUARDED).fetchall()}
    values: dict[str, object] = {}
    for name, kind, may_lack in owner.execute(_COLUMNS, [table]).fetchall():
        column, other = str(name), points.get(str(name), "")
        own = _own(column, other, found.person)
        if own is not None:
            values[column] = own
        elif other in guarded and other != table:
            values[column] = _plant(owner, other, found)
        elif column == "id":
            values[column] = uuid4() if kind == "uuid" else found.person.number * 100 + len(found.keys)
        elif not may_lack:
            values[column] = _any(str(kind), found.person)
    values |= FITTING.get(table, {})
    if table == "registrations_numbersegment":
        values |= dict.fromkeys(("first", "next", "last"), found.person.number)
    key = owner.execute(_KEY, [table]).fetchone()
    assert key is not None
    found.columns[table] = str(key[0])
    asked = sql.SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING {}").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join([sql.Placeholder()] * len(values)), sql.Identifier(found.columns[table]),
    )  # fmt: skip
    row = owner.execute(asked, list(values.values())).fetchone()
    assert row is not None
    found.keys[table] = row[0]
    return row[0]


def _any(kind: str, person: Registration) -> object:
    """Return a value of the type; of short ones that must be unique, one of this person's own."""
    if kind == "uuid":
        return uuid4()
    mark = str(person.number)[2]
    if kind in ("smallint", "integer", "bigint"):
        return int(mark)
    return {"bytea": mark.encode(), "text": mark, "character varying": mark}.get(kind, _ANY.get(kind))


def _own(column: str, other: str, person: Registration) -> object:
    """Return what ties a row to this person, if the column does."""
    if other == "registrations_registration" or column in ("subject", "recipient"):
        return person.pk
    if other == "seasons_season":
        return person.season_id
    if other == "organizations_organization":
        return person.site_id
    return person.path if column == "path" or column.endswith("_path") else None
