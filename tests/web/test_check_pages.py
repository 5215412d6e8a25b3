"""R34 on the page 核查: figures by kind and area, exports by two persons, files; others find none of it."""

import csv
import io
import re
from uuid import uuid4

import pytest
from django.test import Client

from baoming.checks.models import AlikePair, CheckBatch, CheckLine
from baoming.checks.services.alikes import mark_changed
from baoming.checks.services.results import note_result
from baoming.organizations.models import Organization, Staff
from baoming.organizations.roles import Role
from baoming.registrations.models import Registration
from baoming.reviews.models import Case
from tests import factories as make
from tests.checks.exporting import exported, line_of, run
from tests.web.conftest import signed_in
from tests.web.test_attached_lists import office_of

pytestmark = pytest.mark.django_db
SENT = {"act": "ask", "kind": "roll", "area": "43/01/", "again": "no", "encoding": "utf-8-sig", "reason": "核对学籍"}


@pytest.fixture
def row() -> Registration:
    make.season("intake")
    made = make.registration(make.site(), number=make.number(121))
    made.number = 1020001
    made.save(update_fields=["number"])
    return made


def clerk(role: Role) -> Staff:
    return make.staff(office_of(role), role)


def text(client: Client, place: str) -> str:
    answer = client.get(place)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def ask(client: Client, **changes: str) -> CheckBatch:
    answer = client.post("/checks/", {**SENT, "key": str(uuid4()), **changes})
    assert answer.status_code == 302, answer.content.decode()
    return CheckBatch.objects.get(pk=answer["Location"].split("=")[1])


def test_a_city_asks_another_of_it_approves_and_the_file_is_fetched(office: Client, row: Registration) -> None:
    first = clerk(Role.CITY)
    signed_in(office, first)
    assert 'href="/checks/"' in text(office, "/candidates/")
    batch = ask(office)
    page = text(office, f"/checks/?export={batch.pk}")
    assert "撤回申请" in page
    assert "批准导出" not in page
    refused = office.post("/checks/", {"act": "approve", "export": str(batch.pk)})
    assert refused.status_code == 422
    signed_in(office, clerk(Role.CITY))
    assert "批准导出" in text(office, f"/checks/?export={batch.pk}")
    assert office.post("/checks/", {"act": "approve", "export": str(batch.pk)}).status_code == 302
    assert "正在生成" in text(office, f"/checks/?export={batch.pk}")
    run(batch)
    answer = office.post("/checks/", {"act": "fetch", "export": str(batch.pk), "part": "1"})
    assert answer["Content-Disposition"] == 'attachment; filename="check-roll-1.csv"'
    [_, line] = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert line[1] == row.name
    assert office.post("/checks/", {"act": "fetch", "export": str(batch.pk), "part": "2"}).status_code == 404
    assert row.name not in text(office, f"/checks/?export={batch.pk}")


def test_the_figures_stand_by_county_and_lead_to_the_cases(office: Client, row: Registration) -> None:
    by = clerk(Role.CITY).actor
    line = line_of(exported(by), row)
    note_result(line.pk, "查无", remark="", by=by)
    signed_in(office, clerk(Role.CITY))
    page = text(office, "/checks/?kind=roll")
    county = make.county()
    figures = re.search(rf"{county.name}</td>(.*?)</tr>", page, re.DOTALL)
    assert figures
    assert re.findall(r">([0-9,]+)<", figures[1]) == ["1", "1", "0", "0", "1", "1", "0"]
    href = re.search(r'href="(/cases/[^"]*)"', figures[1])
    assert href
    assert row.name in text(office, href[1].replace("&amp;", "&"))
    signed_in(office, clerk(Role.PROVINCE))
    assert f"{county.name}</td>" not in text(office, "/checks/")
    assert f"{county.name}</td>" in text(office, "/checks/?city=01")
    signed_in(office, clerk(Role.COUNTY))
    page = text(office, "/checks/?kind=roll")
    assert county.name in page
    assert "申请导出" not in page


