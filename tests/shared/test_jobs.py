"""A job is written with what it is about: in the caller's transaction, also when the caller is a job itself."""

import logging
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.tasks import Task
from procrastinate.testing import InMemoryConnector

from baoming.reports import tasks as reports
from baoming.reviews import tasks as reviews
from baoming.shared import jobs

pytestmark = pytest.mark.django_db
TASK = "reviews.make_print_file"


@pytest.fixture
def inside_a_worker() -> Iterator[InMemoryConnector]:
    """The app as a worker has it: with a connector that knows nothing of the caller's transaction."""
    own = InMemoryConnector()
    with app.replace_connector(own):
        yield own


def _deferred_and_rolled_back() -> None:
    with transaction.atomic():
        jobs.defer(TASK, file_id="1")
        jobs.defer_in_line(TASK, "press", file_id="2")
        jobs.defer_many(TASK, [{"file_id": "3"}, {"file_id": "4"}])
        jobs.defer_once(TASK, "5", file_id="5")
        transaction.set_rollback(True)


def test_inside_a_worker_a_job_is_queued_with_the_transaction_that_causes_it(
    inside_a_worker: InMemoryConnector,
) -> None:
    with transaction.atomic():
        jobs.defer_in_line(TASK, "press", file_id="1")
    assert ProcrastinateJob.objects.filter(task_name=TASK, lock="press").count() == 1
    assert not inside_a_worker.jobs


def test_inside_a_worker_what_is_rolled_back_leaves_no_job(inside_a_worker: InMemoryConnector) -> None:
    _deferred_and_rolled_back()
    assert not ProcrastinateJob.objects.filter(task_name=TASK).exists()
    assert not inside_a_worker.jobs


def test_control_by_the_workers_own_connector_jobs_stay_behind(
    inside_a_worker: InMemoryConnector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_queue", app.configure_task)
    _deferred_and_rolled_back()
    assert len(inside_a_worker.jobs) == 5


@pytest.mark.parametrize("many", [1, 60])
def test_many_jobs_are_written_in_one_statement(many: int) -> None:
    with CaptureQueriesContext(connection) as asked:
        jobs.defer_many(TASK, ({"file_id": str(number)} for number in range(many)))
    assert len(asked) == 1
    assert ProcrastinateJob.objects.filter(task_name=TASK).count() == many


def test_for_nobody_no_job_is_written() -> None:
    with CaptureQueriesContext(connection) as asked:
        jobs.defer_many(TASK, [])
    assert len(asked) == 0


BY_SEASON = [
    (reviews, reviews.debts, "remind_debtors", reviews.remind_debtors),
    (reports, reports, "count_progress", reports.count),
]  # tasks, where they find their service, its name, the job


@pytest.mark.parametrize(("tasks", "home", "service", "job"), BY_SEASON, ids=["remind", "count"])
def test_a_season_that_fails_keeps_no_other_from_its_turn_and_the_job_fails_at_the_end(
    tasks: ModuleType, home: ModuleType, service: str, job: Task, caplog: pytest.LogCaptureFixture
) -> None:
    seen = []

    def work(season_id: int) -> None:
        seen.append(season_id)
        if season_id < 3:
            raise KeyError("欧阳思远")

    with pytest.MonkeyPatch.context() as patch, caplog.at_level(logging.ERROR, "baoming.jobs"):
        patch.setattr(tasks, "season_ids", lambda: [1, 2, 3])
        patch.setattr(home, service, work)
        with pytest.raises(ExceptionGroup) as failed:
            job(timestamp=0)
    assert seen == [1, 2, 3], "each season by itself"
    assert [type(one) for one in failed.value.exceptions] == [KeyError, KeyError]
    assert [line.getMessage() for line in caplog.records] == [f"work of {one} failed: KeyError" for one in (1, 2)]


@pytest.mark.parametrize(("tasks", "home", "service", "job"), BY_SEASON, ids=["remind", "count"])
def test_control_a_plain_loop_ends_with_the_first_that_fails(
    tasks: ModuleType, home: ModuleType, service: str, job: Task, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    def loop(ids: Iterable[int], work: Callable[[int], object]) -> None:
        try:
            for one in ids:
                work(one)
        except KeyError as problem:
            raise ExceptionGroup("as the job ends", [problem]) from None

    monkeypatch.setattr(tasks, "for_each", loop)
    with pytest.raises(AssertionError, match="each season by itself"):
        test_a_season_that_fails_keeps_no_other_from_its_turn_and_the_job_fails_at_the_end(
            tasks, home, service, job, caplog
        )
