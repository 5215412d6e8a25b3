"""The second factor: set up at the first sign-in, asked at the next, each code once."""

import time

import pytest
from django.http import HttpResponse
from django.test import Client

from baoming.accounts import totp
from baoming.accounts.models import Bucket, Device, RecoveryCode, SecondFactor, Session
from baoming.accounts.services import second_factor
from baoming.accounts.throttling import SECOND_FACTOR
from baoming.audit.models import Event
from baoming.organizations.models import Staff
from baoming.organizations.roles import Role
from baoming.web.management.commands.load_demo import SECRET
from standins import authenticator
from tests import factories as make
from tests.web.conftest import signed_in
from tests.web.second_step import (
    CODE,
    NEEDED,
    NO_PIN,
    SET_UP,
    STEP_2,
    code,
    enrolled,
    give,
    is_inside,
    people_of_season,
    person,
    secret_on,
    sign_in,
)  # fmt: skip

__all__ = ["people_of_season"]  # a fixture
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("people_of_season")]


@pytest.mark.parametrize("role", Role)
def test_roles_that_decide_beyond_one_site_are_asked_and_the_desk_is_not(office: Client, role: Role) -> None:
    assert sign_in(office, person(role)) == (SET_UP if role in NEEDED else NO_PIN)
    assert is_inside(office) is (role not in NEEDED)


def test_the_first_sign_in_sets_up_an_authenticator_and_shows_the_recovery_codes_once(office: Client) -> None:
    one = person()
    sign_in(office, one)
    page = office.get(SET_UP).content.decode()
    secret = secret_on(page)
    assert '<path class="qrline"' in page
    assert give(office, "000000", SET_UP).status_code == 422
    assert secret_on(office.get(SET_UP).content.decode()) == secret, "what was scanned stays good"
    assert secret not in office.session["second_step"]["offer"]
    assert not is_inside(office)
    shown = give(office, code(secret), SET_UP).content.decode()
    codes = CODE.findall(shown)
    assert len(set(codes)) == 10
    assert secret not in SecondFactor.objects.get().secret_sealed
    assert is_inside(office)
    assert not CODE.search(office.get("/account/").content.decode())
    assert {bytes(row.digest).hex() for row in RecoveryCode.objects.all()}.isdisjoint(codes)
    assert sign_in(other := Client(), one) == STEP_2
    assert give(other, code(secret)).status_code == 422, "the code that set it up counts as used"
    assert give(other, code(secret, steps=1)).status_code == 302


def offered_to_two(one: Staff) -> tuple[Client, str, Client, str]:
    """A thief of the password opens the page first, then its owner; each with the secret that was shown."""
    thief, owner = Client(), Client()
    shown = []
    for client in (thief, owner):
        assert sign_in(client, one) == SET_UP
        shown.append(secret_on(client.get(SET_UP).content.decode()))
    return thief, shown[0], owner, shown[1]


def test_of_two_browsers_with_the_password_the_secret_of_the_one_that_confirms_works_alone(office: Client) -> None:
    one = person()
    thief, copied, owner, secret = offered_to_two(one)
    assert copied != secret
    assert not SecondFactor.objects.exists()
    assert give(owner, code(copied), SET_UP).status_code == 422
    assert give(owner, code(secret), SET_UP).status_code == 200
    for place in (SET_UP, STEP_2):
        assert give(thief, code(copied), place).status_code in (409, 422)
    assert thief.get(SET_UP).status_code == 409
    sign_in(again := Client(), one)
    assert give(again, code(copied, steps=1)).status_code == 422
    assert give(again, code(secret, steps=1)).status_code == 302
    assert not is_inside(thief)


