"""R20: who must sign again, why and since when; the list on paper; counts that agree with their tabs."""

import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from baoming.audit.models import Event
from baoming.documents.engine import Unprintable
from baoming.organizations.models import Organization
from baoming.organizations.roles import Role
from baoming.registrations import signature_queries
from baoming.registrations.models import Registration
from baoming.registrations.services import resign_lists
from baoming.registrations.services.sheets import open_correction, print_sheet, record_signature
from baoming.registrations.signature_queries import signature_lines
from baoming.reviews.services.signatures import void_signature
from tests import factories as make
from tests.registrations.classes import CLASS, pupil
from tests.registrations.confirmed import change, operator, saved, signed
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db


def again() -> Registration:
    """A person who has signed and then saved another version."""
    row = signed()
    open_correction(row.pk, hours=2, by=operator(row))
    change(row)
    row.refresh_from_db()
    return row


def tabs(row: Registration) -> dict[str, str]:
    return {one.person.name: one.tab for one in signature_lines(row.season_id, row.path)}


def page(client: Client, query: str = "") -> str:
    answer = client.get(f"/prints/signatures/{query}")
    assert answer.status_code == 200
    return "".join(answer.content.decode().split())


def test_whoever_saved_after_signing_stands_in_the_list_until_they_have_signed_again() -> None:
    row = again()
    [line] = signature_lines(row.season_id, row.path)
    assert (line.tab, line.was, line.why, line.printed) == ("again", 1, "已保存第2版", False)
    assert line.lost_at is not None
    print_sheet(row.pk, by=operator(row))
    [line] = signature_lines(row.season_id, row.path)
    assert (line.tab, line.printed) == ("again", True)
    record_signature(row.pk, version=2, by=operator(row))
    [line] = signature_lines(row.season_id, row.path)
    assert (line.tab, line.was) == ("signed", 2)


def test_control_without_the_void_papers_nobody_is_asked_to_sign_again(monkeypatch: pytest.MonkeyPatch) -> None:
    row = again()
    monkeypatch.setattr(signature_queries, "_void", lambda _: {})
    assert tabs(row) == {row.name: "unprinted"}


def test_a_signature_taken_back_as_a_mistake_is_waited_for_on_the_same_paper() -> None:
    row = signed()
    void_signature(row.pk, reason="录错了人", by=operator(row))
    assert tabs(row) == {row.name: "waiting"}


def test_who_has_not_printed_or_signed_stands_on_a_tab_of_their_own() -> None:
    row = saved()
    assert tabs(row) == {row.name: "unprinted"}
    print_sheet(row.pk, by=operator(row))
    assert tabs(row) == {row.name: "waiting"}


def test_the_page_counts_and_filters_by_class_and_says_why_it_is_empty(office: Client) -> None:
    row = again()
    Registration.objects.filter(pk=row.pk).update(number=1_029_001)  # those of the class begin with 1020001
    pupil(row.site, stage="printed")
    pupil(row.site, stage="signed", class_name="高三（2）班")
    signed_in(office, make.staff(row.site))
    shown = page(office)
    assert row.name in shown
    for words in (
        "待重签<b>1</b>",
        "待签<b>1</b>",
        "已签<b>1</b>",
        "待打印<b>0</b>",
        "打印重签名单，1人",
        "已保存第2版",
    ):
        assert words in shown, words
    assert "没有要重签的人" in page(office, f"?class={CLASS}")
    assert "没有等打印的人" in page(office, "?tab=unprinted")
    assert "共1人" in page(office, "?tab=signed&class=高三（2）班")
    assert "共1人" in page(office, "?tab=nonsense&class=nonsense&page=x")


def test_the_list_on_paper_names_them_and_is_recorded(office: Client) -> None:
    row = again()
    signed_in(office, make.staff(row.site))
    answer = office.post("/prints/signatures/print/", {"class": ""})
    assert answer.headers["Content-Type"] == "application/pdf"
    words = "".join("".join(one.extract_text() for one in PdfReader(io.BytesIO(answer.content)).pages).split())
    for text in ("登记表重签名单", row.name, "第1版，已保存第2版", "第2版，待打印", "共1人"):
        assert text in words, text
    assert Event.objects.get(verb="print_resign_list").details == {"count": 1}
    answer = office.post("/prints/signatures/print/", {"class": "没有这个班"})
    assert answer.status_code == 422
    assert "没有要重签的人" in answer.content.decode()


def test_it_is_laid_out_before_anything_is_written_and_what_fails_is_recorded_as_nothing(
    office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Laying out takes seconds; the chain of the audit waits for nobody's list."""
    row = again()
    asked = CaptureQueriesContext(connection)

    class Broken:
        def render(self, *_: object, **__: object) -> bytes:
            written = [one["sql"] for one in asked.captured_queries if one["sql"].startswith(("INSERT", "UPDATE"))]
            raise Unprintable(written or ["\ue001"])

    monkeypatch.setattr(resign_lists, "press", Broken)
    signed_in(office, make.staff(row.site))
    with asked:
        answer = office.post("/prints/signatures/print/", {"class": ""})
    assert answer.status_code == 409
    assert "字库中没有 U+E001，" in answer.content.decode()
    assert not Event.objects.filter(verb="print_resign_list").exists()


def test_more_than_one_list_holds_is_asked_for_class_by_class_and_nobody_is_left_out(
    office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = again()
    monkeypatch.setattr(resign_lists, "MOST", 0)
    answer = signed_in(office, make.staff(row.site)).post("/prints/signatures/print/", {"class": ""})
    assert answer.status_code == 422
    assert "请先选班级" in answer.content.decode()
    assert not Event.objects.filter(verb="print_resign_list").exists()


def test_another_site_sees_nobody_and_the_county_has_no_such_page(office: Client) -> None:
    row = again()
    signed_in(office, make.staff(make.site("02")))
    assert row.name not in page(office)
    signed_in(office, make.staff(Organization.objects.get(pk=row.site.parent_id), Role.COUNTY))
    assert office.get("/prints/signatures/").status_code == 404
