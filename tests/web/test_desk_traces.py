"""A shared desk that nobody touches is left, and whoever guesses at it leaves traces under nobody's name (R29, R36)."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from baoming.accounts.models import Session
from baoming.audit.models import Event
from baoming.organizations.models import Staff
from baoming.web import locked, middleware
from tests.reviews.test_class_acts import start
from tests.web.test_pin_page import set_pin
from tests.web.test_shift import OTHER, PIN, Later, desk, is_open, later, lock, unlock, verbs

pytestmark = pytest.mark.django_db
__all__ = ["later"]  # a fixture
REFRESH = re.compile(r'http-equiv="refresh" content="\d+;url=([^"]*)"')


def waiting_page(office: Client) -> tuple[Staff, str]:
    """A page that reads itself again; return the address by which it does."""
    one, row = desk(office)
    batch = start(row.site, [row])
    found = REFRESH.search(office.get(f"/batches/{batch.pk}/").content.decode())
    assert found
    return one, found[1]


def read_for(office: Client, later: Later, address: str, *, minutes: int) -> None:
    for minute in range(1, minutes):
        later(minute)
        office.get(address)


def test_a_page_that_reads_itself_again_keeps_no_desk_open(office: Client, later: Later) -> None:
    one, address = waiting_page(office)
    read_for(office, later, address, minutes=16)
    later(16)
    assert office.get(address).status_code == 423
    assert verbs(one) == ["lock_desk"]
    assert unlock(office, back=address).headers["Location"] == address


def test_somebody_who_opens_the_page_keeps_it_open(office: Client, later: Later) -> None:
    _, address = waiting_page(office)
    read_for(office, later, address.partition("?")[0], minutes=16)
    later(16)
    assert is_open(office)


def test_control_without_the_mark_the_desk_of_nobody_stays_open(
    office: Client, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, address = waiting_page(office)
    monkeypatch.setattr(middleware, "by_itself", lambda request: False)
    read_for(office, later, address, minutes=16)
    later(16)
    assert office.get(address).status_code == 200


def test_every_page_that_reads_itself_again_says_so() -> None:
    pages = Path(settings.BASE_DIR, "baoming/web/templates")
    found = [
        page
        for page in (*pages.glob("office/*.html"), *pages.glob("candidate/*.html"), pages / "shared/busy.html")
        if "ui.again(" in page.read_text()
    ]
    assert len(found) == 6
    assert all(re.search(r"ui\.again\(\d, itself\(\)\)", page.read_text()) for page in found)
    assert [page.name for page in pages.rglob("*.html") if "http-equiv" in page.read_text()] == ["macros.html"]


@pytest.mark.parametrize("way", ["pin", "page"])
def test_a_desk_that_was_left_is_told_as_locked_whatever_is_asked_first(office: Client, later: Later, way: str) -> None:
    one, _ = desk(office)
    later(16)
    if way == "page":
        office.get("/unlock/")
    unlock(office)
    assert verbs(one) == ["lock_desk", "unlock_desk"]
    assert Event.objects.get(verb="lock_desk").details == {"why": "idle"}


def test_a_wrong_pin_first_is_counted_and_the_lock_told_once(office: Client, later: Later) -> None:
    one, _ = desk(office)
    later(16)
    assert "还可以试4次" in unlock(office, OTHER).content.decode()
    assert verbs(one) == ["lock_desk"]
    assert Session.objects.get().wrong == 1


def test_the_end_of_the_pins_is_a_strangers_deed(office: Client) -> None:
    one, _ = desk(office)
    lock(office)
    for _ in range(5):
        unlock(office, OTHER)
    told = Event.objects.get(verb="use_up_pins")
    assert (told.actor_label, told.actor_path, told.subject, told.path) == (
        "没有登录的人",
        "",
        one.account_id,
        one.path,
    )


def test_passwords_and_pins_sent_to_a_locked_desk_are_typed_again(office: Client) -> None:
    desk(office)
    lock(office)
    said = set_pin(office).content.decode()
    assert 'name="sent"' not in said
    assert "密码和口令要重新填写" in said


def test_control_a_form_that_is_taken_for_harmless_shows_the_password(
    office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk(office)
    lock(office)
    monkeypatch.setattr(locked, "SECRETS", frozenset())
    sent = re.search('name="sent" value="([^"]*)"', set_pin(office).content.decode())
    assert sent
    assert "mima-2023" in unlock(office, PIN, sent=sent[1]).content.decode()


def test_whatever_the_office_asks_for_hidden_is_no_kept_field() -> None:
    pages = Path(settings.BASE_DIR, "baoming/web/templates/office").glob("*.html")
    text = "".join(page.read_text() for page in pages)
    asked = {*re.findall(r'f\.(?:password|pin)\("(\w+)"', text), *re.findall(r'name="(\w+)" type="password"', text)}
    assert asked == set(locked.SECRETS)
