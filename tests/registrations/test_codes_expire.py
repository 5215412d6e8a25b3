"""R9, R10: an SMS code is good for ten minutes and five tries, an activation code until revoked or the window ends.

Each limit has a control that takes it away: the old or guessed code then opens the door.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.utils import timezone

from baoming.accounts.codes import code_digest, new_activation_code
from baoming.accounts.models import Bucket, PhoneCode
from baoming.audit.actors import Actor
from baoming.messages.models import Message
from baoming.registrations.models import Activation, Registration
from baoming.registrations.queries import document_of
from baoming.registrations.services import access
from baoming.registrations.services import claim as claims
from baoming.registrations.services.claim import ClaimRefused, claim
from baoming.schedule.models import Phase
from baoming.shared.errors import Invalid, NotOpen
from tests import factories as make
from tests.concurrency.together import together
from tests.registrations.test_access import PHONE, candidate

RIGHT, WRONG, NEWER = "246810", "000000", "135791"
TRIES = 12
Later = Callable[[timedelta], None]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    """Move the real clock of this process forward."""
    real, passed = timezone.now, [timedelta()]
    monkeypatch.setattr(timezone, "now", lambda: real() + passed[0])

    def move(by: timedelta) -> None:
        passed[0] += by

    return move


def sent(monkeypatch: pytest.MonkeyPatch, code: str = RIGHT) -> tuple[Registration, Actor]:
    monkeypatch.setattr(access, "sms_code", lambda: code)
    row, me = candidate("phone")
    access.send_phone_code(row.pk, PHONE, by=me, address="127.0.0.1")
    return row, me


def bound(row: Registration) -> bool:
    row.refresh_from_db()
    return "phone" in row.done_steps


@pytest.mark.django_db
def test_a_code_binds_until_ten_minutes_have_passed(monkeypatch: pytest.MonkeyPatch, later: Later) -> None:
    row, me = sent(monkeypatch)
    later(timedelta(minutes=9, seconds=50))
    access.confirm_phone(row.pk, RIGHT, by=me)
    assert bound(row)


@pytest.mark.django_db
def test_after_ten_minutes_the_right_code_is_refused_and_a_new_one_binds(
    monkeypatch: pytest.MonkeyPatch, later: Later
) -> None:
    row, me = sent(monkeypatch)
    later(timedelta(minutes=10, seconds=1))
    with pytest.raises(Invalid, match="重新获取"):
        access.confirm_phone(row.pk, RIGHT, by=me)
    assert not bound(row)
    Bucket.objects.all().delete()  # the counts go by the database's clock
    access.send_phone_code(row.pk, PHONE, by=me, address="127.0.0.1")
    access.confirm_phone(row.pk, RIGHT, by=me)
    assert bound(row)


@pytest.mark.django_db
def test_control_without_the_ten_minutes_a_code_of_yesterday_binds(
    monkeypatch: pytest.MonkeyPatch, later: Later
) -> None:
    row, me = sent(monkeypatch)
    later(timedelta(days=1))
    monkeypatch.setattr(access, "_GOOD_FOR", timedelta(days=30))
    access.confirm_phone(row.pk, RIGHT, by=me)
    assert bound(row)


def resend(patch: pytest.MonkeyPatch, row: Registration, me: Actor, *, phone: str = PHONE, voice: bool = False) -> None:
    """A minute later, ask again."""
    patch.setattr(access, "sms_code", lambda: NEWER)
    Bucket.objects.all().delete()
    access.send_phone_code(row.pk, phone, by=me, address="127.0.0.1", voice=voice)


@pytest.mark.django_db
@pytest.mark.parametrize("code", [RIGHT, NEWER])
def test_sent_again_either_code_binds_and_then_both_are_used(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    row, me = sent(monkeypatch)
    resend(monkeypatch, row, me)
    access.confirm_phone(row.pk, code, by=me)
    assert bound(row)
    assert not PhoneCode.objects.filter(subject=row.pk, used_at=None).exists()


@pytest.mark.django_db
def test_the_older_code_ends_after_its_own_ten_minutes(monkeypatch: pytest.MonkeyPatch, later: Later) -> None:
    row, me = sent(monkeypatch)
    later(timedelta(minutes=9))
    resend(monkeypatch, row, me)
    later(timedelta(minutes=1, seconds=1))
    with pytest.raises(Invalid, match="验证码不正确"):
        access.confirm_phone(row.pk, RIGHT, by=me)
    access.confirm_phone(row.pk, NEWER, by=me)
    assert bound(row)


@pytest.mark.django_db
def test_a_code_to_a_mistyped_number_is_dead_once_it_was_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    row, me = sent(monkeypatch)
    resend(monkeypatch, row, me, phone="19900006029")
    with pytest.raises(Invalid, match="验证码不正确"):
        access.confirm_phone(row.pk, RIGHT, by=me)
    assert not bound(row)


@pytest.mark.django_db
def test_a_try_counts_for_every_live_code_and_sending_again_gives_the_old_one_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row, me = sent(monkeypatch)
    for _ in range(3):
        with pytest.raises(Invalid, match="验证码不正确"):
            access.confirm_phone(row.pk, WRONG, by=me)
    resend(monkeypatch, row, me)
    for _ in range(2):
        with pytest.raises(Invalid, match="验证码不正确"):
            access.confirm_phone(row.pk, WRONG, by=me)
    with pytest.raises(Invalid, match="验证码不正确"):
        access.confirm_phone(row.pk, RIGHT, by=me)  # its five are used up, the newer one has counted three
    assert sorted(PhoneCode.objects.values_list("tries", flat=True)) == [3, 5]
    access.confirm_phone(row.pk, NEWER, by=me)
    assert bound(row)


@pytest.mark.django_db
def test_control_without_the_common_count_the_old_code_would_still_bind(monkeypatch: pytest.MonkeyPatch) -> None:
    row, me = sent(monkeypatch)
    for _ in range(3):
        with pytest.raises(Invalid):
            access.confirm_phone(row.pk, WRONG, by=me)
    resend(monkeypatch, row, me)
    monkeypatch.setattr(access, "F", lambda field: 0)
    for _ in range(3):
        with pytest.raises(Invalid):
            access.confirm_phone(row.pk, WRONG, by=me)
    access.confirm_phone(row.pk, RIGHT, by=me)
    assert bound(row)


@pytest.mark.django_db
def test_a_call_is_offered_after_two_messages_where_a_sender_has_a_voice(monkeypatch: pytest.MonkeyPatch) -> None:
    row, me = sent(monkeypatch)
    monkeypatch.setattr(access, "has_voice", lambda: True)
    with pytest.raises(NotOpen, match="两次短信验证码以后"):
        resend(monkeypatch, row, me, voice=True)
    resend(monkeypatch, row, me)
    assert access.offers_voice(row.pk, access.PHONE_CODE)
    monkeypatch.setattr(access, "has_voice", lambda: False)
    assert not access.offers_voice(row.pk, access.PHONE_CODE)
    monkeypatch.setattr(access, "has_voice", lambda: True)
    resend(monkeypatch, row, me, voice=True)
    assert list(Message.objects.order_by("at").values_list("voice", flat=True)) == [False, False, True]
    access.confirm_phone(row.pk, NEWER, by=me)
    assert bound(row)


@pytest.mark.django_db
def test_control_without_the_five_tries_guessing_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    row, me = sent(monkeypatch)
    monkeypatch.setattr(access, "_TRIES", 1_000_000)
    for _ in range(5):
        with pytest.raises(Invalid, match="验证码不正确"):
            access.confirm_phone(row.pk, WRONG, by=me)
    access.confirm_phone(row.pk, RIGHT, by=me)
    assert bound(row)


def compared(row: Registration, me: Actor) -> int:
    """How many of twelve wrong codes, typed at the same instant, were compared at all."""
    answers = together([partial(access.confirm_phone, row.pk, WRONG, by=me)] * TRIES)
    assert all(isinstance(answer, Invalid) for answer in answers), answers
    return sum("验证码不正确" in str(answer) for answer in answers)


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_twelve_guesses_at_the_same_instant_are_five(monkeypatch: pytest.MonkeyPatch) -> None:
    row, me = sent(monkeypatch)
    assert compared(row, me) == 5
    with pytest.raises(Invalid, match="作废"):
        access.confirm_phone(row.pk, RIGHT, by=me)


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_control_a_count_that_is_not_added_up_lets_all_twelve_guess(monkeypatch: pytest.MonkeyPatch) -> None:
    row, me = sent(monkeypatch)
    monkeypatch.setattr(access, "F", lambda field: 0)  # each writes what it read: nothing yet
    assert compared(row, me) == TRIES


def slip() -> tuple[Registration, dict[str, object]]:
    """A person with a slip, and what claims it."""
    season = make.season("sign_up")
    row = make.registration(make.site(), done=make.before("registration_fee"))
    code = new_activation_code()
    Activation.objects.create(registration=row, digest=code_digest(code), slip=1, made_at=row.created_at)
    person = document_of(row)
    typed = {"season": season, "name": row.name, "number": person.number, "valid_to": person.valid_to}
    return row, {**typed, "code": code, "address": "127.0.0.1"}


def closes() -> datetime:
    end = Phase.objects.get(key="sign_up").closes
    assert end is not None
    return end


@pytest.mark.django_db
def test_a_code_that_a_later_slip_replaced_says_so_and_gives_no_account() -> None:
    row, typed = slip()
    Activation.objects.update(revoked_at=row.created_at)
    with pytest.raises(ClaimRefused, match="作废"):
        claim(**typed)  # type: ignore[arg-type]
    row.refresh_from_db()
    assert row.account is None


@pytest.mark.django_db
def test_a_code_is_no_key_any_more_once_both_passwords_are_set() -> None:
    row, typed = slip()
    Activation.objects.update(used_at=row.created_at)
    with pytest.raises(ClaimRefused, match="用登录密码登录"):
        claim(**typed)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_the_windows_last_minute_counts_and_the_second_after_does_not() -> None:
    row, typed = slip()
    make.at(closes() - make.A_MINUTE)
    assert claim(**typed).pk == row.pk  # type: ignore[arg-type]
    make.at(closes() + timedelta(seconds=1))
    with pytest.raises(NotOpen, match="已经结束"):
        claim(**typed)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_before_the_window_it_says_when_and_the_code_stays_good() -> None:
    row, typed = slip()
    opens = Phase.objects.get(key="sign_up").opens
    assert opens is not None
    make.at(opens - make.A_MINUTE)
    with pytest.raises(NotOpen, match="妥善保管"):
        claim(**typed)  # type: ignore[arg-type]
    make.at(opens + make.A_MINUTE)
    assert claim(**typed).pk == row.pk  # type: ignore[arg-type]


@pytest.mark.django_db
def test_control_without_the_window_the_code_of_last_year_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    row, typed = slip()
    make.at(closes() + timedelta(days=300))
    monkeypatch.setattr(claims, "_require_open", lambda registration: None)
    assert claim(**typed).pk == row.pk  # type: ignore[arg-type]
