"""R22: nothing incomplete can be submitted, and the list of what is missing is one click away, by reason with names."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from baoming.organizations.models import Organization
from baoming.organizations.roles import Role
from baoming.registrations.journey import pack, rests_on
from baoming.registrations.models import Registration
from baoming.reviews.missing_queries import REASONS, missing_counts
from baoming.seasons.models import Season
from tests import factories as make
from tests.web.conftest import signed_in
from tests.web.test_attached_lists import office_of
from tests.web.test_lists import THEN, counted

pytestmark = pytest.mark.django_db
TO_FORM, SAVED = rests_on("form"), rests_on("signature")
SIGNED = [*SAVED, "signature"]
READY = [*SIGNED, "moral_assessment"]
DONE = [*READY, "completion"]
# name → what is written of the person, and the words of what they lack: by hand from the steps of the plan.
PEOPLE: dict[str, tuple[dict[str, object], str]] = {
    "甲退审": ({"done": ["identity", "photo"]}, "资格审核没有通过"),
    "乙没照": ({"done": ["identity", "eligibility"]}, "没有合格照片"),
    "丙没号": ({"done": ["identity", "eligibility", "photo"]}, "没有报名序号"),
    "丁没存": ({"done": [*TO_FORM]}, "没有保存报名信息、没有品德考核"),
    "戊没签": ({"done": [*SAVED]}, "没有签字、没有品德考核"),
    "己没簿": ({"done": READY, "traits": ["season option"]}, "户口簿没有核对"),
    "庚没考": ({"done": SIGNED}, "没有品德考核"),
    "辛有事": ({"done": READY, "held": 1}, "有事项没有办结"),
    "壬欠核": ({"done": READY, "debts": 2}, "欠核验"),
    "癸重拍": ({"done": READY, "photo_state": "retake"}, "没有合格照片"),
    "子有事": ({"done": DONE, "held": 1}, "有事项没有办结"),  # placed after completion: no final review
    "丑齐了": ({"done": READY}, ""),
    "寅完成": ({"done": DONE}, ""),
    "卯终审": ({"done": [*DONE, "final_review"], "debts": 1}, ""),
    "辰退出": ({"done": TO_FORM, "stopped_at": THEN}, ""),
}
MANY = {
    "": 11, "eligibility": 1, "photo": 2, "number": 1, "form": 1, "household": 1, "signature": 1, "moral": 3,
    "held": 2, "debts": 1,
}  # fmt: skip


def people(site: Organization) -> None:
    for place, (name, (values, _)) in enumerate(PEOPLE.items(), start=1):
        row = make.registration(site, name=name)
        done = pack(values["done"])  # type: ignore[arg-type]
        Registration.objects.filter(pk=row.pk).update(**{**values, "done": done, "number": 1020100 - place})


@pytest.fixture
def season() -> Season:
    season = make.season("intake")
    people(make.site("01"))
    other = make.registration(make.site("01", of="0103"), name="邻县的")
    Registration.objects.filter(pk=other.pk).update(done=pack(SAVED))
    return season


def listed(client: Client, address: str) -> dict[str, str]:
    """Name → the words of what they lack, in the order of the page."""
    page = client.get(address).content.decode()
    lines = re.findall(
        r'<td class="name"><a href="/candidates/[^"]*">([^<]*)</a>.*?<td class="wrap">([^<]*)</td>', page
    )
    return {name: unescape(words) for name, words in lines}


def test_everybody_stands_under_what_they_lack_and_under_nothing_else(office: Client, season: Season) -> None:
    signed_in(office, make.staff(make.county(), Role.COUNTY))
    expected = {name: words for name, (_, words) in PEOPLE.items() if words}
    assert listed(office, "/missing/") == expected
    titles = counted(office.get("/missing/").content.decode())
    for key, one in REASONS.items():
        assert set(listed(office, f"/missing/?reason={key}")) == {
            name for name, words in expected.items() if one.title in words
        }
        assert titles[one.title] == MANY[key], key
    assert titles["全部"] == MANY[""]
    assert list(listed(office, "/missing/")) == list(expected)[::-1], "a county is listed by number"


def test_a_site_reads_its_own_a_county_none_of_the_next_and_above_it_one_is_chosen(
    office: Client, season: Season
) -> None:
    desk = signed_in(Client(), make.staff(Organization.objects.get(path__startswith="43/01/02/", level="site")))
    assert len(listed(desk, "/missing/")) == MANY[""]
    signed_in(office, make.staff(make.county("0103"), Role.COUNTY))
    assert set(listed(office, "/missing/")) == {"邻县的"}
    for role in (Role.CITY, Role.PROVINCE):
        signed_in(office, make.staff(office_of(role), role))
        assert listed(office, "/missing/") == {}
        assert set(listed(office, "/missing/?county=0103")) == {"邻县的"}
        assert office.get("/missing/?county=9999").status_code == 404
    signed_in(office, make.staff(office_of(Role.CITY), Role.CITY))
    assert office.get("/missing/?county=0203").status_code == 404, "of another city"


def test_the_list_is_one_click_from_the_candidates_and_is_paged(office: Client, season: Season) -> None:
    signed_in(office, make.staff(make.county(), Role.COUNTY))
    assert 'href="/missing/"' in office.get("/candidates/").content.decode()
    site = Organization.objects.get(path__startswith="43/01/02/", level="site")
    for place in range(60):
        row = make.registration(site, name=f"没签{place}")
        Registration.objects.filter(pk=row.pk).update(done=pack(SAVED), number=1020200 + place)
    assert len(listed(office, "/missing/?reason=signature")) == 60
    assert len(listed(office, "/missing/?reason=signature&page=2")) == 1
    assert len(listed(office, "/missing/?reason=signature&page=99")) == 1


def test_nobody_lacks_what_the_address_invents(office: Client, season: Season) -> None:
    signed_in(office, make.staff(make.county(), Role.COUNTY))
    assert len(listed(office, "/missing/?reason=x")) == MANY[""]


def test_a_county_is_counted_in_one_question_and_none_is_asked_for_each_line(office: Client, season: Season) -> None:
    with CaptureQueriesContext(connection) as captured:
        assert missing_counts(season.pk, "43/01/02/") == MANY
    assert len(captured) == 1
    signed_in(office, make.staff(make.county(), Role.COUNTY))
    office.get("/missing/")
    many = []
    for reason in ("", "form"):
        with CaptureQueriesContext(connection) as captured:
            office.get(f"/missing/?reason={reason}")
        many.append(len(captured))
    assert many[0] == many[1], "eleven lines ask as much as one"
