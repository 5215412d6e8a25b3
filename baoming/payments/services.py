"""Orders, and the truth about them: the cashier's notice and our own questions feed one settlement (R9).

A notice locks and settles only the order; a job then marks the step under the registration's lock. Whatever notices
and jobs do, a sweep looks after every order until all is settled; an order ends two hours after its last page.
"""

import logging
import secrets
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from baoming.audit.actors import SYSTEM, Actor, Party
from baoming.audit.services import record
from baoming.payments.models import Notice, Order
from baoming.payments.providers.base import CashierDown, Channel, Charge, NoticeRefused, Wanted
from baoming.payments.queries import cashier, fee
from baoming.registrations.services.steps import complete_step, locked, refuse_if_stopped, require
from baoming.seasons.queries import season_now
from baoming.shared.jobs import defer, defer_many
from baoming.shared.scope_queries import enter_people
from baoming.shared.services import insert, update

BATCH = 500  # orders the sweep takes in one transaction
_PAGE_GOOD_FOR = timedelta(minutes=5)  # the cashier's page takes nobody in later
_ORDER_GOOD_FOR = timedelta(hours=2)
_SOONEST, _LATEST = timedelta(minutes=1), timedelta(hours=1)  # between two looks at one order
_OPEN = (Order.State.OPENING, Order.State.CREATED, Order.State.UNKNOWN)
log = logging.getLogger(__name__)


@transaction.atomic
def open_order(registration_id: UUID, item: str, *, by: Actor) -> Order:
    """Return the candidate's open order for `item`, made if there is none. Safe to repeat: never two open ones.

    The cashier is asked by a job, after the commit, also for a new page when the old one has expired. Raises NotOpen.
    """
    registration = locked(registration_id)
    there = Order.objects.filter(registration=registration, item=item).exclude(state=Order.State.CLOSED).first()
    if there is not None:
        if there.state != Order.State.PAID:
            refuse_if_stopped(registration)
        return _renewed(there)
    require(item, registration, by)
    now = timezone.now()
    order = insert(
        Order(
            number=f"BM{registration.season.year % 100:02d}{secrets.token_hex(8).upper()}",
            registration=registration,
            path=registration.path,
            item=item,
            amount=fee(registration.season, item),
            created_at=now,
            ask_at=now + _SOONEST,
        )
    )
    record("open_order", by=by, subject=registration.pk, path=registration.path, details={"order": order.number})
    defer("payments.open_cashier", order_id=str(order.pk))
    return order


def page_is_fresh(order: Order) -> bool:
    """Return whether the cashier's page still takes the payer in."""
    return order.opened_at is not None and timezone.now() - order.opened_at < _PAGE_GOOD_FOR


def open_cashier(order_id: UUID) -> None:
    """Ask the cashier for its page. May run twice: the cashier knows the order's number. Raises CashierDown."""
    order = Order.objects.get(pk=order_id)
    if order.opened_at is not None and order.state == Order.State.OPENING:
        ask(order_id)  # paid or closed since its first page: there will be no other
        order.refresh_from_db()
    if order.state != Order.State.OPENING:
        return
    now = timezone.now()
    wanted = Wanted(
        number=order.number,
        fen=order.amount,
        description="普通高考报名费",
        notify_url=f"{settings.CANDIDATE_ORIGIN}/notices/wechat",
        return_url=f"{settings.CANDIDATE_ORIGIN}/fee/",
        made_at=order.created_at,
        until=now + _ORDER_GOOD_FOR,
    )
    page = cashier().create(Channel.WECHAT_H5, wanted).address
    Order.objects.filter(pk=order_id, state=Order.State.OPENING).update(
        state=Order.State.CREATED, cashier_url=page, opened_at=now, ask_at=now + _SOONEST
    )


def take_notice(headers: Mapping[str, str], body: bytes) -> None:
    """Take a signed notice: once per event, and only for an order of ours with this amount.

    Raises NoticeRefused, in one way for everything that proves nothing. Another amount is refused too, but kept.
    """
    notice = cashier().read_notice(headers, body, now=timezone.now())
    with transaction.atomic():
        _see_whose(notice.charge.number)
        order = Order.objects.select_for_update().filter(number=notice.charge.number).first()
        fits = order is not None and order.amount == notice.charge.fen
        if order is not None:
            _, new = Notice.objects.get_or_create(
                event=notice.event,
                defaults={"order": order, "transaction": notice.charge.transaction, "amount": notice.charge.fen},
            )
            if new:
                _settle(order, notice.charge)
    if not fits:
        raise NoticeRefused("通知和订单不一致")


