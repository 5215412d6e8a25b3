"""R11, R29, T6: each secret has its own recovery, none opens the other, and the owner hears of all of them."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.db import transaction

from baoming.accounts.models import Account, Bucket, PhoneCode
from baoming.accounts.services.sign_in import WrongCredentials
from baoming.accounts.throttling import RECOVERY_ADDRESS
from baoming.audit.actors import Actor, Party
from baoming.messages.models import Message
from baoming.registrations.form_queries import bound_phone
from baoming.registrations.journey import BITS
from baoming.registrations.models import Registration, SaveReset
from baoming.registrations.queries import document_of
from baoming.registrations.resets import DELAY, GOOD_FOR, LAST, online_refusal, told, too_early
from baoming.registrations.services import access, logins, rebinding, save_resets
from baoming.registrations.services.access import bind
from baoming.registrations.services.forms import WrongSavePassword, proves
from baoming.registrations.services.logins import RecoveryRefused
from baoming.registrations.services.steps import locked
from baoming.seasons.queries import season_now
from baoming.shared.errors import Invalid, NotOpen, Refused
from tests import factories as make
from tests.forms.samples import BOUND_PHONE
from tests.registrations import confirmed
from tests.registrations.test_save_form import PASSWORD, candidate, deadline, me

pytestmark = pytest.mark.django_db
LOGIN, NEW, CODE = "deng2lu7mi", "xin5bao9cun", "246810"
HERE = {"device": "", "address": "127.0.0.1"}


@pytest.fixture(autouse=True)
def _code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "sms_code", lambda: CODE)


@pytest.fixture
def row() -> Registration:
    made = candidate()
    assert made.account
    made.account.password = make_password(LOGIN)
    made.account.save()
    return made


def sent(row: Registration) -> list[str]:
    return list(Message.objects.filter(recipient=row.pk).order_by("at").values_list("template", flat=True))


def ask(row: Registration, login: str = LOGIN, code: str = CODE) -> SaveReset:
    save_resets.send_reset_code(row.pk, by=me(row), address="127.0.0.1")
    return save_resets.ask_online(row.pk, login=login, code=code, by=me(row), **HERE)


def set_new(row: Registration, save: str = NEW, login: str = LOGIN) -> None:
    save_resets.set_save_password(row.pk, login=login, save=save, by=me(row), **HERE)


def account(row: Registration) -> Account:
    return Account.objects.get(pk=row.account_id)


def later(row: Registration, by: timedelta) -> None:
    make.at(season_now(row.season_id) + by)


def clerk(row: Registration, name: str = "周敏") -> Actor:
    return Actor(kind=Party.SITE, id=name, path=row.path, label=name)


def at_site(row: Registration, nonce: str = "n1") -> SaveReset:
    return save_resets.ask_at_site(row.pk, document_of(row), reader="R01", nonce=nonce, by=clerk(row))


def test_online_it_takes_a_day_and_the_owner_hears_of_it(row: Registration) -> None:
    ask(row)
    with pytest.raises(NotOpen, match="才能设置"):
        set_new(row)
    assert account(row).save_reset_due is not None
    later(row, DELAY)
    set_new(row)
    assert proves(account(row), NEW)
    assert account(row).check_password(LOGIN)
    assert sent(row) == ["reset_code", "reset_asked", "save_reset"]
    assert account(row).save_reset_due is None


def test_control_without_the_delay_a_stolen_login_and_phone_save_at_once(
    row: Registration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(save_resets, "DELAY", timedelta())
    ask(row)
    set_new(row)
    assert proves(account(row), NEW)


def test_the_owner_cancels_and_nothing_has_changed(row: Registration) -> None:
    ask(row)
    save_resets.cancel_reset(row.pk, by=me(row))
    save_resets.cancel_reset(row.pk, by=me(row))
    later(row, DELAY)
    with pytest.raises(NotOpen, match="已经取消"):
        set_new(row)
    assert proves(account(row), PASSWORD)
    assert sent(row).count("reset_cancelled") == 1


def test_in_the_last_two_days_only_the_site_helps(row: Registration) -> None:
    ask(row)
    make.at(deadline() - LAST)
    with pytest.raises(NotOpen, match="报名点"):
        set_new(row)
    save_resets.cancel_reset(row.pk, by=me(row))
    with pytest.raises(NotOpen, match="报名点"):
        ask(row)
    at_site(row)
    save_resets.confirm_at_site(row.pk, by=clerk(row, "李强"))
    set_new(row)
    assert proves(account(row), NEW)


def test_who_asks_at_the_site_does_not_confirm(row: Registration) -> None:
    at_site(row)
    with pytest.raises(NotOpen, match="自己不能复核"):
        save_resets.confirm_at_site(row.pk, by=clerk(row))
    with pytest.raises(NotOpen, match="复核以后"):
        set_new(row)
    save_resets.confirm_at_site(row.pk, by=confirmed.county(row))
    set_new(row)
    assert [one.outcome for one in SaveReset.objects.all()] == ["set"]


def test_the_card_is_the_persons_own_and_read_once(row: Registration) -> None:
    other = make.document("李雷", number=make.number(77))
    with pytest.raises(Refused, match="号码"):
        save_resets.ask_at_site(row.pk, other, reader="R01", nonce="n1", by=clerk(row))
    at_site(row)
    save_resets.cancel_reset(row.pk, by=me(row))
    with pytest.raises(Refused, match="已经用过"):
        at_site(row)
    assert SaveReset.objects.count() == 1


def test_a_card_at_the_site_ends_what_was_asked_online(row: Registration) -> None:
    online = ask(row)
    at_site(row)
    online.refresh_from_db()
    assert online.outcome == "cancelled"


def test_after_three_days_it_is_asked_for_again(row: Registration) -> None:
    ask(row)
    later(row, DELAY + GOOD_FOR)
    with pytest.raises(NotOpen, match="过期"):
        set_new(row)


def test_the_new_one_is_no_login_password_and_a_wrong_login_is_no_proof(row: Registration) -> None:
    with pytest.raises(WrongCredentials):
        ask(row, login="cuo9wu8mi")
    Bucket.objects.all().delete()
    ask(row)
    later(row, DELAY)
    with pytest.raises(Invalid, match="不能相同"):
        set_new(row, save=LOGIN)
    with pytest.raises(WrongCredentials):
        set_new(row, login="cuo9wu8mi")
    assert proves(account(row), PASSWORD)


def recover(row: Registration, *, valid_to: date | None = date(2031, 3, 18), login: str = "xin3deng8lu") -> None:
    logins.ask_login_code(season=row.season, number=document_of(row).number, valid_to=valid_to, address="127.0.0.1")
    logins.send_login_code(row.pk)
    logins.recover_login(
        season=row.season, number=document_of(row).number, valid_to=valid_to, code=CODE, login=login,
        address="127.0.0.1",
    )  # fmt: skip


def test_the_phone_gives_a_new_login_password_and_never_the_save_password(row: Registration) -> None:
    recover(row)
    assert account(row).check_password("xin3deng8lu")
    assert proves(account(row), PASSWORD)
    assert sent(row) == ["login_code", "login_recovered"]
    Bucket.objects.all().delete()
    with pytest.raises(NotOpen, match="短信重设过"):
        ask(row, login="xin3deng8lu")


def test_to_the_address_a_code_that_fits_is_put_back_and_a_wrong_one_is_not(
    row: Registration,
) -> None:
    recover(row)
    held = Bucket.objects.get(key="recover-at:127.0.0.1")
    assert held.tokens >= RECOVERY_ADDRESS.burst - 1
    with pytest.raises(RecoveryRefused):
        recover(row, valid_to=date(2030, 1, 1))
    held.refresh_from_db()
    assert RECOVERY_ADDRESS.burst - 3 <= held.tokens < RECOVERY_ADDRESS.burst - 2


def test_a_recovered_login_password_is_not_the_save_password(row: Registration) -> None:
    Account.objects.filter(pk=row.account_id).update(save_password=make_password(NEW))
    with pytest.raises(Invalid, match="不能和保存密码相同"):
        recover(row, login=NEW)
    assert account(row).check_password(LOGIN)


def test_unknown_people_and_wrong_cards_hear_the_same_sentence(row: Registration) -> None:
    said = set()
    for number, valid_to in (
        (document_of(row).number, date(2030, 1, 1)), (make.number(501), date(2031, 3, 18)), ("四百", None),
        (document_of(row).number, date(2031, 3, 18)),
    ):  # fmt: skip
        logins.ask_login_code(season=row.season, number=number, valid_to=valid_to, address="127.0.0.1")
        with pytest.raises(RecoveryRefused) as refusal:
            logins.recover_login(
                season=row.season, number=number, valid_to=valid_to, code="000000", login="x", address="127.0.0.1"
            )
        said.add(str(refusal.value))
    assert said == {logins.MISMATCH}


def test_no_code_goes_to_people_who_have_no_password_yet(row: Registration) -> None:
    row.done &= ~BITS["passwords"]
    row.save()
    logins.send_login_code(row.pk)
    logins.send_login_code(logins.NOBODY)
    assert sent(row) == []


def test_another_phone_by_the_save_password_and_the_old_one_hears_of_it(row: Registration) -> None:
    rebinding.send_rebind_code(row.pk, "19900007777", by=me(row), address="127.0.0.1")
    with pytest.raises(WrongSavePassword):
        rebinding.rebind_phone(row.pk, code=CODE, save_password=LOGIN, device="", by=me(row))
    rebinding.rebind_phone(row.pk, code=CODE, save_password=PASSWORD, device="", by=me(row))
    row.refresh_from_db()
    assert bound_phone(row) == "19900007777"
    assert sent(row) == ["rebind_code", "phone_left", "phone_bound"]


def test_a_code_proves_the_phone_it_went_to_and_no_other(row: Registration) -> None:
    save_resets.send_reset_code(row.pk, by=me(row), address="127.0.0.1")
    with transaction.atomic():
        bind(locked(row.pk), "19900007777")  # meanwhile another phone is bound
    with pytest.raises(Invalid, match="不是发到绑定手机"):
        save_resets.ask_online(row.pk, login=LOGIN, code=CODE, by=me(row), **HERE)


CODES = ("phone_code", "reset_code", "login_code", "rebind_code", "cancel_code", "dispute_code", "save_code")


@pytest.mark.parametrize("template", CODES)
def test_a_code_serves_the_act_that_its_message_names_and_no_other(row: Registration, template: str) -> None:
    access.issue_code(locked(row.pk), BOUND_PHONE, template=template, address="")
    for other in set(CODES) - {template}:
        with pytest.raises(Invalid, match="还没有获取"):
            access.tried_code(row.pk, CODE, template=other)
    assert access.tried_code(row.pk, CODE, template=template).tries == 0  # none of that cost it a try


def test_a_code_for_the_login_password_opens_no_reset_of_the_save_password(row: Registration) -> None:
    """Somebody who talks the owner into reading out the one code has not got the other."""
    logins.send_login_code(row.pk)
    with pytest.raises(Invalid, match="还没有获取"):
        save_resets.ask_online(row.pk, login=LOGIN, code=CODE, by=me(row), **HERE)
    assert not SaveReset.objects.exists()


def test_control_a_code_that_serves_any_act_opens_the_reset(row: Registration, monkeypatch: pytest.MonkeyPatch) -> None:
    newest = PhoneCode.objects.filter(used_at=None).order_by("-sent_at")
    monkeypatch.setattr(access, "_live_codes", lambda registration_id, template: list(newest[:1]))
    logins.send_login_code(row.pk)
    assert save_resets.ask_online(row.pk, login=LOGIN, code=CODE, by=me(row), **HERE)


def test_the_rules_at_their_edges() -> None:
    now = season_now(make.season("sign_up").pk)
    closes = now + DELAY + LAST
    asked = {"over": False, "recovered": False}
    assert online_refusal(now, closes=closes, asking=True, **asked)
    assert not online_refusal(now - timedelta(seconds=1), closes=closes, asking=True, **asked)
    assert not online_refusal(closes - LAST - timedelta(seconds=1), closes=closes, asking=False, **asked)
    assert online_refusal(closes - LAST, closes=closes, asking=False, **asked)
    assert too_early(now, now) == ""
    assert too_early(now - timedelta(seconds=1), now)
    assert "取消" in told(now, due=now, done=None)
    assert "已于" in told(now, due=None, done=now - timedelta(days=6))
    assert told(now, due=None, done=now - timedelta(days=7)) == ""


def test_a_code_at_a_new_phone_is_not_called_one_at_the_bound_phone(row: Registration) -> None:
    rebinding.send_rebind_code(row.pk, "13900009999", by=me(row), address="127.0.0.1")
    assert access.live_code(row.pk, rebinding.REBIND_CODE) is not None
    assert not access.code_at_bound_phone(row, rebinding.REBIND_CODE)
    save_resets.send_reset_code(row.pk, by=me(row), address="127.0.0.1")
    assert access.code_at_bound_phone(row, save_resets.RESET_CODE)
