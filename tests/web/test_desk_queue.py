"""受理: everybody on the roster is reached, and a site that is not open is told so, whatever its numbers are."""

import pytest
from django.test import Client

from baoming.organizations.models import Organization
from baoming.registrations.rosters import RosterRow
from baoming.registrations.services.rosters import import_roster
from baoming.web.office import desk
from tests import factories as make
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db


def expected(office: Client, count: int, *, opened: bool = True) -> Organization:
    season, site = make.season(), make.site(opened=opened)
    staff = make.staff(site)
    rows = [
        RosterRow(line, make.number(line), f"考生{line:03}", "高三（1）班", class_number=f"{line:03}")
        for line in range(1, count + 1)
    ]
    assert not import_roster(season, site, rows, by=staff.actor).problems
    signed_in(office, staff)
    return site


def names(page: str, count: int) -> set[int]:
    return {line for line in range(1, count + 1) if f"考生{line:03}</td>" in page}


def test_whoever_does_not_fit_the_page_is_counted_and_stands_on_the_next(office: Client) -> None:
    expected(office, 88)
    first, second = (office.get("/desk/", {"page": page}).content.decode() for page in (1, 2))
    assert "列出第1—60人，共88人" in first
    assert "列出第61—88人，共88人" in second
    assert (names(first, 88), names(second, 88)) == (set(range(1, 61)), set(range(61, 89)))
    for page in ("9", "x", "0", "-1", "99999999"):
        assert names(office.get("/desk/", {"page": page}).content.decode(), 88) == set(range(1, 61))


def test_who_all_fit_are_not_counted_through(office: Client) -> None:
    expected(office, 3)
    assert "列出第" not in office.get("/desk/").content.decode()


def not_open(office: Client) -> str:
    expected(office, 2, opened=False)
    return office.get("/desk/").content.decode()


def test_a_site_that_is_not_open_is_told_so_and_offered_nothing(office: Client) -> None:
    said = not_open(office)
    assert "还没有开通采集，请联系县（市、区）招考机构" in said
    assert "号段" not in said.split("pagehead")[1].split("</h1>")[1][:200]
    assert "手工录入" not in said
    assert office.get("/desk/typing/").headers["Location"] == "/desk/"
    assert office.post("/desk/typing/", {"name": "欧阳思远"}).headers["Location"] == "/desk/"


def test_control_without_the_question_it_blames_the_numbers(office: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "is_opened", lambda *_: True)
    said = not_open(office)
    assert "还没有可用的号段" in said
    assert "手工录入" in said
