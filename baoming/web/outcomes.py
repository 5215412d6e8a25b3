"""COMMIT may answer success although nobody promised it: a wait for the standby that was cancelled (W1)."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from psycopg.errors import Diagnostic

_WARNING = "01000"


@contextmanager
def commit_warnings() -> Iterator[list[str]]:
    """Collect the warnings of this thread's connection; who commits empties the list just before.

    PostgreSQL answers a cancelled or terminated wait for synchronous replication with success and a
    warning. The row may be gone after a failover, so the caller must not call it saved.
    """
    warnings: list[str] = []

    def note(diagnostic: Diagnostic) -> None:
        if diagnostic.sqlstate == _WARNING:
            warnings.append(diagnostic.message_primary or _WARNING)

    connection.ensure_connection()
    raw = connection.connection
    raw.add_notice_handler(note)
    try:
        yield warnings
    finally:
        raw.remove_notice_handler(note)
