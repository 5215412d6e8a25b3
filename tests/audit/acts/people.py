"""Signing in and out, the second step, accounts of staff."""

import re
import time

from django.test import Client
from django.utils import timezone

from baoming.accounts import totp
from baoming.accounts.browsers import SHIFT
from baoming.accounts.models import Bucket, Session
from baoming.accounts.services import pins, second_factor
from baoming.accounts.services.invitations import invite
from baoming.organizations.models import Staff, StaffProposal
from baoming.organizations.roles import Role
from baoming.organizations.services import staff as service
from baoming.web.management.commands.load_demo import SECRET
from tests import factories as make
from tests.audit.acts.register import act, at, county, province
from tests.audit.walking import Ask
from tests.web.conftest import signed_in
from tests.web.test_staff_pages import new

PASSWORD, PIN, OTHER = "mima-2023", "385217", "902846"


def operator() -> Staff:
    make.season()
    return make.staff(make.site())


def one_try_left(key: str) -> None:
    Bucket.objects.update_or_create(key=key, defaults={"tokens": 1, "at": timezone.now()})


def typed(one: Staff, password: str = PASSWORD) -> dict[str, str]:
    return {"handle": one.account.handle, "password": password}


@act("office", "sign_in")
def sign_in() -> Ask:
    return Ask(Client(), "/sign-in/", typed(operator()), answers=(302,))


@act("office", "sign_in/wrong")
def wrong() -> Ask:
    return Ask(Client(), "/sign-in/", typed(operator(), "x"), answers=(422,))


@act("office", "sign_in/last_try")
def last_try() -> Ask:
    one = operator()
    one_try_left(f"in:{one.account.handle}")
    return Ask(Client(), "/sign-in/", typed(one, "x"), answers=(422,))


@act("office", "sign_in/last_try_of_address")
def last_of_address() -> Ask:
    one = operator()
    one_try_left("at:127.0.0.1")
    return Ask(Client(), "/sign-in/", typed(one, "x"), answers=(422,))


def bound() -> Staff:
    """Somebody of a county with an authenticator."""
    make.season()
    one = make.staff(make.county(), Role.COUNTY)
    second_factor.install(one.account, SECRET)
    return one


