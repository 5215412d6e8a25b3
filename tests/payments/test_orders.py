"""R9: one open order, a notice counts once, the step is marked under the registration's lock."""

from collections.abc import Mapping
from datetime import datetime

import pytest

from baoming.audit.actors import Actor, Party
from baoming.payments import services
from baoming.payments.models import Notice, Order
from baoming.payments.providers import base
from baoming.registrations.models import Registration, StepLog
from baoming.shared.errors import NotOpen
from tests import factories as make

pytestmark = pytest.mark.django_db


class Cashier:
    """A cashier that answers what a test tells it; the wire formats are proved in test_providers."""

    def __init__(self) -> None:
        self.state: base.ChargeState = "waiting"
        self.amount = 4000
        self.created: list[str] = []

    def create(self, channel: base.Channel, wanted: base.Wanted) -> base.Opened:
        self.created.append(wanted.number)
        return base.Opened(kind="page", address=f"http://127.0.0.1:1/{wanted.number}")

    def query(self, number: str, *, made_at: datetime) -> base.Charge:
        return base.Charge(number=number, state=self.state, fen=self.amount, transaction="T1")

    def close(self, number: str, *, made_at: datetime) -> None:
        raise AssertionError

    def read_notice(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> base.Notice:
        charge = base.Charge(number=body.decode(), state="paid", fen=self.amount, transaction="T1")
        return base.Notice(event=headers["event"], charge=charge)


@pytest.fixture
def cashier(monkeypatch: pytest.MonkeyPatch) -> Cashier:
    made = Cashier()
    monkeypatch.setattr(services, "cashier", lambda: made)
    return made


def candidate(done: str = "registration_fee") -> tuple[Registration, Actor]:
    make.season()
    row = make.registration(make.site(), done=make.before(done))
    return row, Actor(kind=Party.CANDIDATE, id=str(row.pk), path=row.path, label="考生本人")


def test_asking_twice_gives_the_same_order(cashier: Cashier) -> None:
    row, me = candidate()
    first = services.open_order(row.pk, "registration_fee", by=me)
    assert services.open_order(row.pk, "registration_fee", by=me) == first
    assert first.amount == 4000
    services.open_cashier(first.pk)
    services.open_cashier(first.pk)
    assert cashier.created == [first.number]


def test_no_order_before_the_number(cashier: Cashier) -> None:
    row, me = candidate("number")
    with pytest.raises(NotOpen, match="分配报名序号"):
        services.open_order(row.pk, "registration_fee", by=me)


def test_a_notice_delivered_twice_counts_once(cashier: Cashier) -> None:
    row, me = candidate()
    order = services.open_order(row.pk, "registration_fee", by=me)
    for _ in range(3):
        services.take_notice({"event": "E1"}, order.number.encode())
    for _ in range(3):
        services.mark_paid(order.pk)
    row.refresh_from_db()
    assert Order.objects.get().state == "paid"
    assert Notice.objects.count() == 1
    assert "registration_fee" in row.done_steps
    assert StepLog.objects.filter(step="registration_fee").count() == 1


def test_another_amount_or_order_is_refused(cashier: Cashier) -> None:
    row, me = candidate()
    order = services.open_order(row.pk, "registration_fee", by=me)
    cashier.amount = 3999
    for _ in range(2):
        with pytest.raises(base.NoticeRefused):
            services.take_notice({"event": "E1"}, order.number.encode())
    cashier.amount = 4000
    with pytest.raises(base.NoticeRefused):
        services.take_notice({"event": "E2"}, b"BM23NOBODY")
    order.refresh_from_db()
    assert order.state == "unknown"
    assert Notice.objects.get().amount == 3999
    row.refresh_from_db()
    assert "registration_fee" not in row.done_steps


def test_a_lost_notice_is_found_by_asking(cashier: Cashier) -> None:
    row, me = candidate()
    order = services.open_order(row.pk, "registration_fee", by=me)
    services.ask(order.pk)
    assert Order.objects.get().state == "opening"
    cashier.state = "paid"
    services.ask(order.pk)
    services.mark_paid(order.pk)
    row.refresh_from_db()
    assert "registration_fee" in row.done_steps


def test_an_unpaid_order_marks_nothing(cashier: Cashier) -> None:
    row, me = candidate()
    order = services.open_order(row.pk, "registration_fee", by=me)
    services.mark_paid(order.pk)
    row.refresh_from_db()
    assert "registration_fee" not in row.done_steps
