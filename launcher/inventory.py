"""What a database and a media folder hold, as counts and hashes: how a restore proves itself.

A table is its number of rows and the sum of its rows' hashes, whatever their order. What guards the rows
(constraints, indexes, triggers, functions, grants) is hashed as the database itself spells it, but for casts
between texts and for parentheses: a list of texts is spelled otherwise once it has been dumped and restored.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import psycopg
from psycopg import sql

Connection = psycopg.Connection[tuple[Any, ...]]

_SAME_SPELLING = "SET timezone = 'UTC'; SET datestyle = 'ISO'; SET bytea_output = 'hex'; SET extra_float_digits = 1"
_TABLES = """
SELECT relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1"""
# Sixty bits of each row's MD5, summed up: nobody's guard, but no row is lost, doubled or changed by accident unseen.
_ROWS = "SELECT count(*), coalesce(sum(('x' || left(md5(t::text), 15))::bit(60)::bigint), 0)::text FROM {} AS t"
# ARRAY['a'::character varying]::text[] comes back as ARRAY['a'::character varying::text].
_RESPELT = ("constraints", "indexes")
_CAST = re.compile(r"::(character varying|text)(\[\])?|[()]")
_GUARDS = {
    "columns": """
        SELECT format('%s.%s %s %s %s %s%s', attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull,
                      attcollation::regcollation, attgenerated, attidentity)
        FROM pg_attribute JOIN pg_class AS c ON c.oid = attrelid
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped""",
    "constraints": """
        SELECT format('%s.%s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace""",
    "indexes": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "triggers": "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "functions": """
        SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind <> 'a'""",
    "policies": "SELECT p::text FROM pg_policies AS p",
    "owners": """
        SELECT format('%s %s', oid::regclass, relowner::regrole)
        FROM pg_class WHERE relnamespace = 'public'::regnamespace""",
    "grants": """
        SELECT format('%s %s %s %s', c.oid::regclass, grantee::regrole, privilege_type, is_grantable)
        FROM pg_class AS c, aclexplode(coalesce(relacl, acldefault('r', relowner)))
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'S')""",
    "sequences": """
        SELECT format('%s %s', sequencename, last_value) FROM pg_sequences WHERE schemaname = 'public'""",
}


@dataclass(frozen=True, slots=True)
class Inventory:
    """`tables` and `guards`: name to [count, hash]. `media`: [files, hash]."""

    tables: dict[str, list[int | str]]
    guards: dict[str, list[int | str]]
    media: list[int | str]

    @classmethod
    def of(cls, connection: Connection, *, media: list[int | str]) -> Self:
        """Look at every row of the database; in a transaction of one snapshot it sees one moment."""
        connection.execute(_SAME_SPELLING)
        names = [row[0] for row in connection.execute(_TABLES)]
        return cls(
            tables={name: _rows(connection, name) for name in names},
            guards={key: _lines(connection, query, respelt=key in _RESPELT) for key, query in _GUARDS.items()},
            media=media,
        )

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        return cls(tables=content["tables"], guards=content["guards"], media=content["media"])

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def rows(self) -> int:
        return sum(int(count) for count, _ in self.tables.values())

    def differences(self, found: "Inventory") -> list[str]:
        """Return in sentences what `found` holds otherwise than this; nothing when they are the same."""
        said = [
            _differs(f"table {name}", "rows", self.tables.get(name), found.tables.get(name))
            for name in sorted({*self.tables, *found.tables})
        ]
        said += [_differs(key, "lines", mine, found.guards.get(key)) for key, mine in self.guards.items()]
        said.append(_differs("media", "files", self.media, found.media))
        return [sentence for sentence in said if sentence]


class MediaCount:
    """Counts files and hashes their names and contents, told of them in the order of their names."""

    def __init__(self) -> None:
        self._digest, self._count = hashlib.sha256(), 0

    def add(self, name: str, content: bytes) -> None:
        self._digest.update(f"{name} {hashlib.sha256(content).hexdigest()}\n".encode())
        self._count += 1

    def result(self) -> list[int | str]:
        return [self._count, self._digest.hexdigest()]


def media_of(folder: Path) -> list[int | str]:
    """Return how many files lie below `folder`, and one hash over their names and contents."""
    count = MediaCount()
    for name, path in media_files(folder):
        count.add(name, path.read_bytes())
    return count.result()


def media_files(folder: Path) -> list[tuple[str, Path]]:
    """Return each file's name below `folder` and its path, in the order of the names."""
    return sorted((str(path.relative_to(folder)), path) for path in folder.rglob("*") if path.is_file())


def _rows(connection: Connection, table: str) -> list[int | str]:
    row = connection.execute(sql.SQL(_ROWS).format(sql.Identifier(table))).fetchone()
    return list(row or ())


def _lines(connection: Connection, query: str, *, respelt: bool) -> list[int | str]:
    found = [str(row[0]) for row in connection.execute(query)]
    lines = sorted(_CAST.sub("", line) if respelt else line for line in found)
    return [len(lines), hashlib.sha256("\n".join(lines).encode()).hexdigest()]


def _differs(name: str, unit: str, wanted: list[int | str] | None, found: list[int | str] | None) -> str:
    if wanted == found:
        return ""
    if wanted is None or found is None:
        return f"{name} is {'missing' if found is None else 'too much'}"
    if wanted[0] != found[0]:
        return f"{name} has {found[0]} {unit}, {wanted[0]} were backed up"
    return f"{name} has as many {unit} as were backed up, but with other content"
