"""Doing things at the same instant: a thread and a database connection each."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connections

T = TypeVar("T")
PATIENCE = 60  # seconds until a thread that waits for the others gives up


def together(acts: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """Run all acts at once; return what each gave, or the exception it ended with."""
    start = Barrier(len(acts))

    def run(act: Callable[[], T]) -> T | Exception:
        try:
            start.wait(PATIENCE)
            return act()
        except Exception as problem:
            return problem
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))