def test_a_county_exports_nothing_and_reads_no_list(office: Client, row: Registration) -> None:
    batch = exported(clerk(Role.CITY).actor)
    signed_in(office, clerk(Role.COUNTY))
    assert office.post("/checks/", {**SENT, "key": str(uuid4())}).status_code == 404
    assert office.get(f"/checks/?export={batch.pk}").status_code == 404
    assert office.post("/checks/", {"act": "fetch", "export": str(batch.pk), "part": "1"}).status_code == 404


@pytest.mark.parametrize("role", [Role.CITY, Role.PROVINCE])
def test_what_another_office_exported_is_not_found(office: Client, row: Registration, role: Role) -> None:
    batch = exported(clerk(Role.CITY).actor)
    there = Organization.objects.get(path="43/02/") if role is Role.CITY else office_of(role)
    signed_in(office, make.staff(there, role))
    assert office.get(f"/checks/?export={batch.pk}").status_code == 404
    for act in ("approve", "decline", "fetch"):
        assert office.post("/checks/", {"act": act, "export": str(batch.pk), "part": "1"}).status_code == 404
    assert "还没有导出过名单" in text(office, "/checks/")


def test_a_site_has_no_such_page(office: Client, row: Registration) -> None:
    signed_in(office, make.staff(row.site))
    for place in ("/checks/", "/alikes/"):
        assert office.get(place).status_code == 404


@pytest.mark.parametrize(
    "changes",
    [{"reason": ""}, {"kind": "x"}, {"area": "43/02/"}, {"area": "x"}, {"encoding": "x"}, {"key": "x"}, {"key": ""}],
)
def test_what_cannot_be_asked_is_said_and_what_was_typed_stays(
    office: Client, row: Registration, changes: dict[str, str]
) -> None:
    signed_in(office, clerk(Role.CITY))
    answer = office.post("/checks/", {**SENT, "key": str(uuid4()), **changes})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "这一步没有办成" in page
    assert changes.get("reason", "核对学籍") in page
    assert not CheckBatch.objects.exists()


@pytest.mark.parametrize("place", ["?export=x", "?export=00000000-0000-4000-8000-000000000001", "?city=99"])
def test_an_address_that_names_nothing_is_not_found(office: Client, row: Registration, place: str) -> None:
    signed_in(office, clerk(Role.PROVINCE))
    assert office.get(f"/checks/{place}").status_code == 404


@pytest.fixture
def pair(row: Registration) -> AlikePair:
    """Two of one county who look alike."""
    make.registration(make.site("02"), number=make.number(555))
    Registration.objects.filter(pk=row.pk).update(name="欧阳思远")
    mark_changed(row.season_id)
    return AlikePair.objects.get()


def test_a_county_sees_a_pair_side_by_side_and_sets_it_apart(office: Client, pair: AlikePair) -> None:
    signed_in(office, clerk(Role.COUNTY))
    assert "姓名、出生日期、性别相同" in text(office, "/alikes/")
    page = text(office, f"/alikes/?pair={pair.pk}")
    assert page.count("990***********") == 2
    sent = {"act": "apart", "pair": str(pair.pk), "reason": ""}
    refused = office.post("/alikes/", sent)
    assert refused.status_code == 422
    assert "怎样核实" in refused.content.decode()
    assert office.post("/alikes/", {**sent, "reason": "看了两本户口簿"}).status_code == 302
    assert "看了两本户口簿" in text(office, f"/alikes/?pair={pair.pk}")
    assert "看了两本户口簿" in text(office, f"/candidates/{pair.first_id}/")
    assert "没有等核对的" in text(office, "/alikes/")
    assert "欧阳思远" in text(office, "/alikes/?tab=apart")
    again = office.post("/alikes/", {"act": "cases", "pair": str(pair.pk)})
    assert again.status_code == 422
    assert not Case.objects.exists()


