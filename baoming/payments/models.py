"""Fees, orders, attempts and notices. Rows are never deleted; money is an integer of fen (M6)."""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q

from baoming.registrations.models import Registration


class Order(models.Model):
    """What one candidate owes for one item. One open order per candidate and item."""

    class State(models.TextChoices):
        OPENING = "opening", "正在打开收银台"
        CREATED = "created", "待支付"
        UNKNOWN = "unknown", "正在核实"
        PAID = "paid", "已缴费"
        CLOSED = "closed", "未支付，订单已关闭"

    id = models.UUIDField(primary_key=True, default=uuid4)
    number = models.CharField(max_length=32, unique=True)  # ASCII, holds no name: what the gateway sees
    registration = models.ForeignKey(Registration, models.PROTECT)
    path = models.CharField(max_length=24, db_collation="C")
    item = models.CharField(max_length=24)  # registration_fee
    amount = models.PositiveIntegerField()  # fen
    state = models.CharField(max_length=8, choices=State, default=State.OPENING)
    cashier_url = models.CharField(max_length=500, default="")
    transaction = models.CharField(max_length=64, default="")  # the gateway's
    created_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)  # when the gateway last gave the cashier's page
    asked_at = models.DateTimeField(null=True)  # when the gateway was last asked
    ask_at = models.DateTimeField(null=True)  # when the sweep looks after it next; null: all is settled
    paid_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "registration", "item", condition=~Q(state="closed"), name="one_open_order_per_item"
            ),
            models.UniqueConstraint("transaction", condition=~Q(transaction=""), name="transaction_once"),
            models.CheckConstraint(condition=Q(state="paid") | Q(paid_at=None), name="paid_at_means_paid"),
        ]
        indexes: ClassVar = [models.Index("ask_at", condition=Q(ask_at__isnull=False), name="orders_to_ask")]

    def __str__(self) -> str:
        return self.number


class Notice(models.Model):
    """A verified notice of the gateway. Its event id is unique: a notice delivered twice counts once (T12)."""

    event = models.CharField(max_length=64, unique=True)
    order = models.ForeignKey(Order, models.PROTECT)
    transaction = models.CharField(max_length=64)
    amount = models.PositiveIntegerField()
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.event
