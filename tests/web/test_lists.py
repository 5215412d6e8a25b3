"""Lists of candidates: tabs, filters, pages and finding, as a site, a county and a city see them."""

import re
from datetime import UTC, datetime, timedelta
from itertools import count
from urllib.parse import unquote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from baoming.audit.models import Event
from baoming.organizations.models import Organization
from baoming.organizations.roles import Role
from baoming.registrations.journey import BITS, pack, rests_on
from baoming.registrations.models import Registration
from baoming.registrations.services.steps import clear_holds, complete_step, place_hold, return_step
from baoming.registrations.worklists import TABS, stage_of, tabs_of
from baoming.reports.services import count_progress
from baoming.seasons.models import Season
from baoming.seasons.queries import season_now
from tests import factories as make
from tests.registrations import confirmed
from tests.registrations.classes import expected as listed
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db
_running = count(1)
THEN = datetime(2022, 11, 9, 8, tzinfo=UTC)
# Example people, and under which tabs each stands beside 全部: written before the code.
SIGNED = pack(rests_on("completion"))
PEOPLE: dict[str, tuple[dict[str, object], set[str]]] = {
    "new": ({"number": None}, {"intake"}),
    "numbered": ({"done": pack([*rests_on("number"), "number"])}, {"form"}),
    "saved": ({"done": pack(rests_on("signature")), "version": 1, "saved_at": THEN}, {"sign"}),
    "changed": (
        {"done": pack(rests_on("signature")), "version": 2, "printed_version": 1, "saved_at": THEN},
        {"sign", "problem"},
    ),
    "signed": ({"done": SIGNED & ~BITS["moral_assessment"], "version": 1}, {"moral"}),
    "assessed": ({"done": SIGNED, "version": 1}, {"complete"}),
    "held": ({"done": SIGNED, "version": 1, "held": 1}, {"complete", "problem"}),
    "owing": ({"done": SIGNED, "version": 1, "debts": 1}, {"complete", "debts"}),
    "completed": ({"done": pack(rests_on("final_review")), "version": 1}, {"handed"}),
    "reviewed": ({"done": pack([*rests_on("final_review"), "final_review"]), "version": 1}, {"handed"}),
    "returned": (
        {"done": SIGNED & ~BITS["eligibility"], "version": 1, "fallen": BITS["eligibility"]},
        {"complete", "problem"},
    ),
    "faulty": ({"done": pack(rests_on("signature")), "version": 1, "photo_state": "faulty"}, {"sign", "problem"}),
    "referred": ({"number": None, "approval_since": THEN, "decider": "county"}, {"intake", "approval"}),
    "stopped": ({"done": SIGNED, "version": 1, "stopped_at": THEN, "held": 1, "debts": 1}, {"stopped"}),
}


def person(site: Organization, name: str = "欧阳思远", **changes: object) -> Registration:
    """One person; whose number is not given has the next one."""
    row = make.registration(site, name=name)
    Registration.objects.filter(pk=row.pk).update(**{"number": 1020000 + next(_running), **changes})
    row.refresh_from_db()
    return row


def operator(office: Client, phase: str = "confirmation") -> Organization:
    make.season()
    site = make.site()
    make.season(phase)
    signed_in(office, make.staff(site))
    return site


def shown(page: str) -> list[str]:
    """The names in the order of the rows."""
    return re.findall(r'<td class="name"><a href="/candidates/[0-9a-f-]+/">([^<]*)</a>', page)


def counted(page: str) -> dict[str, int]:
    """Each tab's title and count."""
    tabs = page.partition('<nav class="tabs"')[2].partition("</nav>")[0]
    return {title: int(n.replace(",", "")) for title, n in re.findall(r">([^<>]+) <b>([\d,]+)</b>", tabs)}


def examples(site: Organization) -> None:
    for name, (changes, _) in PEOPLE.items():
        person(site, name=f"测{name}", **changes)


def test_each_tab_holds_whom_the_table_says_and_counts_them(office: Client) -> None:
    site = operator(office, "intake")
    examples(site)
    for key, tab in TABS.items():
        page = office.get(f"/candidates/?tab={key}").content.decode()
        if tab not in tabs_of(make.staff(site).actor.kind):
            continue
        expected = {f"测{name}" for name, (_, tabs) in PEOPLE.items() if key == "all" or key in tabs}
        assert set(shown(page)) == expected, key
        assert counted(page)[tab.title] == len(expected), key


