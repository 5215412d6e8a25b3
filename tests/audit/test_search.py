"""The audit administrator finds what happened; nobody else does, and nobody without a trace (R36)."""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from baoming.audit.actors import SYSTEM, Actor, Party
from baoming.audit.models import Event
from baoming.audit.services import record
from baoming.organizations.roles import Role
from baoming.organizations.services.auditing import Asked, _spelt
from baoming.registrations.models import Registration
from tests import factories as make
from tests.environment import CLUSTER, DATABASE
from tests.matrix.mutants import unguarded
from tests.registrations import confirmed
from tests.web.conftest import office, signed_in

__all__ = ["office"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor(office: Client) -> Client:
    make.season()
    return signed_in(office, make.staff(make.county().parent.parent, Role.AUDIT_ADMIN))  # type: ignore[union-attr, arg-type]


def found(client: Client, **asked: object) -> list[tuple[str, ...]]:
    """Search; the cells of each line."""
    answer = client.post("/audit/", asked)
    assert answer.status_code == 200, answer.content.decode()
    rows = re.findall(r"<tr><td.*?</tr>", answer.content.decode())
    return [tuple(re.sub(r"<.*?>", "", cell) for cell in re.findall(r"<td.*?</td>", row)) for row in rows]


def acts(client: Client, **asked: object) -> set[str]:
    return {row[4] for row in found(client, **asked) if len(row) > 1}


def seen(row: Registration, *, by: str = "周敏") -> None:
    actor = Actor(kind=Party.SITE, id="", path=row.path, label=by)
    record("see_candidate", by=actor, subject=row.pk, path=row.path)


def test_who_what_and_whom_stand_in_words_and_nobodys_name_is_whole(auditor: Client) -> None:
    row = confirmed.saved()
    staff = make.staff(row.site)
    record("see_candidate", by=staff.actor, subject=row.pk, path=row.path)
    first = next(line for line in found(auditor) if line[4] == "查看")
    assert first[1:] == ("周敏", "报名点操作员", row.site.name, "查看", f"欧*远（{row.site.name}）", "", "未封存")
    page = auditor.post("/audit/", {}).content.decode()
    assert row.name not in page
    assert str(row.number) not in page


def test_each_condition_narrows(auditor: Client) -> None:
    other = make.registration(make.site("02"))
    row = confirmed.saved()
    staff = make.staff(row.site)
    record("see_candidate", by=staff.actor, subject=row.pk, path=row.path)
    seen(other)
    everything = acts(auditor)
    assert {"查看", "打开报名档案", "保存报名信息"} <= everything
    assert acts(auditor, act="see_candidate") == {"查看"}
    assert acts(auditor, act="查看") == {"查看"}
    assert acts(auditor, actor=staff.account.handle) == {"查看"}
    assert {line[5] for line in found(auditor, about=f"{row.number:08d}")} == {f"欧*远（{row.site.name}）"}
    assert {line[3] for line in found(auditor, office=other.site.name)} == {other.site.name}
    assert {line[3] for line in found(auditor, office="0102-02")} == {other.site.name}
    assert found(auditor, until="2022-11-01T08:00")[0][0].startswith("这段时间没有符合条件的记录")
    assert acts(auditor, about=str(other.pk), act="save_form") == set()


def test_a_person_is_found_by_the_id_number_and_the_page_sends_it_nowhere(auditor: Client) -> None:
    make.season()
    number = make.number(411)
    row = make.registration(make.site(), number=number)
    answer = auditor.post("/audit/", {"about": number})
    assert f"只看 <b>欧*远（{row.site.name}）</b>" in answer.content.decode()
    assert number not in answer.content.decode()
    told = Event.objects.get(verb="search_audit")
    assert (told.subject, told.details) == (row.pk, {"by": ["time", "subject"]})


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"about": "01029999"}, "没有找到，请填写8位报名序号"),
        ({"about": "99000120050317013X"}, "没有找到"),
        ({"actor": "nobody"}, "没有这个工作人员"),
        ({"office": "不存在"}, "没有这个单位"),
        ({"office": "县"}, "有几个单位符合"),
        ({"act": "drop table"}, "请在列表里选择"),
        ({"since": "2022-11-09T08:00", "until": "2022-11-08T08:00"}, "开始时间要早于结束时间"),
        ({"since": "gestern"}, "的样子填写日期和时间"),
    ],
)
def test_what_cannot_be_looked_for_is_said_and_typed_words_stay(
    auditor: Client, asked: dict[str, str], sentence: str
) -> None:
    answer = auditor.post("/audit/", asked)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert "act" in asked or next(iter(asked.values())) in answer.content.decode()


