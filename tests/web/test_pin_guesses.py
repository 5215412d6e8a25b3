"""A colleague who guesses at another's PIN (R29): told to its owner, and ended by the day."""

import pytest
from django.test import Client

from baoming.accounts.models import Bucket, Pin
from baoming.accounts.services import pins
from baoming.accounts.throttling import PIN_DAY, Limit
from baoming.audit.models import Event
from tests import factories as make
from tests.web.test_shift import OTHER, PASSWORD, PIN, Later, desk, is_open, later, lock, unlock, verbs

pytestmark = pytest.mark.django_db
__all__ = ["later"]  # a fixture


def guess(office: Client, wrong: int) -> None:
    """So many wrong PINs at a locked desk, and then its operator comes."""
    lock(office)
    for _ in range(wrong):
        assert unlock(office, OTHER).status_code == 422


@pytest.mark.parametrize("wrong", [0, 1, 4])
def test_how_many_wrong_ones_came_before_the_right_one_is_told(office: Client, wrong: int) -> None:
    one, _ = desk(office)
    guess(office, wrong)
    unlock(office)
    assert verbs(one) == ["lock_desk", "unlock_desk"]
    assert Event.objects.get(verb="unlock_desk").details == {"wrong": wrong}
    page = office.get("/account/").content.decode()
    assert (f"当班口令填错{wrong}次以后解锁" in page) is bool(wrong)


def test_the_count_begins_anew_with_each_lock(office: Client) -> None:
    desk(office)
    for wrong in (3, 0):
        guess(office, wrong)
        unlock(office)
    told = Event.objects.filter(verb="unlock_desk").order_by("pk")
    assert [one.details for one in told] == [{"wrong": 3}, {"wrong": 0}]


def test_a_shift_that_begins_after_wrong_ones_tells_them_too(office: Client, later: Later) -> None:
    desk(office)
    later(271)
    assert unlock(office, OTHER).status_code == 422
    unlock(office)
    assert Event.objects.get(verb="begin_shift").details == {"wrong": 1}
    assert "当班口令填错1次以后解锁" in office.get("/account/").content.decode()


def test_the_end_of_all_tries_is_read_at_the_own_account(office: Client) -> None:
    one, _ = desk(office)
    guess(office, 4)
    assert unlock(office, OTHER).status_code == 409
    office.post("/sign-in/", {"handle": one.account.handle, "password": PASSWORD})
    assert "当班口令连续填错，退出登录" in office.get("/account/").content.decode()


def guessed_all_day(office: Client) -> None:
    """Nineteen of the day's twenty, four or fewer at a time: its owner unlocks between and gives no day's try back."""
    for wrong in (4, 4, 4, 4, 3):
        guess(office, wrong)
        assert unlock(office).status_code == 302


def test_after_twenty_wrong_ones_in_a_day_the_password_alone_opens_it(office: Client) -> None:
    assert Limit(20, 86400) == PIN_DAY
    desk(office)
    guessed_all_day(office)
    lock(office)
    said = unlock(office, OTHER).content.decode()
    assert "当班口令今天填错太多次" in said
    assert "登录密码" in said
    assert unlock(office, PIN).status_code == 422
    assert not is_open(office)
    assert unlock(office, PASSWORD).status_code == 302
    assert is_open(office)
    assert Event.objects.filter(verb="unlock_desk").latest("pk").details == {"wrong": 2}


def test_control_without_the_days_count_a_colleague_guesses_on(office: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pins, "PIN_DAY", Limit(1000, 86400))
    desk(office)
    guessed_all_day(office)
    guess(office, 1)
    assert unlock(office, PIN).status_code == 302


def test_what_is_guessed_at_one_account_costs_no_other(office: Client) -> None:
    _, row = desk(office)
    guessed_all_day(office)
    second = make.staff(row.site).account
    pins.set_pin(second, PIN)
    assert pins.opens(second)
    assert pins.fits(second, PIN)
    assert Bucket.objects.get(key=f"pin:{second.pk}").tokens == PIN_DAY.burst


def test_who_has_no_pin_has_no_day_of_them(office: Client) -> None:
    desk(office, pin="")
    guess(office, 2)
    assert not Pin.objects.exists()
    assert not Bucket.objects.filter(key__startswith="pin:").exists()
    assert "还没有设当班口令" in office.get("/unlock/").content.decode()
