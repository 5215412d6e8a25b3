"""A job is written with what it is about: in the caller's transaction, also when the caller is a job itself."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.testing import InMemoryConnector

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
        jobs.defer_many(TASK, "file_id", ["3", "4"])
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
