"""When the requests of a line and all their jobs have ended."""

import time
from collections.abc import Sequence

import psycopg

from baoming.registrations.journey import BITS
from bench.journey import Line

_PATIENCE = 60.0  # seconds for the jobs of one stretch
_POLL = 0.02


class Settling:
    """Watches the database, on a connection whose own CPU is left out of every figure."""

    def __init__(self, watch: "psycopg.Connection[tuple[object, ...]]") -> None:
        self._watch = watch

    def wait(self, line: Line, files: Sequence[str]) -> None:
        """Wait until the line's step is done for all and no job is left. Raises TimeoutError."""
        deadline = time.monotonic() + _PATIENCE
        bit = BITS.get(line.step, 0)
        while not self._settled(bit, files):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{line.name}: step {line.step or '(none)'} is not done for all, or jobs are left")
            time.sleep(_POLL)

    def _settled(self, bit: int, files: Sequence[str]) -> bool:
        row = self._watch.execute(
            "SELECT NOT EXISTS (SELECT FROM procrastinate_jobs WHERE status = 'doing' OR (status = 'todo'"
            " AND (scheduled_at IS NULL OR scheduled_at <= now())))"
            " AND NOT EXISTS (SELECT FROM registrations_registration WHERE id = ANY(%s::uuid[]) AND done & %s <> %s)",
            [[file for file in files if file], bit, bit],
        ).fetchone()
        return row is not None and bool(row[0])
