"""R10, R19–R22 on the candidate's page: who sees which button, and what a refusal says."""

from uuid import uuid4

import pytest
from django.test import Client

from baoming.organizations.models import Organization
from baoming.organizations.roles import Role
from baoming.registrations.models import HoldRow, Registration, Signature
from baoming.schedule.models import Extension
from baoming.schedule.queries import running_extension
from baoming.shared.moments import stamp
from tests import factories as make
from tests.registrations import confirmed
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db
MORAL = {"qualified": "yes", "text": "遵纪守法，团结同学。"}


def page(client: Client, row: Registration) -> str:
    return client.get(f"/candidates/{row.pk}/").content.decode()


def of_site(client: Client, row: Registration) -> Client:
    return signed_in(client, make.staff(row.site))


def of_county(client: Client, row: Registration) -> Client:
    return signed_in(client, make.staff(Organization.objects.get(pk=row.site.parent_id), Role.COUNTY))


def of_city(client: Client, row: Registration) -> Client:
    return signed_in(client, make.staff(Organization.objects.get(pk=row.site.parent.parent_id), Role.CITY))


def test_one_person_is_printed_signed_assessed_completed_and_reviewed(office: Client) -> None:
    row = confirmed.saved()
    own = f"/candidates/{row.pk}/"
    of_site(office, row)
    assert "打印登记表（第1版）" in page(office, row)
    sheet = office.post(f"{own}sheet/")
    assert sheet.headers["Content-Type"] == "application/pdf"
    assert "考生已在第1版上签字" in page(office, row)
    assert office.post(f"{own}signature/", {"version": "1"}).status_code == 302
    assert office.post(f"{own}moral/", MORAL).status_code == 302
    assert "已签" in page(office, row)
    of_county(office, row)
    assert "完成县区确认" in page(office, row)
    assert office.post(f"{own}completion/").status_code == 302
    make.season("submission")
    of_city(office, row)
    assert "通过终审，上报第1版" in page(office, row)
    assert office.post(f"{own}final-review/").status_code == 302
    row.refresh_from_db()
    assert {"signature", "moral_assessment", "completion", "final_review"} <= row.done_steps


def test_what_was_saved_after_the_print_is_not_signed(office: Client) -> None:
    row = confirmed.printed()
    make.season("sign_up")
    confirmed.change(row)
    make.season("confirmation")
    of_site(office, row)
    refused = office.post(f"/candidates/{row.pk}/signature/", {"version": "1"})
    assert refused.status_code == 422
    assert "打印后又改了，请重新打印再签字" in refused.content.decode()
    assert not Signature.objects.exists()
    shown = page(office, row)
    assert "请先打印登记表（第2版）" in shown
    assert "已作废，已保存第2版" in shown
    assert "410017" in shown  # what the second version changed


@pytest.mark.parametrize("version", ["", "x", "９", "0", "2", "99999999999999999999"])
def test_only_the_printed_version_is_signed(office: Client, version: str) -> None:
    row = confirmed.printed()
    refused = of_site(office, row).post(f"/candidates/{row.pk}/signature/", {"version": version})
    assert refused.status_code == 422
    assert not Signature.objects.exists()


def test_a_mistake_is_corrected_in_a_window_for_this_person_alone(office: Client) -> None:
    row = confirmed.printed()
    correction = f"/candidates/{row.pk}/correction/"
    of_site(office, row)
    assert office.post(correction, {"hours": "1000"}).status_code == 422
    assert office.post(correction, {"hours": "24"}).status_code == 302
    page = office.get(f"/candidates/{row.pk}/").content.decode()
    assert "单人更正开放中" in page
    granted = Extension.objects.get(phase="proof_correction")
    assert f"{granted.granted_by} {stamp(granted.opens)}开放，到{stamp(granted.closes)}截止" in page
    assert running_extension("proof_correction", row.season_id, uuid4(), now=granted.opens) is None, "theirs alone"
    assert "校对发现有错，让考生本人改" not in page, "what is open already is not offered"
    again = office.post(correction, {"hours": "24"})
    assert again.status_code == 422
    assert "现在就可以改" in again.content.decode()


def test_a_refused_assessment_keeps_what_was_typed(office: Client) -> None:
    row = confirmed.saved()
    of_site(office, row)
    unchosen = office.post(f"/candidates/{row.pk}/moral/", {"text": "团结同学"})
    assert unchosen.status_code == 422
    assert "请选择考核结果" in unchosen.content.decode()
    assert "团结同学</textarea>" in unchosen.content.decode()


def test_an_assessment_that_is_not_qualified_holds_completion_until_it_is_replaced(office: Client) -> None:
    row = confirmed.signed()
    moral, completion = f"/candidates/{row.pk}/moral/", f"/candidates/{row.pk}/completion/"
    of_county(office, row)
    assert office.post(moral, {**MORAL, "qualified": "no"}).status_code == 302
    refused = office.post(completion)
    assert refused.status_code == 422
    assert "思想品德考核不合格" in refused.content.decode()
    assert office.post(moral, MORAL).status_code == 302
    assert office.post(completion).status_code == 302
    assert HoldRow.objects.get(kind="moral_assessment").cleared_at is not None


def test_the_county_is_told_all_that_is_missing(office: Client) -> None:
    row = confirmed.saved()
    refused = of_county(office, row).post(f"/candidates/{row.pk}/completion/")
    assert refused.status_code == 422
    assert "还缺：登记表校对签字、思想品德考核意见" in refused.content.decode()


def test_a_person_is_opened_again_with_a_reason_only(office: Client) -> None:
    row = confirmed.completed()
    of_county(office, row)
    reopening = f"/candidates/{row.pk}/reopening/"
    assert "重新打开这名考生" in page(office, row)
    assert office.post(reopening, {"reason": " "}).status_code == 422
    assert office.post(reopening, {"reason": "姓名有误，考生申请"}).status_code == 302
    row.refresh_from_db()
    assert "completion" not in row.done_steps
    assert "重新打开这名考生" not in page(office, row)


@pytest.mark.parametrize(
    ("act", "allowed"),
    [
        ("person-check", {Role.OPERATOR}), ("sheet", {Role.OPERATOR}), ("signature", {Role.OPERATOR}),
        ("correction", {Role.OPERATOR}), ("moral", {Role.OPERATOR, Role.COUNTY}), ("completion", {Role.COUNTY}),
        ("reopening", {Role.COUNTY}), ("final-review", {Role.CITY}),
    ],
)  # fmt: skip
def test_each_act_belongs_to_the_offices_of_the_mission(office: Client, act: str, allowed: set[Role]) -> None:
    row = confirmed.saved()
    county = Organization.objects.get(pk=row.site.parent_id)
    assert county.parent
    places = {Role.OPERATOR: row.site, Role.COUNTY: county, Role.CITY: county.parent}
    for role, place in places.items():
        signed_in(office, make.staff(place, role))
        answer = office.post(f"/candidates/{row.pk}/{act}/")
        assert (answer.status_code == 404) == (role not in allowed), role
        assert office.get(f"/candidates/{row.pk}/{act}/").status_code == 405


def test_a_site_opens_the_form_again_after_the_signature_until_the_county_completes(office: Client) -> None:
    row, words = confirmed.signed(), "校对发现有错，让考生本人改"
    of_site(office, row)
    assert words in page(office, row)
    assert office.post(f"/candidates/{row.pk}/correction/", {"hours": "24"}).status_code == 302
    done = confirmed.completed()
    assert words not in page(of_site(office, done), done)
