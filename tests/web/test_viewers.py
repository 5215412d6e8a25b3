"""谁看过我的信息: the candidate reads who looked at or changed the own registration, and nobody else's (R30)."""

import re

import pytest
from django.test import Client

from baoming.audit.actors import SYSTEM
from baoming.audit.models import Event
from baoming.audit.services import record, record_many
from baoming.organizations.roles import Role
from baoming.registrations.models import Registration
from baoming.web.candidate import viewers
from tests import factories as make
from tests.registrations import confirmed
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db


def lines(client: Client, address: str = "/viewers/") -> list[tuple[str, str, str]]:
    """What, who and when, line by line."""
    page = client.get(address).content.decode()
    row = r'row-title">([^<]*)</span>(?:<span class="row-sub names">([^<]*)</span>)?</span>'
    row += r'(?:<span class="row-end">([^<]*))?'
    return re.findall(row, page)


def me(phone: Client, row: Registration) -> Client:
    assert row.account is not None
    phone.force_login(row.account)
    return phone


def test_who_looked_from_which_office_in_which_post_and_how_often(phone: Client) -> None:
    row = confirmed.saved()
    operator = make.staff(row.site)
    for _ in range(3):
        record("see_candidate", by=operator.actor, subject=row.pk, path=row.path)
    record("suspect_change", by=SYSTEM, subject=row.pk, path=row.path, details={"version": 1})
    found = lines(me(phone, row))
    assert found[0][:2] == ("列入可疑改动（第1版）", "系统自动办理")
    what, who, when = found[1]
    assert (what, who) == ("查看报名信息", f"{row.site.name}　报名点操作员　周敏")
    assert when.endswith("，3次")
    assert ("保存报名信息（第1版）", "本人") in [line[:2] for line in found]
    assert [line for line in found if line[0].startswith("报名信息")] == []


def test_a_look_at_a_real_page_by_the_office_stands_there(office: Client, request: pytest.FixtureRequest) -> None:
    row = confirmed.saved()
    county = make.staff(row.site.parent, Role.COUNTY)  # type: ignore[arg-type]
    signed_in(office, county).get(f"/candidates/{row.pk}/")
    office.get(f"/photos/?site={row.site_id}")
    with_me = {(what, who) for what, who, _ in lines(me(request.getfixturevalue("phone"), row))}
    assert ("查看报名信息", f"{county.office.name}　县（市、区）招考机构　周敏") in with_me
    assert any(what == "查看一批照片" for what, _ in with_me)


def test_another_persons_acts_are_not_shown(phone: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also with the question widened to everybody's: the database shows the own alone. The control asks as worker."""
    make.season()
    other = make.registration(make.site("02"))
    row = confirmed.saved()
    record("void_number", by=make.staff(other.site).actor, subject=other.pk, path=other.path)
    client = me(phone, row)
    assert "作废报名序号" not in [what for what, _, _ in lines(client)]
    monkeypatch.setattr(viewers, "deeds", lambda pk, before, limit: widened(limit))
    assert "作废报名序号" not in [what for what, _, _ in lines(client)]
    assert "void_number" in [one.verb for one in widened(500)]


def widened(limit: int) -> list[viewers.Deed]:
    names = ("id", "at", "verb", "actor_kind", "actor_id", "actor_path", "actor_label", "details")
    return [viewers.Deed._make(one) for one in Event.objects.order_by("-id").values_list(*names)[:limit]]


def test_older_acts_follow_on_the_next_page(phone: Client) -> None:
    row = confirmed.saved()
    for one in range(viewers.PAGE + 5):
        by = make.staff(row.site).actor if one == 0 else SYSTEM
        record_many("see_photos", by=by, subjects={row.pk: (row.path, {"version": one})})
    client = me(phone, row)
    first = client.get("/viewers/").content.decode()
    further = re.findall(r'href="(\?before=\d+)"', first)
    assert len(lines(client)) == viewers.PAGE
    assert f"{row.site.name}　报名点操作员　周敏" in [who for _, who, _ in lines(client, f"/viewers/{further[0]}")]


def test_the_way_there_stands_in_the_task_list_from_the_first_day(phone: Client) -> None:
    row = confirmed.saved()
    assert '<a class="row compact" href="/viewers/">' in me(phone, row).get("/tasks/").content.decode()


@pytest.mark.parametrize("rows", [1, 30])
def test_the_page_asks_as_often_for_thirty_as_for_one(phone: Client, rows: int, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    row = confirmed.saved()
    for _ in range(rows):
        record("see_candidate", by=make.staff(row.site).actor, subject=row.pk, path=row.path)
    client = me(phone, row)
    client.get("/viewers/")
    with django_assert_max_num_queries(12):
        client.get("/viewers/")
