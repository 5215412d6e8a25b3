"""R10: a check ends as its provider says; while the provider is down nothing is lost and one job waits."""

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from baoming.registrations import tasks
from baoming.registrations.models import PersonCheck, Registration, StepLog
from baoming.registrations.providers.base import Failure, Outcome, PersonCheckDown, Result, Session
from baoming.registrations.queries import document_of
from baoming.registrations.services import card_checks, person_checks
from baoming.shared.errors import NotOpen, TooMany
from baoming.shared.jobs import defer
from tests.concurrency.together import together
from tests.registrations.confirmed import operator
from tests.registrations.test_access import candidate

pytestmark = pytest.mark.django_db
SETTLE = "registrations.settle_person_check"


class Provider:
    """A provider that answers what a test tells it, or not; the wire format is proved in its contract test."""

    def __init__(self) -> None:
        self.outcome: Outcome | None = "waiting"  # None: down
        self.failure, self.token = Failure.NOT_SAME, ""
        self.started = 0

    def start(self, **_: str) -> Session:
        if self.outcome is None:
            raise PersonCheckDown
        self.started += 1
        return Session(id=f"s{self.started}", page=f"http://127.0.0.1:1/check/s{self.started}")

    def result(self, session: str, **_: str) -> Result:
        if self.outcome is None:
            raise PersonCheckDown
        return Result(self.outcome, self.failure if self.outcome == "failed" else None, self.token)


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Provider:
    made = Provider()
    monkeypatch.setattr(person_checks, "provider", lambda way: made)
    return made


def waiting() -> list[ProcrastinateJob]:
    return list(ProcrastinateJob.objects.filter(task_name=SETTLE, status="todo").order_by("id"))


def opened(phone: Client) -> tuple[Registration, PersonCheck]:
    """A signed-in person whose check lies open at the provider."""
    row, me = candidate("person_check")
    check = person_checks.start_check(row.pk, way="face", by=me)
    person_checks.open_check(check.pk)
    assert row.account is not None
    phone.force_login(row.account)
    return row, check


def test_however_often_the_page_is_refreshed_one_job_waits(phone: Client, provider: Provider) -> None:
    opened(phone)
    for _ in range(3):
        assert phone.get("/person-check/").status_code == 200
    assert len(waiting()) == 1


