"""R11, T6: who has lost phone and login password gets another phone at the site, by two persons and a day later."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.test import override_settings

from baoming.accounts.models import Account, Bucket
from baoming.audit.actors import Actor
from baoming.audit.models import Event
from baoming.messages.models import Message
from baoming.organizations.models import Organization, Staff
from baoming.organizations.roles import Role
from baoming.organizations.services import staff
from baoming.registrations.form_queries import bound_phone
from baoming.registrations.models import PhoneReset, Registration
from baoming.registrations.queries import document_of
from baoming.registrations.resets import DELAY, GOOD_FOR, LAST, county_confirms, phone_told, takes_effect
from baoming.registrations.services import access, logins, phone_resets, save_resets
from baoming.registrations.services.forms import proves
from baoming.registrations.services.logins import RecoveryRefused
from baoming.seasons.queries import season_now
from baoming.shared.errors import Invalid, NotOpen, Refused
from tests import factories as make
from tests.forms.samples import BOUND_PHONE
from tests.registrations import confirmed
from tests.registrations.test_recoveries import at_site as site_reset
from tests.registrations.test_recoveries import clerk, later, sent
from tests.registrations.test_save_form import PASSWORD, candidate, deadline, me

pytestmark = pytest.mark.django_db
LOGIN, NEW_LOGIN, CODE, NEW = "deng2lu7mi", "xin3deng8lu", "246810", "19900007777"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(access, "sms_code", lambda: CODE)
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def row() -> Registration:
    made = candidate()
    assert made.account
    made.account.password, made.account.save_password = make_password(LOGIN), make_password(PASSWORD)
    made.account.save()
    return made


def ask(row: Registration, number: str = NEW, *, nonce: str = "n1", by: Actor | None = None) -> PhoneReset:
    return phone_resets.ask_phone_reset(
        row.pk, document_of(row), number=number, reader="R01", nonce=nonce, by=by or clerk(row)
    )


def confirm(row: Registration, number: str = NEW, *, by: Actor | None = None) -> PhoneReset:
    return phone_resets.confirm_phone_reset(row.pk, number, by=by or clerk(row, "李强"))


def recover(row: Registration) -> None:
    Bucket.objects.all().delete()
    logins.send_login_code(row.pk)
    logins.recover_login(
        season=row.season, number=document_of(row).number, valid_to=date(2031, 3, 18), code=CODE, login=NEW_LOGIN,
        address="127.0.0.1",
    )  # fmt: skip
    row.refresh_from_db()


def account(row: Registration) -> Account:
    return Account.objects.get(pk=row.account_id)


def test_a_day_after_two_persons_the_new_phone_sets_a_new_login_password(row: Registration) -> None:
    ask(row)
    confirm(row)
    later(row, DELAY)
    recover(row)
    assert bound_phone(row) == NEW
    assert account(row).check_password(NEW_LOGIN)
    assert proves(account(row), PASSWORD)
    assert (account(row).phone_reset_due, account(row).login_recovered_at is not None) == (None, True)
    assert sent(row) == ["phone_asked", "phone_asked", "phone_soon", "login_code", "phone_left", "login_recovered"]
    told = ["ask_phone_reset", "confirm_phone_reset", "rebind_at_site", "recover_login"]
    events = Event.objects.filter(subject=row.pk, verb__in=told).order_by("pk")
    assert [event.verb for event in events] == told
    assert NEW not in str([event.details for event in events])
    assert NEW not in "".join(Message.objects.values_list("text_sealed", flat=True))


def before_the_day_is_over(row: Registration) -> None:
    ask(row)
    confirm(row)
    later(row, DELAY - timedelta(minutes=1))
    recover(row)


def test_before_the_day_is_over_the_code_goes_to_the_old_phone_which_is_then_not_lost(row: Registration) -> None:
    before_the_day_is_over(row)
    assert bound_phone(row) == BOUND_PHONE
    assert [one.outcome for one in PhoneReset.objects.all()] == ["cancelled"]
    assert sent(row)[-2:] == ["phone_kept", "login_recovered"]


def test_control_without_the_day_the_new_phone_is_bound_at_once(
    row: Registration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phone_resets, "takes_effect", lambda *_: True)
    before_the_day_is_over(row)
    assert bound_phone(row) == NEW


def test_who_asks_does_not_confirm_and_nobody_else_asks(row: Registration) -> None:
    with pytest.raises(NotOpen, match="报名点"):
        ask(row, by=confirmed.county(row))
    ask(row)
    for by in (clerk(row), confirmed.city(row), me(row)):
        with pytest.raises(NotOpen, match="另一名"):
            confirm(row, by=by)
    later(row, DELAY)
    recover(row)
    assert bound_phone(row) == BOUND_PHONE


def test_the_database_itself_wants_two(row: Registration) -> None:
    asked = ask(row)
    for values in ({"ready_at": asked.asked_at}, {"outcome": "bound"}):
        with pytest.raises(IntegrityError, match="phone_reset_by_two"), transaction.atomic():
            PhoneReset.objects.filter(pk=asked.pk).update(confirmed_by=asked.asked_by, **values)


def test_the_number_is_asked_from_the_person_twice(row: Registration) -> None:
    ask(row)
    for number in ("19900007778", "", "1990000777"):
        with pytest.raises(Invalid) as refusal:
            confirm(row, number)
        assert set(refusal.value.fields) == {"confirm_phone"}
    assert confirm(row, "199 0000 7777").ready_at is not None
    assert confirm(row, "").confirmed_label == "李强", "safe to repeat"


def test_the_card_is_the_persons_own_and_read_once(row: Registration) -> None:
    with pytest.raises(Refused, match="号码"):
        phone_resets.ask_phone_reset(
            row.pk, make.document("李雷"), number=NEW, reader="R01", nonce="n1", by=clerk(row)
        )  # fmt: skip
    first = ask(row)
    with pytest.raises(Refused, match="已经用过"):
        ask(row)
    ask(row, "19900007778", nonce="n2")
    first.refresh_from_db()
    assert first.outcome == "cancelled", "a newer request takes its place"


@pytest.mark.parametrize(("number", "said"), [("12", "11位"), (BOUND_PHONE, "现在绑定")])
def test_what_is_no_other_phone_is_refused(row: Registration, number: str, said: str) -> None:
    with pytest.raises(Invalid, match=said) as refusal:
        ask(row, number)
    assert set(refusal.value.fields) == {"new_phone"}
    assert not PhoneReset.objects.exists()


def test_in_the_last_two_days_the_county_is_one_of_the_two(row: Registration) -> None:
    make.at(deadline() - LAST)
    ask(row)
    with pytest.raises(NotOpen, match="县（市、区）招考机构复核"):
        confirm(row)
    ready = confirm(row, by=confirmed.county(row)).ready_at
    assert ready is not None
    assert timedelta(0) <= season_now(row.season_id) + DELAY - ready < timedelta(minutes=5)


def cancelled_by(row: Registration, **proof: str) -> bool:
    ask(row)
    given = {"save_password": "", "code": "", **proof}
    try:
        phone_resets.cancel_phone_reset(row.pk, device="", by=me(row), **given)
    except Invalid:
        return False
    return PhoneReset.objects.get().outcome == "cancelled"


@pytest.mark.parametrize(
    ("proof", "does"), [({"save_password": PASSWORD}, True), ({"save_password": LOGIN}, False), ({}, False)]
)
def test_the_save_password_cancels_and_neither_an_open_session_nor_the_login_password_does(
    row: Registration, proof: dict[str, str], *, does: bool
) -> None:
    assert cancelled_by(row, **proof) is does
    assert (account(row).phone_reset_due is None) is does


def test_a_code_to_the_old_phone_cancels(row: Registration) -> None:
    ask(row)
    phone_resets.send_cancel_code(row.pk, by=me(row), address="127.0.0.1")
    phone_resets.cancel_phone_reset(row.pk, save_password="", code=CODE, device="", by=me(row))
    assert PhoneReset.objects.get().outcome == "cancelled"
    with pytest.raises(NotOpen, match="不用取消"):
        phone_resets.send_cancel_code(row.pk, by=me(row), address="127.0.0.1")


def test_the_offices_cancel_what_was_asked_by_mistake(row: Registration) -> None:
    ask(row)
    for _ in range(2):
        phone_resets.withdraw_phone_reset(row.pk, by=confirmed.county(row))
    assert sent(row).count("phone_kept") == 1
    with pytest.raises(NotOpen, match="没有等待复核"):
        confirm(row)


def test_it_is_good_for_three_days(row: Registration) -> None:
    ask(row)
    confirm(row)
    later(row, DELAY + GOOD_FOR)
    recover(row)
    assert bound_phone(row) == BOUND_PHONE


def test_after_three_days_it_is_over_by_itself_for_everybody(row: Registration) -> None:
    """Neither cancelled nor in the way: who comes again is asked anew, and nobody is told twice."""
    ask(row)
    confirm(row)
    later(row, DELAY + GOOD_FOR)
    assert phone_resets.open_phone_reset(row) is None
    with pytest.raises(NotOpen, match="没有等待复核"):
        confirm(row)
    with pytest.raises(NotOpen, match="不用取消"):
        phone_resets.send_cancel_code(row.pk, by=me(row), address="127.0.0.1")
    phone_resets.withdraw_phone_reset(row.pk, by=clerk(row))
    assert "phone_kept" not in sent(row)
    ask(row, nonce="n2")
    assert sorted(PhoneReset.objects.values_list("outcome", flat=True)) == ["", "lapsed"]


def test_one_that_nobody_confirms_is_over_when_a_confirmed_one_would_be(row: Registration) -> None:
    ask(row)
    later(row, DELAY + GOOD_FOR - timedelta(minutes=1))
    assert phone_resets.open_phone_reset(row) is not None
    later(row, timedelta(minutes=1))
    with pytest.raises(NotOpen, match="没有等待复核"):
        confirm(row)
    assert phone_told(season_now(row.season_id), due=account(row).phone_reset_due) == ""


def test_control_without_the_end_an_old_request_is_confirmed_weeks_later(
    row: Registration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phone_resets, "lapsed", lambda *_: False)
    ask(row)
    later(row, DELAY + GOOD_FOR)
    assert confirm(row).ready_at


def test_a_number_asked_for_two_candidates_is_for_the_county(row: Registration) -> None:
    other = candidate()
    asked = ask(other)
    ask(row, nonce="n2")
    with pytest.raises(NotOpen, match=r"另一名考生.*县"):
        confirm(row)
    assert Event.objects.filter(verb="ask_phone_reset", details={"shared": True}, subject=row.pk).exists()
    assert confirm(row, by=confirmed.county(row)).ready_at
    PhoneReset.objects.filter(pk=asked.pk).update(outcome="cancelled", ended_label="周敏")
    third = candidate()
    ask(third, "19900007771", nonce="n3")
    assert confirm(third, "19900007771").ready_at


def test_control_where_the_number_is_not_looked_for_the_site_alone_collects_candidates(
    row: Registration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phone_resets, "_shared", lambda _: False)
    ask(candidate())
    ask(row, nonce="n2")
    assert confirm(row).ready_at


def test_a_save_password_asked_for_before_the_phone_changed_falls_and_the_next_is_for_the_county(
    row: Registration,
) -> None:
    ask(row)
    confirm(row)
    later(row, DELAY)
    site_reset(row, "n2")
    save_resets.confirm_at_site(row.pk, by=clerk(row, "李强"))
    recover(row)
    assert save_resets.open_reset(row) is None
    site_reset(row, "n3")
    with pytest.raises(NotOpen, match=r"报名点更换.*县"):
        save_resets.confirm_at_site(row.pk, by=clerk(row, "李强"))
    assert save_resets.confirm_at_site(row.pk, by=confirmed.county(row)).ready_at


def test_the_second_person_has_another_hand_than_the_first(row: Registration) -> None:
    county = make.staff(Organization.objects.get(pk=row.site.parent_id), Role.COUNTY)
    wanted = staff.Wanted(row.site, Role.OPERATOR, "王毅", "wangyi1")
    staff.add(wanted, by=county)
    opened = Staff.objects.get(account__handle="wangyi1").actor
    ask(row, by=opened)
    with pytest.raises(NotOpen, match="另一位工作人员"):
        confirm(row, by=county.actor)
    assert confirm(row, by=clerk(row)).ready_at


def test_a_frozen_form_keeps_its_phone_also_one_that_was_asked_for_before(row: Registration) -> None:
    ask(row)
    confirm(row)
    later(row, DELAY)
    Registration.objects.filter(pk=row.pk).update(disputed_at=season_now(row.season_id))
    recover(row)
    assert bound_phone(row) == BOUND_PHONE
    with pytest.raises(NotOpen, match="冻结"):
        ask(row, nonce="n2")


def test_one_that_is_cancelled_between_code_and_typing_binds_nothing(row: Registration) -> None:
    ask(row)
    confirm(row)
    later(row, DELAY)
    logins.send_login_code(row.pk)
    phone_resets.withdraw_phone_reset(row.pk, by=clerk(row))
    with pytest.raises(RecoveryRefused):
        logins.recover_login(
            season=row.season, number=document_of(row).number, valid_to=date(2031, 3, 18), code=CODE, login=NEW_LOGIN,
            address="127.0.0.1",
        )  # fmt: skip
    assert account(row).check_password(LOGIN)


def test_the_rules_at_their_edges() -> None:
    now = season_now(make.season("sign_up").pk)
    second = timedelta(seconds=1)
    assert not county_confirms(now, closes=None, over=False)
    assert county_confirms(now, closes=None, over=True)
    assert county_confirms(now, closes=now + LAST, over=False)
    assert not county_confirms(now, closes=now + LAST + second, over=False)
    assert (takes_effect(now, None), takes_effect(now, now), takes_effect(now, now + second)) == (False, True, False)
    assert (takes_effect(now + GOOD_FOR - second, now), takes_effect(now + GOOD_FOR, now)) == (True, False)
    assert "最早" in phone_told(now, due=now + second)
    assert "现在" in phone_told(now, due=now)
    assert phone_told(now + GOOD_FOR, due=now) == phone_told(now, due=None) == ""
