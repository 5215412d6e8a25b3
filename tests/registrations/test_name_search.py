"""R35, ux.md rule 26: people are found by name, part of a name, pinyin, initials; each way through an index."""

import os
from itertools import product

import psycopg
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from baoming.organizations.models import Organization
from baoming.registrations import list_queries, name_queries
from baoming.registrations.list_queries import Filters
from baoming.registrations.models import Registration, RosterEntry
from baoming.registrations.services.intake import matching_entry
from baoming.seasons.models import Season
from baoming.shared import names
from baoming.shared.paths import next_sibling
from tests import factories as make
from tests.environment import CLUSTER, DATABASE

NAMES = (
    "单雄信",
    "张三",
    "张三丰",
    "阿依古丽·买买提",
    "买买提·阿不都",
    "𰻝小明",
    "𠮷明",
    "尉迟恭",
    "Anna Li",
    "区小明",
)
FOUND = {  # what is typed: who is found, of those above; written before the code
    "zs": {"张三", "张三丰"}, "ZS": {"张三", "张三丰"}, "zsf": {"张三丰"}, "sxx": {"单雄信"}, "shanxiong": {"单雄信"},
    "雄信": {"单雄信"}, "三丰": {"张三丰"}, "张三": {"张三", "张三丰"}, "买买提": {"阿依古丽·买买提", "买买提·阿不都"},
    "古丽买买": {"阿依古丽·买买提"}, "古丽·买买": {"阿依古丽·买买提"}, "古丽 买买": {"阿依古丽·买买提"},
    "提•阿不": {"买买提·阿不都"}, "小明": {"𰻝小明", "区小明"}, "𰻝小": {"𰻝小明"}, "𠮷": {"𠮷明"}, "ycg": {"尉迟恭"},
    "ouxm": set(), "oxm": {"区小明"}, "al": {"Anna Li"}, "anna": {"Anna Li"}, "雄 信": {"单雄信"}, "信雄": set(),
    "丰三": set(), "不": set(),
}  # fmt: skip


@pytest.fixture
def everyone() -> Season:
    season, here = make.season(), make.site()
    for name in NAMES:
        make.registration(here, name=name)
    enter_area("43/")
    return season


def enter_area(path: str) -> None:
    """As a request of this office does: the function that finds parts of names asks within its area."""
    with connection.cursor() as cursor:
        asked = "SELECT set_config('app.low', %s, true), set_config('app.high', %s, true)"
        cursor.execute(asked, [path, path and next_sibling(path)])


def found(season: Season, typed: str, *, path: str = "43/") -> set[str]:
    answer = list_queries.find(Filters(season.pk, path), typed, limit=50)
    return set() if answer.alike else {line.name for line in answer.lines}


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["43/", "43/01/", "43/01/02/", "43/01/02/01/"])
def test_people_are_found_by_what_is_typed(everyone: Season, path: str) -> None:
    assert {typed: found(everyone, typed, path=path) for typed in FOUND} == FOUND


