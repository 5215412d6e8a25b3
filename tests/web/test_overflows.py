"""R34, issue 5: whose name the archive's column cannot hold is listed with both widths, and nothing is cut."""

import csv
import io

import psycopg
import pytest
from django.test import Client

from baoming.audit.models import Event
from baoming.organizations.roles import Role
from baoming.registrations.models import Registration
from baoming.registrations.services import intake
from baoming.registrations.services.intake import reread_card
from tests import factories as make
from tests.environment import CLUSTER, DATABASE
from tests.registrations import confirmed
from tests.registrations.test_name_search import crowd, explained
from tests.web.conftest import signed_in

LONG = "阿卜杜热合曼·阿卜杜热合曼·阿"
WIDTHS = {  # name: bytes beyond 24, or 0; one ideograph of the first plane is two bytes, of others four
    "欧阳思远": 0, "阿依古丽·买买提": 0, "一二三四五六七八九十甲乙": 0,
    "一二三四五六七八九十甲乙丙": 26, "𠮷" * 6: 0, "𠮷" * 7: 28, LONG: 30,
}  # fmt: skip


@pytest.mark.django_db
def test_who_does_not_fit_is_marked_at_intake() -> None:
    make.season()
    here = make.site()
    for name, size in WIDTHS.items():
        assert make.registration(here, name=name).too_wide == bool(size), name
    far = make.registration(here, name=LONG, address="演示市样例区" * 6)
    assert far.too_wide == 2


@pytest.mark.django_db
def test_a_new_card_marks_anew() -> None:
    make.season()
    row = make.registration(make.site())
    card = confirmed_card(row, address="演示市样例区" * 6)
    reread_card(row.pk, card, reader="R01", nonce="n9", by=confirmed.operator(row))
    row.refresh_from_db()
    assert row.too_wide == 1


def confirmed_card(row: Registration, **changes: object) -> object:
    old = intake.document_of(row)
    return make.document(row.name, number=old.number, **changes)


@pytest.mark.django_db
def test_the_list_tells_column_and_widths_within_the_own_area(office: Client) -> None:
    make.season()
    mine, other = make.site("01", of="0102"), make.site("01", of="0103")
    for name in WIDTHS:
        make.registration(mine, name=name)
    make.registration(other, name="买买提·买买提·买买提·买买提")
    signed_in(office, make.staff(make.county("0102"), Role.COUNTY))
    page = office.get("/overflows/").content.decode()
    assert "共3人" in page
    assert LONG in page
    assert "买买提·买买提·买买提·买买提" not in page
    answer = office.post("/overflows/")
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert lines[0] == ["报名序号", "姓名", "报名点", "内容", "档案列", "现有字节", "列宽字节"]
    assert {line[1]: line[3:] for line in lines[1:]} == {
        name: ["姓名", "XM", str(size), "24"] for name, size in WIDTHS.items() if size
    }
    assert Event.objects.get(verb="export_overflows").details == {"count": 3}


@pytest.mark.django_db
def test_who_has_withdrawn_is_handed_over_to_nobody(office: Client) -> None:
    make.season()
    row = make.registration(make.site(), name=LONG)
    signed_in(office, make.staff(row.site))
    assert LONG in office.get("/overflows/").content.decode()
    Registration.objects.filter(pk=row.pk).update(stopped_at=row.read_at)
    assert LONG not in office.get("/overflows/").content.decode()
    assert len(office.post("/overflows/").content.decode("utf-8-sig").splitlines()) == 1


@pytest.mark.django_db
def test_nobody_too_wide_is_an_empty_list(office: Client) -> None:
    make.season()
    row = make.registration(make.site())
    signed_in(office, make.staff(row.site))
    assert "没有内容比档案列宽的考生" in office.get("/overflows/").content.decode()


@pytest.mark.django_db
def test_control_without_the_mark_nobody_is_listed(office: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "overflows_of", lambda *_: [])
    make.season()
    row = make.registration(make.site(), name=LONG)
    signed_in(office, make.staff(row.site))
    assert LONG not in office.get("/overflows/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_list_is_read_by_its_own_index() -> None:
    season, here = make.season(), make.site()
    crowd(season, here)
    make.registration(here, name=LONG)
    with psycopg.connect(CLUSTER.url("migrate", DATABASE), autocommit=True) as owner:
        owner.execute("ANALYZE registrations_registration")
    asked = "too_wide > 0 AND path >= '43/' AND path < '430'"
    plan = explained(f"SELECT id FROM registrations_registration WHERE season_id = {season.pk} AND {asked}")
    assert "registration_too_wide" in plan, plan
    assert "Seq Scan" not in plan
