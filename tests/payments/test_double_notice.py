"""R9, T12: one signed notice, delivered many times at once, settles the order once and marks the step once.

Two guards stand behind each other: the order's lock, and the event's own row. Each alone is enough; without both
the payment is applied as often as it was told.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from django.db.models import QuerySet
from django.test import Client, override_settings
from procrastinate.contrib.django.models import ProcrastinateJob

from baoming.audit.actors import Actor, Party
from baoming.payments import services
from baoming.payments.models import Notice, Order
from baoming.registrations.models import Registration, StepLog
from tests import factories as make
from tests.concurrency.together import PATIENCE, together
from tests.payments.gateway import Gateway, Letterbox, Signed, pay

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
TIMES = 8


@pytest.fixture(autouse=True)
def _portal() -> Iterator[None]:
    with override_settings(PORTAL="candidate", ROOT_URLCONF="baoming.config.urls_candidate"):
        yield


@pytest.fixture
def paid(gateway: Gateway, notices: Letterbox, monkeypatch: pytest.MonkeyPatch) -> tuple[Order, Signed]:
    """An order that the candidate has paid at the cashier, and the cashier's signed notice of it."""
    make.season()
    row = make.registration(make.site(), done=make.before("registration_fee"))
    me = Actor(kind=Party.CANDIDATE, id=str(row.pk), path=row.path, label="考生本人")
    order = services.open_order(row.pk, "registration_fee", by=me)
    monkeypatch.setattr(services, "cashier", lambda: gateway.providers["wechat"])
    pay(gateway.opened("wechat", replace(gateway.wanted(notices[0], order.amount), number=order.number)))
    return order, notices[1].get(timeout=PATIENCE)


def deliver_at_once(notice: Signed) -> list[int | Exception]:
    """Deliver one notice eight times at the same instant, through the portal's own address; return the answers."""
    headers, body = notice
    signed = {name: value for name, value in headers.items() if name.lower().startswith("wechatpay-")}

    def post() -> int:
        answer = Client().post("/notices/wechat", body, content_type="application/json", headers=signed)
        return answer.status_code

    return together([post] * TIMES)


def applied() -> int:
    """How often the payment took effect: jobs that mark the step."""
    return ProcrastinateJob.objects.filter(task_name="payments.mark_paid").count()


def events_are_not_known(monkeypatch: pytest.MonkeyPatch, *, meet: Barrier | None = None) -> None:
    """Take the event's guard away: every delivery is news. With `meet`, all have read before any settles."""

    def always_new(*, event: str, defaults: dict[str, object]) -> tuple[Notice, bool]:
        if meet is not None:
            meet.wait(PATIENCE)
        return Notice.objects.create(event=f"{event[:20]}{uuid4().hex}", **defaults), True

    monkeypatch.setattr(Notice.objects, "get_or_create", always_new)


def orders_are_not_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_: rows.all())


def test_delivered_eight_times_at_once_it_counts_once(paid: tuple[Order, Signed]) -> None:
    order, notice = paid
    assert deliver_at_once(notice) == [200] * TIMES
    order.refresh_from_db()
    assert (order.state, Notice.objects.count(), applied()) == ("paid", 1, 1)


def test_the_events_row_alone_is_enough(paid: tuple[Order, Signed], monkeypatch: pytest.MonkeyPatch) -> None:
    meet, known = Barrier(TIMES), Notice.objects.get_or_create

    def met(*, event: str, defaults: dict[str, object]) -> tuple[Notice, bool]:
        meet.wait(PATIENCE)
        return known(event=event, defaults=defaults)

    orders_are_not_locked(monkeypatch)
    monkeypatch.setattr(Notice.objects, "get_or_create", met)
    assert deliver_at_once(paid[1]) == [200] * TIMES
    assert (Notice.objects.count(), applied()) == (1, 1)


def test_the_orders_lock_alone_is_enough(paid: tuple[Order, Signed], monkeypatch: pytest.MonkeyPatch) -> None:
    events_are_not_known(monkeypatch)
    assert deliver_at_once(paid[1]) == [200] * TIMES
    assert (Notice.objects.count(), applied()) == (TIMES, 1)


def test_control_without_lock_and_event_the_payment_is_applied_eight_times(
    paid: tuple[Order, Signed], monkeypatch: pytest.MonkeyPatch
) -> None:
    orders_are_not_locked(monkeypatch)
    events_are_not_known(monkeypatch, meet=Barrier(TIMES))
    assert deliver_at_once(paid[1]) == [200] * TIMES
    assert applied() == TIMES


def mark_at_once(order: Order) -> list[Exception | None]:
    return together([partial(services.mark_paid, order.pk)] * TIMES)


def marked(order: Order) -> int:
    return StepLog.objects.filter(registration=order.registration_id, step="registration_fee", done=True).count()


def test_the_job_run_eight_times_at_once_marks_the_step_once(paid: tuple[Order, Signed]) -> None:
    order, notice = paid
    deliver_at_once(notice)
    assert mark_at_once(order) == [None] * TIMES
    assert marked(order) == 1


def test_control_without_the_registrations_lock_the_step_is_marked_eight_times(
    paid: tuple[Order, Signed], monkeypatch: pytest.MonkeyPatch
) -> None:
    order, notice = paid
    deliver_at_once(notice)
    meet = Barrier(TIMES)

    def unlocked(registration_id: UUID) -> Registration:
        registration = Registration.objects.get(pk=registration_id)
        meet.wait(PATIENCE)
        return registration

    monkeypatch.setattr(services, "locked", unlocked)
    assert mark_at_once(order) == [None] * TIMES
    assert marked(order) == TIMES
