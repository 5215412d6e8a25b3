"""A sheet names what is declared: a declaration that changes it voids the paper and its signature (R19, R20)."""

import pytest
from django.test import Client, override_settings

from baoming.registrations.models import Registration
from baoming.registrations.services import sheets
from baoming.registrations.services.sheets import print_sheet, record_signature
from baoming.registrations.signature_queries import SignatureLine, signature_lines
from baoming.schedule.models import Phase
from baoming.shared.errors import NotOpen, Refused
from tests import factories as make
from tests.registrations import confirmed
from tests.registrations.attached import declared, paper
from tests.registrations.test_sheets_service import words
from tests.web.conftest import office, signed_in

__all__ = ["office"]
pytestmark = pytest.mark.django_db


def signed(*kinds: str) -> Registration:
    """Somebody whose sheet is printed and signed while the declarations are still open, with `kinds` on it."""
    row = confirmed.saved()
    make.at(Phase.objects.get(key="confirmation").opens or row.created_at)
    if kinds:
        declared(row, *kinds)
    print_sheet(row.pk, by=confirmed.operator(row))
    record_signature(row.pk, version=row.version, by=confirmed.operator(row))
    row.refresh_from_db()
    return row


def line_of(row: Registration) -> SignatureLine:
    [line] = signature_lines(row.season_id, row.path)
    return line


@pytest.mark.parametrize(
    ("before", "after"),
    [((), ("MARTYR",)), (("MARTYR",), ()), (("MARTYR",), ("LOCAL",))],
    ids=["made", "dropped", "changed"],
)
def test_a_sheet_that_no_longer_says_what_is_declared_is_void_and_signed_anew(
    before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    row = signed(*before)
    assert line_of(row).tab == "signed"
    declared(row, *after, revision="1" if before else "0")
    assert (row.printed_version, row.signed_version, "signature" in row.done_steps) == (0, 0, False)
    line = line_of(row)
    assert (line.tab, line.was, line.why) == ("again", 1, "加分、专项申报有改动")
    with pytest.raises(Refused, match="请先打印再签字"):
        record_signature(row.pk, version=row.version, by=confirmed.operator(row))
    pdf = print_sheet(row.pk, by=confirmed.operator(row))
    assert ("加分、专项" in words(pdf)) == bool(after)
    record_signature(row.pk, version=row.version, by=confirmed.operator(row))
    assert line_of(row).tab == "signed"


@pytest.mark.parametrize("taken_away", ["void_sheets", "return_step"])
def test_control_without_voiding_an_old_paper_goes_on_as_if_it_counted(
    monkeypatch: pytest.MonkeyPatch, taken_away: str
) -> None:
    monkeypatch.setattr(sheets, taken_away, lambda *_, **__: None)
    with pytest.raises(AssertionError):
        test_a_sheet_that_no_longer_says_what_is_declared_is_void_and_signed_anew(("MARTYR",), ("LOCAL",))


def test_what_does_not_change_the_sheet_voids_none() -> None:
    row = signed()
    declared(row)
    assert line_of(row).tab == "signed", "a sheet names what is declared, and nothing where nothing is"
    other = Registration.objects.get(pk=row.pk)
    declared(other, "MARTYR", revision="1")
    print_sheet(row.pk, by=confirmed.operator(row))
    record_signature(row.pk, version=row.version, by=confirmed.operator(row))
    declared(other, "MARTYR", revision="2", files={"declaration-MARTYR": paper("clearer")})
    assert line_of(other).tab == "signed", "another picture of the same paper stands on no sheet"


def test_once_the_county_has_completed_nothing_is_declared_and_no_paper_falls() -> None:
    row = confirmed.completed()
    make.at(Phase.objects.get(key="confirmation").opens or row.created_at)
    with pytest.raises(NotOpen, match="由县招考机构重新打开"):
        declared(row, "MARTYR")
    assert line_of(row).tab == "signed"


def test_the_page_beforehand_and_the_office_afterwards_say_that_the_signed_sheet_is_void(office: Client) -> None:
    phone = Client()
    row = signed()
    phone.force_login(row.account)
    with override_settings(PORTAL="candidate", ROOT_URLCONF="baoming.config.urls_candidate"):
        assert "改了申报的项目，登记表和签字作废" in phone.get("/declarations/").content.decode()
    declared(row, "MARTYR")
    signed_in(office, make.staff(row.site))
    page = "".join(office.get(f"/candidates/{row.pk}/").content.decode().split())
    assert "已作废，加分、专项申报有改动" in page
    assert "<td>加分、专项</td><td><del>没有申报</del></td><td><ins>烈士子女</ins></td>" in page
    assert "填报的内容没有改" not in page
    assert row.name in office.get("/prints/signatures/").content.decode()
