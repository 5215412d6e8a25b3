"""Lists of household booklets and of declarations (R13, R35): of a county or a site; above it a county is chosen first.

A city or the province asks nothing about people: one line a county from counts that a job keeps (docs/decisions/0013).
"""

import re
from collections.abc import Sequence

import psycopg
import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from baoming.organizations.models import Organization
from baoming.organizations.roles import Role
from baoming.registrations.attached_queries import declared_counts, declared_rows, household_counts, household_rows
from baoming.registrations.journey import pack, rests_on
from baoming.registrations.models import Declaration, Registration
from baoming.reports.services import count_progress
from baoming.schedule.models import Phase
from baoming.schedule.services import extend_for_area
from baoming.seasons.models import Season
from baoming.shared.moments import moment
from baoming.web.management.commands.load_season import load
from tests import factories as make
from tests.environment import CLUSTER, DATABASE
from tests.registrations.test_name_search import crowd, explained
from tests.web.conftest import signed_in
from tests.web.test_lists import THEN, counted

pytestmark = pytest.mark.django_db
LISTS = ("/households/", "/declarations/")
SAVED = pack(rests_on("signature"))
OF_PEOPLE = ("registrations_registration", "registrations_declaration")
STATES = {"waiting": "待核对", "none": "没有上传", "returned": "已退回", "matched": "相符"}
KINDS = {"": "全部", "MARTYR": "烈士子女", "LOCAL": "地方专项计划"}


@pytest.fixture(autouse=True)
def season() -> Season:
    """That of 2025, which asks for the booklet and for declarations."""
    load("43", 2025, "demo")
    return make.season("intake")


def person(site: Organization, name: str, state: str = "", kinds: Sequence[str] | None = None, **is_: object) -> None:
    """Somebody who has saved; `kinds`: what they declare, None for who has not said."""
    row = make.registration(site, name=name)
    values = {"version": 1, "done": SAVED, "household_state": state, "traits": ["declares"] if kinds else [], **is_}
    Registration.objects.filter(pk=row.pk).update(**values)
    if kinds is not None:
        pictures = dict.fromkeys(kinds, str(row.pk))
        Declaration.objects.create(registration=row, number=1, kinds=list(kinds), pictures=pictures, at=THEN)


def people() -> None:
    """In two sites of county 0102, in 0103 beside it, and in another city."""
    first, second = make.site("01"), make.site("02")
    person(first, "甲待核", "waiting", kinds=["MARTYR"], number=1020011)
    person(second, "乙待核", "waiting", kinds=["MARTYR", "LOCAL"], number=1020003)
    person(first, "丙退回", "returned", kinds=[], number=1020001)
    person(second, "丁相符", "matched")
    person(second, "戊没传")
    person(first, "己没存", version=0, done=0)
    person(first, "庚退出", "waiting", kinds=["MARTYR"], stopped_at=THEN)
    person(make.site("01", of="0103"), "邻县的", "waiting", kinds=["LOCAL"])
    person(make.site("01", of="0203"), "外市的", "waiting", kinds=["LOCAL"])


def office_of(role: Role) -> Organization:
    county = make.county()
    assert county.parent
    assert county.parent.parent
    return {Role.COUNTY: county, Role.CITY: county.parent, Role.PROVINCE: county.parent.parent}[role]


def names(page: str) -> list[str]:
    return re.findall(r'<td class="name"><a href="/candidates/[^"]*">([^<]*)</a>', page)


def cells(page: str, code: str) -> list[str]:
    """The kept counts in the line that opens a part."""
    return re.findall(r'<td class="num">([\d,]+)</td>', page.partition(f'="{code}"')[2].partition("</tr>")[0])


