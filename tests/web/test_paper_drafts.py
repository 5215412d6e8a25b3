"""The blank 草表: public without a number, at a site with numbers that are given once."""

import subprocess

import pytest
from django.test import Client

from baoming.audit.models import Event
from baoming.documents.engine import page_count
from baoming.documents.models import Print
from baoming.organizations.models import Organization
from baoming.registrations.paper_drafts import MOST
from baoming.registrations.services import paper_drafts as service
from tests import factories as make
from tests.seasons_kept import loaded
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db


def words(pdf: bytes) -> str:
    read = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True)
    return "".join(read.stdout.decode().replace("\u200b", "").split())


@pytest.fixture
def site() -> Organization:
    make.season()
    return make.site()


def printed(office: Client, count: object) -> str:
    answer = office.post("/prints/drafts/", {"count": count})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    return words(answer.content)


@pytest.mark.parametrize("year", [2023, 2025])
def test_anybody_opens_the_blank_one_from_the_home_page(phone: Client, year: int) -> None:
    loaded(year)
    assert 'href="/paper-draft/"' in phone.get("/").content.decode()
    answer = phone.get("/paper-draft/")
    assert (answer.status_code, answer["Content-Type"], page_count(answer.content)) == (200, "application/pdf", 2)
    text = words(answer.content)
    assert f"湖南省{year}年" in text
    assert "CB-" not in text
    assert not Print.objects.exists()


def test_numbers_go_on_where_the_last_print_ended_and_each_is_an_event(office: Client, site: Organization) -> None:
    signed_in(office, make.staff(site))
    assert "还没有打印过" in office.get("/prints/").content.decode()
    first, second = printed(office, 2), printed(office, "1")
    assert [f"CB-0102-01-00000{n}" in first for n in (1, 2, 3)] == [True, True, False]
    assert [f"CB-0102-01-00000{n}" in second for n in (1, 2, 3)] == [False, False, True]
    assert "上次打印到第3号" in office.get("/prints/").content.decode()
    events = Event.objects.filter(verb="print_drafts", subject=site.pk).order_by("id")
    assert [event.details for event in events] == [{"first": 1, "last": 2}, {"first": 3, "last": 3}]


def test_another_site_counts_from_one(office: Client, site: Organization) -> None:
    printed(signed_in(office, make.staff(site)), 3)
    assert "CB-0102-02-000001" in printed(signed_in(office, make.staff(make.site("02"))), 1)


def test_control_without_the_print_log_a_number_is_given_twice(
    office: Client, site: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_in(office, make.staff(site))
    monkeypatch.setattr(service, "last_draft", lambda site: 0)
    assert "CB-0102-01-000001" in printed(office, 1)
    assert "CB-0102-01-000001" in printed(office, 1)


@pytest.mark.parametrize("count", ["", "0", "51", "-1", "2.5", "²", "９", "abc", "9" * 40])
def test_any_other_number_gets_a_sentence_and_no_number_is_used_up(
    office: Client, site: Organization, count: str
) -> None:
    answer = signed_in(office, make.staff(site)).post("/prints/drafts/", {"count": count})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f"一次可以打印1到{MOST}份" in page
    assert not Print.objects.exists()