def _see_whose(order_no: str) -> None:
    """Let a notice, which is nobody's request, see the one person whose order its signature names."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT person_of_order(%s)", [order_no])
        if (person := cursor.fetchone()[0]) is not None:
            enter_people([person])


def ask(order_id: UUID) -> None:
    """Ask the cashier how the order stands, and settle it. Raises CashierDown; nothing is lost by that."""
    order = Order.objects.select_related("registration").get(pk=order_id)
    if order.state == Order.State.PAID and order.item not in order.registration.done_steps:
        defer("payments.mark_paid", order_id=str(order.pk))
    if order.state not in _OPEN:
        return
    charge = cashier().query(order.number, made_at=order.created_at)
    if charge.state == "unknown":
        raise CashierDown
    if charge.state == "waiting" and _is_over(order, timezone.now()):
        # whoever paid at this very moment makes it refuse, and is found next time
        cashier().close(order.number, made_at=order.created_at)
        charge = cashier().query(order.number, made_at=order.created_at)
    with transaction.atomic():
        order = Order.objects.select_for_update().get(pk=order_id)
        Order.objects.filter(pk=order_id).update(asked_at=timezone.now())
        _settle(order, charge)


@transaction.atomic
def mark_paid(order_id: UUID) -> None:
    """Mark the step of a paid order done, under the registration's lock. May run twice."""
    order = Order.objects.get(pk=order_id)
    registration = locked(order.registration_id)
    if order.state != Order.State.PAID:
        return
    if order.item not in registration.done_steps:
        payer = Actor(kind=Party.CANDIDATE, id=str(registration.pk), path=registration.path, label="考生本人")
        complete_step(registration, order.item, by=payer, at=season_now(registration.season_id))
    Order.objects.filter(pk=order_id).update(ask_at=None)


@transaction.atomic
def sweep() -> int:
    """Have the orders looked after that are due, each later than the last time; return how many, at most BATCH."""
    now = timezone.now()
    due = Order.objects.select_for_update(skip_locked=True).filter(ask_at__lte=now).order_by("ask_at")[:BATCH]
    orders = list(due)
    for order in orders:
        order.ask_at = now + min(max((now - order.created_at) / 2, _SOONEST), _LATEST)
    Order.objects.bulk_update(orders, ["ask_at"])
    defer_many("payments.look_after", ({"order_id": str(order.pk)} for order in orders))
    return len(orders)


def look_after(order_id: UUID) -> None:
    """Bring one order forward as far as the cashier lets us; when it does not answer, the sweep comes again."""
    opening = Order.objects.filter(pk=order_id, state=Order.State.OPENING).exists()
    with suppress(CashierDown):
        (open_cashier if opening else ask)(order_id)


def _renewed(order: Order) -> Order:
    """Have the cashier asked for a new page if the order waits for payment and its page is too old."""
    if order.state == Order.State.CREATED and not page_is_fresh(order):
        changed = Order.objects.filter(pk=order.pk, state=Order.State.CREATED).update(state=Order.State.OPENING)
        if changed:
            order.state = Order.State.OPENING
            defer("payments.open_cashier", order_id=str(order.pk))
    return order


def _is_over(order: Order, now: datetime) -> bool:
    return order.opened_at is not None and now - order.opened_at >= _ORDER_GOOD_FOR


def _settle(order: Order, charge: Charge) -> None:
    """Move a locked order forward, never back: paid stays paid."""
    if order.state == Order.State.PAID or charge.state == "waiting":
        return
    if charge.state == "closed":
        _close(order)
    elif charge.fen != order.amount:
        _doubt(order, charge, why="another_amount")
    elif order.state == Order.State.CLOSED and _another_is_open(order):
        _doubt(order, charge, why="after_close")
    else:
        now = timezone.now()
        order.state, order.transaction, order.paid_at = Order.State.PAID, charge.transaction, now
        order.ask_at = now + _SOONEST  # until the step is marked
        update(order, "state", "transaction", "paid_at", "ask_at")
        details = {"order": order.number}
        record("take_payment", by=SYSTEM, subject=order.registration_id, path=order.path, details=details)
        defer("payments.mark_paid", order_id=str(order.pk))


def _close(order: Order) -> None:
    """The gateway says that it took nothing and takes nothing any more: the candidate may order anew."""
    if order.state == Order.State.CLOSED:
        return
    order.state, order.ask_at = Order.State.CLOSED, None
    update(order, "state", "ask_at")
    record("close_order", by=SYSTEM, subject=order.registration_id, path=order.path, details={"order": order.number})


def _doubt(order: Order, charge: Charge, *, why: str) -> None:
    """Money came that fits no order of ours: people must look. The first time is recorded, and nothing is lost."""
    if order.state == Order.State.UNKNOWN:
        return
    if order.state != Order.State.CLOSED:
        order.state = Order.State.UNKNOWN
        update(order, "state")
    details: dict[str, object] = {"why": why, "order": order.number, "transaction": charge.transaction}
    details |= {"fen": charge.fen, "due": order.amount}
    record("doubt_payment", by=SYSTEM, subject=order.registration_id, path=order.path, details=details)
    log.error("payment in doubt, %s: order %s has %d fen, due %d", why, order.number, charge.fen, order.amount)


def _another_is_open(order: Order) -> bool:
    same = Order.objects.filter(registration=order.registration_id, item=order.item).exclude(pk=order.pk)
    return same.exclude(state=Order.State.CLOSED).exists()