def asked(client: Client, address: str) -> tuple[str, str]:
    """The page, and all that it asked the database."""
    client.get(address)  # what a process reads once
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode(), "\n".join(query["sql"] for query in captured.captured_queries)


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize("role", [Role.CITY, Role.PROVINCE])
def test_above_a_county_nothing_is_asked_about_people(office: Client, role: Role, address: str) -> None:
    people()
    signed_in(office, make.staff(office_of(role), role))
    page, statements = asked(office, address)
    assert [table for table in OF_PEOPLE if table in statements] == []
    assert names(page) == []
    assert "一分钟内算出" in page
    _, statements = asked(office, f"{address}?county=0102")  # the control: a county is asked about its people
    assert OF_PEOPLE[0] in statements


def test_the_province_comes_to_a_county_by_its_city_and_sees_what_the_job_has_kept(
    office: Client, season: Season
) -> None:
    people()
    assert count_progress(season.pk) == 4
    assert count_progress(season.pk) == 0, "what has not changed is not written again"
    signed_in(office, make.staff(office_of(Role.PROVINCE), Role.PROVINCE))
    for address in LISTS:
        page = office.get(address).content.decode()
        assert "的数，每分钟一算" in page
        city = re.findall(r'<a href="(\?city=[^"]+)"', page)[0]
        assert cells(page, city) == ["6", "3"], address
        page = office.get(address + city).content.decode()
        assert cells(page, "?county=0102") == ["5", "2"], address
        assert cells(page, "?county=0103") == ["1", "1"], address
        page = office.get(f"{address}?county=0102").content.decode()
        assert "甲待核" in page
        assert "邻县的" not in page
        assert '<a href="/candidates/?county=0102">考生</a>　›　<a href="?">' in page


@pytest.mark.parametrize("role", [Role.COUNTY, Role.CITY, Role.PROVINCE])
def test_the_counts_of_a_county_are_those_of_its_tabs(office: Client, role: Role) -> None:
    people()
    signed_in(office, make.staff(office_of(role), role))
    chosen = "" if role is Role.COUNTY else "county=0102&"
    many = {"waiting": 2, "none": 1, "returned": 1, "matched": 1}
    for tab, title in STATES.items():
        page = office.get(f"/households/?{chosen}tab={tab}").content.decode()
        assert (counted(page)[title], len(names(page))) == (many[tab], many[tab]), tab
        assert f"?{chosen}tab={tab}".replace("&", "&amp;") in page, "what was chosen stays chosen"
    for kind, title in KINDS.items():
        page = office.get(f"/declarations/?{chosen}kind={kind}").content.decode()
        expected = {"": 2, "MARTYR": 2, "LOCAL": 1}[kind]
        assert (counted(page)[title], len(names(page))) == (expected, expected), kind


def test_a_county_is_listed_by_site_and_number_and_one_site_of_it_by_class(office: Client) -> None:
    people()
    site = Organization.objects.get(parent=make.county(), code="01")
    person(site, "辛待核", "waiting", kinds=["MARTYR"], number=1020002, class_name="高三（2）班")
    Registration.objects.filter(name="甲待核").update(class_name="高三（1）班")
    county = signed_in(office, make.staff(make.county(), Role.COUNTY))
    desk = signed_in(Client(), make.staff(site))
    for address in LISTS:
        assert names(county.get(address).content.decode()) == ["辛待核", "甲待核", "乙待核"]
        assert names(county.get(f"{address}?site=01").content.decode()) == ["甲待核", "辛待核"]
        assert names(desk.get(address).content.decode()) == ["甲待核", "辛待核"]
    assert "另有1人申明不申报" in desk.get("/declarations/").content.decode()
    page = county.get("/households/?site=01&tab=returned").content.decode()
    assert '<option value="01" selected>' in page
    assert "?site=01&amp;tab=matched" in page


@pytest.mark.parametrize("address", LISTS)
def test_what_lies_elsewhere_is_not_found(office: Client, address: str) -> None:
    people()
    signed_in(office, make.staff(office_of(Role.CITY), Role.CITY))
    for chosen in ("county=0203", "county=9999", "county=x", "county=0102&site=99"):
        assert office.get(f"{address}?{chosen}").status_code == 404, chosen
    assert names(office.get(f"{address}?county=0103").content.decode()) == ["邻县的"]
    signed_in(office, make.staff(office_of(Role.COUNTY), Role.COUNTY))
    assert "邻县的" not in office.get(f"{address}?county=0103").content.decode()


