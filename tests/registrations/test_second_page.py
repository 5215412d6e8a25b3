"""R20: a sheet that runs onto a second page, made by the product's own print: both pages are read and kept."""

import io
from datetime import date
from itertools import pairwise

import pytest
import segno
from pypdf import PdfReader, PdfWriter

from baoming.documents.engine import page_count
from baoming.registrations.models import Registration, ScannedPage, Signature
from baoming.registrations.page_scans import read_page
from baoming.registrations.services.scans import keep_pages, page_bytes
from baoming.registrations.services.sheets import print_sheet
from baoming.registrations.sheet_codes import continued_qr_text
from baoming.reviews.services.signatures import void_signature
from baoming.shared.errors import Refused
from baoming.shared.text import serial
from tests import factories as make
from tests.forms.samples import CODESETS, as_inputs
from tests.registrations import degrade
from tests.registrations.attached import FILLED_2025
from tests.registrations.confirmed import MORAL, operator, ready
from tests.registrations.scanned import found, handed_in, printed
from tests.registrations.test_save_form import save, type_in
from tests.seasons_kept import loaded

pytestmark = pytest.mark.django_db
YEARS = (2023, 2025)


def long_sheet(year: int) -> tuple[Registration, bytes]:
    """Somebody with eight schools and four in the family, whose answers are as long as may be."""
    loaded(year)
    row = ready()
    type_in(row, {**FILLED_2025, **schools(year), **_LONG})
    save(row)
    make.season("confirmation")
    pdf = print_sheet(row.pk, by=operator(row), moral=MORAL * 8)
    row.refresh_from_db()
    return row, pdf


def schools(year: int) -> dict[str, list[str]]:
    """Eight schools without a gap, the last one until the summer of the exam."""
    turns = [date(year - 8 + place, 9, 1) for place in range(8)] + [date(year, 6, 1)]
    unit = {"unit": "长沙市芙蓉区育才实验" * 2 + "学校", "post": "学生", "witness": "阿依古丽·买买提"}
    times = [{"from": f"{begins:%Y-%m}", "to": f"{ends:%Y-%m}"} for begins, ends in pairwise(turns)]
    return as_inputs("history", [one | unit for one in times])


_RELATIONS = ("MOTHER", "FATHER")
_LONG = {
    **as_inputs(
        "members", [{"relation": one, "name": "阿依古丽·买买提", "phone": "19900001234"} for one in _RELATIONS]
    ),
    "address.detail": ["远大二路1238号6栋1204" * 3],
    "strengths": ["长跑、书法、合唱" * 7],
    "rewards": ["校级三好学生、优秀学生干部" * 7],
    "asks_accommodation": ["YES"],
    "disability": list(CODESETS["DisabilityCategory"].labels)[:1],
    "accommodations": list(CODESETS["Accommodation"].labels)[:4],
    "accommodation_note": ["左眼弱视，需要大字试卷和延长时间" * 9],
}


@pytest.mark.parametrize("year", YEARS)
def test_both_pages_of_a_long_sheet_are_read_as_one_persons_and_kept(year: int) -> None:
    row, pdf = long_sheet(year)
    assert page_count(pdf) == 2
    pages = handed_in(row, pdf)
    assert found(*pages) == ["matched", "matched"]
    assert [page.place for page in pages] == [1, 2]
    assert {page.registration_id for page in pages} == {row.pk}
    assert len({page.print_id for page in pages}) == 1
    assert keep_pages(row.pk, [page.pk for page in pages], by=operator(row))
    assert Signature.objects.get(registration=row, voided_at=None).print_id == pages[0].print_id
    assert all(page_bytes(page).startswith(b"\xff\xd8") for page in ScannedPage.objects.filter(kept_at__isnull=False))


@pytest.mark.parametrize("year", YEARS)
def test_the_small_code_of_the_second_page_is_read_whatever_scanner_or_telephone_made_of_it(year: int) -> None:
    row, pdf = long_sheet(year)
    said = continued_qr_text(year=year, serial=serial(row.number or 0), version=1)
    second = alone(pdf, 1)
    unread = [name for name, made in degrade.READ.items() if said not in read_page(made(second), 0).codes]
    assert unread == []
    assert said not in read_page(alone(pdf, 0), 0).codes  # control


def alone(pdf: bytes, number: int) -> bytes:
    """One page of a PDF as a PDF."""
    writer, made = PdfWriter(), io.BytesIO()
    writer.add_page(PdfReader(io.BytesIO(pdf)).pages[number])
    writer.write(made)
    return made.getvalue()


def test_a_short_sheet_has_no_second_page() -> None:
    row = ready()
    type_in(row)
    save(row)
    make.season("confirmation")
    assert page_count(print_sheet(row.pk, by=operator(row))) == 1


def test_a_second_page_goes_with_the_first_that_waits_and_alone_it_asks_for_it() -> None:
    row, pdf = printed()
    small = io.BytesIO()
    segno.make(continued_qr_text(year=2023, serial=serial(row.number or 0), version=1)).save(small, kind="png", scale=8)
    assert found(*handed_in(row, small.getvalue())) == ["continued"]
    [first] = handed_in(row, pdf)
    [second] = handed_in(row, small.getvalue())
    assert (second.found, second.place, second.print_id) == ("matched", 2, first.print_id)
    with pytest.raises(Refused, match="已经处理过"):
        keep_pages(row.pk, [second.pk], by=operator(row))
    keep_pages(row.pk, [first.pk, second.pk], by=operator(row))
    assert ScannedPage.objects.filter(kept_at__isnull=False).count() == 2


def small(row: Registration, *, year: int = 2023) -> bytes:
    """The code of the second page of this person's first version."""
    made = io.BytesIO()
    segno.make(continued_qr_text(year=year, serial=serial(row.number or 0), version=1)).save(made, kind="png", scale=8)
    return made.getvalue()


def test_a_second_page_that_comes_after_the_signature_is_kept_beside_it() -> None:
    row, pdf = printed()
    [first] = handed_in(row, pdf)
    keep_pages(row.pk, [first.pk], by=operator(row))
    [second] = handed_in(row, small(row))
    assert (second.found, second.print_id) == ("matched", first.print_id)
    assert found(*handed_in(row, small(row))) == ["twice"]
    assert keep_pages(row.pk, [second.pk], by=operator(row)) == ""
    assert Signature.objects.count() == 1
    assert ScannedPage.objects.filter(kept_at__isnull=False).count() == 2


def test_a_second_page_alone_proves_no_signature_when_that_was_taken_back_meanwhile() -> None:
    row, pdf = printed()
    [first] = handed_in(row, pdf)
    keep_pages(row.pk, [first.pk], by=operator(row))
    [second] = handed_in(row, small(row))
    void_signature(row.pk, reason="录错了人", by=operator(row))
    with pytest.raises(Refused, match="已经处理过"):
        keep_pages(row.pk, [second.pk], by=operator(row))
    assert not Signature.objects.filter(voided_at=None).exists()


def test_a_second_page_of_last_year_goes_with_nobody() -> None:
    row, pdf = printed()
    handed_in(row, pdf)
    assert found(*handed_in(row, small(row, year=2022))) == ["season"]
