"""R19 for a whole class: one file in list order, each sheet as the single one; who cannot be printed is named."""

import errno
import io
from functools import cache
from uuid import UUID, uuid4

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image
from procrastinate.contrib.django.models import ProcrastinateJob
from pypdf import PdfReader

from baoming.audit.models import Event
from baoming.documents import engine
from baoming.documents.models import Print, PrintFile
from baoming.documents.queries import files
from baoming.documents.services import fetch_file, void_prints
from baoming.organizations.models import Organization
from baoming.photos.card_fronts import cut_name, find_name
from baoming.photos.preparing import prepare
from baoming.photos.standard import PhotoProfile
from baoming.registrations.models import Batch, BatchLine, NameImage, Photo, Registration
from baoming.registrations.name_image_queries import picture_context
from baoming.registrations.services import class_sheets
from baoming.registrations.services.class_sheets import FileOrder, log_file
from baoming.registrations.services.sheets import SHEET, print_sheet, record_signature
from baoming.reviews.queries import moral_texts
from baoming.reviews.services import assess_morals, class_prints
from baoming.reviews.services.class_prints import print_class
from baoming.reviews.tasks import make_print_file, run_batch
from baoming.seasons.models import Season
from baoming.seasons.queries import season_now
from baoming.shared.errors import Refused
from baoming.vault.services import keys
from bench.saved import saved_pupils
from standins.cards import front, photographed
from standins.faces import face
from standins.people import people
from tests import factories as make
from tests.registrations.classes import operator

pytestmark = pytest.mark.django_db
RARE = ("欧阳思远", "阿依古丽·买买提", "陈㛃", "𠮷明")  # the first four of the stand-in's class
PRIVATE = "龙\ue863"
NAMELESS = "龙\ue000明"


@cache
def pictures() -> list[bytes]:
    return [prepare(face(seed), PhotoProfile()).jpeg for seed in (3, 5)]


@pytest.fixture
def here() -> Organization:
    make.season("confirmation")
    return make.site()


def a_class(here: Organization, count: int) -> list[Registration]:
    return saved_pupils(here, people(count), pictures(), first=1_020_001, season=Season.objects.get())


def ordered(here: Organization, rows: list[Registration]) -> Batch:
    """The batch of a class print, its prints logged, no file made yet."""
    season = Season.objects.get()
    batch = print_class(season, [row.pk for row in rows], key=uuid4(), about="高三（1）班", by=operator(here))
    run_batch(str(batch.pk))
    batch.refresh_from_db()
    return batch


def printed(here: Organization, rows: list[Registration]) -> tuple[Batch, list[PrintFile]]:
    """The batch, and its files as they were made."""
    batch = ordered(here, rows)
    jobs = ProcrastinateJob.objects.filter(task_name="reviews.make_print_file", status="todo").order_by("id")
    for job in jobs:
        make_print_file(**job.args)
    return batch, list(PrintFile.objects.filter(batch=batch.pk).order_by("part"))


