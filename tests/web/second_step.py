"""Staff at the second step of signing in: who they are, and what they type."""

import re
import time

import pytest
from django.http import HttpResponse
from django.test import Client

from baoming.accounts import totp
from baoming.accounts.services import second_factor
from baoming.organizations.models import Organization, Staff
from baoming.organizations.roles import Role
from baoming.web.management.commands.load_demo import SECRET
from tests import factories as make

CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){3}")
NEEDED = {Role.COUNTY, Role.CITY, Role.PROVINCE, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}
OWN = "changjiang-58"
STEP_2, SET_UP, NO_PIN = "/sign-in/code/", "/sign-in/authenticator/", "/account/pin/?first=1"


@pytest.fixture
def people_of_season() -> None:
    make.season()
    make.site()


def person(role: Role = Role.CITY) -> Staff:
    level = "site" if role in (Role.OPERATOR, Role.TEACHER) else {Role.COUNTY: "county", Role.CITY: "city"}.get(role)
    offices = Organization.objects.filter(level=level or "province", path__startswith="43/")
    return make.staff(offices.order_by("path")[0], role)


def sign_in(client: Client, one: Staff) -> str:
    sent = {"handle": one.account.handle, "password": "mima-2023"}
    return str(client.post("/sign-in/", sent).headers["Location"])


def give(client: Client, code: str, place: str = STEP_2) -> HttpResponse:
    return client.post(place, {"code": code})


def code(secret: str = SECRET, *, steps: int = 0) -> str:
    return totp.code_at(secret, int(time.time()) // totp.STEP + steps)


def enrolled(role: Role = Role.CITY) -> Staff:
    one = person(role)
    second_factor.install(one.account, SECRET)
    return one


def secret_on(page: str) -> str:
    return "".join(re.findall(r"<span>([A-Z2-7]{4})</span>", page))


def is_inside(client: Client) -> bool:
    return client.get("/").status_code == 200