@pytest.mark.parametrize("role", [Role.COUNTY, Role.CITY, Role.PROVINCE])
def test_every_tab_of_every_office_counts_what_it_shows(office: Client, role: Role) -> None:
    site = operator(office, "intake")
    examples(site)
    county = make.county()
    assert county.parent is not None
    where = {Role.COUNTY: county, Role.CITY: county.parent, Role.PROVINCE: county.parent.parent}[role]
    assert where is not None
    staff = make.staff(where, role)
    signed_in(office, staff)
    below = "" if role is Role.COUNTY else "county=0102&"
    for tab in tabs_of(staff.actor.kind):
        page = office.get(f"/candidates/?{below}tab={tab.key}").content.decode()
        assert counted(page)[tab.title] == len(shown(page)), tab.key


def test_the_stage_kept_by_the_database_is_the_rules(office: Client) -> None:
    site = operator(office, "intake")
    examples(site)
    for row in Registration.objects.all():
        assert row.stage == stage_of(row.done, stopped=row.stopped_at is not None), row.name


def test_what_falls_and_what_is_held_is_kept_on_the_row_by_those_who_write_it() -> None:
    row = confirmed.saved()
    by = confirmed.operator(row)
    return_step(row, "photo", by=by, at=THEN, reason="重拍")
    row.refresh_from_db()
    assert (row.problem, row.fallen) == (True, BITS["photo"])
    complete_step(row, "photo", by=by, at=THEN)
    row.refresh_from_db()
    assert (row.problem, row.fallen) == (False, 0)
    place_hold(row, kind="reverification", steps=[], reason="欠核验", by=by)
    place_hold(row, kind="moral_assessment", steps=["completion"], reason="不合格", by=by)
    row.refresh_from_db()
    assert (row.debts, row.held, row.problem) == (1, 1, True)
    clear_holds(row, "moral_assessment", by=by, at=THEN)
    clear_holds(row, "reverification", by=by, at=THEN)
    row.refresh_from_db()
    assert (row.debts, row.held, row.problem) == (0, 0, False)


def test_filters_combine_and_stay_under_every_tab(office: Client) -> None:
    make.season()
    first, second = make.site("01"), make.site("02")
    signed = {"done": pack(rests_on("signature")), "version": 1, "saved_at": THEN}
    person(first, "在一班", class_name="高三（1）班", student_no="10", **signed)
    person(first, "一班先", class_name="高三（1）班", student_no="2", printed_version=1, **signed)
    person(first, "在二班", class_name="高三（2）班", **signed)
    person(second, "别处的", class_name="高三（1）班", **signed)
    signed_in(office, make.staff(make.county(), Role.COUNTY))

    def names(query: str) -> list[str]:
        return shown(office.get(f"/candidates/?{query}").content.decode())

    assert set(names("")) == {"在一班", "一班先", "在二班", "别处的"}
    assert set(names("site=01")) == {"在一班", "一班先", "在二班"}
    assert names("site=01&class=高三（1）班") == ["一班先", "在一班"]  # by student number, 2 before 10
    assert names("site=01&class=高三（1）班&print=none") == ["在一班"]
    assert names("site=01&class=高三（1）班&print=valid&tab=sign") == ["一班先"]
    assert names("site=01&print=void") == []
    assert names("site=01&problem=1") == []
    page = office.get("/candidates/?site=01&class=高三（1）班&print=none&tab=sign").content.decode()
    class_page = re.findall(r'href="(/classes/[^"]+)">整班办理', page)[0]
    assert "高三（1）班" in office.get(class_page.replace("&amp;", "&")).content.decode()
    assert counted(page)["全部"] == 1
    links = re.findall(r'<a href="(\?[^"]*tab=[^"]*)"', page)
    assert links
    assert all("site=01" in link and "print=none" in link and "高三（1）班" in unquote(link) for link in links)


@pytest.mark.parametrize(
    "query",
    ["tab=x", "site=99", "site=%00", "class=没有", "print=x", "problem=x", "page=0", "page=-1", "page=999999999999",
     "page=abc", "county=0103", "city=0101", "tab=sign&tab=form", "site=' OR 1=1--"],
)  # fmt: skip
def test_a_wrong_filter_gives_the_whole_list_or_a_sentence(office: Client, query: str) -> None:
    make.season()
    site = make.site()
    person(site)
    signed_in(office, make.staff(make.county(), Role.COUNTY))
    answer = office.get(f"/candidates/?{query}")
    assert answer.status_code == (400 if "%00" in query else 200)
    page = answer.content.decode()
    assert "欧阳思远" in page or "没有符合条件的考生" in page or "不能识别" in page
    if query.startswith("site=9"):
        assert "没有找到这个报名点，下面是芙蓉区招生办的考生" in page


