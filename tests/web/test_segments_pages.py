"""R4 in the office portal: the county's map and table, its acts, the proposal, the void list, the province's codes."""

import re

import pytest
from django.test import Client

from baoming.audit.actors import Actor, Party
from baoming.organizations.models import Organization, SiteSeason
from baoming.organizations.roles import Role
from baoming.registrations.models import CountyCode, NumberSegment, Registration
from baoming.registrations.segment_queries import county_codes
from baoming.registrations.services.numbers import issue_number
from baoming.registrations.services.segments import add_segment, stop_segment
from baoming.registrations.services.voids import void_number
from baoming.seasons.models import Season
from tests import factories as make
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db
COUNTY = Actor(kind=Party.COUNTY, id="", path="43/01/02/", label="王秀兰")


@pytest.fixture
def county(office: Client) -> Client:
    """The office of county 0102, signed in."""
    make.season()
    return signed_in(office, make.staff(make.county(), Role.COUNTY))


def given(site: Organization, first: int, last: int) -> NumberSegment:
    season = Season.objects.get()
    return add_segment(season, site, county=make.county(), first=1020000 + first, last=1020000 + last, by=COUNTY)


def issue(site: Organization, count: int) -> list[Registration]:
    by = Actor(kind=Party.SITE, id="", path=site.path, label="周敏")
    people = [make.registration(site, done=make.before("number")) for _ in range(count)]
    for row in people:
        issue_number(row.pk, by=by)
    return people


def of(site: Organization) -> list[tuple[int, int]]:
    rows = NumberSegment.objects.filter(site=site).order_by("first")
    return [(row.first - 1020000, row.last - 1020000) for row in rows]


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_county_sees_each_site_its_use_and_the_map(county: Client) -> None:
    here, there = make.site("01"), make.site("02")
    given(here, 1, 10)
    given(there, 11, 110)
    issue(here, 8)
    page = text(county, "/segments/")
    assert "0102 全部9,999个号" in page
    assert "已划110，备用9,889；已发8" in page
    assert 'x="0.0%" width="0.1%"' in page
    assert "测试01中学报名点只剩2个号" in page
    assert re.search(r'<rect class="wait" width="80.0%"', page)
    assert "style=" not in page
    assert f"/segments/{here.pk}/#return" in page


def test_at_95_per_cent_the_row_is_red_and_at_todays_speed_it_says_how_long(county: Client) -> None:
    here = make.site("01")
    row = given(here, 1, 20)
    issue(here, 19)
    row.refresh_from_db()
    assert row.day_began is not None
    make.at(row.day_began + make.A_MINUTE * 38)
    page = text(county, "/segments/")
    assert '<tr class="alarm">' in page
    assert "只剩1个号，按今天的速度约2分钟用完" in page
    assert "<td>19个</td>" in page
    assert "用到95%，发到01020019" in page
    for address in ("/", "/segments/"):
        assert "只剩1个号" in text(county, address)
    desk = signed_in(Client(), make.staff(here))
    for address in ("/", "/desk/", "/segments/"):
        said = text(desk, address)
        assert "只剩1个号" in said
        assert "请联系县招考机构增加号段" in said
    assert "/extend/" not in text(desk, "/segments/")


def test_a_site_far_from_its_end_is_not_warned(county: Client) -> None:
    here = make.site("01")
    given(here, 1, 20)
    issue(here, 3)
    for address in ("/", "/segments/"):
        assert "只剩" not in text(county, address)


def test_every_act_works_from_the_sites_page(county: Client) -> None:
    here, there = make.site("01"), make.site("02")
    page = f"/segments/{here.pk}/"
    assert county.post(f"{page}new/", {"first": "01020001", "last": "０１０２０１００"}).status_code == 302
    assert county.post(f"{page}extend/", {"count": "50"}).status_code == 302
    row = NumberSegment.objects.get()
    assert county.post(f"{page}return/", {"segment": row.pk, "count": "10"}).status_code == 302
    assert county.post(f"{page}split/", {"segment": row.pk, "count": "40", "to": there.pk}).status_code == 302
    assert (of(here), of(there)) == ([(1, 100)], [(101, 140)])
    assert county.post(f"{page}reassign/", {"segment": row.pk, "to": there.pk}).status_code == 302
    assert (of(here), of(there)) == ([], [(1, 100), (101, 140)])
    theirs = f"/segments/{there.pk}/"
    assert county.post(f"{theirs}stop/", {"segment": row.pk, "act": "stop"}).status_code == 302
    assert "恢复发号" in text(county, theirs)
    assert "停发" in text(county, "/segments/")
    assert county.post(f"{theirs}stop/", {"segment": row.pk, "act": "resume"}).status_code == 302
    changes = text(county, "/segments/changes/")
    acts = ["划入100个号，01020001—01020100", "扩充50个号", "退回10个号", "拆分40个号给测试02中学报名点"]
    for said in [*acts, "整段改派给", "停发01020001", "恢复发号"]:
        assert said in changes, said


