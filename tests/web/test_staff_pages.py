"""Accounts of staff: the county its own sites', a system administrator the others', guarded roles by two persons."""

import re

import pytest
from django.http import HttpResponse
from django.test import Client

from baoming.accounts.models import Account, Invitation, Session
from baoming.organizations.models import Organization, Staff, StaffProposal
from baoming.organizations.roles import Role
from baoming.organizations.services import staff as service
from tests import factories as make
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db
CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){3}")
OWN = "changjiang-58"


@pytest.fixture(autouse=True)
def _season() -> None:
    make.season()
    make.site()


def province(role: Role) -> Staff:
    return make.staff(Organization.objects.get(path="43/"), role)


def new(office: str, role: Role, handle: str = "tanxin", number: str = "") -> dict[str, str]:
    return {"name": "谭欣", "handle": handle, "office": office, "role": role.value, "number": number}


def code_on(answer: HttpResponse) -> str:
    found = CODE.search(answer.content.decode())
    assert found
    return found.group()


def activate(client: Client, code: str, handle: str = "tanxin", password: str = OWN) -> HttpResponse:
    return client.post("/activate/", {"handle": handle, "code": code, "password": password, "again": password})


def test_a_county_opens_an_account_and_its_owner_alone_knows_the_password(office: Client) -> None:
    signed_in(office, make.staff(make.county(), Role.COUNTY))
    code = code_on(office.post("/staff/", new("43/01/02/01/", Role.OPERATOR)))
    assert code not in office.get("/staff/").content.decode()
    assert activate(office, code).headers["Location"] == "/account/pin/?first=1"
    assert office.get("/desk/").status_code == 200
    assert activate(Client(), code, password="another-7391").status_code == 422  # once
    assert Account.objects.get(handle="tanxin").check_password(OWN)


@pytest.mark.parametrize(
    ("where", "role"),
    [("43/01/03/01/", Role.OPERATOR), ("43/01/02/", Role.COUNTY), ("43/", Role.PROVINCE), ("43/", Role.SYSTEM_ADMIN)],
)
def test_a_county_opens_none_outside_its_sites_nor_of_its_own_kind(office: Client, where: str, role: Role) -> None:
    make.site(of="0103")
    signed_in(office, make.staff(make.county(), Role.COUNTY))
    assert office.post("/staff/", new(where, role)).status_code == 422
    assert not Account.objects.filter(handle="tanxin").exists()


def test_a_county_neither_sees_nor_closes_an_account_of_another(office: Client) -> None:
    stranger = make.staff(make.site(of="0103"))
    signed_in(office, make.staff(make.county(), Role.COUNTY))
    assert stranger.account.handle not in office.get("/staff/").content.decode()
    sent = {"account": str(stranger.account_id), "act": "disable", "sure": "yes"}
    assert office.post("/staff/act/", sent).status_code == 404


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.CITY, Role.PROVINCE, Role.AUDIT_ADMIN, Role.TEACHER])
def test_others_find_no_such_page(office: Client, role: Role) -> None:
    signed_in(office, province(role))
    assert office.get("/staff/").status_code == 404
    assert office.post("/staff/", new("43/01/02/01/", Role.OPERATOR)).status_code == 404


@pytest.mark.parametrize(("where", "role"), [("43/01/02/", Role.COUNTY), ("43/01/", Role.CITY), ("43/", Role.PROVINCE)])
def test_a_guarded_role_waits_for_the_security_administrator_who_gets_the_code(
    office: Client, where: str, role: Role
) -> None:
    signed_in(office, province(Role.SYSTEM_ADMIN))
    answer = office.post("/staff/", new(where, role))
    assert "等安全管理员核准" in answer.content.decode()
    assert not CODE.search(answer.content.decode())
    assert not Account.objects.filter(handle="tanxin").exists()
    sent = {"proposal": str(StaffProposal.objects.get().pk), "act": "approve"}
    assert office.post("/staff/answer/", sent).status_code == 404  # not by a system administrator
    signed_in(office, province(Role.SECURITY_ADMIN))
    code = code_on(office.post("/staff/answer/", sent))
    assert activate(Client(), code).status_code == 302
    assert Staff.objects.get(account__handle="tanxin").role == role


def county_by_one_person(client: Client) -> bool:
    """Whether a system administrator alone opens a county's account, or gets a new code for one that is there."""
    there = make.staff(make.county(), Role.COUNTY)
    signed_in(client, province(Role.SYSTEM_ADMIN))
    opened = client.post("/staff/", new("43/01/02/", Role.COUNTY)).content.decode()
    sent = {"account": str(there.account_id), "act": "code", "sure": "yes"}
    recoded = client.post("/staff/act/", sent).content.decode()
    return bool(CODE.search(opened) or CODE.search(recoded))


def test_no_one_person_comes_to_a_countys_account(office: Client) -> None:
    assert not county_by_one_person(office)
    assert StaffProposal.objects.filter(role=Role.COUNTY).count() == 2


def test_control_where_a_countys_role_is_not_guarded_one_does(office: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "BY_TWO", service.BY_TWO - {Role.COUNTY})
    assert county_by_one_person(office)


def test_a_system_administrator_still_opens_a_sites_operator_alone(office: Client) -> None:
    signed_in(office, province(Role.SYSTEM_ADMIN))
    assert code_on(office.post("/staff/", new("43/01/02/01/", Role.OPERATOR)))


