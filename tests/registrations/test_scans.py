"""R20: signed pages are read whatever scanner or telephone made of them, named where they cannot count, and kept once
a person has said yes."""

import io
import json
from uuid import uuid4

import pytest
import segno
from django.core.files.storage import default_storage
from PIL import Image

from baoming.audit.models import Event
from baoming.documents.models import Print
from baoming.registrations import page_scans
from baoming.registrations.apart import read_page_apart
from baoming.registrations.models import Registration, ScanFile, ScannedPage, Signature
from baoming.registrations.page_scans import read_page
from baoming.registrations.services import scans as service
from baoming.registrations.services import sheet_checks
from baoming.registrations.services.photos import take_photo
from baoming.registrations.services.scans import keep_pages, page_bytes, take_files
from baoming.registrations.services.sheets import open_correction, print_sheet, record_signature
from baoming.registrations.tasks import read_scan
from baoming.reviews.services.signatures import void_signature
from baoming.seasons.models import Season
from baoming.shared.errors import NotOpen, Refused
from baoming.vault.sealing import KeyRing
from standins.faces import face
from tests import factories as make
from tests.registrations import degrade
from tests.registrations.confirmed import change, county, operator
from tests.registrations.scanned import found, handed_in, printed
from tests.registrations.test_hostile_files import printed_sheet
from tests.registrations.test_sheets_service import open_phase
from tests.seasons_kept import loaded

pytestmark = pytest.mark.django_db


# reading


@pytest.mark.parametrize("name", degrade.READ)
def test_whatever_scanner_or_telephone_made_of_it_a_real_sheet_is_read(name: str) -> None:
    scan = read_page_apart(degrade.READ[name](printed_sheet()), 0)
    assert [text for text in scan.codes if "/V/BM1.F.23.99010023.3." in text], name
    picture = Image.open(io.BytesIO(scan.jpeg))
    assert max(picture.size) <= 1754
    assert len(scan.jpeg) < 400_000


@pytest.mark.parametrize("name", ["laid in sideways", "laid in upside down", "turned 7°", "a telephone's, in haste"])
def test_what_is_kept_stands_upright_its_code_where_the_print_has_it(name: str) -> None:
    kept = read_page(degrade.READ[name](printed_sheet()), 0).jpeg
    left, top, right, _ = code_at(kept)
    assert left > 0.8
    assert top < 0.1
    assert right <= 1


def code_at(jpeg: bytes) -> tuple[float, float, float, float]:
    """Where the code stands in a picture, as parts of its width and height."""
    picture = Image.open(io.BytesIO(jpeg))
    pixels = degrade.np.asarray(picture)[:, :, ::-1]
    [code], _ = page_scans._codes(degrade.np.ascontiguousarray(pixels))
    xs, ys = zip(*code.corners, strict=True)
    return min(xs) / picture.width, min(ys) / picture.height, max(xs) / picture.width, max(ys) / picture.height


def test_control_of_what_is_not_turned_the_code_stands_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_scans, "_straight", lambda picture, *_: picture)
    left, top, _, _ = code_at(read_page(degrade.READ["laid in upside down"](printed_sheet()), 0).jpeg)
    assert left < 0.2
    assert top > 0.8


# whose page it is


def test_a_page_of_the_own_people_is_matched_and_nothing_is_recorded_before_a_person_says_yes() -> None:
    row, pdf = printed()
    [page] = handed_in(row, degrade.jpeg(degrade.signed(degrade.page(pdf)), 60))
    assert found(page) == ["matched"]
    assert (page.registration_id, page.print_id) == (row.pk, Print.objects.get(subject=row.pk).pk)
    row.refresh_from_db()
    assert row.signed_version == 0
    assert not Signature.objects.exists()
    assert keep_pages(row.pk, [page.pk], by=operator(row)) == str(Signature.objects.get().pk)
    row.refresh_from_db()
    page.refresh_from_db()
    assert row.signed_version == 1
    assert page.kept_by == "周敏"
    assert page_bytes(page).startswith(b"\xff\xd8\xff")
    assert Signature.objects.get().print_id == page.print_id
    assert Event.objects.filter(verb__in=["take_scans", "keep_signed_page", "step:signature"]).count() == 3


