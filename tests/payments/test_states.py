"""R9, R16: what the news of a provider mean, and which state may follow which. By hand, from the mission."""

from itertools import product

import pytest

from baoming.payments.providers.base import Charge, ChargeState
from baoming.payments.states import LEGAL, Attempt, Illegal, Order, Refund, Standing, Verdict, judge, moved

PAID = ("paid", 4000, "T1")

# attempt, its transaction, order, settled by another, in time | charge: state, fen, transaction | verdict
TABLE = [
    ("open", "", "open", False, True, ("waiting", 4000, ""), "nothing"),
    ("open", "", "open", False, True, ("unknown", 0, ""), "nothing"),
    ("open", "", "open", False, True, ("closed", 4000, ""), "close"),
    ("open", "", "open", False, True, PAID, "keep"),
    ("opening", "", "open", False, True, PAID, "keep"),
    ("opening", "", "open", False, True, ("closed", 0, ""), "close"),
    ("closed", "", "closed", False, True, PAID, "keep"),
    ("closed", "", "open", False, True, PAID, "keep"),
    ("closed", "", "closed", False, True, ("closed", 4000, ""), "nothing"),
    ("open", "", "open", False, False, PAID, "late"),
    ("closed", "", "closed", False, False, PAID, "late"),
    ("open", "", "paid", True, True, PAID, "surplus"),
    ("closed", "", "closed", True, True, PAID, "surplus"),
    ("open", "", "open", True, False, PAID, "surplus"),
    ("paid", "T1", "paid", False, True, PAID, "nothing"),
    ("paid", "T1", "paid", False, False, PAID, "nothing"),
    ("paid", "T1", "paid", False, True, ("closed", 4000, ""), "nothing"),
    ("paid", "T1", "paid", False, True, ("paid", 4000, "T2"), "surplus"),
    ("open", "", "open", False, True, ("paid", 3999, "T1"), "doubt"),
    ("open", "", "paid", True, True, ("paid", 4001, "T1"), "doubt"),
    ("unknown", "", "open", False, True, ("paid", 3999, "T1"), "nothing"),
    ("unknown", "", "open", False, True, PAID, "keep"),
    ("unknown", "", "open", False, True, ("closed", 0, ""), "nothing"),
]


@pytest.mark.parametrize(("attempt", "known", "order", "settled", "in_time", "charge", "verdict"), TABLE)
def test_what_the_news_mean(
    attempt: str,
    known: str,
    order: str,
    settled: bool,
    in_time: bool,
    charge: tuple[ChargeState, int, str],
    verdict: str,
) -> None:
    state, fen, transaction = charge
    at = Standing(Attempt(attempt), 4000, known, Order(order), settled=settled, in_time=in_time)
    told = Charge(number="N1", state=state, fen=fen, transaction=transaction)
    assert judge(told, at) is Verdict(verdict)


def test_whatever_is_known_a_paid_attempt_is_never_closed_and_never_kept_twice() -> None:
    states: tuple[ChargeState, ...] = ("unknown", "waiting", "paid", "closed")
    for state, order, settled, in_time, fen in product(states, Order, (True, False), (True, False), (4000, 1)):
        at = Standing(Attempt.PAID, 4000, "T1", order, settled=settled, in_time=in_time)
        verdict = judge(Charge(number="N1", state=state, fen=fen, transaction="T1"), at)
        assert verdict is Verdict.NOTHING


FOLLOWS = {
    "opening": "open unknown paid closed", "open": "unknown paid closed", "unknown": "paid closed",
    "closed": "unknown paid", "paid": "",
}  # fmt: skip


def test_which_state_of_an_attempt_may_follow_which() -> None:
    found = {old.value: {new.value for new in LEGAL[Attempt][old]} for old in Attempt}
    assert found == {old: set(new.split()) for old, new in FOLLOWS.items()}


@pytest.mark.parametrize(("old", "new"), [
    (Attempt.PAID, Attempt.CLOSED), (Attempt.PAID, Attempt.OPEN), (Attempt.OPEN, Attempt.OPENING),
    (Attempt.OPEN, Order.PAID), (Order.PAID, Order.CLOSED), (Order.PAID, Order.OPEN), (Order.CLOSED, Order.OPEN),
    (Refund.DONE, Refund.ASKED),
    (Refund.DONE, Refund.REFUSED), (Refund.PENDING, Refund.ASKED),
])  # fmt: skip
def test_nothing_goes_back(old: Attempt | Order | Refund, new: Attempt | Order | Refund) -> None:
    with pytest.raises(Illegal):
        moved(old, new)


def test_forward_it_goes() -> None:
    assert moved(Attempt.CLOSED, Attempt.PAID) is Attempt.PAID
    assert moved(Order.CLOSED, Order.PAID) is Order.PAID
