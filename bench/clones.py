"""Rows multiplied inside PostgreSQL, whatever tables they stand in: found by their foreign keys.

An original and its copy number `n` are joined by one formula on both sides: a UUID becomes
`md5(uuid:n)`, a whole-number id `id + n * STRIDE`, a digest the SHA-256 of itself and `n`. So copies hang
together as the originals do. Indexes and constraints are taken away while rows are poured in, and made
again as the catalogue spelled them.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg

STRIDE = 1_000_000  # above every id of an original
ROOT = "registrations_registration"
Connection = psycopg.Connection[tuple[object, ...]]

# UUIDs that are no foreign keys, since a lower package knows no higher one: table to (column, what it names).
_SOFT = {
    "audit_event": ("subject", ROOT),
    "documents_print": ("subject", ROOT),
    "outbox_message": ("recipient", ROOT),
    "accounts_phonecode": ("subject", ROOT),
    "accounts_account": ("id", f"(SELECT account_id AS id FROM {ROOT})"),
}
_UNIQUE_TEXT = {  # what the outside numbered: text that must differ
    ("payments_order", "number"): "left(md5(t.number || p.n), 32)",
    ("payments_order", "transaction"): "CASE WHEN t.transaction = '' THEN '' ELSE md5(t.transaction || p.n) END",
    ("payments_notice", "event"): "md5(t.event || p.n)",
    ("payments_notice", "transaction"): "md5(t.transaction || p.n)",
    ("accounts_account", "handle"): "left(t.handle, 20) || md5(t.handle || p.n)",
}
_PERSON = ("number", "name", "name_key", "name_initials", "document_sealed", "number_blind", "last_four_blind")
_NOT_COPIED = {"accounts_session"}  # a browser signed in is one person's
_FOREIGN_KEYS = """
    SELECT conrelid::regclass::text, attname, confrelid::regclass::text
    FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
    WHERE contype = 'f' AND connamespace = 'public'::regnamespace"""
_COLUMNS = """
    SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns
    WHERE table_schema = 'public' AND is_generated = 'NEVER' ORDER BY table_name, ordinal_position"""


@dataclass(frozen=True)
class Table:
    """One table whose rows hang on people. `parents`: its foreign keys into others of that kind."""

    name: str
    columns: Mapping[str, str]
    foreign: frozenset[str]
    parents: Mapping[str, str] = field(default_factory=dict)

    @property
    def originals(self) -> str:
        """The statement that finds the rows of the originals; those above it must have been kept before."""
        links = dict(self.parents)
        if self.name in _SOFT:
            links.setdefault(*_SOFT[self.name])
        belongs = [
            f"t.{column} IN (SELECT id FROM {kept(parent) if parent[0] != '(' else parent} AS up)"
            for column, parent in links.items()
        ]
        return f"SELECT * FROM {self.name} AS t WHERE {' OR '.join(belongs) or 'true'}"

    @property
    def pouring(self) -> str:
        """The statement that pours in the copies number %(first)s to %(last)s."""
        values = ", ".join(self._value(column, kind) for column, kind in self.columns.items())
        names = ", ".join(f'"{column}"' for column in self.columns)
        join = " JOIN bench.people AS q ON q.original = t.id AND q.n = p.n" if self.name == ROOT else ""
        return (
            f"INSERT INTO {self.name} ({names}) SELECT {values} FROM {kept(self.name)} AS t "
            f"CROSS JOIN bench.places AS p{join} WHERE p.n BETWEEN %(first)s AND %(last)s"
        )

    def _value(self, column: str, kind: str) -> str:
        if self.name == ROOT and column in _PERSON:
            return f"q.{column}"
        if (self.name, column) in _UNIQUE_TEXT:
            return _UNIQUE_TEXT[self.name, column]
        if column in ("path", "site_id"):
            return f"p.{column}"
        ours = column in self.parents or (column not in self.foreign and kind == "uuid") or column == "id"
        if kind == "bytea":
            return f"sha256(t.{column} || convert_to(p.n::text, 'UTF8'))"
        if not ours:
            return f't."{column}"'
        return copied(f"t.{column}") if kind == "uuid" else f"t.{column} + p.n * {STRIDE}::bigint"


def copied(column: str) -> str:
    """Return SQL for the UUID of a copy; `bench.populate` makes the same in Python."""
    return f"md5({column}::text || ':' || p.n)::uuid"


def kept(table: str) -> str:
    """Return the table that keeps the originals' rows."""
    return f"bench.original_{table}"


def tables(connection: Connection) -> list[Table]:
    """Return the tables that hold people's rows, each after those it refers to."""
    links = [(str(a), str(b), str(c)) for a, b, c in connection.execute(_FOREIGN_KEYS)]
    columns: dict[str, dict[str, str]] = {}
    for table, column, kind in connection.execute(_COLUMNS):
        columns.setdefault(str(table), {})[str(column)] = str(kind)
    members = {ROOT, *(name for name in _SOFT if name in columns)}
    while more := {child for child, _, parent in links if parent in members} - members:
        members |= more
    found = {
        name: Table(
            name=name,
            columns=columns[name],
            foreign=frozenset(column for child, column, _ in links if child == name),
            parents={column: parent for child, column, parent in links if child == name and parent in members - {name}},
        )
        for name in members
    }
    return _in_order(found)


def _in_order(found: Mapping[str, Table]) -> list[Table]:
    order: list[Table] = []
    while len(order) < len(found):
        have = {table.name for table in order}
        ready = [table for table in found.values() if table.name not in have and set(table.parents.values()) <= have]
        order += sorted(ready, key=lambda table: table.name)
    return order


def keep_originals(connection: Connection, every: list[Table]) -> None:
    """Keep the rows of all who are there now: only they are multiplied, and they before each other."""
    for table in sorted(every, key=lambda one: one.name != ROOT):
        if table.name == ROOT:
            connection.execute(f"CREATE TABLE {kept(ROOT)} AS SELECT * FROM {ROOT}")
    for table in every:
        if table.name != ROOT:
            connection.execute(f"CREATE TABLE {kept(table.name)} AS {table.originals}")


@contextmanager
def without_guards(connection: Connection, every: list[Table]) -> Iterator[None]:
    """Take indexes and constraints of these tables away, and make them again at the end."""
    names = [table.name for table in every]
    constraints = connection.execute(
        """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), contype::text FROM pg_constraint
           WHERE contype IN ('f', 'u', 'x', 'p') AND conrelid::regclass::text = ANY(%s)
           ORDER BY contype = 'f', conname""",
        [names],
    ).fetchall()
    indexes = connection.execute(
        """SELECT indexname::text, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = ANY(%s)
           AND indexname NOT IN (SELECT conname FROM pg_constraint WHERE contype IN ('u', 'x', 'p'))""",
        [names],
    ).fetchall()
    for table, name, _, _ in reversed(constraints):
        connection.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for name, _ in indexes:
        connection.execute(f'DROP INDEX "{name}"')
    yield
    for _, definition in indexes:
        connection.execute(str(definition).replace(" ON ONLY ", " ON "))  # of a table in partitions: on all of them
    for table, name, definition, _ in constraints:
        connection.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')


def pour(connection: Connection, every: list[Table], *, first: int, last: int) -> None:
    """Pour in the copies number `first` to `last` of every original."""
    for table in every:
        if table.name in _NOT_COPIED:
            continue
        connection.execute(table.pouring, {"first": first, "last": last})
        if table.columns.get("id") in ("bigint", "integer"):
            connection.execute(
                f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), max(id)) FROM {table.name}"
            )
