"""Setting the PIN of a desk (当班口令): for the password, kept as a hash, proposed until there is one."""

import pytest
from django.http import HttpResponse
from django.test import Client

from baoming.accounts.models import Pin
from baoming.accounts.services import invitations
from tests import factories as make
from tests.web.test_shift import OTHER, PASSWORD, PIN, desk, lock, unlock, verbs

pytestmark = pytest.mark.django_db


def set_pin(client: Client, **changed: str) -> HttpResponse:
    return client.post("/account/pin/", {"pin": PIN, "again": PIN, "password": PASSWORD, **changed})


def test_a_pin_is_set_for_the_password_and_kept_as_a_hash(office: Client) -> None:
    one, _ = desk(office, pin="")
    assert "还没有设置" in office.get("/account/").content.decode()
    for changed in (
        {"password": "x"},
        {"again": OTHER},
        {"pin": "123456", "again": "123456"},
        {"pin": "", "again": ""},
    ):
        answer = set_pin(office, **changed)
        assert (answer.status_code, Pin.objects.count()) == (422, 0), changed
        assert PIN not in answer.content.decode()
    assert set_pin(office).headers["Location"] == "/account/"
    assert set_pin(office, first="1").headers["Location"] == "/"
    assert Pin.objects.get().hashed.startswith("argon2$argon2id")
    assert "已设置" in office.get("/account/").content.decode()
    assert verbs(one) == ["set_pin", "set_pin"]


def test_the_first_sign_in_proposes_one_and_the_next_does_not_once_it_is_set(office: Client) -> None:
    make.season()
    one = make.staff(make.site())
    sent = {"handle": one.account.handle, "password": PASSWORD}
    place = office.post("/sign-in/", sent).headers["Location"]
    assert place == "/account/pin/?first=1"
    assert "以后再设" in office.get(place).content.decode()
    set_pin(office, first="1")
    assert office.post("/sign-in/", sent).headers["Location"] == "/"


def test_a_new_code_of_the_account_takes_the_pin_away_and_ends_the_locked_session(office: Client) -> None:
    one, _ = desk(office)
    lock(office)
    invitations.invite(one.account)
    assert not Pin.objects.exists()
    assert unlock(office).headers["Location"] == "/sign-in/"
