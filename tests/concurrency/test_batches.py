"""Batches over the same people never wait for each other in a circle, because each locks in one order.

The control takes the order away: two batches then deadlock, and PostgreSQL ends one of them.
"""

import contextlib
import random
from collections.abc import Sequence
from functools import partial
from threading import Barrier, BrokenBarrierError
from uuid import UUID

import pytest
from django.db import OperationalError

from baoming.registrations.models import Batch, BatchLine, Registration, Signature
from baoming.registrations.services import batches
from baoming.registrations.services.batches import run_chunk
from baoming.reviews.services import class_acts
from tests import factories as make
from tests.concurrency.together import together
from tests.registrations.classes import pupils
from tests.reviews.test_class_acts import start

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
PEOPLE, BATCHES = 12, 4


def same_people() -> list[Batch]:
    make.season("confirmation")
    here = make.site()
    rows = pupils(here, PEOPLE)
    return [start(here, random.sample(rows, PEOPLE)) for _ in range(BATCHES)]


def chunk_of(batch: Batch) -> bool:
    return run_chunk(batch.pk, class_acts.KINDS)


def test_batches_over_the_same_people_all_end_and_each_person_signs_once() -> None:
    started = same_people()
    answers = together([partial(class_acts.run, batch.pk) for batch in started])
    assert answers == [None] * BATCHES
    assert Signature.objects.count() == PEOPLE
    assert sum(batch.done for batch in Batch.objects.all()) == PEOPLE
    assert BatchLine.objects.count() == PEOPLE * BATCHES


def test_control_without_the_order_two_batches_deadlock(monkeypatch: pytest.MonkeyPatch) -> None:
    meet = Barrier(2)

    def in_any_order(chunk: Sequence[UUID]) -> list[Registration]:
        """Lock one after the other in an order of one's own; after the first, wait until the other has its first."""
        with_first = sorted(chunk, reverse=meet.wait(5) == 1)
        rows = []
        for pk in with_first:
            rows.append(Registration.objects.select_for_update().get(pk=pk))
            if len(rows) == 1:
                meet.wait(5)
        return rows

    first, second, *_ = same_people()
    monkeypatch.setattr(batches, "_locked", in_any_order)
    answers = together([partial(chunk_of, batch) for batch in (first, second)])
    broken = [answer for answer in answers if isinstance(answer, OperationalError)]
    assert len(broken) == 1, answers
    assert "deadlock detected" in str(broken[0])


def test_two_runners_of_one_batch_take_turns_and_nobody_is_done_twice() -> None:
    batch = same_people()[0]
    answers = together([partial(class_acts.run, batch.pk)] * 6)
    assert answers == [None] * 6
    batch.refresh_from_db()
    assert (batch.done, batch.state) == (PEOPLE, "done")
    assert Signature.objects.count() == PEOPLE


def test_control_without_the_batchs_lock_the_runners_collide(monkeypatch: pytest.MonkeyPatch) -> None:
    meet, lock = Barrier(2), batches._locked

    def both_have_read(chunk: Sequence[UUID]) -> list[Registration]:
        with contextlib.suppress(BrokenBarrierError):
            meet.wait(5)
        return lock(chunk)

    batch = same_people()[0]
    monkeypatch.setattr(batches, "_locked", both_have_read)
    monkeypatch.setattr(Batch.objects, "select_for_update", Batch.objects.all)
    answers = together([partial(chunk_of, batch)] * 2)
    assert any("person_once_a_batch" in str(answer) for answer in answers), answers