def test_pages_follow_each_other_without_a_gap_while_new_events_come(auditor: Client) -> None:
    row = make.registration(make.site())
    for _ in range(120):
        seen(row)
    Event.objects.filter(verb="see_candidate").count()
    collected, further, asked = [], "", {"act": "see_candidate", "as_of": timezone.now().isoformat()}
    for _ in range(3):
        answer = auditor.post("/audit/", {**asked, "before": further}).content.decode()
        collected += re.findall(r"<tr><td class=\"keep\">", answer)
        further = (re.findall(r'name="before" value="([^"]+)"', answer) or [""])[-1]
        seen(row)
    assert len(collected) == 120
    told = [one.details for one in Event.objects.filter(verb="search_audit").order_by("id")]
    assert told == [{"by": ["time", "verb"]}, *[{"by": ["time", "verb"], "further": True}] * 2]


def test_the_page_shown_is_exported_and_that_is_an_event(auditor: Client) -> None:
    row = confirmed.saved()
    record("see_candidate", by=Actor(Party.SITE, "", row.path, "=1+1"), subject=row.pk, path=row.path)
    shown = found(auditor, act="see_candidate")
    answer = auditor.post("/audit/export/", {"act": "see_candidate"})
    head, *lines = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert answer["Content-Disposition"] == 'attachment; filename="audit.csv"'
    assert (len(lines), head[1], lines[0][1]) == (len(shown), "操作人", "'=1+1")
    assert row.name not in answer.content.decode()
    assert Event.objects.filter(verb="export_audit").count() == 1


def test_opening_the_page_reads_nothing_and_leaves_no_event(auditor: Client) -> None:
    before = Event.objects.count()
    assert "还没有核对过" in auditor.get("/audit/").content.decode()
    assert Event.objects.count() == before


@pytest.mark.parametrize("route", ["audit", "audit_export"])
def test_only_an_audit_administrators_own_session_reads_by_the_database_itself(office: Client, route: str) -> None:
    """With the page's own guard taken away everybody comes to its view, and the database still refuses."""
    make.season()
    place, site = reverse(f"office:{route}"), make.site()
    county = site.parent
    offices = {Role.TEACHER: site, Role.OPERATOR: site, Role.COUNTY: county, Role.CITY: county.parent}  # type: ignore[union-attr]
    province = county.parent.parent  # type: ignore[union-attr]
    clients = {role: signed_in(Client(), make.staff(offices.get(role, province), role)) for role in Role}  # type: ignore[arg-type]
    right = clients.pop(Role.AUDIT_ADMIN)
    assert {client.post(place).status_code for client in clients.values()} == {404}  # the guard, while it is there
    with unguarded("office", route):
        for client in clients.values():
            with pytest.raises(ProgrammingError, match="only an audit administrator"), transaction.atomic():
                client.post(place)
        assert right.post(place).status_code == 200
    searches = Event.objects.filter(verb__in=("search_audit", "export_audit"))
    assert searches.count() == 1  # the right one's; who was refused read nothing and left none


def asked_in_sql(cookie: str, act: str = "search_audit") -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE office")
        told = json.dumps(_spelt(Asked(timezone.now() - timedelta(days=1), timezone.now())))
        cursor.execute("SELECT count(*) FROM audit_search(%s, %s, '{}', %s, 50)", [cookie, act, told])
        count: int = cursor.fetchone()[0]
        cursor.execute("RESET ROLE")
        return count


def test_the_office_portal_reads_no_event_beyond_its_scope_but_through_that_door(auditor: Client) -> None:
    record("set_clock", by=SYSTEM, subject=None, path="")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE office")
        cursor.execute("SELECT count(*) FROM audit_event")
        assert cursor.fetchone() == (0,)
        cursor.execute("RESET ROLE")
    cookie = auditor.cookies["bm_office"].value
    assert asked_in_sql(cookie) > 0
    for wrong, act in ((cookie[:-1], "search_audit"), ("", "search_audit"), (cookie, "see_candidate")):
        with pytest.raises(ProgrammingError, match="only an audit administrator"):
            asked_in_sql(wrong, act)