def test_control_without_the_key_every_refresh_queues_a_job(
    phone: Client, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(person_checks, "defer_once", lambda task, key, after, **ids: defer(task, **ids))
    opened(phone)
    for _ in range(3):
        phone.get("/person-check/")
    assert len(waiting()) == 3


def test_a_refresh_while_a_job_runs_queues_the_next(phone: Client, provider: Provider) -> None:
    opened(phone)
    phone.get("/person-check/")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE task_name = %s", [SETTLE])
    for _ in range(2):
        phone.get("/person-check/")
    assert len(waiting()) == 1


def test_two_checks_have_a_job_each() -> None:
    for check in (uuid4(), uuid4()):
        person_checks.follow_check(check)
    assert len(waiting()) == 2


def test_what_the_provider_says_is_on_the_page_after_the_job(phone: Client, provider: Provider) -> None:
    row, check = opened(phone)
    provider.outcome = "passed"
    for _ in range(2):
        tasks.settle_person_check(check_id=str(check.pk))
    row.refresh_from_db()
    assert "person_check" in row.done_steps
    assert StepLog.objects.filter(registration=row, step="person_check").count() == 1
    assert "实人认证已通过" in phone.get("/person-check/").content.decode()
    assert waiting() == []


def test_a_refused_check_can_be_made_again_or_at_the_site(phone: Client, provider: Provider) -> None:
    _, check = opened(phone)
    provider.outcome = "failed"
    tasks.settle_person_check(check_id=str(check.pk))
    page = phone.get("/person-check/").content.decode()
    assert "没能确认是同一个人" in page
    assert "到报名点出示身份证" in page
    assert "去做人脸识别" in page


def failed(check: PersonCheck, provider: Provider, failure: Failure) -> PersonCheck:
    provider.outcome, provider.failure = "failed", failure
    tasks.settle_person_check(check_id=str(check.pk))
    check.refresh_from_db()
    assert check.state == "refused"
    provider.outcome = "passed"
    return check


def test_a_try_that_failed_on_the_services_page_may_be_followed_by_one_that_passes(
    phone: Client, provider: Provider
) -> None:
    row, check = opened(phone)
    failed(check, provider, Failure.LIVENESS)
    phone.get("/person-check/")
    (job,) = waiting()
    tasks.settle_person_check(**job.args)
    row.refresh_from_db()
    assert "person_check" in row.done_steps


@pytest.mark.parametrize("failure", [Failure.NAME_NUMBER, Failure.NO_RECORD, Failure.DECLINED, Failure.EXPIRED])
def test_what_another_try_cannot_mend_is_not_asked_again(phone: Client, provider: Provider, failure: Failure) -> None:
    _, check = opened(phone)
    failed(check, provider, failure)
    phone.get("/person-check/")
    tasks.settle_person_check(check_id=str(check.pk))
    check.refresh_from_db()
    assert (check.state, waiting()) == ("refused", [])


def test_after_a_quarter_of_an_hour_or_of_who_was_corrected_a_failed_try_is_not_asked_again(
    phone: Client, provider: Provider
) -> None:
    row, check = opened(phone)
    failed(check, provider, Failure.LIVENESS)
    person_checks.end_open_checks(row)
    tasks.settle_person_check(check_id=str(check.pk))
    check.refresh_from_db()
    assert (check.state, check.failure) == ("refused", "corrected")
    PersonCheck.objects.update(failure="liveness")
    older(timedelta(minutes=15))
    tasks.settle_person_check(check_id=str(check.pk))
    check.refresh_from_db()
    assert check.state == "refused"


def test_with_the_provider_down_the_outcome_is_asked_again_and_found(phone: Client, provider: Provider) -> None:
    row, check = opened(phone)
    provider.outcome = None
    tasks.settle_person_check(check_id=str(check.pk))
    check.refresh_from_db()
    assert check.state == "pending"
    (job,) = waiting()
    assert job.args["tries"] == 1
    assert job.scheduled_at is not None
    phone.get("/person-check/")
    assert waiting() == [job]
    provider.outcome = "passed"
    tasks.settle_person_check(**job.args)
    row.refresh_from_db()
    assert "person_check" in row.done_steps


def test_after_many_tries_only_the_persons_own_visit_asks_again(phone: Client, provider: Provider) -> None:
    _, check = opened(phone)
    provider.outcome = None
    tasks.settle_person_check(check_id=str(check.pk), tries=20)
    assert waiting() == []
    phone.get("/person-check/")
    assert len(waiting()) == 1


def older(by: timedelta) -> None:
    """As if every check had been started earlier."""
    for check in PersonCheck.objects.all():
        PersonCheck.objects.filter(pk=check.pk).update(at=check.at - by)


def opening() -> int:
    return ProcrastinateJob.objects.filter(task_name="registrations.open_person_check").count()


@pytest.mark.django_db(transaction=True)
def test_pressed_twice_at_once_there_is_one_check() -> None:
    row, me = candidate("person_check")
    first, second = together([partial(person_checks.start_check, row.pk, way="face", by=me)] * 2)
    assert first == second == PersonCheck.objects.get()
    assert opening() == 1


@pytest.mark.django_db(transaction=True)
def test_control_without_the_open_check_two_presses_make_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(person_checks, "is_open", lambda check, now: False)
    row, me = candidate("person_check")
    together([partial(person_checks.start_check, row.pk, way="face", by=me)] * 2)
    assert PersonCheck.objects.count() == opening() == 2


def test_the_open_check_is_offered_again_not_a_second_one(phone: Client, provider: Provider) -> None:
    _, check = opened(phone)
    phone.post("/person-check/", {"consent": "1"})
    assert PersonCheck.objects.get() == check
    assert "/check/s1" in phone.get("/person-check/").content.decode()


def test_a_check_that_is_done_is_not_started_again(phone: Client, provider: Provider) -> None:
    row, me = candidate("person_check")
    at_site = partial(card_checks.confirm_by_card, row.pk, document_of(row), reader="R01", by=operator(row))
    at_site(nonce="p1")
    for again in (partial(person_checks.start_check, row.pk, way="face", by=me), partial(at_site, nonce="p2")):
        with pytest.raises(NotOpen, match="已经通过"):
            again()
    assert PersonCheck.objects.count() == 1


def test_an_abandoned_check_is_made_anew(phone: Client, provider: Provider) -> None:
    row, old = opened(phone)
    older(timedelta(minutes=14))
    assert "/check/s1" in phone.get("/person-check/").content.decode()
    older(timedelta(minutes=1))
    page = phone.get("/person-check/").content.decode()
    assert "/check/s1" not in page
    assert "上次的认证没有做完" in page
    assert "去做人脸识别" in page
    phone.post("/person-check/", {"consent": "1"})
    new = PersonCheck.objects.exclude(pk=old.pk).get()
    person_checks.open_check(new.pk)
    assert "/check/s2" in phone.get("/person-check/").content.decode()
    assert {job.args["check_id"] for job in waiting()} == {str(old.pk), str(new.pk)}  # either may have passed
    provider.outcome = "passed"
    tasks.settle_person_check(check_id=str(old.pk))
    row.refresh_from_db()
    assert "person_check" in row.done_steps


def test_a_check_that_never_opened_does_not_block_the_next(phone: Client, provider: Provider) -> None:
    row, me = candidate("person_check")
    old = person_checks.start_check(row.pk, way="face", by=me)
    older(timedelta(minutes=15))
    new = person_checks.start_check(row.pk, way="face", by=me)
    assert new != old
    person_checks.open_check(old.pk)
    assert provider.started == 0  # nobody would be led there
    person_checks.open_check(new.pk)
    person_checks.open_check(new.pk)
    assert provider.started == 1


def test_checks_are_counted(phone: Client, provider: Provider) -> None:
    row, me = candidate("person_check")
    assert row.account is not None
    phone.force_login(row.account)
    for _ in range(10):
        person_checks.start_check(row.pk, way="face", by=me)
        older(timedelta(minutes=15))
    with pytest.raises(TooMany):
        person_checks.start_check(row.pk, way="face", by=me)
    answer = phone.post("/person-check/", {"consent": "1"})
    assert answer.status_code == 429
    assert "试的次数太多了" in answer.content.decode()
    assert PersonCheck.objects.count() == 10