@pytest.mark.django_db
def test_control_without_the_index_of_parts_only_beginnings_are_found(
    everyone: Season, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = name_queries._named
    monkeypatch.setattr(name_queries, "_named", lambda *area, **asked: named(*area, **{**asked, "part": None}))
    assert found(everyone, "zsf") == FOUND["zsf"]
    assert found(everyone, "三丰") == set() != FOUND["三丰"]


@pytest.mark.django_db
def test_the_function_tells_nothing_of_another_area(everyone: Season) -> None:
    there = make.site("01", of="0103")
    make.registration(there, name="李雄信")
    assert found(everyone, "雄信") == {"单雄信", "李雄信"}
    enter_area(there.path)
    for asked in ({"part": "雄信"}, {"letters": "lixiong"}, {"initials": "lxx"}):
        found_here = name_queries._named(everyone.pk, "43/", **asked, limit=9)
        assert found_here == [Registration.objects.get(name="李雄信").pk]
    assert name_queries._named(everyone.pk, "43/", initials="sxx", limit=9) == []
    enter_area("")
    assert name_queries._named(everyone.pk, "43/", part="雄信", limit=9) == []


@pytest.mark.django_db
def test_a_site_finds_those_on_its_roster_who_have_not_come(everyone: Season) -> None:
    here = Organization.objects.get(name="测试01中学报名点")
    for place, name in enumerate(("单于飞", "古丽·买买提", "王小明")):
        RosterEntry.objects.create(
            season=everyone, site=here, path=here.path, roll_blind=bytes([place]) * 32, roll_sealed="", name=name,
            name_key=names.pinyin_key(name), class_name="1班", student_no=str(place),
        )  # fmt: skip
    expected = {
        "cyf": ["单于飞"],
        "丽买": ["古丽·买买提"],
        "小明": ["王小明"],
        "wangx": ["王小明"],
        "0102": [],
        "": [],
        "·": [],
    }
    for typed, those in expected.items():
        pupils = name_queries.expected_named(everyone.pk, here.path, typed, limit=9)
        assert [pupil.name for pupil in pupils] == those, typed


@pytest.mark.django_db
@pytest.mark.parametrize("listed", ["阿依古丽·买买提", "阿依古丽买买提", "阿依古丽 买买提", "阿依古丽　·　买买提"])
def test_a_card_is_tied_to_its_pupil_however_the_school_writes_the_dot(listed: str) -> None:
    season, here = make.season(), make.site()
    RosterEntry.objects.create(
        season=season, site=here, path=here.path, roll_blind=b"1" * 32, roll_sealed="", name=listed,
        name_key=names.pinyin_key(listed), class_name="1班", student_no="1",
    )  # fmt: skip
    entry = matching_entry(season.pk, here.pk, "阿依古丽·买买提")
    assert entry is not None
    assert entry.name == listed
    assert matching_entry(season.pk, here.pk, "阿依古丽·买买") is None


def test_lists_go_by_pinyin_and_who_has_no_reading_stands_last() -> None:
    """Written by hand; the code point decides among those without a reading, so the order is the same every time."""
    expected = ["区小明", "仇英", "任飞", "单雄信", "王明", "王\ue000", "尉迟恭", "查良", "\ue001明", "\ue002丁"]
    shuffled = [expected[place * 7 % 10] for place in range(10)]
    assert sorted(shuffled, key=lambda name: (names.pinyin_key(name), name)) == expected


WAYS = {  # the argument of the function: the condition on it, and the index that serves it
    "letters": ("name_letters >= 'zhangsi' AND name_letters < 'zhangsi' || chr(1114111)", "registration_by_letters"),
    "initials": ("name_initials >= 'zss' AND name_initials < 'zss' || chr(1114111)", "registration_by_initials"),
    "part": ("name_parts(name::text) @> name_parts('子涵')", "registration_by_name_part"),
}


@pytest.mark.django_db(transaction=True)
def test_no_search_by_name_reads_all_people() -> None:
    """Eight thousand in a hundred sites. Above a county names come first, below it the area's index bounds the work."""
    season, here = make.season(), make.site()
    crowd(season, here)
    for asked, index in WAYS.values():
        assert asked.partition(" ")[0] in definition()
        plan = explained(
            f"SELECT id FROM registrations_registration WHERE season_id = {season.pk} AND {asked}", role="migrate"
        )
        assert index in plan, plan
        assert "Seq Scan" not in plan
    for typed in ("zs", "三丰", "王"):
        plan = explained(question(season, typed, path="43/01/02/"), area="43/01/02/")
        assert "Seq Scan" not in plan, plan
        assert "path)::text >= " in plan.partition("Index Cond: ")[2].splitlines()[0] or "by_letters" in plan, plan
    for typed in ("zs", "子涵", "王"):
        assert "registrations_registration_pkey" in explained(question(season, typed)), typed


@pytest.mark.django_db(transaction=True)
def test_control_asked_within_the_area_a_province_is_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    season, here = make.season(), make.site()
    crowd(season, here)
    monkeypatch.setattr(name_queries, "_is_narrow", lambda path: True)
    plan = explained(question(season, "zs"))
    assert "registrations_registration_pkey" not in plan
    assert "registration_by_path" in plan or "registration_by_class" in plan, plan


def definition() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'registrations_named'")
        return str(cursor.fetchone()[0])


def crowd(season: Season, here: Organization) -> None:
    """Let eight thousand people, like one but for what is theirs, be spread over a hundred sites of the province."""
    given = "子涵雨欣浩然思琪嘉豪诗雅俊杰梦瑶宇航佳怡"
    surnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"
    read = {one: names.pinyin_key(one) for one in surnames + given}
    people = list(product(surnames, given, given))
    own = {
        "path": [f"43/{place % 10 + 1:02}/{place // 10 % 10:02}/01/" for place in range(len(people))],
        "name": ["".join(name) for name in people],
        "name_key": [" ".join(read[one] for one in name) for name in people],
        "name_initials": ["".join(read[one][0] for one in name) for name in people],
        "number_blind": [os.urandom(32) for _ in people],
        "last_four_blind": [os.urandom(32) for _ in people],
    }
    fields = [field for field in Registration._meta.concrete_fields if not field.generated]
    alike = [field.column for field in fields if field.column not in (*own, "id")]
    one = make.registration(here, name="单雄信")
    columns = ", ".join(f'"{name}"' for name in alike)
    with psycopg.connect(CLUSTER.url("migrate", DATABASE), autocommit=True) as owner:
        owner.execute(
            f"INSERT INTO registrations_registration (id, {', '.join(own)}, {columns}) "
            f"SELECT gen_random_uuid(), own.*, {columns} FROM registrations_registration, "
            "unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::bytea[], %s::bytea[]) AS own WHERE id = %s",
            [*own.values(), one.pk],
        )  # type: ignore[call-overload]
        owner.execute("VACUUM ANALYZE registrations_registration")


def question(season: Season, typed: str, *, path: str = "43/") -> str:
    """The statement by which the lists find somebody."""
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        enter_area(path)
        list_queries.find(Filters(season.pk, path), typed, limit=50)
    return str(asked.captured_queries[-1]["sql"])


def explained(statement: str, *, role: str = "office", area: str = "43/") -> str:
    with psycopg.connect(CLUSTER.url(role, DATABASE)) as portal:
        asked = "SELECT set_config('app.low', %s, true), set_config('app.high', %s, true)"
        portal.execute(asked, [area, next_sibling(area)])
        return "\n".join(str(row[0]) for row in portal.execute(f"EXPLAIN {statement}".encode()).fetchall())
