"""Cookies: a session that slides, one device cookie per portal, and none that breaks a page."""

import time
from datetime import timedelta

import pytest
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from baoming.accounts.models import Bucket, Device, Session
from baoming.accounts.services.sign_in import remember_device
from baoming.organizations.models import Organization
from baoming.organizations.roles import Role
from baoming.web import access
from baoming.web.office import entry
from baoming.web.sessions import Sessions
from tests import factories as make
from tests.web.conftest import signed_in

QUARTER = 15 * 60


def staff(office: Client) -> Client:
    make.season()
    return signed_in(office, make.staff(make.site()))


@pytest.mark.django_db
def test_who_works_on_stays_signed_in_and_who_does_not_is_signed_out(
    office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.season()
    client = signed_in(office, make.staff(Organization.objects.get(path="43/01/"), Role.CITY))
    began, real = time.time(), timezone.now()
    monkeypatch.setattr(time, "time", lambda: began + 10 * 60)
    monkeypatch.setattr(timezone, "now", lambda: real + timedelta(minutes=10))
    answer = client.get("/")
    assert answer.status_code == 200
    assert answer.cookies["bm_office"]["max-age"] == QUARTER
    monkeypatch.setattr(timezone, "now", lambda: real + timedelta(minutes=24))
    assert client.get("/").status_code == 200
    monkeypatch.setattr(timezone, "now", lambda: real + timedelta(minutes=26))
    assert client.get("/").headers.get("Location") == "/sign-in/"


@pytest.mark.django_db
def test_a_session_is_written_once_in_two_minutes_at_most(office: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client, began = staff(office), time.time()

    def written() -> bool:
        with CaptureQueriesContext(connection) as asked:
            client.get("/")
        return any(one["sql"].startswith('UPDATE "accounts_session"') for one in asked)

    assert not written()
    monkeypatch.setattr(time, "time", lambda: began + 121)
    assert written()
    assert not written()
    assert Session.objects.count() == 1


@pytest.mark.django_db
def test_the_table_keeps_whose_a_session_is_and_not_its_cookie(office: Client) -> None:
    cookie = staff(office).cookies["bm_office"].value
    kept = Session.objects.get()
    assert cookie not in (kept.session_key, kept.session_data)
    assert kept.account is not None
    assert kept.account.kind == "staff"


@pytest.mark.django_db
def test_a_cookie_made_of_what_the_table_keeps_opens_nothing(office: Client) -> None:
    staff(office)
    office.cookies["bm_office"] = Session.objects.get().session_key
    assert office.get("/").headers["Location"] == "/sign-in/"


@pytest.mark.django_db
def test_signing_out_ends_the_session_in_the_table(office: Client) -> None:
    client = staff(office)
    client.post("/sign-out/")
    assert not Session.objects.exists()


def taken_back(client: Client, path: str) -> bool:
    """Whether the page at `path` has the browser forget its session's cookie."""
    cookie = client.get(path).cookies.get("bm_office")
    return cookie is not None and not cookie.value


def overtaken(office: Client) -> Client:
    """A browser whose page was asked for before its key was changed, and is answered after it."""
    client = staff(office)
    late = Client()
    late.cookies["bm_office"] = client.cookies["bm_office"].value
    client.session.cycle_key()
    return late


@pytest.mark.django_db
def test_a_page_of_before_the_key_was_changed_does_not_take_back_the_new_cookie(office: Client) -> None:
    late = overtaken(office)
    assert not taken_back(late, "/")
    assert not taken_back(late, "/sign-out/")


@pytest.mark.django_db
def test_control_the_usual_middleware_takes_it_back(office: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Sessions, "process_response", SessionMiddleware.process_response)
    assert taken_back(overtaken(office), "/")


@pytest.mark.django_db
def test_who_signs_out_takes_the_cookie_along(office: Client) -> None:
    client = staff(office)
    assert client.post("/sign-out/").cookies["bm_office"].value == ""


@pytest.mark.django_db
def test_who_was_told_that_the_session_has_ended_is_not_told_again(office: Client) -> None:
    late = overtaken(office)
    assert "登录已经结束" in late.get("/", follow=True).text
    assert "登录已经结束" not in late.get("/", follow=True).text
    late.cookies["bm_office"] = "of-another-session-that-has-ended"
    assert "登录已经结束" in late.get("/", follow=True).text


@pytest.mark.django_db
def test_a_sign_in_page_that_is_answered_late_leaves_who_has_signed_in_meanwhile_signed_in(office: Client) -> None:
    late = overtaken(office)
    late.get("/")
    assert not taken_back(late, "/sign-in/"), "the browser has the new cookie by now"


@pytest.mark.django_db
def test_control_a_sign_in_page_that_ends_the_session_it_knows_takes_the_new_cookie(
    office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flushed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
        request.session.flush()
        return response

    monkeypatch.setattr(entry, "told_once", flushed)
    with pytest.raises(AssertionError, match="the new cookie"):
        test_a_sign_in_page_that_is_answered_late_leaves_who_has_signed_in_meanwhile_signed_in(office)


@pytest.mark.django_db
def test_control_without_the_note_at_the_door_nobody_is_told(office: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "turned_away", lambda _, response: response)
    with pytest.raises(AssertionError, match="登录已经结束"):
        test_who_was_told_that_the_session_has_ended_is_not_told_again(office)


@pytest.mark.django_db
def test_strangers_get_no_session(office: Client) -> None:
    make.season()
    office.get("/sign-in/")
    assert not Session.objects.exists()


@pytest.mark.parametrize("portal", ["office", "candidate"])
@pytest.mark.parametrize("name", ["bm_{}", "bm_{}_form", "bm_device_{}", "other", "na,me"])
def test_a_null_byte_in_a_cookie_is_refused_before_the_database_is_asked(portal: str, name: str) -> None:
    """No mark `django_db`: whoever asks the database here fails."""
    cookie = name.format(portal) + '="abcdefgh\\000abcdefghijklmnop"'
    with override_settings(PORTAL=portal, ROOT_URLCONF=f"baoming.config.urls_{portal}"):
        answer = Client().get("/sign-in/", headers={"cookie": cookie})
    assert answer.status_code == 400
    assert "重新登录" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(("secure", "name"), [(False, "bm_device_office"), (True, "__Host-bm_device_office")])
def test_the_device_cookie_names_the_portal_and_is_bound_to_the_host(
    office: Client, *, secure: bool, name: str
) -> None:
    make.season()
    person = make.staff(make.site())
    right = {"handle": person.account.handle, "password": "mima-2023"}
    with override_settings(SECURE=secure):
        first = office.post("/sign-in/", right).cookies[name]
        again = office.post("/sign-in/", right).cookies[name]
    assert (first["path"], first["domain"], bool(first["secure"]), first["httponly"]) == ("/", "", secure, True)
    assert again.value == first.value


@pytest.mark.django_db
def test_a_device_of_before_the_tag_stays_the_accounts_own_and_gets_one(office: Client) -> None:
    make.season()
    person = make.staff(make.site())
    old = remember_device(person.account, "")
    office.cookies["bm_device_office"] = old
    left_at("127.0.0.1", 0)  # who is no own device is refused now
    right = {"handle": person.account.handle, "password": "mima-2023"}
    answer = office.post("/sign-in/", right)
    assert answer.status_code == 302
    new = answer.cookies["bm_device_office"].value
    assert new.startswith(f"{old}.")
    assert office.post("/sign-in/", right).status_code == 302  # and with the tag
    office.cookies["bm_device_office"] = "z" + new[1:]
    assert office.post("/sign-in/", right).status_code == 429
    assert Device.objects.count() == 1


def left_at(address: str, tokens: float) -> None:
    Bucket.objects.update_or_create(key=f"at:{address}", defaults={"tokens": tokens, "at": timezone.now()})


@pytest.mark.django_db
def test_an_office_sign_in_does_not_touch_the_candidates_device(office: Client) -> None:
    make.season()
    person = make.staff(make.site())
    office.cookies["bm_device_candidate"] = "a" * 43
    answer = office.post("/sign-in/", {"handle": person.account.handle, "password": "mima-2023"})
    assert {name for name in answer.cookies if "device" in name} == {"bm_device_office"}
    assert answer.cookies["bm_device_office"].value != "a" * 43
