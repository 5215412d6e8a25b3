"""Pages of importing: what is shown before, while and after a file is applied, and to whom (R21, R32)."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from baoming.audit.models import Event
from baoming.checks.files import token
from baoming.imports import people_queries
from baoming.imports.models import Import, ImportedFact
from baoming.imports.services.applying import run
from baoming.organizations.models import Organization
from baoming.organizations.roles import Role
from baoming.registrations.models import Batch, Registration
from tests import factories as make
from tests.checks.exporting import exported, line_of
from tests.imports.files import GOOD, PHYSICAL, applied, csv, line, numbered, of, staged
from tests.web.conftest import office, signed_in

__all__ = ["office"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def here(office: Client) -> Organization:
    make.season("submission")
    return make.site()


@pytest.fixture
def county(office: Client, here: Organization) -> Client:
    assert here.parent is not None
    return signed_in(Client(), make.staff(here.parent, Role.COUNTY))


def send(client: Client, content: bytes, kind: str = "physical") -> str:
    """Hand a file in; returns where the page leads, or what it says."""
    answer = client.post("/imports/", {"kind": kind, "file": SimpleUploadedFile("体检.csv", content)})
    return answer.headers["Location"] if answer.status_code == 302 else answer.content.decode()


def test_a_file_is_shown_applied_and_taken_back(here: Organization, county: Client) -> None:
    person, other = numbered(here, 1), numbered(here, 2)
    place = send(county, csv(line(person), line(other, "2022-10-31", "1725", "61", "正常", "合格")))
    page = county.get(place).content.decode()
    assert "预览，还没有导入" in page
    assert "身高超出范围" in page
    assert ImportedFact.objects.count() == 0
    assert county.post(f"{place}apply/").status_code == 302
    assert "正在导入" in county.get(place).content.decode()
    run(Batch.objects.get().pk)
    page = county.get(place).content.decode()
    assert "已导入" in page
    story = county.get(f"/candidates/{person.pk}/").content.decode()
    assert "导入的信息" in story
    assert "文件第2行" in story
    assert county.post(f"{place}undo/", {"reason": ""}).status_code == 422
    assert county.post(f"{place}undo/", {"reason": "导错了"}).status_code == 302
    run(Batch.objects.get(undoes__isnull=False).pk)
    assert "已撤销" in county.get(place).content.decode()
    assert "已撤销：导错了" in county.get(f"/candidates/{person.pk}/").content.decode()


def test_what_would_be_written_is_shown_to_who_handed_it_in_until_it_is_applied(
    here: Organization, county: Client
) -> None:
    person = numbered(here, 1)
    header = [*PHYSICAL, "受限专业"]
    limited = line(person, "2022-10-31", "172.5", "61", "色弱", "专业受限", "化学类")
    place = send(county, csv(limited, header=header))
    page = county.get(place).content.decode()
    for title, value in (("身高", "172.5"), ("色觉", "色弱"), ("体检结论", "专业受限"), ("受限专业", "化学类")):
        assert f'<span class="quiet">{title}</span> {value}' in page
    assert here.parent
    assert here.parent.parent
    above = signed_in(Client(), make.staff(here.parent.parent, Role.CITY))
    assert "没有问题的行" in above.get(place).content.decode()
    assert "化学类" not in above.get(place).content.decode()  # whose file it is not
    county.post(f"{place}apply/")
    assert "化学类" not in county.get(place).content.decode()


def test_kind_and_file_that_are_missing_are_told_at_once(here: Organization, county: Client) -> None:
    page = county.post("/imports/", {}).content.decode()
    assert "请选择导入哪一类信息" in page
    assert "请先选择文件" in page
    page = county.post("/imports/", {"kind": "physical"}).content.decode()
    assert "请选择导入哪一类信息" not in page


def test_who_moved_after_the_preview_stands_among_the_lines_that_were_not_written(
    here: Organization, county: Client
) -> None:
    people = [numbered(here, running) for running in (1, 2)]
    place = send(county, csv(*map(line, people)))
    there = make.site("01", of="0103")
    Registration.objects.filter(pk=people[0].pk).update(site=there, path=there.path)
    county.post(f"{place}apply/")
    run(Batch.objects.get().pk)
    page = county.get(place)
    assert page.status_code == 200
    assert "没有写入的行" in page.content.decode()
    assert "转到本单位的范围以外" in page.content.decode()
    assert len(county.post(f"{place}bad/").content.splitlines()) == 2


def test_the_page_opens_no_line_and_reads_no_more_of_them_than_it_shows(
    here: Organization, county: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It reads itself again every two seconds while thousands of lines are written."""
    bad = [line(numbered(here, running), "2022-10-31", "1725", "61", "正常", "合格") for running in (1, 2, 3)]
    place = send(county, csv(*bad, line(numbered(here, 4))))
    monkeypatch.setattr("baoming.web.office.imports.LINES", 2)
    county.post(f"{place}apply/")
    with CaptureQueriesContext(connection) as asked:
        page = county.get(place).content.decode()
    lines = [one["sql"] for one in asked if 'FROM "imports_importline"' in one["sql"]]
    assert lines
    assert not any('"imports_importline"."sealed"' in one for one in lines)
    assert (page.count("身高超出范围"), "只列出前2行" in page, "3行" in page) == (2, True, True)


