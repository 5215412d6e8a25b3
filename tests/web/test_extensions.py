"""R1: the page where more time is asked for and decided, and where what waits is found."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from baoming.organizations.models import Organization
from baoming.organizations.roles import Role
from baoming.registrations.models import Registration
from baoming.schedule.models import Extension, ExtensionRequest
from baoming.shared.moments import BEIJING
from tests import factories as make
from tests.web.conftest import signed_in
from tests.web.test_query_counts import counted, same

pytestmark = pytest.mark.django_db
PAGE = "/extensions/"
NEXT_DAY = datetime(2022, 11, 10, 17, tzinfo=BEIJING)
ASKED = {
    "act": "ask",
    "phase": "sign_up",
    "number": "",
    "opens": "",
    "closes": "2022-11-10T17:00",
    "reason": "学校停电",
}


def classmate(site: Organization, number: int, name: str = "欧阳思远") -> Registration:
    row = make.registration(site, name=name)
    row.class_name, row.number = "高三1班", number
    row.save(update_fields=["class_name", "number"])
    return row


@pytest.fixture
def site() -> Organization:
    make.season("sign_up")
    here = make.site()
    classmate(here, 1020001)
    classmate(here, 1020002, "阿依古丽")
    return here


def of_site(client: Client, site: Organization) -> Client:
    return signed_in(client, make.staff(site))


def of_county(client: Client, code: str = "0102") -> Client:
    return signed_in(client, make.staff(make.county(code), Role.COUNTY))


def text(client: Client, place: str = PAGE) -> str:
    return client.get(place).content.decode()


def waiting() -> str:
    return str(ExtensionRequest.objects.get(state="asked").pk)


def ask(client: Client, **changes: str) -> int:
    return client.post(PAGE, {**ASKED, "whom": "class:高三1班", **changes}).status_code


def test_a_class_is_asked_for_at_the_site_and_granted_by_the_county_who_sees_how_many(
    office: Client, site: Organization
) -> None:
    classmate(make.site("02"), 1020003, "同名的班")  # a class of this name at another site is another class
    assert ask(of_site(office, site)) == 302
    assert 'value="grant"' not in text(office)
    county = of_county(office)
    for place in ("/", "/approvals/", PAGE):
        assert "延长" in text(county, place)
    assert "1件延长时间的申请等您决定" in text(county, "/")
    assert "决定：缴报名费、填报信息" in text(county, "/approvals/")
    page = text(county)
    assert "2人，如欧阳思远、阿依古丽" in page
    assert "延长期内：优惠加分" not in page  # it runs on for longer
    assert county.post(PAGE, {"act": "grant", "asked": waiting()}).status_code == 302
    assert Extension.objects.filter(closes=NEXT_DAY).count() == 2
    assert "正在延长的" in text(county)


def test_what_the_time_added_runs_into_is_said_to_who_decides(office: Client, site: Organization) -> None:
    ask(of_site(office, site))
    assert "延长期内：艺术、体育类专业统考报名2022年11月10日" in text(of_county(office))


def test_one_person_is_found_by_the_number_of_the_own_site_alone(office: Client, site: Organization) -> None:
    classmate(make.site("02"), 1020003)
    of_site(office, site)
    for number in ("1020003", "abc", "", "²"):
        answer = office.post(PAGE, {**ASKED, "whom": "person:", "number": number})
        assert answer.status_code == 422
        assert "本报名点没有这个报名序号" in answer.content.decode()
        assert "学校停电" in answer.content.decode()  # nothing typed is lost
    assert ask(office, whom="person:", number="1020001") == 302


@pytest.mark.parametrize("whom", ["", "class:高三9班", "site:43/01/02/01/", "county:43/01/02/", "nobody:", "city"])
def test_a_site_asks_for_nobody_else(office: Client, site: Organization, whom: str) -> None:
    assert ask(of_site(office, site), whom=whom) == 422
    assert not ExtensionRequest.objects.exists()


def test_a_county_asks_for_its_own_sites_and_not_for_anothers(office: Client, site: Organization) -> None:
    there = make.site("01", of="0103")
    of_county(office)
    assert ask(office, whom=f"site:{there.path}") == 422
    assert ask(office, whom=f"site:{site.path}") == 302


@pytest.mark.parametrize(
    ("field", "value"),
    [("closes", ""), ("closes", "明天"), ("closes", "2023-11-10T17:00"), ("reason", ""), ("phase", "x")],
)
def test_what_is_wrong_is_said_at_its_field(office: Client, site: Organization, field: str, value: str) -> None:
    answer = of_site(office, site).post(PAGE, {**ASKED, "whom": "class:高三1班", field: value})
    assert answer.status_code == 422
    assert f'id="e-{field}"' in answer.content.decode()


def test_another_county_finds_nothing_to_decide(office: Client, site: Organization) -> None:
    ask(of_site(office, site))
    neighbour = of_county(office, "0103")
    assert "学校停电" not in text(neighbour)
    assert neighbour.post(PAGE, {"act": "grant", "asked": waiting()}).status_code == 404
    assert neighbour.post(PAGE, {"act": "grant", "asked": "x"}).status_code == 404
    assert of_county(office).post(PAGE, {"act": "other", "asked": waiting()}).status_code == 422
    assert not Extension.objects.exists()


def test_who_asked_sees_no_button_and_is_refused(office: Client, site: Organization) -> None:
    of_county(office)
    ask(office, whom=f"site:{site.path}")
    assert 'value="grant"' not in text(office)
    answer = office.post(PAGE, {"act": "grant", "asked": waiting()})
    assert answer.status_code == 422
    assert "申请的人自己不能决定" in answer.content.decode()
    assert 'value="grant"' in text(of_county(office))  # control: a second person of the county


def test_the_end_is_asked_for_with_a_reason_and_decided_by_another(office: Client, site: Organization) -> None:
    ask(of_site(office, site))
    granted = waiting()
    of_county(office).post(PAGE, {"act": "grant", "asked": granted})
    assert office.post(PAGE, {"act": "end", "asked": granted, "why": ""}).status_code == 422
    assert office.post(PAGE, {"act": "end", "asked": granted, "why": "已经来电"}).status_code == 302
    assert of_county(office).post(PAGE, {"act": "grant", "asked": waiting()}).status_code == 302
    assert not Extension.objects.filter(closes=NEXT_DAY).exists()
    assert "已提前结束" in text(office)


@pytest.mark.parametrize("role", [Role.TEACHER, Role.SYSTEM_ADMIN])
def test_other_roles_have_no_such_page(office: Client, site: Organization, role: Role) -> None:
    where = site if role is Role.TEACHER else Organization.objects.get(path="43/")
    assert signed_in(office, make.staff(where, role)).get(PAGE).status_code == 404


@pytest.mark.parametrize("place", [PAGE, "/approvals/"])
def test_no_request_costs_a_question_of_its_own(office: Client, site: Organization, place: str) -> None:
    of_county(office)

    def more() -> None:
        values = {"phase": "sign_up", "scope": "site", "path": site.path, "closes": NEXT_DAY, "reason": "学校停电"}
        at = NEXT_DAY - timedelta(days=5)
        season = Registration.objects.values_list("season", flat=True)[0]
        ExtensionRequest.objects.create(season_id=season, asked_at=at, asked_by="x", asked_label="周敏", **values)

    assert same(counted(office, place, more, shown="学校停电"))
