"""What becomes of an attempt, an order and a refund; nothing here knows a database (R9, R16).

Expected behaviour: tests/payments/test_states.py, written by hand. States only go forward: what was paid stays paid,
however late, doubled or out of order the news of it come.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from baoming.payments.providers.base import Charge


class Attempt(StrEnum):
    """One try to be paid, with one provider."""

    OPENING = "opening"  # the provider has not been asked yet, or has not answered
    OPEN = "open"
    UNKNOWN = "unknown"  # money came that does not fit: people look
    PAID = "paid"
    CLOSED = "closed"


class Order(StrEnum):
    """What somebody owes for one item."""

    OPEN = "open"
    PAID = "paid"
    CLOSED = "closed"


class Refund(StrEnum):
    ASKED = "asked"
    PENDING = "pending"
    DONE = "done"
    REFUSED = "refused"


# By kind: members of different kinds with one word are equal.
LEGAL: Mapping[type[StrEnum], Mapping[StrEnum, frozenset[StrEnum]]] = {
    Attempt: {
        Attempt.OPENING: frozenset({Attempt.OPEN, Attempt.UNKNOWN, Attempt.PAID, Attempt.CLOSED}),
        Attempt.OPEN: frozenset({Attempt.UNKNOWN, Attempt.PAID, Attempt.CLOSED}),
        Attempt.UNKNOWN: frozenset({Attempt.PAID, Attempt.CLOSED}),
        Attempt.CLOSED: frozenset({Attempt.UNKNOWN, Attempt.PAID}),  # paid while it was being closed
        Attempt.PAID: frozenset(),
    },
    Order: {
        Order.OPEN: frozenset({Order.PAID, Order.CLOSED}),
        Order.CLOSED: frozenset({Order.PAID}),
        Order.PAID: frozenset(),
    },
    Refund: {
        Refund.ASKED: frozenset({Refund.PENDING, Refund.DONE, Refund.REFUSED}),
        Refund.PENDING: frozenset({Refund.DONE, Refund.REFUSED}),
        Refund.REFUSED: frozenset({Refund.ASKED}),  # staff let it be tried again
        Refund.DONE: frozenset(),
    },
}


class Illegal(Exception):
    """A transition that is none: a defect, never an answer to somebody."""


def moved(old: StrEnum, new: StrEnum) -> StrEnum:
    """Return `new` where it may follow. Raises Illegal."""
    if type(new) is not type(old) or new not in LEGAL[type(old)][old]:
        raise Illegal(f"{type(old).__name__} {old} → {new}")
    return new


class Verdict(StrEnum):
    """What is to be done about what a provider says."""

    NOTHING = "nothing"
    CLOSE = "close"  # nothing was taken, and nothing will be
    KEEP = "keep"  # it pays the order
    SURPLUS = "surplus"  # it is paid already: given back by itself
    LATE = "late"  # after the window: a case decides
    DOUBT = "doubt"  # another amount than was asked


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known before the news. `transaction`: by which the attempt was paid; `settled`: the item is paid for."""

    attempt: Attempt
    amount: int  # fen
    transaction: str
    order: Order
    settled: bool  # by another attempt, of this order or of another for the same item
    in_time: bool  # the payment was made while the window was open


def judge(charge: Charge, at: Standing) -> Verdict:
    """Return what the news means. Asked twice, the second time it is NOTHING."""
    if charge.state in ("unknown", "waiting"):
        return Verdict.NOTHING
    if charge.state == "closed":
        return Verdict.CLOSE if at.attempt in (Attempt.OPENING, Attempt.OPEN) else Verdict.NOTHING
    if at.attempt is Attempt.PAID:
        return Verdict.NOTHING if charge.transaction == at.transaction else Verdict.SURPLUS
    if charge.fen != at.amount:
        return Verdict.NOTHING if at.attempt is Attempt.UNKNOWN else Verdict.DOUBT
    if at.settled or at.order is Order.PAID:
        return Verdict.SURPLUS
    return Verdict.KEEP if at.in_time else Verdict.LATE