def proposed_about_who_decides() -> tuple[StaffProposal, Staff]:
    one, subject = province(Role.SYSTEM_ADMIN), province(Role.SECURITY_ADMIN)
    service.change(subject.pk, "code", by=one)
    return StaffProposal.objects.get(), subject


def test_nobody_decides_about_themselves() -> None:
    proposal, subject = proposed_about_who_decides()
    with pytest.raises(service.Refused, match="另一个人"):
        service.decide(proposal.pk, approve=True, by=subject)


def test_control_without_the_second_person_they_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "require_second_person", lambda *_: None)
    proposal, subject = proposed_about_who_decides()
    assert service.decide(proposal.pk, approve=True, by=subject).code


def test_a_person_who_is_an_administrator_is_not_made_another_one(office: Client) -> None:
    signed_in(office, province(Role.SYSTEM_ADMIN))
    number = make.number()
    assert "公民身份号码" in office.post("/staff/", new("43/", Role.AUDIT_ADMIN)).content.decode()
    office.post("/staff/", new("43/", Role.AUDIT_ADMIN, number=number))
    service.decide(StaffProposal.objects.get().pk, approve=True, by=province(Role.SECURITY_ADMIN))
    again = office.post("/staff/", new("43/", Role.SECURITY_ADMIN, handle="tanxin2", number=number))
    assert again.status_code == 422
    assert "三员不能由一个人兼任" in again.content.decode()
    assert number not in again.content.decode().replace(f'value="{number}"', "")
    assert Staff.objects.filter(person__contains=number).count() == 0


@pytest.mark.parametrize("act", ["disable", "code"])
def test_who_is_closed_or_gets_a_new_code_is_out_at_the_next_request(office: Client, act: str) -> None:
    operator, county = make.staff(make.site()), make.staff(make.county(), Role.COUNTY)
    theirs = signed_in(Client(), operator)
    assert theirs.get("/desk/").status_code == 200
    signed_in(office, county).post("/staff/act/", {"account": str(operator.account_id), "act": act, "sure": "yes"})
    assert theirs.get("/desk/").headers["Location"] == "/sign-in/"
    assert not Session.objects.filter(account=operator.account).exists()


def test_control_without_ending_it_an_account_with_another_role_goes_on_in_its_session(
    office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The role is read anew at every request all the same: what stays is the session, not the right."""
    monkeypatch.setattr(service, "end_sessions", lambda *_: None)
    operator, county = make.staff(make.site()), make.staff(make.county(), Role.COUNTY)
    theirs = signed_in(Client(), operator)
    sent = {"who": operator.account.handle, "to_office": operator.path, "to_role": "teacher", "act": "change"}
    assert "已办好" in signed_in(office, county).post("/staff/act/", sent).content.decode()
    assert theirs.get("/desk/").status_code == 404
    assert Session.objects.filter(account=operator.account).exists()


def test_a_wrong_name_and_a_wrong_code_read_the_same_and_a_weak_password_keeps_the_code(office: Client) -> None:
    signed_in(office, make.staff(make.county(), Role.COUNTY))
    code = code_on(office.post("/staff/", new("43/01/02/01/", Role.OPERATOR)))
    stranger = Client()
    texts = [
        activate(stranger, *pair).content.decode() for pair in ((code, "nobody"), ("0000-0000-0000-0000", "tanxin"))
    ]
    token = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')
    first, second = (token.sub("", text) for text in texts)
    assert first.replace("nobody", "tanxin") == second
    assert activate(stranger, code, password="12345678").status_code == 422
    assert activate(stranger, code).status_code == 302


def test_an_old_code_is_dead_once_there_is_a_newer_one(office: Client) -> None:
    signed_in(office, make.staff(make.county(), Role.COUNTY))
    old = code_on(office.post("/staff/", new("43/01/02/01/", Role.OPERATOR)))
    one = Staff.objects.get(account__handle="tanxin")
    code = code_on(office.post("/staff/act/", {"account": str(one.account_id), "act": "code", "sure": "yes"}))
    assert activate(Client(), old).status_code == 422
    assert activate(Client(), code).status_code == 302
    assert {bytes(row.digest) for row in Invitation.objects.all()}.isdisjoint({old.encode(), code.encode()})


@pytest.mark.parametrize(
    ("act", "told"), [("disable", "以后不能登录"), ("code", "现在的密码作废"), ("factor", "恢复码作废")]
)
def test_what_ends_somebodys_way_in_is_asked_on_a_page_first(office: Client, act: str, told: str) -> None:
    city = make.staff(Organization.objects.get(path="43/01/"), Role.CITY)
    signed_in(office, province(Role.SYSTEM_ADMIN))
    sent = {"account": str(city.account_id), "act": act}
    page = office.post("/staff/act/", sent).content.decode()
    assert all(word in page for word in (told, city.account.handle, "核准以后才生效"))
    assert not StaffProposal.objects.exists()
    office.post("/staff/act/", {**sent, "sure": "yes"})
    assert StaffProposal.objects.get().kind == act


def test_nothing_is_offered_beside_the_own_account(office: Client) -> None:
    own = province(Role.SYSTEM_ADMIN)
    other = province(Role.PROVINCE)
    page = signed_in(office, own).get("/staff/").content.decode()
    assert f'value="{other.account_id}"' in page
    assert f'value="{own.account_id}"' not in page
    assert "本人的由另一名管理员办" in page
