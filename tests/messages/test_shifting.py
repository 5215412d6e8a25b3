"""Which sender sends is judged by what lies in the database, once for all processes, and each change is an event."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from baoming.audit.models import Event
from baoming.messages import queries
from baoming.messages.models import Attempt, Shift
from baoming.messages.queries import sending_now
from baoming.messages.routing import HOLD
from baoming.messages.services import send, shifting
from baoming.messages.services.shifting import judge_senders
from tests import factories as make
from tests.concurrency.together import together

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shifting, "senders", lambda: {"sms": None, "tencent": None})


def handed(provider: str, count: int, state: str, *, delay: float | None = None, ago: float = 60) -> None:
    """`count` messages handed over `ago` seconds ago; `delay` seconds later their receipts came."""
    begun = timezone.now() - timedelta(seconds=ago)
    reported = None if delay is None else begun + timedelta(seconds=delay)
    for _ in range(count):
        words = {"number": "19900006024", "phone": "0731-00000102"}
        message = send("passwords_set", season=make.season(), recipient=uuid4(), **words)
        Attempt.objects.create(
            message=message, round=1, provider=provider, state=state, begun_at=begun, reported_at=reported
        )


def test_a_quick_sender_goes_on() -> None:
    handed("sms", 25, "arrived", delay=3)
    assert judge_senders() is None
    assert (sending_now(), Event.objects.filter(verb="shift_sms").count()) == ("", 0)


def test_a_slow_one_is_left_and_the_figures_are_kept() -> None:
    handed("sms", 25, "arrived", delay=40)
    made = judge_senders()
    assert made is not None
    assert (made.former, made.provider, made.reason, made.median, made.sent) == (
        "sms",
        "tencent",
        "slow_median",
        40,
        25,
    )
    event = Event.objects.get(verb="shift_sms")
    assert event.details == {"from": "sms", "to": "tencent", "why": "slow_median", "percent": 0, "count": 25}
    assert sending_now() == "tencent"
    assert judge_senders() is None, "judged again at once, nothing changes"


def test_one_that_loses_every_receipt_is_slow() -> None:
    handed("sms", 25, "submitted", ago=120)
    made = judge_senders()
    assert made is not None
    assert made.reason == "slow_median"


def test_what_lies_further_back_says_nothing() -> None:
    handed("sms", 25, "arrived", delay=40, ago=600)
    assert judge_senders() is None


def test_the_newest_are_measured_through_their_index_and_no_more_than_that(monkeypatch: pytest.MonkeyPatch) -> None:
    handed("sms", 3, "arrived", delay=1, ago=100)
    handed("sms", 2, "submitted", ago=90)
    now = timezone.now()
    assert queries.measures(["sms"], "sms", None, now=now)["sms"].sent == 5
    monkeypatch.setattr(queries, "_MOST_MEASURED", 2)
    with CaptureQueriesContext(connection) as asked:
        newest = queries.measures(["sms"], "sms", None, now=now)["sms"]
    assert (newest.sent, newest.slow) == (2, pytest.approx(90, abs=5))
    [question] = [one["sql"] for one in asked]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {question}")
        plan = "\n".join(line for [line] in cursor.fetchall())
    assert "attempts_of_late" in plan
    assert "Sort" not in plan


def away(minutes: float) -> Shift:
    values = {"former": "sms", "reason": "failures", "share": 100, "sent": 5}
    return Shift.objects.create(provider="tencent", at=timezone.now() - timedelta(minutes=minutes), **values)


def test_it_is_gone_back_to_when_its_probes_are_good_and_not_before() -> None:
    hold = HOLD.total_seconds() / 60
    away(hold - 1)
    handed("sms", 6, "arrived", delay=2)
    assert judge_senders() is None
    Shift.objects.update(at=timezone.now() - HOLD)
    made = judge_senders()
    assert made is not None
    assert (made.provider, made.reason) == ("sms", "recovered")


def test_what_it_did_before_it_was_left_is_no_probe() -> None:
    away(12)
    handed("sms", 50, "arrived", delay=2, ago=13 * 60)
    assert judge_senders() is None


@pytest.mark.django_db(transaction=True)
def test_four_judges_at_once_change_it_once() -> None:
    handed("sms", 6, "refused")
    made = together([judge_senders] * 4)
    assert sum(isinstance(one, Shift) for one in made) == 1
    assert Shift.objects.count() == Event.objects.filter(verb="shift_sms").count() == 1


def test_with_one_sender_there_is_nothing_to_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shifting, "senders", lambda: {"sms": None})
    handed("sms", 25, "refused")
    assert judge_senders() is None


def test_a_sender_that_is_no_longer_set_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    make.season()
    away(1)
    monkeypatch.setattr(shifting, "senders", lambda: {"sms": None})
    made = judge_senders()
    assert made is not None
    assert (made.provider, made.reason) == ("sms", "settings")


def test_without_any_sender_nothing_is_judged_and_nothing_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    make.season()
    away(1)
    monkeypatch.setattr(shifting, "senders", dict)
    assert judge_senders() is None