def test_a_city_reads_until_when_the_chosen_county_checks(office: Client, season: Season) -> None:
    people()
    make.season("household")
    phase = Phase.objects.get(season=season, key="confirmation")
    assert phase.opens
    assert phase.closes
    later = phase.closes + make.A_MINUTE * 60
    path = make.county().path
    extend_for_area(season.pk, phase.key, path=path, opens=phase.opens, closes=later, reason="断网", by=make.PROVINCE)
    signed_in(office, make.staff(office_of(Role.CITY), Role.CITY))
    assert f"{moment(later)}之前核对" in office.get("/households/?county=0102").content.decode()
    assert f"{moment(later)}之前核对" not in office.get("/households/?county=0103").content.decode()


# plans, among eight thousand people in a hundred counties


@pytest.fixture
def county_of_many(season: Season, transactional_db: None) -> str:
    """Half of all wait with their booklet, an eighth declares; statistics and indexes as after a night."""
    crowd(season, make.site())
    with psycopg.connect(CLUSTER.url("migrate", DATABASE), autocommit=True) as owner:
        half = "CASE WHEN get_byte(number_blind, 0) < 128 THEN 'waiting' ELSE '' END"
        some = """CASE WHEN get_byte(number_blind, 1) < 32 THEN '["declares"]' ELSE '[]' END::jsonb"""
        values = f"version = 1, household_state = {half}, traits = {some}"
        owner.execute(f"UPDATE registrations_registration SET {values}".encode())
        owner.execute(
            "INSERT INTO registrations_declaration (registration_id, number, kinds, pictures, consent, at, newest) "
            """SELECT id, 1, CASE WHEN traits = '[]' THEN '[]' ELSE '["MARTYR"]' END::jsonb, '{}', '', now(), true """
            "FROM registrations_registration"
        )
        owner.execute("VACUUM ANALYZE registrations_registration, registrations_declaration")
    return "43/01/02/"


@pytest.mark.django_db(transaction=True)
def test_a_county_is_counted_and_listed_in_the_order_of_indexes(season: Season, county_of_many: str) -> None:
    path = county_of_many
    questions = {
        "registration_by_booklet": (
            lambda: household_counts(season.pk, path),
            lambda: list(household_rows(season.pk, path, "waiting", by_class=False)[:4]),
        ),
        "registration_declaring": (
            lambda: declared_counts(season.pk, path, ["MARTYR", "LOCAL"]),
            lambda: list(declared_rows(season.pk, path, "MARTYR", by_class=False)[:4]),
        ),
    }
    for index, (count, page) in questions.items():
        for ask in (count, page):
            with transaction.atomic(), CaptureQueriesContext(connection) as captured:
                ask()
            statement = str(captured.captured_queries[-1]["sql"])
            for area in ("43/", path):  # as the province that has chosen the county, and as the county
                plan = explained(statement, area=area)
                assert re.search(rf"{index}.*\n.*Index Cond: .*path", plan), plan
                assert "Seq Scan" not in plan, plan
                assert ask is count or "Sort" not in plan, plan


@pytest.mark.django_db(transaction=True)
def test_control_states_that_are_not_named_read_the_index_of_the_whole_season(
    season: Season, county_of_many: str
) -> None:
    with transaction.atomic(), CaptureQueriesContext(connection) as captured:
        household_counts(season.pk, county_of_many)
    statement = str(captured.captured_queries[-1]["sql"])
    loose = re.sub(r' AND "registrations_registration"."household_state" IN \([^)]*\)', "", statement)
    assert loose != statement
    assert not re.search(r"registration_by_booklet.*\n.*Index Cond: .*household_state.*path", explained(loose))