def test_fifty_a_page_in_the_order_of_the_numbers_and_nobody_twice(office: Client) -> None:
    site = operator(office, "intake")
    for place in range(120):
        person(site, f"测试{place:03d}", number=1021000 + place)
    pages = [office.get(f"/candidates/?page={page}").content.decode() for page in (1, 2, 3)]
    assert [len(shown(page)) for page in pages] == [50, 50, 20]
    assert [name for page in pages for name in shown(page)] == [f"测试{place:03d}" for place in range(120)]
    assert "第101—120人，共120人" in pages[2]
    assert shown(office.get("/candidates/?page=9").content.decode()) == shown(pages[2])


def test_a_county_sees_its_own_and_a_city_by_county(office: Client) -> None:
    make.season()
    mine, other = make.site("01", of="0102"), make.site("01", of="0103")
    person(mine, "本县的")
    person(other, "邻县的")
    signed_in(office, make.staff(make.county("0102"), Role.COUNTY))
    for query in ("", "county=0103", "site=01"):
        assert shown(office.get(f"/candidates/?{query}").content.decode()) == ["本县的"]
    city = make.county().parent
    assert city is not None
    signed_in(office, make.staff(city, Role.CITY))
    assert shown(office.get("/candidates/").content.decode()) == []
    assert shown(office.get("/candidates/?county=0103").content.decode()) == ["邻县的"]
    assert "没有找到这个县（市、区）" in office.get("/candidates/?county=0203").content.decode()


def test_a_citys_progress_is_counted_by_the_job_and_says_when(office: Client) -> None:
    season = make.season()
    site, other = make.site("01", of="0102"), make.site("01", of="0103")
    for _ in range(3):
        person(site, done=pack(rests_on("signature")), version=1)
    long_ago = season_now(season.pk) - timedelta(days=31)
    person(other, number=None, debts=1, debt_since=long_ago)
    person(other, debts=1, debt_since=long_ago, stopped_at=THEN)  # who has withdrawn owes nothing any more
    city = make.county().parent
    assert city is not None
    signed_in(office, make.staff(city, Role.CITY))
    assert "还没有统计" in office.get("/candidates/").content.decode()
    assert count_progress(season.pk) == 2
    assert count_progress(season.pk) == 0, "what has not changed is not written again"
    page = office.get("/candidates/").content.decode()
    assert "的数，每分钟一算" in page
    assert 'href="/declarations/"' in page  # a city reads who declares what, and finds the way from here
    line = page.partition("?county=0102")[2].partition("</tr>")[0]
    assert re.findall(r'<td class="num">([\d,]+)</td>', line)[:4] == ["60", "3", "3", "3"]
    assert '<a href="?county=0103&tab=debts">1</a>' in page
    assert '<span class="alarm-text">1</span>' in page.partition("?county=0103")[2].partition("</tr>")[0]
    today = office.get("/").content.decode()
    assert 'tab=all">全部</a></td><td class="num">5人' in today


def test_a_page_asks_the_database_as_often_for_fifty_rows_as_for_one(office: Client) -> None:
    make.season()
    site = make.site()
    signed_in(office, make.staff(make.county(), Role.COUNTY))
    counts = []
    for more in (1, 49):
        for _ in range(more):
            person(site, held=1, printed_version=1, version=2, done=SIGNED)
        office.get("/candidates/")
        with CaptureQueriesContext(connection) as captured:
            page = office.get("/candidates/").content.decode()
        counts.append(len(captured))
    assert len(shown(page)) == 50
    assert counts[0] == counts[1]


FOUND = [  # what is typed, who is found
    ("ouyang", {"欧阳思远"}), ("oysy", {"欧阳思远"}), ("ou yang", {"欧阳思远"}), ("OUYANG SIYUAN", {"欧阳思远"}),
    ("欧阳", {"欧阳思远"}), ("欧阳思远", {"欧阳思远"}), ("阿依古丽·买买提", {"阿依古丽·买买提"}),
    ("阿依古丽买买提", {"阿依古丽·买买提"}), ("阿依古丽•买买提", {"阿依古丽·买买提"}),
    ("ayigulimaimaiti", {"阿依古丽·买买提"}),
    ("𠮷明", {"𠮷明"}), ("刘㛃", {"刘㛃"}), ("01020777", {"刘㛃"}), ("0102 0777", {"刘㛃"}), ("0102-0777", {"刘㛃"}),
    ("１０２", set()), ("没有这人", set()), ("张", set()), ("%", set()), ("_", set()), ("·", set()), ("", set()),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "names"), FOUND)
