"""Which routes hash a password for people outside: found by sending each open form as it is meant to be sent.

The table of limits says which stand behind the door; a form that hashes and is not named there would let a crowd fill
every thread.
"""

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from baoming.accounts import hashers
from baoming.accounts.services.invitations import invite
from baoming.registrations.queries import document_of
from baoming.registrations.services import access, logins
from baoming.web.limits import GUARDS, KNOCKS
from tests import factories as make
from tests.registrations import absent
from tests.registrations.test_save_form import candidate
from tests.web.second_step import code, enrolled, secret_on, sign_in
from tests.web.test_entry import slip
from tests.web.test_tries import LOGIN, Knock, portal_of

pytestmark = pytest.mark.django_db
NEW = "x1y2z3-gao"


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """A hash that waits its turn is noted."""
    seen: list[int] = []
    turn = hashers.turn

    def noted() -> object:
        seen.append(1)
        return turn()

    monkeypatch.setattr(hashers, "turn", noted)
    return seen


def candidate_sign_in() -> Knock:
    row = candidate()
    assert row.account
    row.account.password = make_password(LOGIN)
    row.account.save()
    return partial(Client().post, "/sign-in/", {"number": document_of(row).number, "password": LOGIN})


def claim() -> Knock:
    return partial(Client().post, "/claim/", slip()[1])


def forgot_login() -> Knock:
    row = candidate()
    logins.send_login_code(row.pk)
    given = {"number": document_of(row).number, "valid_to": "2031-03-18", "code": "246810", "login": NEW}
    return partial(Client().post, "/forgot/", {**given, "act": "set"})


def hand_in() -> Knock:
    row = absent.away()
    absent.issued(row)
    return partial(Client().post, "/hand-in/", {"number": document_of(row).number, "code": absent.CODE, "act": "open"})


def office_sign_in() -> Knock:
    make.season()
    return partial(
        Client().post, "/sign-in/", {"handle": make.staff(make.site()).account.handle, "password": "mima-2023"}
    )


def activate() -> Knock:
    make.season()
    one = make.staff(make.site())
    given = {"handle": one.account.handle, "code": invite(one.account), "password": NEW, "again": NEW}
    return partial(Client().post, "/activate/", given)


def second_step() -> Knock:
    make.season()
    make.site()
    sign_in(client := Client(), enrolled())
    return partial(client.post, "/sign-in/code/", {"code": code()})


def authenticator() -> Knock:
    make.season()
    make.site()
    one = make.staff(make.county(), make.Role.COUNTY)
    sign_in(client := Client(), one)
    secret = secret_on(client.get("/sign-in/authenticator/").content.decode())
    return partial(client.post, "/sign-in/authenticator/", {"code": code(secret)})


def plain(path: str) -> Callable[[], Knock]:
    def made() -> Knock:
        make.season()
        return partial(Client().post, path, {"care": "1"})

    return made


FORMS: dict[str, Callable[[], Knock]] = {
    "candidate:sign_in": candidate_sign_in,
    "candidate:claim": claim,
    "candidate:forgot_login": forgot_login,
    "candidate:hand_in": hand_in,
    "candidate:care": plain("/care/"),
    "candidate:sign_out": plain("/sign-out/"),
    "office:sign_in": office_sign_in,
    "office:activate": activate,
    "office:second_step": second_step,
    "office:authenticator": authenticator,
    "office:sign_out": plain("/sign-out/"),
}


def test_each_form_that_anybody_may_send_is_sent_here() -> None:
    assert set(FORMS) == {route for route, guard in GUARDS.items() if guard.writes is KNOCKS}


@pytest.mark.parametrize("route", FORMS)
def test_it_hashes_where_the_table_says_so_and_nowhere_else(
    route: str, hashes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "sms_code", lambda: "246810")
    with portal_of(route):
        knock = FORMS[route]()
        hashes.clear()
        assert knock().status_code in (200, 302)
    assert bool(hashes) is GUARDS[route].hashes
