"""What an act writes, in the whole database: every row that is new, changed or gone, column by column.

Rows are told by whose they are, so that two runs of one act can be laid side by side. What differs between two runs
of the same act (ids, instants, digests, what is sealed) is nothing that its sender has chosen.
"""

import json
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

Effects = dict[tuple[str, str, str], list[str]]  # (table, new or changed and whose, column) → what stands there now
_WHOSE = ("registration_id", "subject", "recipient", "account_id")
_MOMENTS = {"began_at", "seen_at", "expire_date", "session_data"}  # in whole seconds: alike only by chance
_TABLES = """
SELECT relname, attname FROM pg_class JOIN pg_index ON indrelid = pg_class.oid AND indisprimary
JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
AND NOT relispartition AND has_table_privilege(oid, 'SELECT')
AND relname !~ '^(django|auth)_|_bucket$|_periodic|_worker' ORDER BY relname
"""


def effects_of(act: Callable[[], object], *, also: Callable[[], object] = lambda: None) -> Effects:
    """Do it, and undo it; return what it has written, and what `also` tells of it (of what lies sealed)."""
    with transaction.atomic():
        before, told = _everything(), also()
        act()
        after = _everything()
        more = also()
        transaction.set_rollback(True)
    for row in (row for rows in (*before.values(), *after.values()) for row in rows.values()):
        row.update((name, None) for name in row if name in _MOMENTS or _is_counted(name, row[name]))
    found: Effects = {} if more == told else {("", "", ""): [str(more)]}
    for table, rows in after.items():
        old = before[table]
        for key in old.keys() | rows.keys():
            row = rows.get(key) or dict.fromkeys(old[key], "gone")
            whose = _whose(old.get(key, row))
            kind = f"changed of {key if whose == 'nobody' else whose}" if key in old else f"new of {whose}"
            for name, value in row.items():
                if key not in old or old[key][name] != value:
                    found.setdefault((table, kind, name), []).append(str(value))
    return {key: sorted(values) for key, values in found.items()}


def _whose(row: dict[str, Any]) -> object:
    """Return the person or the account that a row is of; both have an id that stays."""
    return next((row[name] for name in _WHOSE if row.get(name)), "nobody")


def _is_counted(name: str, value: object) -> bool:
    """Whether it is an id that a sequence gives: another each time."""
    return name.endswith("id") and name != "season_id" and isinstance(value, int)


def columns() -> dict[str, str]:
    """Return the name of every column of these tables, with the kind of its values."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = ANY(%s)", [
            list(_tables()),
        ])  # fmt: skip
        return dict(cursor.fetchall())


def _everything() -> dict[str, dict[str, dict[str, Any]]]:
    """Return every row as PostgreSQL tells it, by table and key, in the order in which they were written."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    with connection.cursor() as cursor:
        for table, key in _tables().items():
            cursor.execute(f"SELECT to_jsonb(t) FROM {table} AS t ORDER BY tableoid, ctid")
            rows = [json.loads(row[0]) for row in cursor.fetchall()]
            found[table] = {str(row[key]): row for row in rows}
            assert len(found[table]) == len(rows), table
    return found


def _tables() -> dict[str, str]:
    """Return the key of each table."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        return dict(cursor.fetchall())
