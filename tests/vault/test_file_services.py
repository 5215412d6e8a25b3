"""Files that no row names: left by a kill between file and row, taken by the night; none that might still get a row."""

import ast
import os
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from baoming.checks import tasks as checks
from baoming.checks.queries import FILES
from baoming.documents.services import PRINTS
from baoming.documents.tasks import remove_old
from baoming.registrations import tasks
from baoming.registrations.absent_queries import HANDED
from baoming.registrations.attached_queries import EVIDENCE
from baoming.registrations.models import Photo
from baoming.registrations.queries import PHOTOS
from baoming.registrations.services.photos import take_photo
from baoming.registrations.services.scans import PAGES, SCANS
from baoming.vault import file_services
from baoming.vault.file_services import NAMELESS_FOR, SealedFiles, remove_nameless
from standins.faces import face
from tests import factories as make
from tests.registrations.confirmed import operator

pytestmark = pytest.mark.django_db
PRODUCT = Path(__file__).parents[2] / "baoming"
KINDS = (PHOTOS, HANDED, EVIDENCE, SCANS, PAGES, PRINTS, FILES)


@pytest.fixture(autouse=True)
def empty_storage(tmp_path: Path) -> Iterator[None]:
    with override_settings(MEDIA_ROOT=tmp_path):
        yield


def aged(name: str, seconds: float = NAMELESS_FOR.total_seconds() + 60) -> str:
    then = time.time() - seconds
    os.utime(Path(settings.MEDIA_ROOT) / name, (then, then))
    return name


def photo() -> Photo:
    make.season()
    row = make.registration(make.site())
    return take_photo(row.pk, face(1), by=operator(row), source="camera")


def test_what_a_kill_left_behind_goes_after_two_days_from_every_folder() -> None:
    left = [aged(kind.keep(uuid4(), b"left")) for kind in KINDS]
    young = [kind.keep(uuid4(), b"being stored") for kind in KINDS]
    tasks.tidy(0)
    remove_old(0)
    checks.remove_old(0)
    assert not any(map(default_storage.exists, left))
    assert all(map(default_storage.exists, young))


def test_a_file_that_a_row_names_stays_however_old_it_is() -> None:
    name = aged(photo().file)
    assert remove_nameless([PHOTOS]) == 0
    assert PHOTOS.read(Photo.objects.get())
    Photo.objects.all().delete()  # control: it is the row that keeps it
    assert remove_nameless([PHOTOS]) == 1
    assert not default_storage.exists(name)


def test_a_second_file_of_a_row_goes_and_the_one_it_names_stays() -> None:
    """A job that was killed between file and row runs again, and stores its file under a name beside the first."""
    row = photo()
    second = aged(PHOTOS.keep(row.pk, b"again"))
    assert second.startswith(row.file)
    assert second != row.file
    aged(row.file)
    assert remove_nameless([PHOTOS]) == 1
    assert default_storage.exists(row.file)


def test_a_row_written_while_the_night_looks_keeps_its_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its file was in the folder before the rows were asked: the row must be asked for afterwards."""
    row, stored = photo(), SealedFiles._stored
    aged(row.file)
    Photo.objects.all().delete()

    def write_it_now(kind: SealedFiles) -> object:
        found = list(stored(kind))
        row.save(force_insert=True)
        return found

    monkeypatch.setattr(SealedFiles, "_stored", write_it_now)
    assert remove_nameless([PHOTOS]) == 0
    assert default_storage.exists(row.file)


def test_nothing_goes_where_the_rows_are_of_another_database(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(file_services, "_FEW", 2)
    left = [aged(PHOTOS.keep(uuid4(), b"whose")) for _ in range(3)]
    assert remove_nameless([PHOTOS]) == 0
    assert "none was removed" in caplog.text
    assert all(map(default_storage.exists, left))
    default_storage.delete(left[0])  # control: few go
    assert remove_nameless([PHOTOS]) == 2


def test_a_table_that_has_lost_its_rows_is_not_outweighed_by_the_files_of_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(file_services, "_FEW", 0)
    aged(photo().file)
    left = aged(EVIDENCE.keep(uuid4(), b"whose"))
    assert remove_nameless([PHOTOS, EVIDENCE]) == 0
    assert default_storage.exists(left)


def test_what_bears_no_name_of_ours_stays() -> None:
    folder = Path(settings.MEDIA_ROOT) / "photos" / "ab"
    folder.mkdir(parents=True)
    (folder / "README").write_text("put here by hand")
    aged("photos/ab/README")
    assert remove_nameless([PHOTOS]) == 0
    assert (folder / "README").exists()


def test_a_night_asks_the_database_once_a_subfolder() -> None:
    names = [PHOTOS.keep(UUID(int=(0xAB << 120) + number), b"x") for number in range(5)]
    with CaptureQueriesContext(connection) as asked:
        named, without = PHOTOS.nameless()
    assert (named, sorted(without), len(asked)) == (0, sorted(names), 1)


def test_files_are_stored_in_one_place_so_that_the_night_knows_every_folder() -> None:
    stores = {
        str(path.relative_to(PRODUCT))
        for path in PRODUCT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ("default_storage.save", "default_storage.open")
    }
    assert stores == {"vault/file_services.py"}
    declared = {
        ast.unparse(node.args[2])
        for path in PRODUCT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "SealedFiles"
    }
    assert declared == {repr(kind.folder) for kind in KINDS}
