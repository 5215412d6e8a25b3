"""R22: a decision and another act on the same person: who comes second sees what the first has done.

The control looks at the person before the lock is free: the second act then does what the first has closed.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import psycopg
import pytest
from django.db import connections, transaction

from baoming.registrations.models import FormVersion, Registration
from baoming.registrations.services import forms
from baoming.registrations.services.forms import save_form
from baoming.reviews.cases import Act
from baoming.reviews.models import Case, EligibilityReview, Transfer
from baoming.reviews.services import (
    complete_registration,
    eligibility,
    reopen,
    return_eligibility,
    transfer,
    undo_review,
    withdraw,
)
from baoming.reviews.services.cases import act_on_case
from baoming.shared.errors import Changed, NotOpen
from tests import factories as make
from tests.concurrency.together import together
from tests.environment import CLUSTER, DATABASE
from tests.registrations import confirmed
from tests.registrations.test_save_form import PASSWORD, candidate, me, now, type_in
from tests.registrations.test_sheets_service import open_phase
from tests.reviews import files
from tests.reviews.files import checks, county, site

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
PATIENCE = 20  # seconds until waiting for the other connection is given up


def one_after_the_other(first: Callable[[], object], second: Callable[[], object]) -> BaseException | None:
    """Do `first`, and before it is committed begin `second` on a connection of its own; return how that ended."""

    def run() -> None:
        try:
            with transaction.atomic():
                second()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first()
            running = pool.submit(run)
            _wait_until_it_waits()
        return running.exception(PATIENCE)


def _wait_until_it_waits() -> None:
    until = time.monotonic() + PATIENCE
    with psycopg.connect(CLUSTER.url("postgres", DATABASE), autocommit=True) as watch:
        asked = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = %s"
        while not watch.execute(asked, [DATABASE]).fetchone():
            assert time.monotonic() < until, "nothing waits for the lock"
            time.sleep(0.02)


def seen_before(registration_id: UUID) -> Registration:
    """The control's lock: none at all."""
    return Registration.objects.get(pk=registration_id)


def stop(row: Registration) -> None:
    withdraw(row.pk, reason="own_wish", by=county(row))


def save(row: Registration, revision: str) -> None:
    save_form(row.pk, save_password=PASSWORD, device="", revision=revision, by=me(row))


def test_who_saves_while_the_registration_is_being_stopped_is_told_so() -> None:
    row = candidate()
    type_in(row)
    revision = now(row)
    refused = one_after_the_other(lambda: stop(row), lambda: save(row, revision))
    assert isinstance(refused, NotOpen)
    assert "已经中止" in str(refused)
    assert FormVersion.objects.count() == 0


def test_who_stops_while_the_candidate_saves_keeps_what_was_saved() -> None:
    row = candidate()
    type_in(row)
    revision = now(row)
    assert one_after_the_other(lambda: save(row, revision), lambda: stop(row)) is None
    row.refresh_from_db()
    assert (row.version, row.stopped_at is not None) == (1, True)


def test_control_without_the_lock_a_stopped_person_saves(monkeypatch: pytest.MonkeyPatch) -> None:
    row = candidate()
    type_in(row)
    revision = now(row)
    monkeypatch.setattr(forms, "locked", seen_before)
    assert one_after_the_other(lambda: stop(row), lambda: save(row, revision)) is None
    row.refresh_from_db()
    assert (row.version, row.stopped_at is not None) == (1, True)


def assessed() -> Registration:
    row = confirmed.signed()
    confirmed.assess_morals(row.pk, qualified=True, text=confirmed.MORAL, by=site(row))
    open_phase(row, "intake")
    return row


def give_back(row: Registration) -> None:
    return_eligibility(row.pk, reason="enrolled", note="", by=site(row))


def test_nobody_being_completed_is_returned_and_nobody_being_returned_is_completed() -> None:
    row = assessed()
    by = county(row)
    refused = one_after_the_other(lambda: complete_registration(row.pk, by=by), lambda: give_back(row))
    assert "由县招考机构重新打开" in str(refused)
    other = make_another(row)
    refused = one_after_the_other(lambda: give_back(other), lambda: complete_registration(other.pk, by=by))
    assert "还缺：报考资格审核" in str(refused)


def make_another(row: Registration) -> Registration:
    """The same person opened again by the county: ready to be completed."""
    reopen(row.pk, reason="核查", by=county(row))
    row.refresh_from_db()
    return row


def test_control_without_the_lock_a_completed_person_loses_eligibility(monkeypatch: pytest.MonkeyPatch) -> None:
    row = assessed()
    by = county(row)
    monkeypatch.setattr(eligibility, "locked", seen_before)
    assert one_after_the_other(lambda: complete_registration(row.pk, by=by), lambda: give_back(row)) is None
    log = Registration.objects.get(pk=row.pk).steplog_set.order_by("id").values_list("step", "done")
    assert list(log)[-2:] == [("completion", True), ("eligibility", False)]


def test_two_offices_undo_one_decision_once() -> None:
    row = files.passed()
    review = EligibilityReview.objects.get()

    def undo(kind: str) -> object:
        with transaction.atomic():
            return undo_review(row.pk, review_id=review.pk, reason="点错了", by=files.office(row, kind))

    ends = together([lambda: undo("site"), lambda: undo("county")] * 4)
    assert [end for end in ends if isinstance(end, Exception)] == []
    assert row.steplog_set.filter(step="eligibility", done=False).count() == 1


def test_a_grant_of_the_county_and_a_withdrawal_of_the_site_at_once_leave_what_was_first() -> None:
    row = files.to_county()
    case = Case.objects.get()
    told = {"rules": checks(row)}

    def grant(pk: UUID) -> object:
        return act_on_case(pk, Act.GRANT, seen=1, by=county(row), raw=told)

    def take_back(pk: UUID) -> object:
        return act_on_case(pk, Act.WITHDRAW, seen=1, by=site(row), note="撤回")

    assert isinstance(one_after_the_other(lambda: take_back(case.pk), lambda: grant(case.pk)), Changed)
    row.refresh_from_db()
    assert (row.decider, "eligibility" in row.done_steps) == ("site", False)
    again = files.give_on(row)
    assert isinstance(one_after_the_other(lambda: grant(again.pk), lambda: take_back(again.pk)), Changed)
    row.refresh_from_db()
    assert (row.decider, "eligibility" in row.done_steps) == ("county", True)


def test_two_moves_at_once_leave_the_person_at_one_site_with_its_path() -> None:
    row = files.passed()
    targets = [make.site("02"), make.site("03")]
    by = county(row)

    def move(place: int) -> object:
        with transaction.atomic():
            return transfer(row.pk, to=targets[place % 2], reason="moved_school", note="", by=by)

    together([lambda place=place: move(place) for place in range(6)])  # type: ignore[misc]
    row.refresh_from_db()
    newest = Transfer.objects.order_by("-id").first()
    assert newest is not None
    assert (row.site_id, row.path) == (newest.to_site_id, newest.to_path)
