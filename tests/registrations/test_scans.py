"""R20: signed pages are read whatever scanner or telephone made of them, named where they cannot count, and kept once
a person has said yes."""

import io
import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from uuid import uuid4

import pytest
import segno
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from PIL import Image
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Job

from baoming.audit.models import Event
from baoming.documents.models import Print
from baoming.registrations import page_scans
from baoming.registrations.apart import read_page_apart
from baoming.registrations.models import Registration, ScanFile, ScannedPage, Signature
from baoming.registrations.page_scans import read_page
from baoming.registrations.services import scans as service
from baoming.registrations.services import sheet_checks
from baoming.registrations.services.photos import take_photo
from baoming.registrations.services.scans import drop_pages, keep_pages, page_bytes, remove_old_scans, take_files
from baoming.registrations.services.sheets import open_correction, print_sheet, record_signature
from baoming.registrations.sheet_codes import continued_qr_text
from baoming.registrations.tasks import read_scan
from baoming.reviews.services.signatures import void_signature
from baoming.seasons.models import Season
from baoming.shared.errors import Invalid, NotOpen, Refused, Unavailable
from baoming.shared.text import serial
from baoming.vault.sealing import KeyRing
from standins.faces import face
from tests import factories as make
from tests.concurrency.together import together
from tests.registrations import degrade
from tests.registrations.confirmed import change, county, operator, saved
from tests.registrations.test_hostile_files import printed_sheet
from tests.registrations.test_sheets_service import open_phase
from tests.seasons_kept import loaded

pytestmark = pytest.mark.django_db


def printed() -> tuple[Registration, bytes]:
    """A person whose sheet is printed, and the sheet."""
    row = saved()
    pdf = print_sheet(row.pk, by=operator(row))
    row.refresh_from_db()
    return row, pdf


def handed_in(row: Registration, *files: bytes) -> list[ScannedPage]:
    """Hand files in at the site of `row`, and let the worker read them."""
    key = uuid4()
    take_files(row.season, files, key=key, by=operator(row))
    for file in ScanFile.objects.filter(key=key).order_by("place"):
        read_scan(str(file.pk))
    return list(ScannedPage.objects.filter(file__key=key).order_by("file__place", "number"))


def found(*pages: ScannedPage) -> list[str]:
    return [page.found for page in pages]


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


# jobs, doubles, files


def test_the_same_form_sent_twice_is_taken_once_and_a_job_that_runs_twice_reads_once() -> None:
    row, pdf = printed()
    key = uuid4()
    for _ in range(2):
        take_files(row.season, [pdf, pdf], key=key, by=operator(row))
    assert ScanFile.objects.count() == 2
    assert ProcrastinateJob.objects.filter(task_name="registrations.read_scan").count() == 2
    for file in (*ScanFile.objects.order_by("place"), *ScanFile.objects.order_by("place")):
        read_scan(str(file.pk))
    assert sorted(found(*ScannedPage.objects.all())) == ["matched", "twice"]


def test_a_job_that_has_no_time_left_leaves_the_rest_to_another() -> None:
    row, pdf = printed()
    take_files(
        row.season, [degrade.scanned_pdf(*[degrade.jpeg(degrade.page(pdf), 50)] * 3)], key=uuid4(), by=operator(row)
    )
    file = ScanFile.objects.get()
    service.read_file(file.pk, seconds=0)
    file.refresh_from_db()
    assert (file.read, file.pages, file.done_at) == (1, 3, None)
    assert ProcrastinateJob.objects.filter(task_name="registrations.read_scan").count() == 2
    service.read_file(file.pk)
    assert found(*ScannedPage.objects.order_by("number")) == ["matched", "twice", "twice"]


def test_the_same_key_at_another_site_is_another_form() -> None:
    row, key = saved(), uuid4()
    take_files(row.season, [b"x"], key=key, by=operator(row))
    take_files(row.season, [b"y"], key=key, by=make.staff(make.site("02")).actor)
    assert ScanFile.objects.filter(key=key).count() == 2


@pytest.mark.parametrize("count", [0, 31])
def test_no_file_or_too_many_are_refused_with_what_to_do(count: int) -> None:
    row = saved()
    with pytest.raises(Invalid, match="请"):
        take_files(row.season, [b"x"] * count, key=uuid4(), by=operator(row))


@pytest.mark.parametrize(("content", "fault"), [(b"", "EMPTY"), (b"GIF89a", "NO_PAGE"), (b"%PDF-1.7 x", "BROKEN")])
def test_a_file_that_cannot_be_read_says_why(content: bytes, fault: str) -> None:
    row = saved()
    assert handed_in(row, content) == []
    file = ScanFile.objects.get()
    assert file.fault == fault
    assert file.done_at is not None
    assert drop_pages(row.season_id, [], [file.pk], by=make.staff(make.site("02")).actor) == 0
    assert drop_pages(row.season_id, [], [file.pk], by=operator(row)) == 1


