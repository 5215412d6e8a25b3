"""The shared desk (R29): who holds the shift, what a locked desk shows and takes, and how it is opened again."""

import re
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.sessions.backends.base import SessionBase
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from baoming.accounts.models import Session
from baoming.accounts.services import pins
from baoming.audit.models import Event
from baoming.organizations.models import Organization, Staff
from baoming.organizations.roles import Role
from baoming.registrations.models import Registration, StepLog
from baoming.web import sessions
from tests import factories as make
from tests.registrations import confirmed
from tests.web.conftest import signed_in
from tests.web.routes import address
from tests.web.test_scope import METHODS, OPEN

pytestmark = pytest.mark.django_db
PIN, OTHER, PASSWORD = "385217", "902846", "mima-2023"
Later = Callable[[int], None]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    """Move the clock of sessions on by minutes, from when the test began."""
    began, real = time.time(), timezone.now()

    def move(minutes: int) -> None:
        monkeypatch.setattr(time, "time", lambda: began + minutes * 60)
        monkeypatch.setattr(timezone, "now", lambda: real + timedelta(minutes=minutes))

    return move


def desk(office: Client, *, pin: str = PIN) -> tuple[Staff, Registration]:
    """An operator at the desk of a site, and somebody there who has saved."""
    row = confirmed.saved()
    one = make.staff(row.site)
    if pin:
        pins.set_pin(one.account, pin)
    signed_in(office, one)
    return one, row


def lock(client: Client) -> HttpResponse:
    return client.post("/lock/", follow=True)


def unlock(client: Client, pin: str = PIN, **sent: str) -> HttpResponse:
    return client.post("/unlock/", {"pin": pin, **sent})


def is_open(client: Client) -> bool:
    return client.get("/desk/").status_code == 200


def verbs(one: Staff) -> list[str]:
    told = Event.objects.filter(subject=one.account_id).order_by("pk")
    return [event.verb for event in told]


def asked_of_everything(client: Client, row: Registration) -> dict[str, str]:
    """What each route answers by each of its methods: its status, and a name where it shows one."""
    found = {}
    for name, methods in METHODS.items():
        if name in {*OPEN, "unlock"}:
            continue
        for method in methods:
            answer = client.generic(method, address(name, row))
            shows = row.name in answer.content.decode(errors="replace")
            found[f"{method} {name}"] = f"{answer.status_code}{' names' if shows else ''}"
    return found


def test_a_locked_desk_shows_no_page_and_takes_no_act(office: Client) -> None:
    _, row = desk(office)
    asked_of_everything(office, row)  # what the addresses need is there
    signed_in(office, make.staff(row.site))
    lock(office)
    steps = StepLog.objects.count()
    found = asked_of_everything(office, row)
    assert set(found.values()) == {"423"}, found
    assert len(found) > 90
    assert StepLog.objects.count() == steps
    for name in OPEN:
        assert row.name not in office.get(address(name, row)).content.decode()


