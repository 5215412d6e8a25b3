"""A worker killed in the middle of a batch: another goes on from the cursor, and everybody is done exactly once.

Real workers; the first is killed with SIGKILL while it waits for a person whom somebody else holds.
"""

from pathlib import Path

import pytest

from baoming.audit.models import Event
from baoming.registrations.models import Batch, BatchLine, Registration, Signature, StepLog
from tests import factories as make
from tests.registrations.classes import pupils
from tests.reviews.test_class_acts import start
from tests.web.test_killed_worker import half_a_minute_passes, held, status, until, worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
TASK = "reviews.run_batch"
PEOPLE = 60


def test_a_batch_whose_worker_was_killed_ends_with_everybody_done_exactly_once(tmp_path: Path) -> None:
    make.season("confirmation")
    here = make.site()
    pupils(here, PEOPLE)
    rows = list(Registration.objects.order_by("pk"))
    batch = start(here, rows)
    with held(rows[40]), worker(tmp_path, tmp_path / "killed.log"):  # held: one of the second chunk
        until(lambda: Batch.objects.get().cursor > 0 and status(TASK) == "doing", tmp_path / "killed.log")
    batch.refresh_from_db()
    assert (batch.state, batch.cursor) == ("running", 25)
    assert Signature.objects.count() == 25  # the chunk that was under way left nothing
    half_a_minute_passes()
    with worker(tmp_path, tmp_path / "next.log"):
        until(lambda: Batch.objects.get().ended, tmp_path / "next.log")
    batch.refresh_from_db()
    assert (batch.done, batch.skipped) == (PEOPLE, 0)
    people = {row.pk for row in rows}
    for found in (
        BatchLine.objects.values_list("registration", flat=True),
        Signature.objects.values_list("registration", flat=True),
        StepLog.objects.filter(step="signature").values_list("registration", flat=True),
        Event.objects.filter(verb="step:signature").values_list("subject", flat=True),
    ):
        assert len(found) == PEOPLE
        assert set(found) == people
