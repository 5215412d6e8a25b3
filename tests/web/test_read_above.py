"""City and province read what a county sees of its photos, sites and numbers, one county at a time, and change nothing.

The county's own pages are the control: they have the buttons, and their acts are taken.
"""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from baoming.audit.actors import Actor, Party
from baoming.audit.models import Event
from baoming.organizations.models import Organization
from baoming.organizations.roles import Role
from baoming.registrations.models import Photo, Registration
from baoming.registrations.services.numbers import issue_number
from baoming.registrations.services.photos import take_photo
from baoming.registrations.services.segments import add_segment
from baoming.registrations.services.voids import void_number
from baoming.reports.services import count_progress
from baoming.seasons.models import Season
from standins.faces import face
from tests import factories as make
from tests.web.conftest import signed_in
from tests.web.test_attached_lists import cells, office_of

pytestmark = pytest.mark.django_db
ABOVE = [Role.CITY, Role.PROVINCE]
PLACES = ["/photos/", "/sites/", "/segments/", "/segments/voids/", "/segments/changes/"]


def county_of_one(code: str = "0102") -> Registration:
    """A county with a site, its segment, somebody with a photo and a number, and a number that was voided."""
    season, county, site = make.season(), make.county(code), make.site(of=code)
    by, above = (Actor(kind=kind, id="", path=path, label="周敏") for kind, path in
                 ((Party.SITE, site.path), (Party.COUNTY, county.path)))  # fmt: skip
    first = int(code) * 10_000
    add_segment(season, site, county=county, first=first + 1, last=first + 100, by=above)
    row = make.registration(site, name=f"{county.name[:2]}某", done=make.before("number"))
    take_photo(row.pk, face(1), by=by, source="camera")
    issue_number(row.pk, by=by)
    void_number(row.pk, reason="发错", by=above)
    return row


def body(page: str) -> str:
    """The page without its frame, which has forms to find somebody, to lock the desk and to sign out."""
    return page.partition("<main")[2].partition("</main>")[0]


def acts(page: str) -> list[str]:
    """What on a page does something, or leads to where something is done."""
    return re.findall(r'method="post"|href="/segments/(?:plan|[0-9a-f-]{36})/', body(page))


@pytest.mark.parametrize("role", ABOVE)
def test_the_menu_leads_there_and_a_county_is_chosen_first(office: Client, role: Role) -> None:
    county_of_one()
    count_progress(Season.objects.get(kind="demo").pk)
    signed_in(office, make.staff(office_of(role), role))
    menu = office.get("/").content.decode().partition("<nav")[2].partition("</nav>")[0]
    for place in PLACES:
        assert place in ("/segments/voids/", "/segments/changes/") or f'href="{place}"' in menu
        with CaptureQueriesContext(connection) as captured:
            page = office.get(place).content.decode()
        assert not [one["sql"] for one in captured.captured_queries if '"registrations_' in one["sql"]], place
        assert f'="?{"city=01" if role is Role.PROVINCE else "county=0102"}"' in page, place
    if role is Role.CITY:
        assert cells(office.get("/segments/").content.decode(), "?county=0102") == ["1", "60", "0"]


SHOWN = {
    "/photos/": ["芙蓉某</a>", "<img src="],
    "/sites/": ["测试01中学报名点", "已开通", "100个号"],
    "/segments/": ["0102 全部9,999个号", "0001—0100", "作废号清单（1）"],
    "/segments/voids/": ["芙蓉某", "发错"],
    "/segments/changes/": ["划入100个号，01020001—01020100", "作废"],
}


@pytest.mark.parametrize("place", PLACES)
def test_they_read_what_the_county_sees_and_nothing_can_be_done_there(office: Client, place: str) -> None:
    county_of_one()
    county_of_one("0103")
    pages = {Role.COUNTY: signed_in(office, make.staff(make.county(), Role.COUNTY)).get(place).content.decode()}
    for role in ABOVE:
        client = signed_in(Client(), make.staff(office_of(role), role))
        pages[role] = client.get(f"{place}?county=0102").content.decode()
    for role, page in pages.items():
        assert [words for words in SHOWN[place] if words not in page] == [], role
        assert "天心" not in body(page), role
        assert (acts(page) == []) == (role in ABOVE or place in ("/segments/voids/", "/segments/changes/")), role


@pytest.mark.parametrize("place", PLACES)
def test_a_county_of_another_city_is_not_found(office: Client, place: str) -> None:
    county_of_one("0203")
    signed_in(office, make.staff(office_of(Role.CITY), Role.CITY))
    assert office.get(f"{place}?county=0203").status_code == 404
    assert office.get(f"{place}?city=02").status_code == 200  # a city chooses no city, and sees its own counties
    signed_in(office, make.staff(office_of(Role.PROVINCE), Role.PROVINCE))
    assert office.get(f"{place}?county=0203").status_code == 200


@pytest.mark.parametrize("role", [*ABOVE, Role.COUNTY])
def test_what_is_sent_all_the_same_is_refused(office: Client, role: Role) -> None:
    row = county_of_one()
    photo = Photo.objects.get(registration=row)
    signed_in(office, make.staff(office_of(role), role))
    sent: dict[str, dict[str, object]] = {
        f"/sites/{row.site_id}/open/": {"expected": "60", "act": "expect"},
        f"/segments/{row.site_id}/extend/": {"count": "10"},
        f"/candidates/{row.pk}/retake/": {"photo": photo.pk, "retake": "pose"},
    }
    answers = {place: office.post(f"{place}?county=0102", body).status_code for place, body in sent.items()}
    assert answers == dict.fromkeys(sent, 302 if role is Role.COUNTY else 404)
    assert office.get(f"/segments/{row.site_id}/").status_code == (200 if role is Role.COUNTY else 404)


def test_whose_faces_were_seen_reads_so_in_the_own_log(office: Client) -> None:
    row = county_of_one()
    signed_in(office, make.staff(office_of(Role.PROVINCE), Role.PROVINCE))
    page = office.get(f"/photos/?county=0102&site={row.site_id}").content.decode()
    assert Event.objects.filter(verb="see_photos", subject=row.pk).count() == 1
    picture = page.partition('<img src="')[2].partition('"')[0].replace("&amp;", "&")
    assert office.get(picture).content.startswith(b"\xff\xd8")
    assert not Event.objects.filter(verb="see_photo").exists()
    assert f"?county=0102&amp;site={row.site_id}" in page, "the county stays chosen under each tab"


def test_numbers_that_run_out_are_told_to_the_county_and_not_above(office: Client) -> None:
    site: Organization = county_of_one().site
    for _ in range(89):
        row = make.registration(site, done=make.before("number"))
        issue_number(row.pk, by=Actor(kind=Party.SITE, id="", path=site.path, label="周敏"))
    for role in (Role.COUNTY, *ABOVE):
        client = signed_in(Client(), make.staff(office_of(role), role))
        assert ("只剩" in client.get("/").content.decode()) == (role is Role.COUNTY)
        chosen = "" if role is Role.COUNTY else "?county=0102"
        page = client.get(f"/segments/{chosen}").content.decode()
        assert "只剩" in page
        assert "请联系县招考机构" not in page
