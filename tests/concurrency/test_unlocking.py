"""Wrong PINs at once, from pages of one browser: five answers and no more, and then the session is gone.

The control counts without holding the row: more tries are answered than there are.
"""

from collections import Counter

import pytest
from django.db.models import QuerySet

from baoming.accounts.models import Account, Session
from baoming.accounts.services import pins, shifts
from baoming.accounts.services.shifts import TRIES, Answer, Unlocked
from tests import factories as make
from tests.concurrency.together import together

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
PIN, AT_ONCE = "385217", 12
KEY = "5e" * 20


def locked_desk() -> Account:
    make.season()
    account = make.staff(make.site()).account
    pins.set_pin(account, PIN)
    far = make.datetime(2099, 1, 1).astimezone()
    Session.objects.create(session_key=KEY, session_data="", expire_date=far, account=account)
    shifts.begin(KEY)
    assert shifts.lock(KEY)
    return account


def tried(account: Account, pin: str) -> Counter[Answer]:
    """What each of many tries at once is told."""
    answers = together([lambda: shifts.unlock(account, KEY, pin) for _ in range(AT_ONCE)])
    return Counter(one.answer for one in answers if isinstance(one, Unlocked))


def test_of_many_wrong_tries_at_once_five_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    account, looked = locked_desk(), []
    fits = shifts._fits
    monkeypatch.setattr(shifts, "_fits", lambda *given: looked.append(1) or fits(*given))
    told = tried(account, "902846")
    assert told == {Answer.WRONG: TRIES - 1, Answer.ENDED: AT_ONCE - TRIES + 1}
    assert len(looked) == TRIES == 5
    assert not Session.objects.exists()


def test_control_without_the_rows_lock_more_are(monkeypatch: pytest.MonkeyPatch) -> None:
    account = locked_desk()
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_: rows)
    assert tried(account, "902846")[Answer.WRONG] >= TRIES


def test_the_right_one_given_by_many_pages_opens_once_and_harms_nobody() -> None:
    account = locked_desk()
    assert tried(account, PIN) == {Answer.OPEN: AT_ONCE}
    row = Session.objects.get()
    assert (row.locked_at, row.wrong) == (None, 0)


def test_a_page_that_was_asked_before_and_written_late_does_not_open_the_desk() -> None:
    locked_desk()
    late = Session.objects.get()
    late.locked_at = None
    late.save(force_update=True)
    assert Session.objects.get().locked_at is not None
