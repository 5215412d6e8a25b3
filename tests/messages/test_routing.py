"""The rules by which a message finds a sender, and by which all messages change it; written from the issue's text."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from baoming.messages import routing
from baoming.messages.providers.base import Reason
from baoming.messages.routing import (
    FEWEST,
    HOLD,
    End,
    Handed,
    Measured,
    Tried,
    is_good,
    judge,
    measured,
    next_move,
    order_for,
    why_bad,
)  # fmt: skip

NOW = datetime(2022, 11, 3, 9, 0, tzinfo=UTC)
ORDER = ("sms", "tencent")
COUNTING = ("sms",)
S, U, R = Handed.SUBMITTED, Handed.UNKNOWN, Handed.REFUSED
DOWN, LIMIT, SIGN = Tried(R, Reason.DOWN), Tried(R, Reason.NUMBER_LIMIT), Tried(R, Reason.SIGN)
NOTICE, CODE = False, True

# (what stands at each sender, asked in this run, is it a code) → what is next. "sms" counts a reference once, "tencent"
# sends what it is handed twice. The table says: never to a second sender while the first may have it, but for a code.
TABLE: list[tuple[dict[str, Tried], set[str], bool, str | End]] = [
    ({}, set(), NOTICE, "sms"),
    ({"sms": Tried(S)}, set(), NOTICE, End.DONE),
    ({"sms": Tried(Handed.ARRIVED)}, set(), CODE, End.DONE),
    ({"sms": Tried(Handed.FAILED)}, set(), CODE, End.DONE),
    # refused for certain: the other one, then wait for whatever passes
    ({"sms": DOWN}, {"sms"}, NOTICE, "tencent"),
    ({"sms": DOWN, "tencent": DOWN}, {"sms", "tencent"}, NOTICE, End.WAIT),
    ({"sms": DOWN, "tencent": DOWN}, set(), NOTICE, "sms"),
    ({"sms": SIGN}, {"sms"}, NOTICE, "tencent"),
    ({"sms": SIGN}, set(), NOTICE, "tencent"),
    ({"sms": SIGN, "tencent": SIGN}, {"tencent"}, NOTICE, End.FAILED),
    ({"sms": SIGN, "tencent": DOWN}, {"tencent"}, NOTICE, End.WAIT),
    # the number is to blame: nobody else is asked
    ({"sms": LIMIT}, {"sms"}, NOTICE, End.FAILED),
    ({"sms": LIMIT}, {"sms"}, CODE, End.FAILED),
    # unknown at who counts once: there again, nowhere else, until it answers
    ({"sms": Tried(U)}, {"sms"}, NOTICE, End.WAIT),
    ({"sms": Tried(U)}, set(), NOTICE, "sms"),
    ({"sms": Tried(Handed.SENDING)}, set(), NOTICE, "sms"),
    # unknown at who does not: never again by itself
    ({"tencent": Tried(U)}, {"tencent"}, NOTICE, End.UNKNOWN),
    ({"tencent": Tried(Handed.SENDING)}, set(), NOTICE, End.UNKNOWN),
    ({"tencent": Tried(U), "sms": DOWN}, set(), NOTICE, End.UNKNOWN),
    # a code goes on to the other one at once, and ends unknown where both were asked
    ({"sms": Tried(U)}, {"sms"}, CODE, "tencent"),
    ({"tencent": Tried(U)}, {"tencent"}, CODE, "sms"),
    ({"tencent": Tried(Handed.SENDING)}, set(), CODE, "sms"),
    ({"sms": DOWN, "tencent": Tried(U)}, {"sms", "tencent"}, CODE, End.UNKNOWN),
    ({"sms": Tried(U), "tencent": Tried(U)}, {"sms", "tencent"}, CODE, End.WAIT),
]


@pytest.mark.parametrize("line", range(len(TABLE)))
def test_what_a_message_does_next(line: int) -> None:
    so_far, asked, code, expected = TABLE[line]
    assert next_move(ORDER, so_far, asked=asked, counting=COUNTING, code=code) == expected


def test_a_single_sender_is_asked_again_and_not_given_up() -> None:
    assert next_move(["sms"], {"sms": DOWN}, asked={"sms"}, counting=COUNTING, code=False) is End.WAIT


def lines(*groups: tuple[int, str, float | None], reason: str = "") -> list[tuple[str, str, datetime, datetime | None]]:
    """(how many, state, seconds until the receipt) as rows of messages begun two minutes ago."""
    begun = NOW - timedelta(minutes=2)
    return [
        (state, reason, begun, None if delay is None else begun + timedelta(seconds=delay))
        for count, state, delay in groups
        for _ in range(count)
    ]


def test_what_is_measured() -> None:
    seen = measured(lines((90, "arrived", 4), (6, "arrived", 50), (4, "refused", None)), now=NOW)
    assert (seen.sent, seen.failed, seen.median, seen.slow) == (100, 4, 4.0, 50.0)
    assert measured([], now=NOW) == Measured(0, 0, None, None)


def test_a_message_without_a_receipt_counts_as_late_once_it_is() -> None:
    assert measured(lines((30, "submitted", None)), now=NOW).median == 120.0
    fresh = [("submitted", "", NOW - timedelta(seconds=20), None)] * 30
    assert measured(fresh, now=NOW).median is None


def test_what_a_number_is_to_blame_for_says_nothing_of_the_sender() -> None:
    assert measured(lines((50, "refused", None), reason=Reason.NUMBER_LIMIT), now=NOW).sent == 0


def test_a_handing_over_that_is_on_its_way_is_no_failure() -> None:
    young = [("sending", "", NOW - timedelta(seconds=5), None)] * 30
    assert measured(young, now=NOW).sent == 0
    assert measured(lines((5, "sending", None)), now=NOW).failed == 5


BAD = {
    "slow_median": Measured(20, 0, 20.0, 30.0),
    "slow_tail": Measured(20, 0, 5.0, 60.0),
    "failures": Measured(20, 4, 5.0, 8.0),
}


@pytest.mark.parametrize("why", BAD)
def test_each_measure_alone_makes_a_sender_bad(why: str) -> None:
    assert why_bad(BAD[why]) == why


@pytest.mark.parametrize(
    "seen",
    [
        Measured(20, 3, 19.0, 59.0),
        Measured(19, 0, 500.0, 900.0),
        Measured(4, 4),
        Measured(),
    ],
)
def test_below_the_bounds_or_with_too_few_it_stays(seen: Measured) -> None:
    assert why_bad(seen) == ""


def test_five_failures_and_nothing_else_are_enough() -> None:
    assert why_bad(Measured(5, 5)) == "failures"


SLOW, FINE = Measured(100, 0, 45.0, 120.0), Measured(100, 0, 3.0, 8.0)
PROBED = Measured(5, 0, 3.0, 8.0)


def ask(sending: str, since: timedelta | None, first: Measured, second: Measured) -> tuple[str, str]:
    found = {"sms": first, "tencent": second}
    return judge(ORDER, sending, None if since is None else NOW - since, found, now=NOW)


def test_it_leaves_a_slow_sender_and_comes_back_when_its_probes_are_good() -> None:
    assert ask("sms", None, FINE, Measured()) == ("sms", "")
    assert ask("sms", None, SLOW, Measured()) == ("tencent", "slow_median")
    assert ask("tencent", HOLD, Measured(), FINE) == ("tencent", ""), "no probe has arrived"
    assert ask("tencent", HOLD - timedelta(seconds=1), PROBED, FINE) == ("tencent", ""), "not long enough away"
    assert ask("tencent", HOLD, PROBED, FINE) == ("sms", "recovered")


def test_where_both_are_bad_it_stays() -> None:
    assert ask("sms", None, SLOW, SLOW) == ("sms", "")
    assert ask("tencent", timedelta(minutes=1), SLOW, SLOW) == ("tencent", "")


def test_the_second_one_going_bad_leads_back_at_once() -> None:
    assert ask("tencent", timedelta(minutes=1), Measured(), SLOW) == ("sms", "slow_median")


def test_a_sender_that_the_settings_no_longer_have_is_left() -> None:
    assert judge(["sms"], "tencent", NOW, {}, now=NOW) == ("sms", "settings")


EDGE = (12.0, 24.0)  # medians a little above what is good and what is bad


def shifts_at_the_edge(rule_minutes: int = 120) -> int:
    """How often the sender changes in two hours while the first one's median swings around the bounds."""
    sending, since, changes = "sms", None, 0
    for minute in range(rule_minutes):
        now = NOW + timedelta(minutes=minute)
        median = EDGE[minute % 2]
        found: Mapping[str, Measured] = {"sms": Measured(100, 0, median, 30.0), "tencent": FINE}
        following, _ = judge(ORDER, sending, since, found, now=now)
        if following != sending:
            sending, since, changes = following, now, changes + 1
    return changes


def test_at_the_edge_it_changes_once_and_stays() -> None:
    assert shifts_at_the_edge() == 1


def test_control_without_hysteresis_it_flaps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routing, "is_good", lambda one: not why_bad(one))
    monkeypatch.setattr(routing, "HOLD", timedelta(0))
    assert shifts_at_the_edge() > 50


def test_probes_are_codes_and_few() -> None:
    ids: Sequence[UUID] = [uuid4() for _ in range(2000)]
    first = [order_for(pk, ORDER, "tencent", code=True)[0] for pk in ids]
    assert 250 < first.count("sms") < 550
    assert {order_for(pk, ORDER, "tencent", code=False)[0] for pk in ids} == {"tencent"}
    assert {tuple(order_for(pk, ORDER, "", code=True)) for pk in ids} == {ORDER}
    assert all(set(order_for(pk, ORDER, "tencent", code=True)) == set(ORDER) for pk in ids[:50])


def test_what_is_good_is_stricter_than_what_is_not_bad() -> None:
    between = Measured(FEWEST, 2, 12.0, 40.0)
    assert why_bad(between) == ""
    assert not is_good(between)