def code() -> str:
    return totp.code_at(SECRET, int(time.time()) // totp.STEP)


@act("office", "sign_in/first_step")
def first_step() -> Ask:
    return Ask(Client(), "/sign-in/", typed(bound()), answers=(302,))


def halfway(one: Staff) -> Client:
    client = Client()
    client.post("/sign-in/", typed(one))
    return client


@act("office", "second_step")
def second_step() -> Ask:
    return Ask(halfway(bound()), "/sign-in/code/", {"code": code()}, answers=(302,))


@act("office", "second_step/recovery_code")
def recovery_code() -> Ask:
    one = bound()
    [first, *_] = second_factor._new_codes(one.account)
    return Ask(halfway(one), "/sign-in/code/", {"code": first}, answers=(302,))


@act("office", "second_step/last_try")
def last_code() -> Ask:
    one = bound()
    client = halfway(one)
    one_try_left(f"factor:{one.account_id}")
    return Ask(client, "/sign-in/code/", {"code": "000000"}, answers=(422,))


@act("office", "authenticator")
def authenticator() -> Ask:
    make.season()
    client = halfway(make.staff(make.county(), Role.COUNTY))
    page = client.get("/sign-in/authenticator/").content.decode()
    secret = "".join(re.findall(r"<span>([A-Z2-7]{4})</span>", page))
    shown = totp.code_at(secret, int(time.time()) // totp.STEP)
    return Ask(client, "/sign-in/authenticator/", {"code": shown}, answers=(200,))


@act("office", "sign_out")
def sign_out() -> Ask:
    return Ask(signed_in(Client(), operator()), "/sign-out/")


def in_turn() -> tuple[Staff, Client]:
    """An operator with a PIN, at the desk."""
    one = operator()
    pins.set_pin(one.account, PIN)
    return one, signed_in(Client(), one)


@act("office", "sign_in/another")
def another() -> Ask:
    one, client = in_turn()
    return Ask(client, "/sign-in/", typed(make.staff(one.office)), answers=(302,))


@act("office", "account_pin")
def set_pin() -> Ask:
    _, client = in_turn()
    return Ask(client, "/account/pin/", {"pin": OTHER, "again": OTHER, "password": PASSWORD}, answers=(302,))


@act("office", "account_pin/last_try")
def last_password() -> Ask:
    one, client = in_turn()
    one_try_left(f"in:{one.account.handle}")
    return Ask(client, "/account/pin/", {"pin": OTHER, "again": OTHER, "password": "x"}, answers=(422,))


@act("office", "lock")
def lock() -> Ask:
    return Ask(in_turn()[1], "/lock/", answers=(302,))


def locked(pin: str = PIN, *, answers: tuple[int, ...] = (302,)) -> Ask:
    _, client = in_turn()
    client.post("/lock/")
    return Ask(client, "/unlock/", {"pin": pin}, answers=answers)


@act("office", "unlock")
def unlock() -> Ask:
    return locked()


@act("office", "unlock/anew")
def anew() -> Ask:
    ask = locked()
    Session.objects.update(shift_at=timezone.now() - SHIFT)
    return ask


@act("office", "unlock/wrong")
def wrong_pin() -> Ask:
    return locked(OTHER, answers=(422,))


@act("office", "unlock/last_try")
def last_pin() -> Ask:
    ask = locked(OTHER, answers=(409,))
    Session.objects.update(wrong=4)
    return ask


@act("office", "account_browsers")
def browsers() -> Ask:
    one = operator()
    signed_in(Client(), one)
    return Ask(signed_in(Client(), one), "/account/browsers/")


@act("office", "account_codes")
def codes() -> Ask:
    return Ask(signed_in(Client(), bound()), "/account/codes/", {"code": code()}, answers=(200,))


@act("office", "activate")
def activate() -> Ask:
    one = operator()
    sent = {"handle": one.account.handle, "code": invite(one.account), "password": "changjiang-58"}
    return Ask(Client(), "/activate/", {**sent, "again": sent["password"]}, answers=(302,))


@act("office", "staff/add")
def add() -> Ask:
    client = county()
    make.site()
    return Ask(client, "/staff/", new("43/01/02/01/", Role.OPERATOR))


@act("office", "staff/propose")
def propose() -> Ask:
    make.season()
    return Ask(signed_in(Client(), province(Role.SYSTEM_ADMIN)), "/staff/", new("43/01/02/", Role.COUNTY))


def on(one: Staff, kind: str, *, by: Staff | None = None, sure: str = "yes") -> Ask:
    client = signed_in(Client(), by) if by else at(make.county(), Role.COUNTY)
    return Ask(client, "/staff/act/", {"account": str(one.account_id), "act": kind, "sure": sure}, answers=(200,))


@act("office", "staff_act/code")
def new_code() -> Ask:
    return on(operator(), "code")


@act("office", "staff_act/disable")
def disable() -> Ask:
    return on(operator(), "disable")


@act("office", "staff_act/enable")
def enable() -> Ask:
    one = operator()
    one.account.is_active = False
    one.account.save()
    return on(one, "enable")


@act("office", "staff_act/change")
def change() -> Ask:
    one = operator()
    make.site("02")
    sent = {"act": "change", "who": one.account.handle, "to_office": "43/01/02/02/", "to_role": Role.OPERATOR.value}
    return Ask(at(make.county(), Role.COUNTY), "/staff/act/", sent, answers=(200,))


@act("office", "staff_act/factor")
def factor() -> Ask:
    return on(bound(), "factor", by=province(Role.SYSTEM_ADMIN))


@act("office", "staff_act/asked")
def asked() -> Ask:
    return on(operator(), "disable", sure="")


def proposed(answer: str) -> Ask:
    make.season()
    one = make.staff(make.county(), Role.COUNTY)
    wanted = service.Wanted(one.office, Role.COUNTY, "谭欣", "tanxin", "")
    service.add(wanted, by=province(Role.SYSTEM_ADMIN))
    sent = {"proposal": str(StaffProposal.objects.get().pk), "act": answer}
    return Ask(signed_in(Client(), province(Role.SECURITY_ADMIN)), "/staff/answer/", sent, answers=(200,))


@act("office", "staff_answer/approve")
def approve() -> Ask:
    return proposed("approve")


@act("office", "staff_answer/decline")
def decline() -> Ask:
    return proposed("decline")
