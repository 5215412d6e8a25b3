"""R1: offices announce, candidates read; telephones stand on every public page."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from baoming.messages.models import Announcement
from baoming.organizations.models import Organization
from baoming.organizations.roles import Role
from baoming.seasons.models import Season
from tests import factories as make
from tests.registrations.test_save_form import candidate
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db
SAID = {"title": "体检时间", "text": "11月12日上午\n带身份证 <b>原件</b>", "opens": "", "closes": ""}
PUBLIC = ("/", "/sites/", "/announcements/", "/sign-in/", "/claim/")


def county(client: Client, code: str = "0102") -> Client:
    return signed_in(client, make.staff(make.county(code), Role.COUNTY))


def announced(title: str = "芙蓉须知", path: str = "43/01/02/", **changes: object) -> Announcement:
    values: dict[str, object] = {"office": "招办", "text": "带户口簿", "by_label": "王秀兰", **changes}
    opens = datetime(2022, 11, 1, tzinfo=UTC)
    return Announcement.objects.create(
        season=Season.objects.get(kind="demo"), path=path, title=title, opens=opens, **values
    )


def key_on(page: str) -> str:
    found = re.search(r'name="key" value="([0-9a-f-]{36})"', page)
    assert found
    return found[1]


def phones() -> None:
    Organization.objects.filter(code="0102", level="county").update(phone="0731-00090102")
    Organization.objects.filter(code="0103", level="county").update(phone="0731-00090103")


def test_first_a_preview_then_the_publishing_of_just_that(office: Client) -> None:
    make.season()
    page = county(office).post("/announcements/", {**SAID, "act": "preview"}).content.decode()
    assert "预览：还没有发布" in page
    assert "&lt;b&gt;原件" in page
    assert not Announcement.objects.exists()
    for _ in range(2):  # the button pressed twice
        assert office.post("/announcements/", {**SAID, "act": "publish", "key": key_on(page)}).status_code == 302
    assert Announcement.objects.get().path == "43/01/02/"
    assert "考生看得到" in office.get("/announcements/").content.decode()


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(office: Client) -> None:
    make.season()
    answer = county(office).post("/announcements/", {**SAID, "title": "", "closes": "昨天", "act": "publish"})
    assert answer.status_code == 422
    assert "请填写标题" in answer.content.decode()
    assert "11月12日上午" in answer.content.decode()
    assert not Announcement.objects.exists()


def test_a_county_withdraws_its_own_and_finds_no_others(office: Client) -> None:
    make.season()
    row = announced()
    assert county(office, "0103").post(f"/announcements/{row.pk}/withdrawal/").status_code == 404
    assert "芙蓉须知" not in office.get("/announcements/").content.decode()
    assert county(office).post(f"/announcements/{row.pk}/withdrawal/").status_code == 302
    assert "已撤下" in office.get("/announcements/").content.decode()


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.CITY, Role.TEACHER])
def test_other_roles_have_no_such_page(office: Client, role: Role) -> None:
    make.season()
    signed_in(office, make.staff(make.site(), role))
    assert office.get("/announcements/").status_code == 404


def test_whoever_looked_a_county_up_reads_what_it_announced(phone: Client) -> None:
    make.season()
    row = announced()
    assert "芙蓉须知" not in phone.get("/").content.decode()
    phone.get("/sites/", {"county": "0102"})
    assert "芙蓉须知" in phone.get("/").content.decode()
    assert "芙蓉须知" in phone.get("/announcements/").content.decode()
    assert "带户口簿" in phone.get(f"/announcements/{row.pk}/").content.decode()
    phone.get("/sites/", {"county": "0103"})
    assert "芙蓉须知" not in phone.get("/").content.decode()


def test_a_candidate_reads_the_own_countys(phone: Client) -> None:
    row = candidate()
    announced()
    announced("天心须知", "43/01/03/")
    phone.force_login(row.account)
    page = phone.get("/").content.decode()
    assert "芙蓉须知" in page
    assert "天心须知" not in page


def test_what_is_not_to_be_read_now_is_not_found(phone: Client) -> None:
    make.season()
    past, future = datetime(2022, 11, 1, 0, 1, tzinfo=UTC), datetime(2023, 1, 1, tzinfo=UTC)
    for row in (announced(withdrawn_at=past), announced(closes=past)):
        assert phone.get(f"/announcements/{row.pk}/").status_code == 404
    later = announced()
    Announcement.objects.filter(pk=later.pk).update(opens=future)
    assert phone.get(f"/announcements/{later.pk}/").status_code == 404


@pytest.mark.parametrize("address", PUBLIC)
def test_a_countys_telephone_stands_on_every_public_page_once_it_is_known(phone: Client, address: str) -> None:
    make.season("sign_up")
    phones()
    assert "查咨询电话" in phone.get(address).content.decode()
    phone.get("/sites/", {"county": "0102"})
    assert 'href="tel:073100090102"' in phone.get(address).content.decode()


@pytest.mark.parametrize("address", ["/", "/sites/", "/announcements/"])
def test_people_signed_in_see_their_sites_and_their_countys_telephone(phone: Client, address: str) -> None:
    row = candidate()
    phones()
    phone.cookies["county"] = "0103"  # looked up for a friend
    phone.force_login(row.account)
    page = phone.get(address).content.decode()
    assert row.site.phone in page
    assert "0731-00090102" in page
    assert "0731-00090103" not in page


@pytest.mark.parametrize("cookie", ["9999", "x" * 300, "0102'", "\u202e"])
def test_a_county_that_is_none_breaks_nothing(phone: Client, cookie: str) -> None:
    make.season()
    phone.cookies["county"] = cookie.encode("utf-8").decode("latin-1")
    assert phone.get("/").status_code == 200


def test_thirty_announcements_cost_no_more_statements_than_one_and_few_bytes(phone: Client, office: Client) -> None:
    make.season()
    announced()
    sizes = {}
    for address in ("/", "/announcements/"):
        phone.get(address)
        with CaptureQueriesContext(connection) as one:
            phone.get(address)
        sizes[address] = len(one)
    for number in range(29):
        announced(f"须知{number}", "43/")
    for address, before in sizes.items():
        with CaptureQueriesContext(connection) as thirty:
            page = phone.get(address)
        assert len(thirty) == before, address
        assert len(page.content) < 100_000


def test_the_home_page_says_the_daily_hours_and_rests_at_night(phone: Client) -> None:
    make.season("sign_up")
    assert "每天7:00—22:00，周末不办理" in phone.get("/").content.decode()
    make.at(datetime(2022, 11, 1, 15, 0, tzinfo=UTC) + timedelta(minutes=1))  # 23:01 in Beijing
    page = phone.get("/").content.decode()
    assert "现在不在办理时间" in page
    assert "2022年11月2日（周三）7:00继续" in page
