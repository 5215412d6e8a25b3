"""R22 on the page 上报批次: a city asks and reads its batches, the province reads all, nobody else finds it."""

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from baoming.organizations.models import Organization
from baoming.organizations.roles import Role
from baoming.registrations.models import Batch
from baoming.reviews.models import SubmissionBatch
from baoming.web.office import upward as pages
from tests import factories as make
from tests.reviews.test_upward import ask, here, open_again, run
from tests.web.conftest import signed_in
from tests.web.test_attached_lists import office_of

__all__ = ["here"]  # fixture
pytestmark = pytest.mark.django_db


def lines(page: str) -> dict[str, str]:
    """Name → what is told of the time since."""
    name, words = (
        r'<td class="name"><a href="/candidates/[^"]*">([^<]*)</a>',
        r'<span class="[^"]*">([^<]*)</span></td></tr>',
    )
    return dict(re.findall(f"{name}.*?{words}", page))


def enter(client: Client, here: Organization, role: Role) -> None:
    signed_in(client, make.staff(here if role is Role.OPERATOR else office_of(role), role))


def press(client: Client, category: str, key: str = "") -> Batch | None:
    """Confirm as many as the page before shows."""
    shown = re.search(r'name="people" value="(\d+)"', client.get(f"/upward/?send={category}").content.decode())
    sent = {"category": category, "key": key or str(uuid4()), "people": shown.group(1) if shown else ""}
    answer = client.post("/upward/", sent)
    return Batch.objects.get(pk=answer["Location"].split("/")[2]) if answer.status_code == 302 else None


def test_a_city_is_led_from_arts_and_sports_to_all_and_reads_what_went_up(office: Client, here: Organization) -> None:
    enter(office, here, Role.CITY)
    assert 'href="/upward/"' in office.get("/candidates/").content.decode()
    page = office.get("/upward/").content.decode()
    assert "上报艺术体育类2人" in page
    assert "先上报艺术体育类" in page
    assert "上报全部" not in page
    assert office.get("/upward/?send=all")["Location"] == "/upward/", "arts and sports go first"
    refused = office.post("/upward/", {"category": "all", "key": str(uuid4())})
    assert refused.status_code == 422
    assert "还有2名艺术体育类考生等上报" in refused.content.decode()
    first = press(office, "arts")
    assert first
    assert "正在上报" in office.get("/upward/").content.decode()
    run(first)
    page = office.get("/upward/").content.decode()
    assert "上报全部3人" in page
    assert "<form" not in page.split("<main", 1)[-1].split("已经上报")[0], "nothing goes up at one click"
    second = press(office, "all")
    assert second
    run(second)
    open_again(here, "丙普通")
    page = office.get("/upward/?batch=2").content.decode()
    assert SubmissionBatch.objects.get(number=2).digest in page
    told = {"丙普通": "已重新打开，再次终审后上报变更", "丁普通": "没有变动", "戊普通": "没有变动"}
    assert lines(page) == told
    assert lines(office.get("/upward/?batch=2&lines=changed").content.decode()) == {"丙普通": told["丙普通"]}
    assert office.get("/upward/?batch=3").status_code == 404


def names(page: str) -> list[str]:
    return re.findall(r'<td class="name"><a href="/candidates/[^"]*">([^<]*)</a>', page)


def test_before_anything_goes_up_it_is_shown_who_and_confirmed(office: Client, here: Organization) -> None:
    enter(office, here, Role.CITY)
    page = office.get("/upward/?send=arts").content.decode()
    assert names(page) == ["乙体育", "甲艺术"]  # who was finally reviewed last comes first
    assert "首次上报 <b>2</b> 人" in page
    assert "确认上报2人" in page
    assert not Batch.objects.filter(kind="upward").exists()
    form = {name: re.findall(f'name="{name}" value="([^"]*)"', page)[0] for name in ("key", "category", "people")}
    answer = office.post("/upward/", form)
    assert answer.status_code == 302
    run(Batch.objects.get(kind="upward"))
    assert office.post("/upward/", form)["Location"] == answer["Location"], "pressed twice it is one batch"
    assert office.get("/upward/?send=arts")["Location"] == "/upward/", "nobody is left"
    assert office.get("/upward/?send=x").status_code == 404


