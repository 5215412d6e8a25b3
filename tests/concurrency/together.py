"""Doing things at the same instant: a thread and a database connection each."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from threading import Barrier
from typing import Any, TypeVar

from django.db import connections

T = TypeVar("T")
PATIENCE = 60  # seconds until a thread that waits for the others gives up
AtOnce = Callable[[Sequence[Callable[[], Any]]], list[Any]]


def together(acts: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """Run all acts at once; return what each gave, or the exception it ended with."""
    with hands(len(acts)) as at_once:
        return at_once(acts)


@contextmanager
def hands(count: int) -> Iterator[AtOnce]:
    """Yield what runs `count` acts at once, as `together` does, whose connections last until the block ends.

    For those who come again and again: each new connection is a new process of the server, which knows no table yet.
    """
    with ThreadPoolExecutor(count) as pool:
        try:
            yield partial(_at_once, pool)
        finally:
            _at_once(pool, [connections.close_all] * count)


def _at_once(pool: ThreadPoolExecutor, acts: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """Each thread waits for all the others, so that none takes two."""
    start = Barrier(len(acts))

    def run(act: Callable[[], T]) -> T | Exception:
        try:
            start.wait(PATIENCE)
            return act()
        except Exception as problem:
            return problem

    return list(pool.map(run, acts))