def test_the_bad_lines_come_as_a_file_and_leave_an_event(here: Organization, county: Client) -> None:
    person = numbered(here, 1)
    place = send(county, csv(line(person, "2022-10-31", "1725", "61", "正常", "合格")))
    answer = county.post(f"{place}bad/")
    rows = answer.content.decode("utf-8-sig").splitlines()
    assert rows[0].split(",") == [*PHYSICAL, "问题"]
    assert rows[1].endswith("身高超出范围，应在80到250之间，请核对")
    assert Event.objects.get(verb="export_bad_lines").details == {"kind": "physical", "lines": 1}


@pytest.mark.parametrize(
    ("kind", "content", "words"),
    [
        ("physical", b"", "是空的"),
        ("physical", csv(header=PHYSICAL[:4]), "没有找到：体重、色觉、体检结论"),
        ("scores", csv(header=PHYSICAL), "请选择导入哪一类信息"),
        ("", csv(header=PHYSICAL), "请选择导入哪一类信息"),
    ],
)
def test_a_file_that_cannot_be_taken_says_why(
    here: Organization, county: Client, kind: str, content: bytes, words: str
) -> None:
    assert words in send(county, content, kind)
    assert Import.objects.count() == 0


def test_no_file_and_no_reason_are_asked_for(here: Organization, county: Client) -> None:
    assert "请先选择文件" in county.post("/imports/", {"kind": "physical"}).content.decode()


def test_a_hundred_thousand_lines_get_a_sentence(here: Organization, county: Client) -> None:
    content = csv(*[["01020001", "甲", *GOOD]] * 100_000)
    assert "一次最多导入20000行" in send(county, content)


def test_the_offices_above_look_and_the_neighbour_finds_nothing(here: Organization, county: Client) -> None:
    bad = line(numbered(here, 2), "2022-10-31", "1725", "61", "正常", "合格")
    place = send(county, csv(line(numbered(here, 1)), bad))
    assert here.parent is not None
    city = signed_in(Client(), make.staff(here.parent.parent, Role.CITY))  # type: ignore[arg-type]
    assert "导入这" not in city.get(place).content.decode()
    assert "由上传的单位导入" in city.post(f"{place}apply/").content.decode()
    page = city.get(place).content.decode()
    assert "身高超出范围" in page  # the sentence and its line, not what stood there
    assert "下载有问题的行" not in page
    refused = city.post(f"{place}bad/")
    assert refused.status_code == 422
    assert "由上传的单位下载" in refused.content.decode()
    assert not Event.objects.filter(verb="export_bad_lines").exists()
    assert "下载有问题的行" in county.get(place).content.decode()
    next_door = signed_in(Client(), make.staff(make.county("0103"), Role.COUNTY))
    for act in ("", "apply/", "undo/", "bad/"):
        answer = next_door.post(f"{place}{act}") if act else next_door.get(place)
        assert answer.status_code == 404
    assert Batch.objects.count() == 0


def test_an_import_is_no_batch_of_classes(here: Organization, county: Client) -> None:
    row = staged(csv(line(numbered(here, 1))), of(here.parent))  # type: ignore[arg-type]
    batch = applied(row, row.actor)
    assert "批量办理记录" in county.get("/batches/").content.decode()
    assert county.get(f"/batches/{batch.pk}/").status_code == 404


def test_the_same_file_again_is_told_with_who_and_when(here: Organization, county: Client) -> None:
    content = csv(line(numbered(here, 1)))
    place = send(county, content)
    county.post(f"{place}apply/")
    run(Batch.objects.get().pk)
    page = county.get(send(county, content)).content.decode()
    assert "这个文件已经导入过" in page
    assert "没有要写入的行" in page


def test_the_candidate_reads_the_own_result_and_whose_office_says_so(here: Organization, county: Client) -> None:
    person = numbered(here, 1)
    person.account, person.version = make.staff(here).account, 1
    person.save(update_fields=["account", "version"])
    applied(staged(csv(line(person)), of(here.parent)), of(here.parent))  # type: ignore[arg-type]
    with override_settings(PORTAL="candidate", ROOT_URLCONF="baoming.config.urls_candidate"):
        own = Client()
        own.force_login(person.account)
        page = own.get("/requests/").content.decode()
    assert "体检结论" in page
    assert "县（市、区）招考机构" in page
    assert "周敏" not in page


def test_who_has_moved_to_another_city_is_told_of_to_the_office_of_the_list(office: Client) -> None:
    """An office sees the people of its area alone, as the database is asked under its rules: no defect, a sentence."""
    make.season("intake")
    here = make.site()
    person, other = numbered(here, 1), numbered(here, 2, name="王俊杰")
    city = here.parent.parent  # type: ignore[union-attr]
    batch = exported(of(city))  # type: ignore[arg-type]
    there = make.site("01", of="0203")
    Registration.objects.filter(pk=person.pk).update(site=there, path=there.path)
    lines = [[token(line_of(batch, one).pk), "查无", ""] for one in (person, other)]
    client = signed_in(Client(), make.staff(city, Role.CITY))  # type: ignore[arg-type]
    page = client.get(send(client, csv(*lines, header=["行标识", "结果", "说明"]), "check_roll")).content.decode()
    assert people_queries.MOVED in page
    assert (Import.objects.get().new, Import.objects.get().bad) == (1, 1)