def test_control_with_one_secret_for_all_browsers_the_thief_comes_in(
    office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(totp, "new_secret", lambda: SECRET)
    one = person()
    _, copied, owner, secret = offered_to_two(one)
    give(owner, code(secret), SET_UP)
    sign_in(again := Client(), one)
    assert give(again, code(copied, steps=1)).status_code == 302


def test_of_two_that_confirm_at_once_one_is_refused(office: Client) -> None:
    account = person().account
    offers = [second_factor.offer(account) for _ in range(2)]
    first, second = (code(second_factor.secret_of(account, offered)) for offered in offers)
    assert len(second_factor.confirm(account, offers[0], first)) == 10
    with pytest.raises(second_factor.Refused, match="已经绑定了验证器"):
        second_factor.confirm(account, offers[1], second)


def test_who_has_one_cannot_set_up_another_by_the_password_alone(office: Client) -> None:
    sign_in(office, enrolled())
    assert office.get(SET_UP).status_code == 409
    assert give(office, code(), SET_UP).status_code == 409
    assert not is_inside(office)


@pytest.mark.parametrize(("steps", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_is_taken_a_step_early_or_late(
    office: Client, monkeypatch: pytest.MonkeyPatch, *, steps: int, good: bool
) -> None:
    now = int(time.time()) // 30 * 30 + 15  # in the middle of a step
    monkeypatch.setattr(second_factor.time, "time", lambda: float(now))
    sign_in(office, enrolled())
    give(office, totp.code_at(SECRET, now // 30 + steps))
    assert is_inside(office) is good


def test_a_code_counts_once_and_no_older_one_after_it(office: Client) -> None:
    one = enrolled()
    sign_in(office, one)
    assert give(office, code()).headers["Location"] == "/"
    for steps in (0, -1):
        sign_in(other := Client(), one)
        assert give(other, code(steps=steps)).status_code == 422
        assert not is_inside(other)


def test_control_without_the_kept_step_a_code_counts_twice(office: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    matching = totp.matching_step
    monkeypatch.setattr(totp, "matching_step", lambda *typed, now, after: matching(*typed, now=now, after=0))
    one = enrolled()
    for client in (office, Client()):
        sign_in(client, one)
        give(client, code())
        assert is_inside(client)


def test_tries_are_counted_and_the_right_code_comes_too_late(office: Client) -> None:
    sign_in(office, enrolled())
    said = [give(office, "000000").content.decode() for _ in range(5)]
    assert all("动态口令不对" in one for one in said)
    last = give(office, code())
    assert (last.status_code, "分钟后再试" in last.content.decode()) == (429, True)
    assert not is_inside(office)


def test_each_time_that_the_tries_end_is_one_event(office: Client) -> None:
    one = enrolled()
    sign_in(office, one)
    told = Event.objects.filter(verb="use_up_codes", subject=one.account_id, path=one.path)
    seen = []
    for _ in range(7):
        give(office, "000000")
        seen.append(told.count())
    assert seen == [0, 0, 0, 0, 1, 1, 1]
    assert told.get().actor_label == "没有登录的人", "nobody has proved to be the holder"


def shut_out(one: Staff) -> int:
    """A thief of the password uses up all tries; return what the owner gets in the own browser."""
    own = Client()
    sign_in(own, one)
    give(own, code(steps=-1))
    own.post("/sign-out/")
    sign_in(thief := Client(), one)
    for _ in range(6):
        give(thief, "000000")
    sign_in(own, one)
    return give(own, code()).status_code


def test_a_thief_of_the_password_does_not_lock_an_administrator_out_of_the_own_browser(office: Client) -> None:
    one = enrolled(Role.SYSTEM_ADMIN)
    assert shut_out(one) == 302
    sign_in(stranger := Client(), one)
    assert "分钟后再试" in give(stranger, code(steps=1)).content.decode()


def test_control_with_one_budget_an_account_they_do(office: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_factor, "_tries", lambda *_: ("factor:one", SECOND_FACTOR))
    assert shut_out(enrolled(Role.SYSTEM_ADMIN)) == 429


def at_a_new_computer_with_a_recovery_code(one: Staff) -> int:
    """A thief of the password keeps the tries of all new browsers used up; return what the owner gets at one."""
    codes = second_factor._new_codes(one.account)
    sign_in(thief := Client(), one)
    for _ in range(7):
        give(thief, "000000")
    sign_in(owner := Client(), one)
    assert "分钟后再试" in give(owner, code()).content.decode()
    return give(owner, codes[0]).status_code


def test_a_thief_of_the_password_leaves_the_owner_the_recovery_codes_at_a_new_computer(office: Client) -> None:
    assert at_a_new_computer_with_a_recovery_code(enrolled(Role.SYSTEM_ADMIN)) == 302


def test_control_where_recovery_codes_share_the_tries_the_owner_is_held_up(
    office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        second_factor, "_recovery_budget", lambda account, address: (f"factor:{account.pk}", SECOND_FACTOR)
    )
    assert at_a_new_computer_with_a_recovery_code(enrolled(Role.SYSTEM_ADMIN)) == 429


def test_a_browser_that_never_gave_a_code_is_not_the_own_one(office: Client) -> None:
    """Of somebody from the desk whose post now needs one: the browser has signed in, by the password alone."""
    one = person(Role.OPERATOR)
    assert sign_in(office, one) == NO_PIN
    Staff.objects.filter(pk=one.pk).update(role=Role.COUNTY)
    second_factor.install(one.account, SECRET)
    for client in (Client(), office):
        sign_in(client, one)
        for _ in range(5):
            give(client, "000000")
    assert "分钟后再试" in give(office, code()).content.decode()
    assert list(Bucket.objects.filter(key__startswith="factor:").values_list("key", flat=True)) == [
        f"factor:{one.account_id}"
    ]


def test_control_without_the_count_they_are_not(office: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_factor, "take", lambda *_: None)
    sign_in(office, enrolled())
    for _ in range(5):
        give(office, "000000")
    assert give(office, code()).status_code == 302


def test_nothing_is_open_between_the_steps_and_the_session_gets_a_new_name(office: Client) -> None:
    sign_in(office, enrolled())
    before = office.cookies["bm_office"].value
    assert office.get("/").headers["Location"] == "/sign-in/"
    assert Session.objects.get().account is None
    give(office, code())
    assert office.cookies["bm_office"].value != before
    assert Session.objects.count() == 1


def test_who_was_signed_in_here_is_not_any_more(office: Client) -> None:
    signed_in(office, make.staff(make.site()))
    sign_in(office, enrolled())
    assert office.get("/").headers["Location"] == "/sign-in/"


@pytest.mark.parametrize("change", ["late", "disabled", "new password"])
def test_the_second_step_needs_the_first_one_to_be_true_still(
    office: Client, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    one = enrolled()
    sign_in(office, one)
    if change == "late":
        began = time.time()
        monkeypatch.setattr("baoming.web.office.second_step.time.time", lambda: began + 601)
    one.account.is_active = change != "disabled"
    if change == "new password":
        one.account.set_password("another-7391")
    one.account.save()
    answer = give(office, code())
    assert (answer.status_code, "请重新填写账号和密码" in answer.content.decode()) == (409, True)
    assert not is_inside(office)


def test_a_browser_that_gave_a_code_is_not_asked_again_for_twelve_hours_but_administrators_are(office: Client) -> None:
    for role, again in ((Role.CITY, "/"), (Role.COUNTY, NO_PIN), (Role.AUDIT_ADMIN, STEP_2)):
        client, one = Client(), enrolled(role)
        sign_in(client, one)
        give(client, code())
        client.post("/sign-out/")
        assert sign_in(client, one) == again
        assert sign_in(Client(), one) == STEP_2
        Device.objects.update(proved_at=None)
        assert sign_in(client, one) == STEP_2


def test_a_recovery_code_stands_in_once(office: Client) -> None:
    one = enrolled()
    codes = second_factor._new_codes(one.account)
    sign_in(office, one)
    assert give(office, codes[3].lower().replace("-", " ")).headers["Location"] == "/account/"
    assert "还剩<b>9</b>个" in office.get("/account/").content.decode()
    sign_in(other := Client(), one)
    assert give(other, codes[3]).status_code == 422
    assert give(other, second_factor._new_codes(enrolled().account)[0]).status_code == 422, "of somebody else"
    assert give(other, codes[4]).status_code == 302


def test_new_recovery_codes_need_the_authenticator_and_end_the_old_ones(office: Client) -> None:
    one = enrolled()
    old = second_factor._new_codes(one.account)
    signed_in(office, one)
    assert office.post("/account/codes/", {"code": "000000"}).status_code == 422
    made = CODE.findall(office.post("/account/codes/", {"code": code()}).content.decode())
    assert len(made) == 10
    sign_in(other := Client(), one)
    assert give(other, old[0]).status_code == 422
    assert give(other, made[0]).status_code == 302


def renewed_by_recovery_code(office: Client) -> tuple[HttpResponse, Staff]:
    one = enrolled()
    old = second_factor._new_codes(one.account)
    return signed_in(office, one).post("/account/codes/", {"code": old[0]}), one


def test_a_recovery_code_makes_no_new_ones_and_stays_good_for_signing_in(office: Client) -> None:
    answer, one = renewed_by_recovery_code(office)
    said = answer.content.decode()
    assert (answer.status_code, "恢复码不行" in said, CODE.findall(said)) == (422, True, [])
    assert second_factor.codes_left(one.account) == 10


def test_control_with_the_question_of_signing_in_one_code_begets_ten(
    office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(second_factor, "_is_new_step", lambda *_: True)
    answer, _ = renewed_by_recovery_code(office)
    assert len(CODE.findall(answer.content.decode())) == 10


def test_the_demo_and_its_stand_in_have_one_secret() -> None:
    assert SECRET == authenticator.SECRET
    pocket, now = authenticator.Pocket(), time.time()
    given = [totp.matching_step(pocket.code("x"), SECRET, now=now, after=0) for _ in range(2)]
    assert None not in given
    assert given[0] != given[1]