def test_people_are_found_as_they_are_typed(office: Client, typed: str, names: set[str]) -> None:
    make.season()
    site = make.site()
    signed_in(office, make.staff(site))
    rows = {name: person(site, name) for name in ("欧阳思远", "阿依古丽·买买提", "𠮷明")}
    rows["刘㛃"] = person(site, "刘㛃", number=1020777)
    answer = office.post("/candidates/find/", {"wanted": typed})
    if answer.status_code == 302:
        assert {answer.headers["Location"]} == {f"/candidates/{rows[name].pk}/" for name in names}
    else:
        assert set(shown(answer.content.decode())) == names


def test_a_whole_number_in_small_letters_and_the_last_four_find_their_person(office: Client) -> None:
    make.season()
    site = make.site()
    signed_in(office, make.staff(site))
    number = next(made for made in map(make.number, range(1, 900)) if made.endswith("X"))
    row = make.registration(site, number=number)
    for typed in (
        number,
        number.lower(),
        f"{number[:6]} {number[6:14]} {number[14:]}",
        number[-4:],
        number[-4:].lower(),
    ):
        answer = office.post("/candidates/find/", {"wanted": typed})
        assert answer.headers.get("Location") == f"/candidates/{row.pk}/", typed


def test_a_name_written_otherwise_is_found_by_its_sound_and_that_is_said(office: Client) -> None:
    make.season()
    site = make.site()
    person(site, "张伟")
    person(site, "章炜")
    signed_in(office, make.staff(site))
    assert office.post("/candidates/find/", {"wanted": "张伟"}).status_code == 302
    page = office.post("/candidates/find/", {"wanted": "张玮"}).content.decode()
    assert set(shown(page)) == {"张伟", "章炜"}
    assert "没有写法相同的，读音相同的有2人" in page


def test_more_than_fifty_are_said_to_be_more(office: Client) -> None:
    site = operator(office, "intake")
    for place in range(52):
        person(site, f"王{chr(0x4E00 + place)}")
    page = office.post("/candidates/find/", {"wanted": "王"}).content.decode()
    assert len(shown(page)) == 50
    assert "找到50人以上，只列出前50人" in page


def test_a_document_registered_elsewhere_is_told_to_staff_and_kept(office: Client) -> None:
    make.season()
    mine, other = make.site("01", of="0102"), make.site("01", of="0103")
    row = make.registration(other, number=make.number(77))
    signed_in(office, make.staff(mine))
    page = office.post("/candidates/find/", {"wanted": make.number(77).lower()}).content.decode()
    assert other.name in page
    assert row.name not in page
    assert Event.objects.filter(verb="find_elsewhere", subject=row.pk).count() == 1
    office.post("/candidates/find/", {"wanted": make.number(78)})
    assert Event.objects.filter(verb="find_elsewhere").count() == 1


def test_nothing_personal_stands_in_an_address_of_the_page(office: Client) -> None:
    make.season()
    site = make.site()
    row = person(site, class_name="高三（1）班")
    signed_in(office, make.staff(site))
    page = office.get("/candidates/?class=高三（1）班&tab=all").content.decode()
    links = " ".join(unquote(link) for link in re.findall(r'(?:href|action)="([^"]*)"', page))
    assert row.name not in links
    assert str(row.number) not in links
    assert Season.objects.exists()


def test_a_list_says_for_how_long_a_card_has_not_been_read_and_what_is_overdue(office: Client) -> None:
    site = operator(office, "intake")
    now = season_now(Season.objects.get().pk)
    for name, days in (("欠三天", 2.5), ("欠三十", 29.9), ("超两天", 31.5)):
        person(site, name, debts=1, debt_since=now - timedelta(days=days))
    person(site, "不欠的")
    person(site, "中止的", debts=1, debt_since=now - timedelta(days=40), stopped_at=now)
    page = office.get("/candidates/?tab=debts").content.decode()
    assert sorted(shown(page)) == ["欠三十", "欠三天", "超两天"]
    assert '<span class="doing state">第3天</span>' in page
    assert '<span class="problem state">超期2天</span>' in page
    assert page.count("超期") == 1
    assert "超期" not in office.get("/candidates/?tab=stopped").content.decode()


def test_a_pupil_of_the_roster_who_has_no_file_is_found_without_a_contradiction(office: Client) -> None:
    site = operator(office, "intake")
    listed(site, name="谭雅文")
    page = office.post("/candidates/find/", {"wanted": "谭雅文"}).content.decode()
    assert "已建档的考生里没有，名册上有1人还没有到场" in page
    assert "找到0人" not in page
    person(site, "谭雅文")
    assert "找到1人，名册上另有1人还没有到场" in office.post("/candidates/find/", {"wanted": "谭雅文"}).content.decode()