@pytest.mark.parametrize(
    ("act", "sent", "said"),
    [
        ("new", {"first": "01020001", "last": "01029999"}, "重叠"),
        ("extend", {"count": "12000"}, "1到9999"),
        ("return", {"count": "98"}, "最多退回97个"),
        ("split", {"count": "98", "to": "there"}, "最多拆分97个"),
        ("split", {"count": "5", "to": ""}, "请选择划给哪个报名点"),
        ("reassign", {"to": "there"}, "已发出3个号，不能改派"),
        ("return", {"count": "5", "segment": "999999"}, "没有找到这个号段"),
    ],
)
def test_what_is_refused_stands_in_its_form_and_what_was_typed_stays(
    county: Client, act: str, sent: dict[str, str], said: str
) -> None:
    here, there = make.site("01"), make.site("02")
    row = given(here, 1, 100)
    issue(here, 3)
    fields = {"segment": str(row.pk), **sent}
    fields = {key: str(there.pk) if value == "there" else value for key, value in fields.items()}
    answer = county.post(f"/segments/{here.pk}/{act}/", fields)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    for key in ("count", "first", "last"):
        assert key not in fields or f'value="{fields[key]}"' in page
    if fields.get("to"):
        assert f'<option value="{there.pk}" selected>' in page
    assert of(here) == [(1, 100)]


def fields_of(page: str) -> dict[str, str]:
    """What the proposal's form would send."""
    found = re.findall(r'name="((?:first|last)-[^"]+|basis|reserve)"[^>]*?value="([^"]*)"', page)
    return dict(found)


def test_the_proposal_is_edited_and_confirmed(county: Client) -> None:
    here, there = make.site("01"), make.site("02")
    assert county.post(f"/sites/{there.pk}/open/", {"expected": "600", "act": "expect"}).status_code == 302
    page = text(county, "/segments/plan/")
    sent = fields_of(page)
    assert (sent["first-02-0"], sent["last-02-0"]) == ("01020071", "01020690")
    sent["last-02-0"] = "0102 0700"
    assert county.post("/segments/plan/", sent).status_code == 302
    assert (of(here), of(there)) == ([(1, 70)], [(71, 700)])
    assert "不用再划" in text(county, "/segments/plan/")


def test_the_reserve_can_be_another(county: Client) -> None:
    make.site("01")
    assert fields_of(text(county, "/segments/plan/?reserve=50"))["last-01-0"] == "01020090"


def test_a_row_that_is_emptied_is_left_out(county: Client) -> None:
    here, there = make.site("01"), make.site("02")
    sent = {**fields_of(text(county, "/segments/plan/")), "first-01-0": "", "last-01-0": ""}
    county.post("/segments/plan/", sent)
    assert (of(here), of(there)) == ([], [(71, 140)])