@pytest.mark.parametrize("shown", ["", "x", "1", "3"])
def test_others_than_were_shown_do_not_go_up(office: Client, here: Organization, shown: str) -> None:
    enter(office, here, Role.CITY)
    answer = office.post("/upward/", {"key": str(uuid4()), "category": "arts", "people": shown})
    assert answer.status_code == 422
    assert "可以上报的人有变动，现在是2人" in answer.content.decode()
    assert not Batch.objects.filter(kind="upward").exists()


def test_control_where_nobody_asks_what_was_shown_they_go_up(
    office: Client, here: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "_shown", lambda _: None)
    enter(office, here, Role.CITY)
    sent = {"key": str(uuid4()), "category": "arts", "people": "1"}
    assert office.post("/upward/", sent).status_code == 302
    assert Batch.objects.filter(kind="upward").exists()


@pytest.mark.parametrize("sent", [{}, {"category": "x", "key": str(uuid4())}, {"category": "arts", "key": "x"}])
def test_what_the_form_did_not_send_is_said(office: Client, here: Organization, sent: dict[str, str]) -> None:
    enter(office, here, Role.CITY)
    answer = office.post("/upward/", sent)
    assert answer.status_code == 422
    assert "没有上报，其他都没有变" in answer.content.decode()
    assert not Batch.objects.filter(kind="upward").exists()


def test_sent_twice_it_is_one_batch(office: Client, here: Organization) -> None:
    enter(office, here, Role.CITY)
    key = str(uuid4())
    first = press(office, "arts", key)
    assert first
    assert press(office, "arts", key) == first


def test_the_province_reads_by_city_and_sends_nothing_and_the_next_city_finds_nothing(
    office: Client, here: Organization
) -> None:
    run(ask(here, SubmissionBatch.Category.ARTS))
    enter(office, here, Role.PROVINCE)
    page = office.get("/upward/").content.decode()
    [href] = re.findall(r'<a href="(\?city=[^"]*batch=1)"', page)
    assert set(lines(office.get("/upward/" + href.replace("&amp;", "&")).content.decode())) == {"甲艺术", "乙体育"}
    assert "上报艺术体育类" not in page
    assert office.get("/upward/?send=arts").status_code == 404
    assert office.post("/upward/", {"category": "arts", "key": str(uuid4())}).status_code == 404
    assert office.get("/upward/?batch=1").status_code == 404, "the province has no batch of its own"
    city = Organization.objects.filter(level="city").exclude(path="43/01/").order_by("path")[0]
    signed_in(office, make.staff(city, Role.CITY))
    assert "还没有上报过" in office.get("/upward/").content.decode()
    assert office.get("/upward/?batch=1").status_code == 404


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.COUNTY])
def test_a_site_and_a_county_have_no_such_page(office: Client, here: Organization, role: Role) -> None:
    enter(office, here, role)
    assert office.get("/upward/").status_code == 404
    assert office.post("/upward/", {"category": "arts", "key": str(uuid4())}).status_code == 404


def test_lines_cost_no_question_each(office: Client, here: Organization) -> None:
    run(ask(here, SubmissionBatch.Category.ARTS))
    run(ask(here))
    open_again(here, "丙普通")
    enter(office, here, Role.CITY)
    many = []
    for tail in ("all", "changed"):
        office.get(f"/upward/?batch=2&lines={tail}")
        with CaptureQueriesContext(connection) as captured:
            office.get(f"/upward/?batch=2&lines={tail}")
        many.append(len(captured))
    assert many[0] == many[1], "three lines ask as much as one"