def test_control_where_the_session_does_not_look_whether_it_is_locked_pages_are_shown(
    office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, row = desk(office)
    monkeypatch.setattr(sessions, "lock_reason", lambda **_: "")
    lock(office)
    assert office.get(f"/desk/{row.pk}/").status_code == 200
    assert row.name in office.get("/candidates/").content.decode()


def test_what_a_locked_desk_asks_of_the_database_is_in_nobodys_scope(
    office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second layer: were a page drawn all the same, no row would be seen."""
    one, _ = desk(office)
    lock(office)
    seen = []

    def drawn(request: object) -> HttpResponse:
        seen.append(Registration.objects.count())
        return HttpResponse(status=423)

    monkeypatch.setattr("baoming.web.access.locked.door", drawn)
    office.get("/candidates/")
    assert (seen, Registration.objects.count()) == ([0], 1)
    assert one.path


def test_the_page_says_who_holds_the_shift_and_nothing_of_anybody_else(office: Client) -> None:
    one, row = desk(office)
    office.get(f"/desk/{row.pk}/")
    answer = office.post("/lock/", headers={"referer": f"http://testserver/desk/{row.pk}/"}, follow=True)
    page = answer.content.decode()
    assert answer.status_code == 423
    assert one.name in page
    assert one.office.name in page
    assert row.name not in page
    assert "<nav" not in page
    back = re.search(r'name="back" value="([^"]*)"', page)
    assert back
    assert unlock(office, back=back[1]).headers["Location"] == f"/desk/{row.pk}/"
    assert verbs(one) == ["lock_desk", "unlock_desk"]


@pytest.mark.parametrize(
    "back",
    ["//evil.example/", "https://evil.example/", "/\\evil.example/", "javascript:alert(1)", "/unlock/?back=/lock/",
     "", "desk/", "/" + "a" * 500],
)  # fmt: skip
def test_nobody_is_led_elsewhere_by_unlocking(office: Client, back: str) -> None:
    desk(office)
    lock(office)
    assert unlock(office, back=back).headers["Location"] == "/"


def test_four_wrong_pins_and_the_right_one_open_it_and_the_count_begins_anew(office: Client) -> None:
    one, _ = desk(office)
    for _ in range(2):
        lock(office)
        left = [re.search(r"还可以试(\d)次", unlock(office, OTHER).content.decode()) for _ in range(4)]
        assert [found[1] for found in left if found] == ["4", "3", "2", "1"]
        assert not is_open(office)
        assert unlock(office).status_code == 302
        assert is_open(office)
    assert verbs(one) == ["lock_desk", "unlock_desk"] * 2


def test_the_fifth_wrong_one_ends_the_session_and_the_password_is_asked(office: Client) -> None:
    one, _ = desk(office)
    lock(office)
    answers = [unlock(office, OTHER) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [422] * 4 + [409]
    assert "次，用完以后要用密码重新登录" in answers[0].content.decode()
    assert "请重新填写账号和密码" in answers[4].content.decode()
    assert "已经退出登录</h2>" in answers[4].content.decode()
    assert "填过的内容都在" not in answers[4].content.decode()
    assert not Session.objects.exists()
    assert unlock(office).headers["Location"] == "/sign-in/"
    assert not is_open(office)
    assert verbs(one) == ["lock_desk", "use_up_pins"]
    assert office.post("/sign-in/", {"handle": one.account.handle, "password": PASSWORD}).status_code == 302
    assert is_open(office)
    assert verbs(one)[2:] == ["sign_in", "begin_shift"]


def test_wrong_tries_are_counted_though_each_is_refused(office: Client) -> None:
    desk(office)
    lock(office)
    unlock(office, OTHER)
    assert Session.objects.get().wrong == 1


def test_locking_again_does_not_give_tries_back(office: Client) -> None:
    desk(office)
    lock(office)
    for _ in range(3):
        unlock(office, OTHER)
        lock(office)
    assert Session.objects.get().wrong == 3


def test_who_does_nothing_for_a_quarter_of_an_hour_finds_it_locked(office: Client, later: Later) -> None:
    one, row = desk(office)
    later(14)
    assert is_open(office)
    later(28)
    assert is_open(office)
    later(43)
    assert office.get(f"/desk/{row.pk}/").status_code == 423
    later(44)
    assert not is_open(office)
    assert verbs(one)[-1:] == ["lock_desk"]
    assert Event.objects.get(verb="lock_desk").details == {"why": "idle"}
    assert unlock(office, back=f"/desk/{row.pk}/").headers["Location"] == f"/desk/{row.pk}/"
    assert is_open(office)


def test_a_shift_is_over_after_half_a_day_though_somebody_works_on(office: Client, later: Later) -> None:
    one, _ = desk(office)
    for minute in range(10, 270, 10):
        later(minute)
        assert is_open(office), minute
    later(271)
    page = office.get("/desk/").content.decode()
    assert "当班时间到了" in page
    assert Event.objects.get(verb="lock_desk").details == {"why": "shift"}
    unlock(office)
    assert is_open(office)
    assert verbs(one) == ["lock_desk", "begin_shift"]
    for minute in range(281, 541, 10):
        later(minute)
        assert is_open(office), minute
    later(542)
    assert not is_open(office)


def test_no_pin_keeps_a_session_beyond_twelve_hours(office: Client, later: Later) -> None:
    desk(office)
    for hours in (4, 8):
        later(hours * 60)
        unlock(office)
        assert is_open(office)
    later(12 * 60 + 1)
    assert unlock(office).headers["Location"] == "/sign-in/"


def test_another_operator_signs_in_and_the_first_is_out(office: Client) -> None:
    one, row = desk(office)
    second = make.staff(row.site)
    Staff.objects.filter(pk=second.pk).update(name="李强")
    pins.set_pin(second.account, OTHER)
    lock(office)
    before = Session.objects.get().session_key
    answer = office.post("/sign-in/", {"handle": second.account.handle, "password": PASSWORD})
    assert answer.headers["Location"] == "/"
    assert not Session.objects.filter(session_key=before).exists()
    office.get(f"/desk/{row.pk}/")
    assert Event.objects.get(verb="see_candidate").actor_label == "李强"
    assert verbs(second) == ["sign_in", "begin_shift"]
    lock(office)
    assert unlock(office, PIN).status_code == 422, "the PIN of the first opens nothing now"
    assert unlock(office, OTHER).status_code == 302
    assert verbs(one) == ["lock_desk", "sign_out"]


def test_without_a_pin_the_password_opens_it(office: Client) -> None:
    desk(office, pin="")
    said = lock(office).content.decode()
    assert "还没有设当班口令，这里填登录密码" in said
    assert unlock(office, OTHER).status_code == 422
    assert unlock(office, PASSWORD).status_code == 302
    assert is_open(office)


def test_with_a_pin_the_password_does_not(office: Client) -> None:
    desk(office)
    lock(office)
    assert unlock(office, PASSWORD).status_code == 422


def test_a_closed_account_opens_no_desk(office: Client) -> None:
    one, _ = desk(office)
    lock(office)
    one.account.is_active = False
    one.account.save()
    assert unlock(office).headers["Location"] == "/sign-in/"
    assert not is_open(office)


def test_a_changed_password_opens_no_desk_that_the_old_one_began(office: Client) -> None:
    one, _ = desk(office)
    lock(office)
    one.account.set_password("changjiang-58")
    one.account.save()
    assert unlock(office).headers["Location"] == "/sign-in/"


@pytest.mark.parametrize("role", [Role.CITY, Role.PROVINCE, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN])
def test_who_decides_beyond_a_county_has_no_pin_and_signs_in_again(office: Client, later: Later, role: Role) -> None:
    make.season()
    place = "43/01/" if role is Role.CITY else "43/"
    signed_in(office, make.staff(Organization.objects.get(path=place), role))
    assert "锁定" not in office.get("/").content.decode()
    assert (office.post("/lock/").status_code, office.get("/account/pin/").status_code) == (404, 404)
    later(16)
    assert office.get("/").headers["Location"] == "/sign-in/"


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.TEACHER, Role.COUNTY])
def test_the_desk_of_a_site_and_a_county_has_a_button_to_lock_it(office: Client, role: Role) -> None:
    make.season()
    site = make.site()
    signed_in(office, make.staff(make.county() if role is Role.COUNTY else site, role))
    assert 'formaction="/lock/"' in office.get("/").content.decode()
    assert lock(office).status_code == 423


def test_an_open_desk_costs_no_statement_more(office: Client) -> None:
    """Session, account, person, office, scope and lock are one question: the one that was there before."""
    desk(office)
    office.get("/account/pin/")
    with CaptureQueriesContext(connection) as captured:
        office.get("/account/pin/")
    asked = [one["sql"] for one in captured if "accounts_session" in one["sql"]]
    assert len(asked) == 1
    assert '"locked_at"' in asked[0]


def test_the_cover_of_a_page_is_told_whether_the_desk_is_open_and_nothing_else(office: Client) -> None:
    """lock.js takes away the cover for a 204 alone: a session that is gone leads to signing in."""
    one, _ = desk(office)
    page = office.get("/account/").content.decode()
    assert f'data-after="{15 * 60}" data-lock="/lock/"' in page
    lock(office)
    answers = [unlock(office, pin, stay="1").status_code for pin in (OTHER, PIN, OTHER)]
    assert answers == [422, 204, 204]
    lock(office)
    assert [unlock(office, OTHER, stay="1").status_code for _ in range(6)] == [422, 422, 422, 422, 409, 302]
    assert verbs(one)[-1] == "use_up_pins"


def test_a_desk_that_is_open_is_not_asked_for_a_pin(office: Client) -> None:
    desk(office)
    for answer in (office.get("/unlock/?back=/desk/"), office.post("/unlock/", {"pin": "", "back": "/desk/"})):
        assert answer.headers["Location"] == "/desk/"
    assert isinstance(office.session, SessionBase)
