"""From what the service sent PostgreSQL for one person to a pgbench script that does it for any."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection
from django.db.backends.postgresql.psycopg_any import mogrify

from baoming.registrations.models import Registration


def captured(act: Callable[[], object]) -> list[str]:
    """Act once; return the statements that PostgreSQL was sent meanwhile, as text."""
    statements: list[str] = []

    def keep(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        statements.append(mogrify(sql, params, connection) if params else sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        act()
    return statements


def replay_script(statements: Sequence[str], sample: Registration, *, each: int) -> str:
    """Return a script that issues a number to any person as `statements` did to `sample`.

    A person's id ends in twelve digits, counted up from :first, `each` to a client. Site, path, segment
    and number come from the answers of the statements themselves, as in the service.
    """
    assert sample.number is not None
    lines = [f"\\set n :first + :client_id * {each} + :i", "\\set i :i + 1", "BEGIN;"]
    for statement in statements:
        text = statement.replace(sample.pk.hex, f"{sample.pk.hex[:20]}:n")
        text = text.replace(sample.site_id.hex, ":r_site_id").replace(sample.path, ":r_path")
        text = re.sub(rf"\b{sample.number}\b", ":s_next", text)
        lines.append(" ".join(text.split()) + _end(text))
    return "\n".join([*lines, "COMMIT;", ""])


def _end(statement: str) -> str:
    """Return how a statement ends: the locked rows are kept in variables."""
    if "FOR UPDATE" not in statement:
        return ";"
    return " \\gset s_" if "numbersegment" in statement else " \\gset r_"
