"""A lost authenticator is reset by two persons, and by nobody alone (R29)."""

import pytest
from django.http import HttpResponse
from django.test import Client

from baoming.accounts.models import RecoveryCode, SecondFactor
from baoming.organizations.models import Staff, StaffProposal
from baoming.organizations.roles import Role
from baoming.organizations.services import staff as service
from tests.web.conftest import signed_in
from tests.web.second_step import (
    CODE,
    OWN,
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


def test_a_lost_authenticator_of_a_guarded_role_is_reset_by_two_persons(office: Client) -> None:
    one, system, security = enrolled(), person(Role.SYSTEM_ADMIN), person(Role.SECURITY_ADMIN)
    theirs = signed_in(Client(), one)
    signed_in(office, system)
    assert "等安全管理员核准" in office.post(
        "/staff/act/", {"account": str(one.account_id), "act": "factor", "sure": "yes"}
    ).content.decode()  # fmt: skip
    assert sign_in(Client(), one) == STEP_2
    service.decide(StaffProposal.objects.get().pk, approve=True, by=security)
    assert not is_inside(theirs)
    assert not RecoveryCode.objects.filter(account=one.account).exists()
    assert sign_in(Client(), one) == SET_UP


def act_on(client: Client, one: Staff, act: str) -> HttpResponse:
    return client.post("/staff/act/", {"account": str(one.account_id), "act": act, "sure": "yes"})


def test_a_county_does_not_reset_its_own_and_a_system_administrator_only_with_a_second_person(office: Client) -> None:
    one = enrolled(Role.COUNTY)
    assert act_on(signed_in(office, one), one, "factor").status_code == 404
    signed_in(office, person(Role.SYSTEM_ADMIN))
    sent = {"account": str(one.account_id), "act": "factor"}
    assert "重设动态口令由两个人办" in office.post("/staff/act/", sent).content.decode()
    assert "等安全管理员核准" in act_on(office, one, "factor").content.decode()
    assert sign_in(Client(), one) == STEP_2
    service.decide(StaffProposal.objects.get().pk, approve=True, by=person(Role.SECURITY_ADMIN))
    assert sign_in(Client(), one) == SET_UP


def taken_over(client: Client, county: Staff) -> bool:
    """Whether a system administrator alone gets in as a county, by a reset authenticator and a new code."""
    signed_in(client, person(Role.SYSTEM_ADMIN))
    act_on(client, county, "factor")
    given = CODE.findall(act_on(client, county, "code").content.decode())
    sent = {"handle": county.account.handle, "code": "".join(given), "password": OWN, "again": OWN}
    thief = Client()
    if thief.post("/activate/", sent).headers.get("Location") != SET_UP:
        return False
    give(thief, code(secret_on(thief.get(SET_UP).content.decode())), SET_UP)
    return is_inside(thief)


def test_a_system_administrator_alone_does_not_become_a_county(office: Client) -> None:
    assert not taken_over(office, enrolled(Role.COUNTY))
    assert SecondFactor.objects.exists()


def test_control_where_resetting_takes_one_person_they_do(office: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "takes_two", lambda *_: False)
    assert taken_over(office, enrolled(Role.COUNTY))


def test_the_desk_has_nothing_to_reset(office: Client) -> None:
    one = person(Role.OPERATOR)
    answer = act_on(signed_in(office, person(Role.COUNTY)), one, "factor")
    assert (answer.status_code, "不用动态口令" in answer.content.decode()) == (422, True)
    assert not StaffProposal.objects.exists()
