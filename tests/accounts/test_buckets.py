"""Counting tries: only one that is let through costs one, and the minutes that are named are true."""

import re
from datetime import timedelta

import pytest
from django.db.models import F

from baoming.accounts.models import Bucket
from baoming.accounts.services import buckets
from baoming.accounts.throttling import SIGN_IN_UNKNOWN_DEVICE, Limit
from baoming.shared.errors import TooMany

pytestmark = pytest.mark.django_db
KEY = "in:somebody"
TEN_AN_HOUR = Limit(burst=10, seconds=3600)


def passed(by: timedelta) -> None:
    Bucket.objects.update(at=F("at") - by)


def emptied(limit: Limit = TEN_AN_HOUR) -> None:
    for _ in range(limit.burst):
        buckets.take(KEY, limit)


def test_ten_tries_and_no_eleventh() -> None:
    emptied()
    with pytest.raises(TooMany):
        buckets.take(KEY, TEN_AN_HOUR)


def test_hammering_keeps_no_bucket_shut() -> None:
    emptied(SIGN_IN_UNKNOWN_DEVICE)
    let_through = 0
    for _ in range(48):  # a try every five minutes, four hours long
        passed(timedelta(minutes=5))
        try:
            buckets.take(KEY, SIGN_IN_UNKNOWN_DEVICE)
            let_through += 1
        except TooMany:
            pass
    assert let_through >= 23  # one comes back in six minutes; tries every five meet every second one


def test_the_minutes_named_are_true() -> None:
    emptied()
    for _ in range(3):
        with pytest.raises(TooMany) as refusal:
            buckets.take(KEY, TEN_AN_HOUR)
    minutes = int(re.search(r"约(\d+)分钟后", str(refusal.value))[1])  # type: ignore[index]
    assert minutes == 6
    passed(timedelta(minutes=minutes))
    buckets.take(KEY, TEN_AN_HOUR)


def test_looking_refuses_as_taking_does_and_costs_nothing() -> None:
    for _ in range(20):
        buckets.look(KEY, TEN_AN_HOUR)
    emptied()
    with pytest.raises(TooMany, match="约6分钟后"):
        buckets.look(KEY, TEN_AN_HOUR)


def test_putting_back_returns_one_try_only() -> None:
    emptied()
    buckets.put_back(KEY, TEN_AN_HOUR)
    buckets.take(KEY, TEN_AN_HOUR)
    with pytest.raises(TooMany):
        buckets.take(KEY, TEN_AN_HOUR)