def test_control_a_reading_that_records_by_itself_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    row, pdf = printed()
    advance = service._advance

    def hasty(file: ScanFile, *rest: object) -> bool:
        for page in ScannedPage.objects.filter(file=file):
            keep_pages(row.pk, [page.pk], by=operator(row))
        return advance(file, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(service, "_advance", hasty)
    handed_in(row, degrade.jpeg(degrade.page(pdf)))
    assert Signature.objects.exists()


def test_what_lies_in_the_storage_is_sealed_and_the_file_is_gone_once_read() -> None:
    row, pdf = printed()
    take_files(row.season, [pdf], key=uuid4(), by=operator(row))
    file = ScanFile.objects.get()
    with default_storage.open(file.file) as kept:
        assert kept.read().startswith(b"v1|")
    read_scan(str(file.pk))
    assert not default_storage.exists(file.file)
    page = ScannedPage.objects.get()
    with default_storage.open(page.picture) as kept:
        assert kept.read().startswith(b"v1|")


def test_many_sheets_in_one_file_are_told_apart_and_a_page_without_a_code_is_named() -> None:
    row, pdf = printed()
    blank = degrade.jpeg(degrade.np.full((2339, 1654, 3), 255, degrade.np.uint8))
    other = printed_sheet()  # of another installation's keys
    file = degrade.scanned_pdf(degrade.jpeg(degrade.page(pdf), 60), blank, degrade.jpeg(degrade.page(other), 60))
    assert found(*handed_in(row, file)) == ["matched", "unreadable", "forged"]
    assert {page.picture for page in ScannedPage.objects.exclude(found="matched")} == {""}


def test_two_sheets_on_one_picture_are_asked_for_one_by_one() -> None:
    row, pdf = printed()
    second = print_sheet(row.pk, by=operator(row))
    both = degrade.np.hstack([degrade.page(pdf), degrade.page(second)])
    assert found(*handed_in(row, degrade.jpeg(both))) == ["several"]


def test_another_sites_and_another_seasons_page_tell_nothing_of_the_person() -> None:
    row, pdf = printed()
    make.season("intake")
    there = make.registration(make.site("02"))
    make.season("confirmation")
    [page] = handed_in(there, pdf)
    assert found(page) == ["elsewhere"]
    assert (page.registration_id, page.print_id, page.picture) == (None, None, "")
    Registration.objects.filter(pk=row.pk).update(season=other_season())
    [page] = handed_in(there, pdf)
    assert found(page) == ["season"]


def other_season() -> Season:
    return loaded(kind="practice")


def test_control_without_the_look_at_the_site_another_sites_page_is_matched(monkeypatch: pytest.MonkeyPatch) -> None:
    _, pdf = printed()
    make.season("intake")
    there = make.registration(make.site("02"))
    monkeypatch.setattr(service, "within", lambda *_: True)
    assert found(*handed_in(there, pdf)) == ["matched"]


def test_a_code_that_was_changed_is_forged_and_control_unverified_it_is_matched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row, pdf = printed()
    [text] = read_page(pdf, 0).codes
    signed, _, signature = text.rpartition(".")
    picture = io.BytesIO()
    segno.make(f"{signed}.{'A' * len(signature)}").save(picture, kind="png", scale=6)
    assert found(*handed_in(row, picture.getvalue())) == ["forged"]
    monkeypatch.setattr(KeyRing, "verify", lambda *_, **__: True)
    assert found(*handed_in(row, picture.getvalue())) == ["matched"]


def test_the_same_page_handed_in_twice_is_named_and_after_the_signature_too() -> None:
    row, pdf = printed()
    [page] = handed_in(row, pdf)
    assert found(*handed_in(row, degrade.jpeg(degrade.page(pdf)))) == ["twice"]
    keep_pages(row.pk, [page.pk], by=operator(row))
    assert found(*handed_in(row, pdf)) == ["twice"]
    void_signature(row.pk, reason="录错了人", by=operator(row))
    [again] = handed_in(row, pdf)
    assert found(again) == ["matched"]
    keep_pages(row.pk, [again.pk], by=operator(row))
    assert Signature.objects.filter(voided_at=None).count() == 1


def test_control_a_double_that_nobody_looks_for_is_matched_again(monkeypatch: pytest.MonkeyPatch) -> None:
    row, pdf = printed()
    handed_in(row, pdf)
    monkeypatch.setattr(service, "_is_there", lambda _: False)
    assert found(*handed_in(row, pdf)) == ["matched"]


# keeping


def saved_anew(row: Registration) -> None:
    open_correction(row.pk, hours=2, by=operator(row))
    change(row)


def photographed_anew(row: Registration) -> None:
    open_phase(row, "intake")
    take_photo(row.pk, face(5), by=operator(row), source="camera")


@pytest.mark.parametrize(
    ("act", "why"),
    [(saved_anew, "第1版已作废（已保存第2版），现在有效的是第2版，还没有打印"), (photographed_anew, "照片已更换")],
)
def test_a_page_of_a_void_print_is_refused_with_what_counts_now(act: object, why: str) -> None:
    row, pdf = printed()
    [page] = handed_in(row, pdf)
    act(row)  # type: ignore[operator]
    with pytest.raises(Refused, match=why):
        keep_pages(row.pk, [page.pk], by=operator(row))
    row.refresh_from_db()
    assert row.signed_version == 0
    print_sheet(row.pk, by=operator(row))
    with pytest.raises(Refused, match="请在新打印的表上签字"):
        keep_pages(row.pk, [page.pk], by=operator(row))


def test_control_a_void_print_that_nobody_asks_about_is_still_refused_by_the_signature_and_without_both_signed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row, pdf = printed()
    [page] = handed_in(row, pdf)
    photographed_anew(row)
    print_sheet(row.pk, by=operator(row))
    monkeypatch.setattr(service, "refuse_if_void", lambda *_: None)
    with pytest.raises(Refused, match="请重新打印再签字"):
        keep_pages(row.pk, [page.pk], by=operator(row))
    monkeypatch.setattr("baoming.registrations.services.sheets.counting_print", lambda _, pk: Print.objects.get(pk=pk))
    keep_pages(row.pk, [page.pk], by=operator(row))
    assert Signature.objects.get().print_id == page.print_id  # the void paper, signed


def test_of_whoever_has_signed_already_the_page_is_kept_alone() -> None:
    row, pdf = printed()
    record_signature(row.pk, version=1, by=operator(row))
    [page] = handed_in(row, degrade.jpeg(degrade.page(pdf)))
    assert found(page) == ["matched"]
    assert keep_pages(row.pk, [page.pk], by=operator(row)) == ""
    assert Signature.objects.count() == 1


def test_a_page_is_kept_once_and_by_the_site_alone() -> None:
    row, pdf = printed()
    [page] = handed_in(row, pdf)
    with pytest.raises(NotOpen):
        keep_pages(row.pk, [page.pk], by=county(row))
    keep_pages(row.pk, [page.pk], by=operator(row))
    with pytest.raises(Refused, match="已经处理过"):
        keep_pages(row.pk, [page.pk], by=operator(row))
    assert Signature.objects.count() == 1


def test_no_event_and_no_row_tells_who_it_is() -> None:
    row, pdf = printed()
    handed_in(row, pdf)
    told = json.dumps([event.details for event in Event.objects.filter(verb="take_scans")])
    assert row.name not in told
    assert "name" not in {field.name for field in ScanFile._meta.fields}


def test_the_check_of_the_public_page_and_of_the_scan_find_the_same_print() -> None:
    assert service.print_of is sheet_checks.print_of
