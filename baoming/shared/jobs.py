"""Deferring a job by name, inside the transaction that causes it: it runs only if that commits."""

from datetime import timedelta

from procrastinate.contrib.django import app


def defer(task: str, *, after: timedelta | None = None, **ids: str | int) -> None:
    """Queue `task` (as named in some package's tasks.py) with ids only, never with a person's data."""
    if after is None:
        app.configure_task(task).defer(**ids)
    else:
        app.configure_task(task, schedule_in={"seconds": int(after.total_seconds())}).defer(**ids)