def test_a_city_reads_the_pair_of_a_county_and_is_told_whose_it_is(office: Client, pair: AlikePair) -> None:
    signed_in(office, clerk(Role.CITY))
    page = text(office, f"/alikes/?pair={pair.pk}")
    assert f"由{make.county().name}核对" in page
    assert "不是同一人</button>" not in page
    answer = office.post("/alikes/", {"act": "apart", "pair": str(pair.pk), "reason": "是两个人"})
    assert answer.status_code == 422
    assert "由县（市、区）招考机构核对" in answer.content.decode()


def test_the_next_county_finds_no_pair(office: Client, pair: AlikePair) -> None:
    signed_in(office, make.staff(make.county("0103"), Role.COUNTY))
    assert "没有等核对的" in text(office, "/alikes/")
    assert office.get(f"/alikes/?pair={pair.pk}").status_code == 404
    assert office.post("/alikes/", {"act": "apart", "pair": str(pair.pk), "reason": "x"}).status_code == 404
    assert office.get("/alikes/?pair=x").status_code == 404


def test_a_doubt_becomes_cases_of_both(office: Client, pair: AlikePair) -> None:
    signed_in(office, clerk(Role.COUNTY))
    assert office.post("/alikes/", {"act": "cases", "pair": str(pair.pk)}).status_code == 302
    assert Case.objects.filter(kind="duplicate", state="waiting").count() == 2
    assert "见两人的事项" in text(office, f"/alikes/?pair={pair.pk}")


def test_the_persons_page_shows_what_registers_said(office: Client, row: Registration) -> None:
    by = clerk(Role.CITY).actor
    line = line_of(exported(by), row)
    note_result(line.pk, "不一致", remark="学校不同", by=by)
    signed_in(office, clerk(Role.COUNTY))
    page = text(office, f"/candidates/{row.pk}/")
    assert "学籍核查" in page
    assert "学校不同" in page
    assert CheckLine.objects.count() == 1


@pytest.mark.parametrize("role", [Role.CITY, Role.PROVINCE])
def test_an_export_that_waits_is_told_to_the_second_person_alone(office: Client, row: Registration, role: Role) -> None:
    first = clerk(role)
    signed_in(office, first)
    batch = ask(office, area="43/01/")
    told, link = "1份核查名单等您批准导出", f'href="/checks/?export={batch.pk}"'
    assert told not in text(office, "/")  # who asked decides nothing
    signed_in(office, clerk(role))
    assert told in text(office, "/")
    if role is Role.CITY:  # the province has no such list: the first page leads to the export
        assert link in text(office, "/approvals/")
    signed_in(office, make.staff(Organization.objects.get(path="43/02/"), Role.CITY))
    assert told not in text(office, "/")
    assert link not in text(office, "/approvals/")
    signed_in(office, clerk(role))
    assert office.post("/checks/", {"act": "approve", "export": str(batch.pk)}).status_code == 302
    signed_in(office, clerk(role))
    assert told not in text(office, "/")
    signed_in(office, clerk(Role.COUNTY))
    assert "等批准导出" not in text(office, "/approvals/")


def test_pairs_are_told_to_the_office_that_judges_them_and_to_no_other(office: Client, row: Registration) -> None:
    make.registration(make.site("02"), number=make.number(555))
    mark_changed(row.season_id)
    pair = AlikePair.objects.get()
    told = "1对疑似同一人的报名等本机构核对"
    for role in (Role.COUNTY, Role.CITY, Role.PROVINCE, Role.OPERATOR):
        signed_in(office, make.staff(row.site, role) if role is Role.OPERATOR else clerk(role))
        assert (told in text(office, "/")) is (role is Role.COUNTY), role
    AlikePair.objects.filter(pk=pair.pk).update(path="43/01/")  # the control: one of them moved
    for role in (Role.COUNTY, Role.CITY):
        signed_in(office, clerk(role))
        assert (told in text(office, "/")) is (role is Role.CITY), role