def test_what_nobody_confirms_is_thrown_away_by_hand_or_after_some_days() -> None:
    row, pdf = printed()
    [page] = handed_in(row, pdf)
    assert drop_pages(row.season_id, [page.pk], by=operator(row)) == 1
    assert not ScanFile.objects.exists()
    [page] = handed_in(row, pdf)
    other = make.site("02")
    assert drop_pages(row.season_id, [page.pk], by=make.staff(other).actor) == 0
    assert remove_old_scans() == 0
    ScanFile.objects.update(at=page.file.at - service.KEPT - make.A_MINUTE)
    assert remove_old_scans() == 1
    assert not ScanFile.objects.exists()


def test_a_page_that_was_kept_stays() -> None:
    row, pdf = printed()
    [page] = handed_in(row, pdf)
    keep_pages(row.pk, [page.pk], by=operator(row))
    assert drop_pages(row.season_id, [page.pk], by=operator(row)) == 0
    ScanFile.objects.update(at=page.file.at - service.KEPT - make.A_MINUTE)
    assert remove_old_scans() == 0
    assert page_bytes(page)


def overtaken(monkeypatch: pytest.MonkeyPatch, row: Registration, page: ScannedPage) -> None:
    """Confirm a page while the night throws away what is old: the night has looked, and not yet thrown away."""
    ScanFile.objects.update(at=page.file.at - service.KEPT - make.A_MINUTE)
    looked, remove = threading.Event(), service._remove

    def late(pages: list[ScannedPage]) -> None:
        looked.set()
        time.sleep(1)
        remove(pages)

    def confirm() -> None:
        assert looked.wait(20)
        with suppress(Refused):
            keep_pages(row.pk, [page.pk], by=operator(row))

    monkeypatch.setattr(service, "_remove", late)
    together([remove_old_scans, confirm])


@pytest.mark.django_db(transaction=True)
def test_a_page_confirmed_while_the_night_tidies_is_kept_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    row, pdf = printed()
    [page] = handed_in(row, pdf)
    overtaken(monkeypatch, row, page)
    assert Signature.objects.exists() == ScannedPage.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_the_night_takes_the_page_of_a_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    row, pdf = printed()
    [page] = handed_in(row, pdf)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_: rows)
    overtaken(monkeypatch, row, page)
    assert Signature.objects.exists()
    assert not ScannedPage.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_same_form_twice_at_the_same_instant_is_taken_once_and_leaves_no_file_behind() -> None:
    row, key = saved(), uuid4()
    before = stored("scans")
    answers = together([lambda: take_files(row.season, [b"a", b"b"], key=key, by=operator(row))] * 2)
    assert answers == [2, 2]
    assert ScanFile.objects.filter(key=key).count() == 2
    assert ProcrastinateJob.objects.filter(task_name="registrations.read_scan").count() == 2
    assert Event.objects.filter(verb="take_scans").count() == 1
    assert stored("scans") - before == {file.file for file in ScanFile.objects.all()}


def stored(folder: str) -> set[str]:
    if not default_storage.exists(folder):
        return set()
    return {f"{folder}/{sub}/{name}" for sub in default_storage.listdir(folder)[0]
            for name in default_storage.listdir(f"{folder}/{sub}")[1]}  # fmt: skip


def test_a_storage_that_is_away_for_a_moment_loses_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    row, pdf = printed()
    take_files(row.season, [pdf], key=uuid4(), by=operator(row))
    file = ScanFile.objects.get()
    with monkeypatch.context() as patch:
        patch.setattr(default_storage, "open", failing(OSError("away")))
        with pytest.raises(Unavailable):
            read_scan(str(file.pk))
    file.refresh_from_db()
    assert (file.fault, file.done_at) == ("", None)
    read_scan(str(file.pk))
    assert found(*ScannedPage.objects.all()) == ["matched"]


def failing(problem: Exception) -> Callable[..., object]:
    def fail(*_: object, **__: object) -> object:
        raise problem

    return fail


def test_a_storage_that_is_away_is_asked_again_by_the_job() -> None:
    retry = read_scan.retry_strategy
    assert retry is not None
    job = Job(id=1, queue="q", lock=None, queueing_lock=None, task_name="x", attempts=1)
    assert retry.get_retry_decision(exception=PermissionError("away"), job=job)
    assert retry.get_retry_decision(exception=Unavailable("away"), job=job)
    assert retry.get_retry_decision(exception=KeyError("ours"), job=job) is None


def test_a_defect_of_ours_ends_one_file_and_the_next_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    row, pdf = printed()
    with monkeypatch.context() as patch:
        patch.setattr(service, "_match_first", failing(KeyError("a defect")))
        assert handed_in(row, pdf) == []
    file = ScanFile.objects.get()
    assert (file.fault, file.done_at is None) == ("BROKEN", False)
    assert found(*handed_in(row, pdf)) == ["matched"]


def test_no_event_and_no_row_tells_who_it_is() -> None:
    row, pdf = printed()
    handed_in(row, pdf)
    told = json.dumps([event.details for event in Event.objects.filter(verb="take_scans")])
    assert row.name not in told
    assert "name" not in {field.name for field in ScanFile._meta.fields}


def test_the_check_of_the_public_page_and_of_the_scan_find_the_same_print() -> None:
    assert service.print_of is sheet_checks.print_of