def pages(file: PrintFile, here: Organization) -> list[str]:
    pdf = fetch_file(file.pk, by=operator(here))
    return ["".join(page.extract_text().replace("\u200b", "").split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def sentences(batch: Batch) -> dict[UUID, str]:
    return dict(BatchLine.objects.filter(batch=batch).exclude(sentence="").values_list("registration", "sentence"))


def test_a_class_is_one_file_with_the_list_in_front_and_the_sheets_in_its_order(here: Organization) -> None:
    rows = a_class(here, 6)
    Registration.objects.filter(pk=rows[0].pk).update(student_no="9")
    Registration.objects.filter(pk=rows[1].pk).update(student_no="")
    batch, [file] = printed(here, list(reversed(rows)))
    assert (batch.done, batch.skipped) == (6, 0)
    cover, *sheets = pages(file, here)
    wanted = ["01020003", "01020004", "01020005", "01020006", "01020001", "01020002"]
    assert [serial for sheet, serial in zip(sheets, wanted, strict=True) if serial in sheet] == wanted
    assert [cover.index(serial) for serial in wanted] == sorted(cover.index(serial) for serial in wanted)
    for text in (*RARE, "高三（1）班", "李强", "本册打印6人", "没有打印无", "测试01中学报名点", "周敏"):
        assert text in cover, text
    for name, sheet in zip(RARE[2:], sheets, strict=False):
        assert name in sheet


def test_each_sheet_says_what_the_single_one_says(here: Organization) -> None:
    rows = a_class(here, 3)
    for row in rows:
        assess_morals(row.pk, qualified=True, text=f"{row.name}遵纪守法，团结同学。", by=operator(here))
    _, [file] = printed(here, rows)
    _, *sheets = pages(file, here)
    for row, sheet in zip(rows, sheets, strict=True):
        moral = moral_texts([row.pk])[row.pk]
        single = PdfReader(io.BytesIO(print_sheet(row.pk, by=operator(here), moral=moral))).pages[0].extract_text()
        assert "".join(single.replace("\u200b", "").split()) == sheet
        assert f"{row.name}遵纪守法" in sheet
    pdf = fetch_file(file.pk, by=operator(here))
    assert all(class_sheets.photo_bytes(photo) in pdf for photo in Photo.objects.all())


def test_sixty_one_are_two_files(here: Organization) -> None:
    rows = a_class(here, 61)
    batch, parts = printed(here, rows)
    assert (batch.done, batch.skipped) == (61, 0)
    assert [(file.part, file.parts, file.print_set.count()) for file in parts] == [(1, 2, 60), (2, 2, 1)]
    cover, sheet = pages(parts[1], here)
    assert "第2册共2册" in cover
    assert "01020061" in sheet


def test_fifty_nine_print_and_the_one_with_a_character_in_no_font_is_named(here: Organization) -> None:
    rows = a_class(here, 60)
    Registration.objects.filter(pk=rows[30].pk).update(name=PRIVATE)
    batch, [file] = printed(here, rows)
    assert (batch.done, batch.skipped) == (59, 1)
    assert sentences(batch) == {
        rows[30].pk: "“姓名”里的U+E863字库中没有，不能用别的字代替；请在受理台拍摄证件正面，截取姓名图片后再打印"
    }
    assert not Print.objects.filter(subject=rows[30].pk).exists()
    assert not Event.objects.filter(subject=rows[30].pk, verb="print_sheet").exists()
    rows[30].refresh_from_db()
    assert rows[30].printed_version == 0
    assert [pk for pk, _ in file.left_out] == [str(rows[30].pk)]
    first, second, *sheets = pages(file, here)
    assert len(sheets) == 59
    assert "龙〓（“姓名”里的U+E863" in first
    assert "应打印60人本册打印59人" in first
    assert "01020031" not in first + second + "".join(sheets)


def test_control_without_the_preflight_the_one_keeps_all_sixty_from_being_printed(
    here: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = a_class(here, 3)
    Registration.objects.filter(pk=rows[1].pk).update(name=PRIVATE)
    monkeypatch.setattr(class_sheets, "unprintable_fields", lambda *_: {})
    _, [file] = printed(here, rows)
    assert file.failed
    assert file.print_set.count() == 3
    with pytest.raises(Refused, match="没有生成成功，请重新打印"):
        fetch_file(file.pk, by=operator(here))


def test_who_has_nothing_to_print_is_named_and_a_class_of_such_makes_no_file(here: Organization) -> None:
    unsaved, without_photo = a_class(here, 2)
    Registration.objects.filter(pk=unsaved.pk).update(version=0)
    Photo.objects.filter(registration=without_photo).update(current=False)
    batch, made = printed(here, [without_photo, unsaved])
    assert made == []
    assert sentences(batch) == {
        unsaved.pk: "考生还没有保存报名信息，保存以后才能打印登记表",
        without_photo.pk: "还没有照片，请先采集照片，再打印登记表",
    }


def test_reading_and_logging_sixty_takes_as_many_statements_as_one(here: Organization) -> None:
    rows = a_class(here, 61)
    for row in rows[:2]:
        assess_morals(row.pk, qualified=True, text="团结同学", by=operator(here))

    def statements(some: list[Registration]) -> int:
        locked = list(Registration.objects.filter(pk__in=[row.pk for row in some]).select_related("season"))
        order = FileOrder(
            season=Season.objects.get(), batch=uuid4(), title="高三（1）班", part=1, parts=1, by=operator(here)
        )
        with CaptureQueriesContext(connection) as captured:
            logged = log_file(locked, order, morals=moral_texts([row.pk for row in some]))
        assert logged.file is not None
        assert len(logged.prints) == len(some)
        with CaptureQueriesContext(connection) as made:
            class_prints.make_print_file(logged.file.pk)
        return len(captured) + len(made)

    assert statements(rows[:1]) == statements(rows[1:])


def test_prints_are_logged_and_can_be_signed(here: Organization) -> None:
    rows = a_class(here, 2)
    batch = ordered(here, rows)
    file = PrintFile.objects.get(batch=batch.pk)
    logged = {one.subject: one for one in Print.objects.all()}
    assert {pk: (one.version, one.file, one.place) for pk, one in logged.items()} == {
        rows[0].pk: (1, file, 1), rows[1].pk: (1, file, 2),
    }  # fmt: skip
    assert set(BatchLine.objects.values_list("made", flat=True)) == {str(one.pk) for one in logged.values()}
    assert Event.objects.filter(verb="print_sheet", details={"version": 1}).count() == 2
    signature = record_signature(rows[0].pk, version=1, by=operator(here))
    assert signature.print_id == logged[rows[0].pk].pk


def test_the_file_is_made_once_however_often_the_job_runs(here: Organization) -> None:
    rows = a_class(here, 2)
    batch, [file] = printed(here, rows)
    first = fetch_file(file.pk, by=operator(here))
    run_batch(str(batch.pk))
    make_print_file(str(file.pk))
    assert Print.objects.count() == 2
    again = PrintFile.objects.get()
    assert (again.file, again.made_at) == (file.file, file.made_at)
    assert fetch_file(file.pk, by=operator(here)) == first


def test_a_job_killed_before_it_kept_the_file_makes_the_same_one(
    here: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = ordered(here, a_class(here, 2))
    file = PrintFile.objects.get(batch=batch.pk)
    kept: list[bytes] = []
    with monkeypatch.context() as killed:
        killed.setattr(class_sheets, "keep_file", lambda _, pdf: kept.append(pdf))
        make_print_file(str(file.pk))
    make_print_file(str(file.pk))
    assert fetch_file(file.pk, by=operator(here)) == kept[0]
    assert Print.objects.count() == 2


def test_two_that_make_one_file_at_a_time_keep_one(here: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = ordered(here, a_class(here, 1))
    file = PrintFile.objects.get(batch=batch.pk)
    keep, stored = class_sheets.keep_file, default_storage.save
    names: list[str] = []
    monkeypatch.setattr(default_storage, "save", lambda name, content: names.append(name) or stored(name, content))
    monkeypatch.setattr(class_sheets, "keep_file", lambda pk, pdf: (keep(pk, pdf), keep(pk, pdf)))
    make_print_file(str(file.pk))
    assert len(names) == 1


def test_a_file_for_which_there_is_no_room_is_told_and_keeps_nobody_waiting(
    here: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(name: str, content: object) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    batch = ordered(here, a_class(here, 1))
    file = PrintFile.objects.get(batch=batch.pk)
    monkeypatch.setattr(default_storage, "save", full)
    make_print_file(str(file.pk))
    file.refresh_from_db()
    assert file.failed


def test_a_press_that_breaks_is_told_and_keeps_nobody_waiting(
    here: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = a_class(here, 1)
    with monkeypatch.context() as broken:
        broken.setattr(engine, "_APART", engine._APART.with_name("none.py"))
        _, [file] = printed(here, rows)
    assert file.failed
    make_print_file(str(file.pk))
    file.refresh_from_db()
    assert file.failed
    _, [again] = printed(here, rows)
    assert len(pages(again, here)) == 2


@pytest.fixture
def one_voided_between(here: Organization) -> tuple[Registration, PrintFile]:
    """One of two pupils saved anew after the prints were logged and before the file was made."""
    rows = a_class(here, 2)
    batch = ordered(here, rows)
    void_prints(rows[0].pk, SHEET, reason="已保存第2版", at=season_now(rows[0].season_id))
    return rows[0], PrintFile.objects.get(batch=batch.pk)


def test_what_was_voided_before_the_file_was_made_is_not_in_it(
    here: Organization, one_voided_between: tuple[Registration, PrintFile]
) -> None:
    row, file = one_voided_between
    make_print_file(str(file.pk))
    file.refresh_from_db()
    cover, *sheets = pages(file, here)
    assert len(sheets) == 1
    assert f"{row.name}（下单打印以后又有变动，请重新打印）" in cover


def test_a_later_photo_does_not_come_onto_a_sheet_that_was_logged_before(here: Organization) -> None:
    [row] = a_class(here, 1)
    batch = ordered(here, [row])
    file = PrintFile.objects.get(batch=batch.pk)
    old = Photo.objects.get()
    Photo.objects.update(current=False)
    Photo.objects.create(registration=row, file="none", sha256="", size=1, source="camera", taken_at=row.created_at)
    make_print_file(str(file.pk))
    assert class_sheets.photo_bytes(old) in fetch_file(file.pk, by=operator(here))


def test_a_lost_photo_keeps_one_sheet_back_and_no_other(here: Organization) -> None:
    rows = a_class(here, 2)
    default_storage.delete(Photo.objects.get(registration=rows[0]).file)
    _, [file] = printed(here, rows)
    cover, *sheets = pages(file, here)
    assert len(sheets) == 1
    assert f"{rows[0].name}（照片文件读不出" in cover


def test_a_name_that_no_font_has_stands_as_its_picture_on_the_list_and_on_the_sheet(here: Organization) -> None:
    rows = a_class(here, 2)
    nameless = rows[0]
    nameless.name = NAMELESS
    nameless.save()
    assert sizes_of(printed(here, rows)[1][0], here)[0] == []  # control: without a picture that one is left out
    png = cut()
    image = NameImage(registration=nameless, made_at=nameless.created_at, confirmed_at=nameless.created_at)
    image.current, image.picture_sealed = True, keys().seal(png, context=picture_context(image.pk))
    image.save()
    _, [file] = printed(here, rows)
    size = Image.open(io.BytesIO(png)).size
    cover, *sheets = sizes_of(file, here)
    assert cover == [size]
    assert [size in one for one in sheets].count(True) == 1
    assert len(sheets) == 2
    words = "".join(pages(file, here))
    assert "没有打印无" in "".join(words.split())
    assert "\ue000" not in words


def cut() -> bytes:
    line = find_name(photographed(front(NAMELESS)))
    return cut_name(line.strip, line.box)


def sizes_of(file: PrintFile, here: Organization) -> list[list[tuple[int, int]]]:
    """Return the pictures of each page."""
    pdf = PdfReader(io.BytesIO(fetch_file(file.pk, by=operator(here))))
    return [[image.image.size for image in page.images if image.image] for page in pdf.pages]


def test_only_the_site_prints_a_class(here: Organization) -> None:
    rows = a_class(here, 2)
    county = make.staff(make.county()).actor
    season = Season.objects.get()
    batch = print_class(season, [row.pk for row in rows], key=uuid4(), about="高三（1）班", by=county)
    run_batch(str(batch.pk))
    assert set(sentences(batch).values()) == {"报名登记表由报名点打印"}
    assert Print.objects.count() == 0


def test_files_are_listed_with_how_many_still_count(here: Organization) -> None:
    rows = a_class(here, 3)
    printed(here, rows)
    void_prints(rows[0].pk, SHEET, reason="照片已更换", at=season_now(rows[0].season_id))
    [file] = files(Season.objects.get().pk, here.path)
    assert (file.prints, file.void, file.pages) == (3, 1, 4)  # type: ignore[attr-defined]


def test_the_missing_stand_in_the_order_of_the_list(here: Organization) -> None:
    rows = a_class(here, 12)
    gone = sorted(rows[1:12], key=lambda row: row.pk.hex)
    Registration.objects.filter(pk__in=[row.pk for row in gone]).update(version=0)
    _, [file] = printed(here, rows)
    assert [pk for pk, _ in file.left_out] == [str(row.pk) for row in rows[1:12]]
