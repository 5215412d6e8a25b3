"""A list that goes out and answers that come back about the same people never wait for each other in a circle.

The control takes away that an export locks its people before it counts: the commit then asks for them, and PostgreSQL
ends one of the two.
"""

import contextlib
from collections.abc import Callable, Iterable
from threading import Barrier, BrokenBarrierError
from uuid import UUID

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from baoming.audit.actors import Actor
from baoming.checks.files import token
from baoming.checks.models import CheckBatch, CheckLine, CheckResult, CheckTally
from baoming.checks.services import exports, results
from baoming.checks.services.exports import approve_export, make_all
from baoming.checks.services.tallies import Counted, count
from baoming.imports.services import applying
from baoming.registrations.models import Batch
from tests import factories as make
from tests.checks.exporting import ask, exported, second
from tests.concurrency.together import together
from tests.imports.files import csv, numbered, of, staged

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
PEOPLE = 6


def out_and_back() -> tuple[CheckBatch, Batch]:
    """An approved export of a city, and the answers to an earlier one of the same people, both still to be done."""
    make.season("intake")
    here = make.site()
    for running in range(PEOPLE):
        numbered(here, running + 1, name=f"欧阳{'甲乙丙丁戊己'[running]}")
    by = city()
    exported(by)
    lines = [[token(line.pk), "一致", ""] for line in CheckLine.objects.all()]
    answers = staged(csv(*lines, header=["行标识", "结果", "说明"]), by, kind="check_roll", filename="结果.csv")
    going = ask(by, again=True)
    approve_export(going.pk, by=second(by))
    return going, applying.apply_import(answers.pk, by=by)


def city() -> Actor:
    parent = make.county().parent
    assert parent is not None
    return of(parent)


def both(going: CheckBatch, coming: Batch, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Make and apply at once: who exports has counted when who applies has its people, if that can be."""
    meet = Barrier(2)

    def met() -> None:
        with contextlib.suppress(BrokenBarrierError):
            meet.wait(3)

    def counted(lines: Iterable[Counted]) -> None:
        count(lines)
        met()

    def to_count(lines: Iterable[Counted], *, answered: Iterable[UUID]) -> None:
        met()
        count(lines, answered=answered)

    monkeypatch.setattr(exports, "count", counted)
    monkeypatch.setattr(results, "count", to_count)
    acts: list[Callable[[], None]] = [lambda: make_all(going.pk), lambda: applying.run(coming.pk)]
    return list(together(acts))


def test_both_end_and_everything_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    going, coming = out_and_back()
    assert both(going, coming, monkeypatch) == [None, None]
    going.refresh_from_db()
    assert (going.state, going.count, CheckResult.objects.count()) == ("ready", PEOPLE, PEOPLE)
    tally = CheckTally.objects.get()
    assert (tally.exported, tally.match) == (2 * PEOPLE, PEOPLE)


def test_control_with_the_people_locked_at_the_commit_they_deadlock(monkeypatch: pytest.MonkeyPatch) -> None:
    going, coming = out_and_back()
    monkeypatch.setattr(exports, "_hold", lambda _: None)
    broken = [answer for answer in both(going, coming, monkeypatch) if isinstance(answer, OperationalError)]
    assert len(broken) == 1
    assert "deadlock detected" in str(broken[0])


def test_an_export_locks_its_people_in_the_order_of_every_batch_and_before_it_counts() -> None:
    going, _ = out_and_back()
    with CaptureQueriesContext(connection) as asked:
        make_all(going.pk)
    written = [one["sql"] for one in asked]
    [locks] = [place for place, sql in enumerate(written) if "FOR NO KEY UPDATE" in sql]
    assert 'SELECT "registrations_registration"."id" AS "pk"' in written[locks]
    assert "ORDER BY 1 ASC FOR" in written[locks]
    first = min(place for place, sql in enumerate(written) if "checks_checkline" in sql and "INSERT" in sql)
    assert locks < first < next(place for place, sql in enumerate(written) if "checks_checktally" in sql)