@pytest.mark.parametrize("way", ["role", "active"])
def test_a_right_that_is_taken_away_is_gone_at_the_next_question(auditor: Client, way: str) -> None:
    cookie = auditor.cookies["bm_office"].value
    assert asked_in_sql(cookie) > 0
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE organizations_staff SET role = 'province'" if way == "role"
            else "UPDATE accounts_account SET is_active = false"
        )  # fmt: skip
    with pytest.raises(ProgrammingError, match="only an audit administrator"):
        asked_in_sql(cookie)


def test_a_search_that_leaves_no_trace_reads_nothing(auditor: Client) -> None:
    """The trace is written by the same function, before the answer: refused, nothing is answered."""
    cookie = auditor.cookies["bm_office"].value
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_question('{}', 50)")
    before = Event.objects.filter(verb="search_audit").count()
    asked_in_sql(cookie)
    assert Event.objects.filter(verb="search_audit").count() == before + 1


@pytest.fixture
def hundred_thousand() -> Iterator[psycopg.Connection]:
    """Events of the months ahead, whose partitions are there; rolled back in the end."""
    with psycopg.connect(CLUSTER.url("postgres", DATABASE)) as owner:
        owner.execute(
            "INSERT INTO audit_event (at, verb, actor_kind, actor_id, actor_path, actor_label, subject, path, details) "
            "SELECT date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' + interval '1 month' "
            "  + n * interval '75 seconds', "
            "(ARRAY['see_candidate', 'save_form', 'print_sheet', 'step:photo', 'claim', 'transfer'])"
            "[CASE WHEN n %% 2000 = 0 THEN 6 ELSE 1 + n %% 5 END], "
            "'site', "
            "lpad((n %% 400)::text, 36, '0'), format('43/%%s/%%s/01/', lpad((n %% 14)::text, 2, '0'), "
            "lpad((n %% 137)::text, 3, '0')), '周敏', md5((n %% 5000)::text)::uuid, '43/', '{}' "
            "FROM generate_series(1, %s) AS n",
            [100_000],
        )
        owner.execute("ANALYZE audit_event")
        yield owner
        owner.rollback()


MONTH = timedelta(days=31)
QUESTIONS: dict[str, tuple[str, dict[str, object]]] = {
    "time": ("_at_id_idx", {}),
    "verb": ("_verb_at_idx", {"verbs": ["transfer"]}),
    "actor": ("_actor_id_at_idx", {"actors": ["0" * 33 + "123"]}),
    "office": ("_actor_path_at_idx", {"office": "43/03/007/"}),
    "subject": ("_subject_id_idx", {"subject": UUID("00411460f7c92d2124a67ea0f4cb5f85")}),
    "further": ("_at_id_idx", {"before": (timezone.now() + 2 * MONTH, 50_000)}),
}


def test_each_question_reads_by_its_index_and_only_the_months_it_asks_for(hundred_thousand: psycopg.Connection) -> None:
    first = (timezone.now().replace(day=15) + MONTH).replace(day=2)
    months = {f"{first + timedelta(days=n):%Y%m}" for n in (0, 45)}
    for question, (index, narrowed) in QUESTIONS.items():
        plan = plan_of(hundred_thousand, Asked(first, first + timedelta(days=45), **narrowed))  # type: ignore[arg-type]
        assert "Seq Scan on audit_event" not in plan, question
        assert index in plan, question
        touched = set(re.findall(r"on audit_event_(\w+) e", plan))
        assert touched <= {*months, "rest"}, question
        assert months & touched, question


def plan_of(owner: psycopg.Connection, asked: Asked) -> str:
    told = json.dumps(_spelt(asked))
    statement = owner.execute("SELECT audit_question(%s::jsonb, 51)", [told]).fetchone()
    assert statement is not None
    return "\n".join(row[0] for row in owner.execute(f"EXPLAIN {statement[0]}".encode()))


def test_control_without_the_indexes_whole_months_are_read(hundred_thousand: psycopg.Connection) -> None:
    hundred_thousand.execute("DROP INDEX event_by_actor, event_by_time")
    first = timezone.now() + MONTH
    asked = Asked(first, first + timedelta(days=45), actors=["0" * 33 + "123"])
    assert "Seq Scan on audit_event" in plan_of(hundred_thousand, asked)
