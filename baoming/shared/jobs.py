"""Deferring a job by name, inside the transaction that causes it: it runs only if that commits."""

from contextlib import suppress
from datetime import timedelta

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued


def defer(task: str, *, after: timedelta | None = None, **ids: str | int) -> None:
    """Queue `task` (as named in some package's tasks.py) with ids only, never with a person's data."""
    if after is None:
        app.configure_task(task).defer(**ids)
    else:
        app.configure_task(task, schedule_in={"seconds": int(after.total_seconds())}).defer(**ids)


def defer_once(task: str, key: str, *, after: timedelta = timedelta(0), **ids: str | int) -> None:
    """As `defer`, but at most one job of `task` waits for `key`: whoever comes second leaves it to that one.

    For a task that has no retry of its own: a retried job keeps its key and would meet a newer one.
    """
    wait = {"seconds": int(after.total_seconds())}
    # An inner block: the refused insert must not break the caller's transaction.
    with suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task(task, queueing_lock=f"{task}:{key}", schedule_in=wait).defer(**ids)
