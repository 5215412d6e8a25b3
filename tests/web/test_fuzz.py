"""U5: requests drawn by seed to all routes of both portals, by strangers and every role: no 5xx, no traceback.

Five thousand here; ten times as many with other seeds in tests/nightly.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import UUID

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client, override_settings

from baoming.organizations.models import Organization, Staff
from baoming.organizations.roles import Role
from baoming.registrations.models import Registration
from baoming.web.middleware import RequestTransaction
from standins.cashier.ledger import Ledger
from standins.cashier.wechat import WeChat as Cashier
from tests import factories as make
from tests.registrations import confirmed
from tests.web.fuzz import Fuzz, Person, Shot, faults, fire
from tests.web.routes import announcement_of, batch_of, case_of, file_of, routes
from tests.web.test_nasty_input import fields_of

pytestmark = pytest.mark.django_db
SHOTS = 5_000
EACH = 36  # of one person; after everybody's everything is as it was
ELSEWHERE = "慕容昭雪"  # of another county; only the province may read the name


@pytest.fixture
def other() -> Registration:
    make.season()
    return make.registration(make.site("01", of="0203"), name=ELSEWHERE)


@pytest.fixture
def row(other: Registration) -> Registration:
    return confirmed.printed()


@contextmanager
def portal(name: str) -> Iterator[None]:
    with override_settings(PORTAL=name, ROOT_URLCONF=f"baoming.config.urls_{name}"):
        yield


@contextmanager
def errors_logged() -> Iterator[list[str]]:
    """The names of what is logged as an error meanwhile; its text may quote what was sent."""
    found: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.name.startswith("django.security"):  # what was refused as a probe, with 400
                return
            kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else record.msg
            found.append(f"{record.name}: {kind}")

    listener = Listener(logging.ERROR)
    logging.getLogger().addHandler(listener)
    try:
        yield found
    finally:
        logging.getLogger().removeHandler(listener)


def staff_of_every_role(row: Registration) -> list[Staff]:
    county = Organization.objects.get(pk=row.site.parent_id)
    assert county.parent
    province = Organization.objects.get(path="43/")
    places = {Role.OPERATOR: row.site, Role.TEACHER: row.site, Role.COUNTY: county, Role.CITY: county.parent}
    return [make.staff(places.get(role, province), role) for role in Role]


def everybody(row: Registration) -> list[Person]:
    """A stranger and one of each role at the office; a stranger and one candidate on the phone."""
    people = [Person("stranger", "office", Client(), lambda: None, ELSEWHERE.encode())]
    for staff in staff_of_every_role(row):
        below = staff.path != "43/"
        client = Client()
        come_in = lambda client=client, staff=staff: client.force_login(staff.account)  # noqa: E731
        people.append(Person(staff.role, "office", client, come_in, ELSEWHERE.encode() if below else b""))
    phone = Client()
    people.append(Person("stranger", "candidate", Client(), lambda: None, ELSEWHERE.encode()))
    people.append(Person("candidate", "candidate", phone, lambda: phone.force_login(row.account), ELSEWHERE.encode()))
    return people


def ids_of(*rows: Registration) -> dict[str, list[UUID]]:
    """What stands in addresses: of the own person, of somebody elsewhere, of nobody."""
    nobody = [UUID(int=0), UUID(int=2**128 - 1)]
    return {
        "registration_id": [rows[0].pk, *(one.pk for one in rows), *nobody],
        "site_id": [rows[0].site_id, *(one.site_id for one in rows), *nobody],
        "announcement_id": [announcement_of(rows[0]).pk, *nobody],
        "file_id": [file_of(one).pk for one in rows] + nobody,
        "batch_id": [batch_of(rows[0]), *nobody],
        "case_id": [case_of(rows[0]).pk, *nobody],
    }


def fuzzed(row: Registration, other: Registration, cashier: Cashier, *, seed: int, shots: int) -> list[str]:
    """Fire `shots` requests; return what was wrong, each with the seed and place that draw it again."""
    found: list[str] = []
    ids, fields = ids_of(row, other), fields_of(row)
    left, part = shots, 0
    while left > 0:
        part += 1
        with suppress(_Undone), transaction.atomic():
            for person in everybody(row):
                with portal(person.portal):
                    own = seed * 1000 + part
                    fuzz = Fuzz(own + len(person.name), routes=routes(person.portal), ids=ids, fields=fields,
                                portal=person.portal, cashier=cashier)  # fmt: skip
                    found += _of_one(person, fuzz, EACH, f"seed {own}")
                    left -= EACH
            raise _Undone
    return found


def _of_one(person: Person, fuzz: Fuzz, shots: int, seed: str) -> list[str]:
    found = []
    for place in range(shots):
        if place % 12 == 0:  # sooner or later somebody signs out
            person.come_in()
        shot = fuzz.shot()
        with errors_logged() as logged:
            try:
                answer = fire(person, shot)
                found += [f"{seed}, {place}: {fault}" for fault in faults(person, shot, answer)]
            except Exception as defect:
                found.append(f"{seed}, {place}: {person.name}: {shot.said} → {type(defect).__name__}")
        found += [f"{seed}, {place}: {person.name}: {shot.said} → logged {one}" for one in logged]
    return found


class _Undone(Exception):
    """Ends a part: what its requests have written goes away."""


@pytest.fixture
def cashier(service_keys: Path) -> Cashier:
    return Cashier(service_keys / "cashier", Ledger(service_keys / "cashier"), "")


@pytest.mark.usefixtures("nobody_outside")
def test_five_thousand_requests_find_no_defect(row: Registration, other: Registration, cashier: Cashier) -> None:
    assert fuzzed(row, other, cashier, seed=2023, shots=SHOTS) == []


@pytest.mark.usefixtures("nobody_outside")
def test_control_without_a_guard_the_same_requests_find_the_defect(
    row: Registration, other: Registration, cashier: Cashier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RequestTransaction, "process_exception", lambda *_: None)  # refusals are answered by nobody
    found = fuzzed(row, other, cashier, seed=2023, shots=500)
    assert {"Refused", "NotOpen"} & {fault.rpartition("→ ")[2] for fault in found}
    assert ELSEWHERE not in "".join(found)
    assert row.name not in "".join(found)


def test_the_listener_hears_each_fault() -> None:
    person = Person("operator", "office", Client(), lambda: None, ELSEWHERE.encode())
    shot = Shot("GET", "/", "GET today")
    assert list(faults(person, shot, HttpResponse("ok"))) == []
    assert list(faults(person, shot, HttpResponse(ELSEWHERE))) == ["operator: GET today → reads of somebody elsewhere"]
    assert list(faults(person, shot, HttpResponse(status=503))) == ["operator: GET today → 503"]
    assert list(faults(person, shot, HttpResponse(status=503, headers={"Retry-After": "600"}))) == []
    with errors_logged() as logged:
        logging.getLogger("baoming.web").error("defect %s", "7F3A")
    assert logged == ["baoming.web: defect %s"]
