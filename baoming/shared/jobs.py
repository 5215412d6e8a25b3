"""Jobs: deferred by name inside the transaction that causes them, run again when they fail, or when their worker died.

A job deferred in a transaction runs only if that commits, and not before it does. Every job may run twice.
"""

import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, UniqueViolation
from procrastinate.jobs import Job, JobDeferrer, Status
from procrastinate.manager import JobManager
from procrastinate.retry import BaseRetryStrategy, RetryDecision
from procrastinate.types import JSONDict

DATABASE_AWAY = (OperationalError, InterfaceError, ConnectorException)  # it is back within minutes
_LONGEST_WAIT = 60  # seconds between two tries
_MOST_TRIES = 1500  # a little more than a day
_STALLED = 30  # seconds without a sign of life from the worker, which gives one every ten

_Id = TypeVar("_Id", int, UUID)
log = logging.getLogger("baoming.jobs")


class Again(BaseRetryStrategy):
    """Run the job again after one of these failures, or when the database was away: soon, later once a minute."""

    def __init__(self, *failures: type[Exception]) -> None:
        self._failures = (*failures, *DATABASE_AWAY)

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if job.attempts >= _MOST_TRIES or not isinstance(exception, self._failures):
            return None
        return RetryDecision(retry_in={"seconds": min(2 ** min(job.attempts + 1, 10), _LONGEST_WAIT)})


@cache
def _ours() -> JobManager:
    return JobManager(DjangoConnector())


def _queue(task: str, **options: Any) -> JobDeferrer:
    """Configure a job that is written through the caller's connection, in its transaction.

    Inside a worker the app has a connector of its own: what it defers would be seen at once, before the
    caller's rows are there, and would stay when the caller rolls back.
    """
    queued = app.configure_task(task, **options)
    queued.job_manager = _ours()
    return queued


def defer(task: str, *, after: timedelta | None = None, **ids: str | int) -> None:
    """Queue `task` (as named in some package's tasks.py) with ids only, never with a person's data."""
    if after is None:
        _queue(task).defer(**ids)
    else:
        _queue(task, schedule_in={"seconds": int(after.total_seconds())}).defer(**ids)


def defer_in_line(task: str, line: str, **ids: str | int) -> None:
    """As `defer`; jobs of one line run one at a time, in their order, on however many workers."""
    _queue(task, lock=line).defer(**ids)


def defer_many(task: str, each: Iterable[JSONDict]) -> None:
    """As `defer`, a job for each set of ids; all in one statement."""
    if rows := list(each):
        _queue(task).batch_defer(*rows)


def defer_once(task: str, key: str, *, after: timedelta = timedelta(0), **ids: str | int) -> None:
    """As `defer`, but at most one job of `task` waits for `key`: whoever comes second leaves it to that one.

    For a task that has no retry of its own: a retried job keeps its key and would meet a newer one.
    """
    wait = {"seconds": int(after.total_seconds())}
    # An inner block: the refused insert must not break the caller's transaction.
    with suppress(AlreadyEnqueued), transaction.atomic():
        _queue(task, queueing_lock=f"{task}:{key}", schedule_in=wait).defer(**ids)


def for_each(ids: Iterable[_Id], work: Callable[[_Id], object]) -> None:
    """Do `work` for each of `ids` by itself: where one fails the others have their turn, then the job fails."""
    failures = []
    for one in ids:
        try:
            work(one)
        except Exception as problem:
            log.error("%s of %s failed: %s", work.__name__, one, type(problem).__name__)
            failures.append(problem)
    if failures:
        raise ExceptionGroup(f"{work.__name__} failed for {len(failures)}", failures)


@app.periodic(cron="* * * * *")
@app.task(name="shared.retry_stalled", queueing_lock="shared.retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """Queue again what a killed worker left half done: nobody else would ever touch it."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=_STALLED):
        try:
            await manager.retry_job(job)
        except UniqueViolation:  # another job with its key waits and will do its work
            await manager.finish_job(job, Status.FAILED, delete_job=False)
        except ConnectorException:  # it has ended meanwhile; if not, the next minute finds it again
            continue
