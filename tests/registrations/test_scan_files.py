"""R20: files with signed pages: each form is taken once, each file read once, and nothing is lost or kept too long."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Job

from baoming.audit.models import Event
from baoming.registrations.models import Registration, ScanFile, ScannedPage, Signature
from baoming.registrations.services import scans as service
from baoming.registrations.services.scans import drop_pages, keep_pages, page_bytes, remove_old_scans, take_files
from baoming.registrations.tasks import read_scan
from baoming.shared.errors import Invalid, Refused, Unavailable
from tests import factories as make
from tests.concurrency.together import together
from tests.registrations import degrade
from tests.registrations.confirmed import operator, saved
from tests.registrations.scanned import found, handed_in, printed

pytestmark = pytest.mark.django_db


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
