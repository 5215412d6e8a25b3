"""What an act writes, in the whole database: every row that is new, changed or gone, column by column.

Rows are told by their place, so that two runs of one act can be laid side by side. What differs between two runs
of the same act (ids, instants, digests, what is sealed) is nothing that its sender has chosen.
"""

import json
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

Effects = dict[tuple[str, str, str], Any]  # (table, key of the row, column) → value
_MOMENTS = {"began_at", "seen_at", "expire_date", "session_data"}  # in whole seconds: alike only by chance
_TABLES = """
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
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
    found: Effects = {} if more == told else {("", "", ""): more}
    for table, rows in after.items():
        for place, (key, old) in enumerate(before[table].items()):
            new = rows.get(key, dict.fromkeys(old, "gone"))
            found |= {(table, f"row {place}", name): value for name, value in new.items() if old[name] != value}
        for place, key in enumerate(key for key in rows if key not in before[table]):
            found |= {(table, f"new {place}", name): value for name, value in rows[key].items()}
    return found


def _is_counted(name: str, value: object) -> bool:
    """Whether it is an id that a sequence gives: another each time."""
    return name.endswith("id") and name != "season_id" and isinstance(value, int)


def columns() -> dict[str, str]:
    """Return the name of every column of these tables, with the kind of its values."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = ANY(%s)", [
            _tables(),
        ])  # fmt: skip
        return dict(cursor.fetchall())


def _everything() -> dict[str, dict[str, dict[str, Any]]]:
    """Return every row as PostgreSQL tells it, by table and first column, in the order in which they were written."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    with connection.cursor() as cursor:
        for table in _tables():
            cursor.execute(f"SELECT to_jsonb(t) FROM {table} AS t ORDER BY tableoid, ctid")
            rows = [json.loads(row[0]) for row in cursor.fetchall()]
            found[table] = {str(row.get("id", row.get("pk", next(iter(row.values()))))): row for row in rows}
    return found


def _tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        return [row[0] for row in cursor.fetchall()]
