"""R9: an order ends paid or closed whatever is lost on the way, a closed one is ordered anew, no money is dropped."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client, override_settings
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from baoming.audit.models import Event
from baoming.payments import services, tasks
from baoming.payments.models import Order
from baoming.payments.providers import base
from baoming.registrations.models import Registration
from tests.payments import test_orders
from tests.registrations.test_access import candidate as signed_in

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


class Cashier(test_orders.Cashier):
    """As there, but an order can be closed, and the cashier can be down."""

    down = False
    asked = 0

    def query(self, number: str, *, made_at: datetime) -> base.Charge:
        if self.down:
            raise base.CashierDown
        self.asked += 1
        return super().query(number, made_at=made_at)

    def close(self, number: str, *, made_at: datetime) -> None:
        if self.state == "paid":
            raise base.CashierDown
        self.state = "closed"


@pytest.fixture
def cashier(monkeypatch: pytest.MonkeyPatch) -> Cashier:
    made = Cashier()
    monkeypatch.setattr(services, "cashier", lambda: made)
    return made


@pytest.fixture
def phone() -> Iterator[Client]:
    with override_settings(PORTAL="candidate", ROOT_URLCONF="baoming.config.urls_candidate"):
        yield Client()


def ordered(phone: Client) -> Registration:
    """A person on the fee page, whose order lies open at the cashier."""
    row, _ = signed_in("registration_fee")
    assert row.account is not None
    phone.force_login(row.account)
    phone.post("/fee/", {"no_refund": "1"})
    services.open_cashier(Order.objects.get().pk)
    return row


def older(by: timedelta) -> Order:
    """The one order, as if all of it had happened earlier."""
    order = Order.objects.get()
    for field in ("created_at", "opened_at", "asked_at", "ask_at"):
        if (then := getattr(order, field)) is not None:
            setattr(order, field, then - by)
    order.save()
    return order


def swept() -> list[str]:
    """Run the sweep of a minute and what it queued; return the orders it looked after."""
    last = ProcrastinateJob.objects.order_by("-id").values_list("id", flat=True).first() or 0
    tasks.sweep(timestamp=0)
    jobs = ProcrastinateJob.objects.filter(task_name="payments.look_after", id__gt=last).order_by("id")
    looked = [job.args["order_id"] for job in jobs]
    for order_id in looked:
        tasks.look_after(order_id=order_id)
    return looked


def page(phone: Client) -> str:
    return phone.get("/fee/").content.decode()


def queued(task: str) -> int:
    return ProcrastinateJob.objects.filter(task_name=task, status="todo").count()


def test_a_closed_order_says_so_and_can_be_ordered_anew(phone: Client, cashier: Cashier) -> None:
    ordered(phone)
    first = Order.objects.get()
    cashier.state = "closed"
    services.ask(first.pk)
    said = page(phone)
    assert "未支付，订单已关闭" in said
    assert "支付平台确认没有扣款" in said
    assert "重新支付" in said
    assert "去支付" not in said
    assert phone.post("/fee/", {}).status_code == 422  # a new order: no refund, once more
    phone.post("/fee/", {"no_refund": "1"})
    assert sorted(Order.objects.values_list("state", flat=True)) == ["closed", "opening"]
    assert "正在打开收银台" in page(phone)
    assert Event.objects.filter(verb="close_order").count() == 1


def test_a_paid_order_is_never_closed(phone: Client, cashier: Cashier) -> None:
    ordered(phone)
    services.take_notice({"event": "E1"}, Order.objects.get().number.encode())
    cashier.state = "closed"
    services.ask(Order.objects.get().pk)
    assert Order.objects.get().state == "paid"


def test_an_expired_page_is_renewed_for_the_same_order(phone: Client, cashier: Cashier) -> None:
    ordered(phone)
    assert "去支付" in page(phone)
    order = older(timedelta(minutes=6))
    assert "去支付" not in page(phone)
    assert "继续支付" in page(phone)
    phone.post("/fee/", {})
    phone.post("/fee/", {})
    assert queued("payments.open_cashier") == 2  # the first opening, and one renewal
    services.open_cashier(order.pk)
    assert cashier.created == [order.number] * 2
    assert "去支付" in page(phone)


def test_an_order_paid_on_its_expired_page_is_found_by_the_renewal(phone: Client, cashier: Cashier) -> None:
    ordered(phone)
    order = older(timedelta(minutes=6))
    cashier.state = "paid"
    phone.post("/fee/", {})
    services.open_cashier(order.pk)
    assert len(cashier.created) == 1
    assert "已缴费，正在登记" in page(phone)


def test_opening_an_order_queues_one_job(phone: Client, cashier: Cashier) -> None:
    ordered(phone)
    assert ProcrastinateJob.objects.filter(task_name__startswith="payments.").count() == 1


def test_a_payment_nobody_told_of_is_found_a_day_later(phone: Client, cashier: Cashier) -> None:
    row = ordered(phone)
    assert swept() == []  # not yet due
    older(HOUR)
    cashier.down = True
    assert len(swept()) == 1
    older(23 * HOUR)
    cashier.down, cashier.state = False, "paid"
    assert len(swept()) == 1
    services.mark_paid(Order.objects.get().pk)
    row.refresh_from_db()
    assert "registration_fee" in row.done_steps
    older(HOUR)
    assert swept() == []


def test_the_sweep_asks_at_growing_distance(phone: Client, cashier: Cashier) -> None:
    ordered(phone)
    for _ in range(110):
        older(timedelta(minutes=1))
        swept()
    assert Order.objects.get().state == "created"
    assert 8 <= cashier.asked <= 14


def test_an_order_nobody_pays_is_closed_after_two_hours(phone: Client, cashier: Cashier) -> None:
    ordered(phone)
    older(2 * HOUR)
    swept()
    assert Order.objects.get().state == "closed"
    assert "重新支付" in page(phone)


def test_whoever_pays_at_the_moment_of_closing_has_paid(
    phone: Client, cashier: Cashier, monkeypatch: pytest.MonkeyPatch
) -> None:
    def paid_just_now(number: str, *, made_at: datetime) -> None:
        cashier.state = "paid"
        raise base.CashierDown

    monkeypatch.setattr(cashier, "close", paid_just_now)
    ordered(phone)
    older(2 * HOUR)
    swept()
    assert Order.objects.get().state == "created"
    older(2 * HOUR)
    swept()
    assert Order.objects.get().state == "paid"


def test_an_order_whose_opening_was_lost_is_opened_by_the_sweep(phone: Client, cashier: Cashier) -> None:
    ordered(phone)
    Order.objects.update(state="opening", opened_at=None, cashier_url="")
    older(HOUR)
    swept()
    assert "去支付" in page(phone)


def test_a_paid_order_whose_step_is_missing_is_marked_again(phone: Client, cashier: Cashier) -> None:
    ordered(phone)
    services.take_notice({"event": "E1"}, Order.objects.get().number.encode())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE task_name = 'payments.mark_paid'")
    phone.post("/fee/ask/")
    tasks.ask(order_id=str(Order.objects.get().pk))
    assert queued("payments.mark_paid") == 1
    older(HOUR)
    assert len(swept()) == 1
    assert queued("payments.mark_paid") == 2


def test_the_sweep_takes_all_that_is_due_in_bounded_batches(
    phone: Client, cashier: Cashier, monkeypatch: pytest.MonkeyPatch
) -> None:
    ordered(phone)
    order = older(HOUR)
    for one in range(4):
        Order.objects.create(
            number=f"BM23X{one}", registration=order.registration, path=order.path, item=f"item{one}",
            amount=4000, created_at=order.created_at, ask_at=order.ask_at,
        )  # fmt: skip
    monkeypatch.setattr(services, "BATCH", 2)
    assert services.sweep() == 2
    assert len(swept()) == 3


def test_the_sweep_reads_its_index_only() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT * FROM payments_order WHERE ask_at <= now() ORDER BY ask_at LIMIT 500")
        assert "orders_to_ask" in "".join(line for (line,) in cursor.fetchall())


def test_the_sweep_and_the_retry_of_stalled_jobs_run_every_minute() -> None:
    every = {name: task.cron for (name, _), task in app.periodic_registry.periodic_tasks.items()}
    assert every["payments.sweep"] == every["shared.retry_stalled"] == "* * * * *"


def test_a_payment_of_another_amount_is_kept_for_people_to_look_at(
    phone: Client, cashier: Cashier, caplog: pytest.LogCaptureFixture
) -> None:
    row = ordered(phone)
    order = Order.objects.get()
    cashier.state, cashier.amount = "paid", 3999
    for _ in range(2):
        services.ask(order.pk)
    with pytest.raises(base.NoticeRefused):
        services.take_notice({"event": "E1"}, order.number.encode())
    assert Order.objects.get().state == "unknown"
    (event,) = Event.objects.filter(verb="doubt_payment", subject=row.pk)
    known = {"order": order.number, "transaction": "T1", "fen": 3999, "due": 4000}
    assert event.details == {"why": "another_amount", **known}
    assert order.number in caplog.text
    said = page(phone)
    assert "正在核实" in said
    assert "请不要重复缴费" in said
    assert "去支付" not in said
    phone.post("/fee/", {"no_refund": "1"})
    assert Order.objects.count() == 1


def test_money_for_a_closed_order_beside_a_new_one_is_kept_too(phone: Client, cashier: Cashier) -> None:
    ordered(phone)
    first = Order.objects.get()
    cashier.state = "closed"
    services.ask(first.pk)
    phone.post("/fee/", {"no_refund": "1"})
    services.take_notice({"event": "E1"}, first.number.encode())
    assert Event.objects.get(verb="doubt_payment").details["why"] == "after_close"
    first.refresh_from_db()
    assert first.state == "closed"
