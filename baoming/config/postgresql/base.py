"""Django's PostgreSQL backend, cheaper in three places where every request passes (docs/operations/benchmarks.md)."""

import select
from typing import Any

from django.db import InterfaceError
from django.db.backends.postgresql import base
from psycopg import Connection, adapters
from psycopg.postgres import types
from psycopg.pq import Format

_MOMENT = types["timestamptz"].oid
_IN_ITS_OWN_ZONE = adapters.get_loader(_MOMENT, Format.TEXT)  # psycopg's compiled one; Django has a slow one of its own
_STATEMENTS = 400  # kept prepared in one connection; a portal asks some two hundred different ones


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that keeps statements prepared, reads times fast, and is known to be alive without a question."""

    connection: "Connection[Any] | None"

    def get_new_connection(self, conn_params: dict[str, Any]) -> "Connection[Any]":
        connection: Connection[Any] = super().get_new_connection(conn_params)
        connection.prepared_max = _STATEMENTS
        if _IN_ITS_OWN_ZONE is not None:
            connection.adapters.register_loader(_MOMENT, _IN_ITS_OWN_ZONE)
        return connection

    def create_cursor(self, name: str | None = None) -> Any:
        """Return a cursor as Django does; it would look for its own reading of times, which is gone."""
        if self.connection is None:
            raise InterfaceError("no connection")
        if name is None:
            return self.connection.cursor()
        return self.connection.cursor(name, scrollable=False, withhold=self.connection.autocommit)

    def is_usable(self) -> bool:
        """Whether the server is still there. One that has gone has written its farewell, or the end of the stream.

        Django would ask `SELECT 1` at the beginning of every request. By `poll`: `select` takes no descriptor
        above 1023, and a portal in a rush holds more.
        """
        if self.connection is None or self.connection.closed:
            return False
        listening = select.poll()
        listening.register(self.connection, select.POLLIN)
        return not listening.poll(0) or super().is_usable()
