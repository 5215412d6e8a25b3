"""Orders, and the truth about them: the cashier's notice and our own questions feed one settlement (R9).

A notice locks and settles only the order; a job then marks the step under the registration's lock.
"""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from baoming.audit.actors import Actor, Party
from baoming.audit.services import record
from baoming.payments.models import Notice, Order
from baoming.payments.providers.base import Charge, NoticeRefused
from baoming.payments.queries import cashier, fee
from baoming.registrations.services.steps import complete_step, locked, require
from baoming.seasons.queries import season_now
from baoming.shared.jobs import defer

_ASK_AGAIN = (15, 30, 60, 300, 900)  # seconds after the order: we ask, whatever notices do


@transaction.atomic
def open_order(registration_id: UUID, item: str, *, by: Actor) -> Order:
    """Return the candidate's open order for `item`, made if there is none. Safe to repeat: never two open ones.

    The cashier is asked by a job, after the commit. Raises NotOpen.
    """
    registration = locked(registration_id)
    there = Order.objects.filter(registration=registration, item=item).exclude(state=Order.State.CLOSED).first()
    if there is not None:
        return there
    require(item, registration, by)
    order = Order.objects.create(
        number=f"BM{registration.season.year % 100:02d}{secrets.token_hex(8).upper()}",
        registration=registration,
        path=registration.path,
        item=item,
        amount=fee(registration.season, item),
        created_at=timezone.now(),
    )
    record("open_order", by=by, subject=registration.pk, path=registration.path, details={"order": order.number})
    defer("payments.open_cashier", order_id=str(order.pk))
    for seconds in _ASK_AGAIN:
        defer("payments.ask", after=timedelta(seconds=seconds), order_id=str(order.pk))
    return order


def open_cashier(order_id: UUID) -> None:
    """Ask the cashier for its page. May run twice: the cashier knows the order's number. Raises CashierDown."""
    order = Order.objects.get(pk=order_id)
    if order.state != Order.State.OPENING:
        return
    page = cashier().create(
        order_no=order.number,
        amount_fen=order.amount,
        description="普通高考报名费",
        notify_url=f"{settings.CANDIDATE_ORIGIN}/notices/wechat",
        return_url=f"{settings.CANDIDATE_ORIGIN}/fee/",
    )
    Order.objects.filter(pk=order_id, state=Order.State.OPENING).update(state=Order.State.CREATED, cashier_url=page)


@transaction.atomic
def take_notice(headers: Mapping[str, str], body: bytes) -> None:
    """Take a signed notice: once per event, and only for an order of ours with this amount.

    Raises NoticeRefused, in one way for everything that proves nothing.
    """
    notice = cashier().read_notice(headers, body, now=timezone.now())
    order = Order.objects.select_for_update().filter(number=notice.charge.order_no).first()
    if order is None or order.amount != notice.charge.amount_fen:
        raise NoticeRefused("通知和订单不一致")
    _, new = Notice.objects.get_or_create(
        event=notice.event,
        defaults={"order": order, "transaction": notice.charge.transaction, "amount": notice.charge.amount_fen},
    )
    if new:
        _settle(order, notice.charge)


def ask(order_id: UUID) -> None:
    """Ask the cashier how the order stands, and settle it. Raises CashierDown; nothing is lost by that."""
    order = Order.objects.get(pk=order_id)
    if order.state in (Order.State.PAID, Order.State.CLOSED):
        return
    charge = cashier().query(order.number)
    with transaction.atomic():
        order = Order.objects.select_for_update().get(pk=order_id)
        Order.objects.filter(pk=order_id).update(asked_at=timezone.now())
        if charge.amount_fen == order.amount or charge.state != "paid":
            _settle(order, charge)


@transaction.atomic
def mark_paid(order_id: UUID) -> None:
    """Mark the step of a paid order done, under the registration's lock. May run twice."""
    order = Order.objects.get(pk=order_id)
    registration = locked(order.registration_id)
    if order.state != Order.State.PAID or order.item in registration.done_steps:
        return
    payer = Actor(kind=Party.CANDIDATE, id=str(registration.pk), path=registration.path, label="考生本人")
    complete_step(registration, order.item, by=payer, at=season_now(registration.season_id))


def _settle(order: Order, charge: Charge) -> None:
    """Move a locked order forward, never back: paid stays paid."""
    if charge.state != "paid" or order.state == Order.State.PAID:
        return
    order.state, order.transaction, order.paid_at = Order.State.PAID, charge.transaction, timezone.now()
    order.save(update_fields=["state", "transaction", "paid_at"])
    defer("payments.mark_paid", order_id=str(order.pk))
