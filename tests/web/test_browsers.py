"""How long a browser stays signed in, at home and at a public computer, and signing out from afar."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from baoming.accounts import browsers
from baoming.accounts.models import Session
from baoming.audit.models import Event
from baoming.registrations.models import Registration
from baoming.registrations.queries import document_of
from baoming.web import sessions
from tests import factories as make
from tests.registrations import confirmed
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db
LOGIN = "deng2lu7mi"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile MicroMessenger/8.0"
PC = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0"
Later = Callable[[int], None]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    """Move the clock of sessions on by minutes, from when the test began."""
    began, real = time.time(), timezone.now()

    def move(minutes: int) -> None:
        monkeypatch.setattr(time, "time", lambda: began + minutes * 60)
        monkeypatch.setattr(timezone, "now", lambda: real + timedelta(minutes=minutes))

    return move


def sign_in(client: Client, row: Registration, *, shared: bool = False, agent: str = PC) -> Client:
    assert row.account
    if not row.account.check_password(LOGIN):  # else whoever is signed in already would be out
        row.account.set_password(LOGIN)
        row.account.save()
    sent = {"number": document_of(row).number, "password": LOGIN, **({"shared": "yes"} if shared else {})}
    assert client.post("/sign-in/", sent, headers={"user-agent": agent}).status_code == 302
    return client


def is_inside(client: Client) -> bool:
    return client.get("/tasks/").status_code == 200


def test_words_say_what_a_person_would_call_it() -> None:
    assert browsers.words(PHONE) == "iPhone手机，微信"
    assert browsers.words(PC) == "Windows电脑，Edge浏览器"
    assert browsers.words("<script>") == "其他设备，其他浏览器"
    assert (browsers.is_phone(PHONE), browsers.is_phone(PC), browsers.is_phone("")) == (True, False, False)


@pytest.mark.parametrize(("shared", "minutes"), [(False, 15), (True, 10)])
def test_who_does_nothing_is_signed_out_sooner_at_a_public_computer(
    phone: Client, later: Later, *, shared: bool, minutes: int
) -> None:
    row = confirmed.saved()
    assert is_inside(sign_in(phone, row, shared=shared))
    later(minutes - 1)
    assert is_inside(phone)
    later(2 * minutes)
    assert not is_inside(phone)


@pytest.mark.parametrize(("shared", "hours"), [(False, 12), (True, 2)])
def test_who_works_on_is_signed_out_by_the_clock(phone: Client, later: Later, *, shared: bool, hours: int) -> None:
    assert stays(phone, later, shared=shared, hours=hours) == hours * 60


def test_control_without_the_longest_time_they_stay(
    phone: Client, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "PUBLIC", browsers.Stay(browsers.PUBLIC.idle, timedelta(days=1)))
    assert stays(phone, later, shared=True, hours=2) > 2 * 60


def stays(client: Client, later: Later, *, shared: bool, hours: int) -> int:
    """Return the minute in which somebody who looks every nine minutes is out, or one after the longest stay."""
    sign_in(client, confirmed.saved(), shared=shared)
    for minute in range(9, hours * 60, 9):
        later(minute)
        assert is_inside(client), minute
    later(hours * 60 + 1)  # the test began before the sign-in
    return hours * 60 + is_inside(client)


def test_a_pc_is_taken_for_public_and_a_phone_is_not(phone: Client) -> None:
    make.season()
    make.site()
    for agent, ticked in ((PC, True), (PHONE, False)):
        page = phone.get("/sign-in/", headers={"user-agent": agent}).content.decode()
        assert ('value="yes" checked' in page) is ticked


def cookie_lasts(client: Client, *, shared: bool) -> list[str | int]:
    """Return what the session's cookie says of its end after signing in, and after a later page has written it anew."""
    sign_in(client, confirmed.saved(), shared=shared)
    said = [client.cookies[settings.SESSION_COOKIE_NAME]["max-age"]]
    session = client.session
    session[sessions.SEEN] -= settings.SESSION_RENEWED_AFTER + 1
    session.save()
    assert is_inside(client)
    return [*said, client.cookies[settings.SESSION_COOKIE_NAME]["max-age"]]


def test_the_cookie_of_a_public_computer_goes_with_its_browser(phone: Client) -> None:
    assert cookie_lasts(phone, shared=True) == ["", ""]
    row = Session.objects.get()
    assert row.expire_date - timezone.now() <= browsers.PUBLIC.idle, "the row ends whatever the browser does"


def test_the_cookie_of_ones_own_lasts_as_long_as_the_session(phone: Client) -> None:
    assert cookie_lasts(phone, shared=False) == [900, 900]


def test_control_without_it_the_cookie_stays_for_who_opens_the_browser_again(
    phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(sessions.SessionStore, "get_expire_at_browser_close")
    assert cookie_lasts(phone, shared=True) == [600, 600]


def test_the_owner_sees_where_they_are_signed_in_and_signs_out_from_afar(phone: Client) -> None:
    row = confirmed.saved()
    lab, other, stranger = sign_in(Client(), row, shared=True), sign_in(Client(), row), Client()
    sign_in(phone, row, agent=PHONE)
    theirs = sign_in(stranger, confirmed.saved())
    page = phone.get("/browsers/").content.decode()
    assert (page.count("Windows电脑，Edge浏览器</span>"), page.count("（公用电脑）")) == (2, 1)
    key = Session.objects.get(public=True).session_key
    for one, left in ((theirs, 4), (phone, 3)):
        one.post("/browsers/", {"browser": key})
        assert Session.objects.count() == left
    assert (is_inside(lab), is_inside(other), is_inside(phone)) == (False, True, True)
    phone.post("/browsers/")
    assert (is_inside(other), is_inside(phone), is_inside(theirs)) == (False, True, True)
    assert Event.objects.filter(verb="leave_browsers", subject=row.pk).count() == 2


def test_staff_do_so_too_and_cannot_end_their_own_by_mistake(office: Client) -> None:
    make.season()
    one = make.staff(make.site())
    afar = signed_in(Client(), one)
    signed_in(office, one)
    key = sessions.digest(office.cookies[settings.SESSION_COOKIE_NAME.replace("candidate", "office")].value)
    office.post("/account/browsers/", {"browser": key})
    assert office.get("/account/").content.decode().count("退出这台设备") == 1
    office.post("/account/browsers/")
    assert (office.get("/").status_code, afar.get("/").status_code) == (200, 302)