def test_a_wrong_row_is_named_and_nothing_typed_is_lost(county: Client) -> None:
    here, there = make.site("01"), make.site("02")
    sent = {**fields_of(text(county, "/segments/plan/")), "first-02-0": "01020050", "last-02-0": "壹佰"}
    answer = county.post("/segments/plan/", sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "测试02中学报名点" in page
    assert 'value="01020050"' in page
    assert 'value="壹佰"' in page
    assert of(here) == of(there) == []


def test_what_changed_meanwhile_is_said_and_nothing_typed_is_lost(county: Client) -> None:
    here, there = make.site("01"), make.site("02")
    sent = {**fields_of(text(county, "/segments/plan/")), "last-02-0": "01020144"}
    row = given(here, 9001, 9010)
    answer = county.post("/segments/plan/", sent)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "刚刚有变动" in page
    assert 'value="01020144"' in page
    assert of(there) == []
    stop_segment(Season.objects.get(), here, row.pk, county=make.county(), by=COUNTY)
    again = {**sent, "basis": fields_of(text(county, "/segments/plan/"))["basis"]}
    assert county.post("/segments/plan/", again).status_code == 302
    assert of(there) == [(71, 144)]


def test_counts_beyond_one_code_say_so_and_the_provinces_code_helps(county: Client) -> None:
    for code in ("01", "02"):
        site = make.site(code)
        SiteSeason.objects.filter(site=site).update(expected=6_000)
    for address in ("/segments/", "/segments/plan/"):
        assert "还差2,361个" in text(county, address)
        assert "请向省教育考试院申请增加县代码" in text(county, address)
    province = signed_in(Client(), make.staff(Organization.objects.get(path="43/"), Role.PROVINCE))
    assert province.post("/codes/", {"county": "0102", "code": "0199"}).status_code == 302
    page = text(county, "/segments/plan/")
    assert "还差" not in page
    assert county.post("/segments/plan/", fields_of(page)).status_code == 302
    shown = text(county, "/segments/")
    assert "0102 全部9,999个号" in shown
    assert "0199 全部9,999个号" in shown
    assert "0199　0001—6180" in shown


def test_a_number_that_another_county_voided_later_is_not_told_here(county: Client) -> None:
    given(make.site(), 1, 10)
    row = issue(make.site(), 1)[0]
    void_number(row.pk, reason="读错证件", by=COUNTY)
    there = make.site(of="0103")
    make.segment(there, first=1030001, last=1030010)
    Registration.objects.filter(pk=row.pk).update(site=there, path=there.path)
    issue_number(row.pk, by=Actor(kind=Party.SITE, id="", path=there.path, label="刘洋"))
    void_number(row.pk, reason="读错证件", by=Actor(kind=Party.COUNTY, id="", path="43/01/03/", label="陈红"))
    changes = text(county, "/segments/changes/")
    assert "作废报名序号01020001" in changes
    assert "01030001" not in changes


def test_the_void_list_names_number_reason_and_what_came_after(county: Client) -> None:
    here = make.site("01")
    given(here, 1, 100)
    [row] = issue(here, 1)
    void_number(row.pk, reason="读错证件", by=COUNTY)
    issue_number(row.pk, by=Actor(kind=Party.SITE, id="", path=here.path, label="周敏"))
    page = text(county, "/segments/voids/")
    assert "读错证件" in page
    assert "<span>0102</span><span>0001</span>" in page
    assert "<span>0102</span><span>0002</span>" in page
    assert "作废号清单（1）" in text(county, "/segments/")
    assert "作废报名序号01020001" in text(county, "/segments/changes/")
    other = signed_in(Client(), make.staff(make.county("0103"), Role.COUNTY))
    assert "没有作废的号" in text(other, "/segments/voids/")


def test_the_province_adds_and_takes_back_codes(office: Client) -> None:
    make.season()
    signed_in(office, make.staff(Organization.objects.get(path="43/"), Role.PROVINCE))
    assert "还没有县划出号段" in text(office, "/codes/")
    refused = office.post("/codes/", {"county": "0102", "code": "0103"})
    assert refused.status_code == 422
    assert 'value="0103"' in refused.content.decode()
    assert office.post("/codes/", {"county": "9999", "code": "0199"}).status_code == 422
    assert office.post("/codes/", {"county": "0102", "code": "0199"}).status_code == 302
    assert county_codes(Season.objects.get().pk, make.county()) == ["0102", "0199"]
    assert "0199" in text(office, "/codes/")
    assert office.post("/codes/", {"county": "0102", "code": "0199", "act": "drop"}).status_code == 302
    assert not CountyCode.objects.exists()
    assert office.post("/codes/", {"county": "0102", "code": "0199", "act": "drop"}).status_code == 422


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.CITY, Role.PROVINCE])
def test_only_the_county_divides(office: Client, role: Role) -> None:
    make.season()
    here = make.site("01")
    places = {Role.OPERATOR: here, Role.CITY: Organization.objects.get(path="43/01/"),
              Role.PROVINCE: Organization.objects.get(path="43/")}  # fmt: skip
    signed_in(office, make.staff(places[role], role))
    for act in ("new", "extend", "return", "split", "reassign", "stop"):
        assert office.post(f"/segments/{here.pk}/{act}/", {}).status_code == 404
    assert office.get("/segments/plan/").status_code == 404
    assert office.get("/codes/").status_code == (200 if role is Role.PROVINCE else 404)
