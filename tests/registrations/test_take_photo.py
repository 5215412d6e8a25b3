"""R7: a photo is made ready before the file is locked, and a photo that is not taken leaves no file behind."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.core.files.storage import default_storage

from baoming.photos.standard import ExaminedPhoto
from baoming.registrations.apart import examine_apart
from baoming.registrations.models import Photo, Registration
from baoming.registrations.queries import current_photo, photo_bytes
from baoming.registrations.services import photos, steps
from baoming.registrations.services.photos import take_photo
from baoming.shared.errors import NotOpen
from standins.faces import face
from tests import factories as make
from tests.registrations.confirmed import operator


def person() -> Registration:
    make.season()
    return make.registration(make.site())


def files() -> set[Path]:
    return {path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()}


def breaks(*_: object, **__: object) -> None:
    raise RuntimeError("the log is full")


@pytest.mark.django_db
def test_the_photo_taken_is_the_one_shown() -> None:
    row, before = person(), files()
    photo = take_photo(row.pk, face(1), by=operator(row), source="camera")
    assert current_photo(row) == photo
    assert photo_bytes(photo).startswith(b"\xff\xd8")
    [file] = files() - before
    assert b"\xff\xd8" not in file.read_bytes()


@pytest.mark.django_db
def test_what_is_rolled_back_leaves_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    row, before = person(), files()
    monkeypatch.setattr(photos, "record", breaks)
    with pytest.raises(RuntimeError, match="log is full"):
        take_photo(row.pk, face(1), by=operator(row), source="camera")
    assert Photo.objects.count() == 0
    assert files() == before
    monkeypatch.setattr(default_storage, "delete", lambda _: None)  # control: an orphan stays
    with pytest.raises(RuntimeError, match="log is full"):
        take_photo(row.pk, face(1), by=operator(row), source="camera")
    assert len(files() - before) == 1


@pytest.mark.django_db
def test_what_is_refused_writes_no_file() -> None:
    row, before = person(), files()
    make.season("confirmation")
    with pytest.raises(NotOpen):
        take_photo(row.pk, face(1), by=operator(row), source="camera")
    assert files() == before


@pytest.mark.django_db
def test_the_picture_is_made_ready_before_the_file_is_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []

    def examined(picture: bytes, profile: Mapping[str, Any]) -> ExaminedPhoto:
        order.append("made ready")
        return examine_apart(picture, profile)

    def locked(registration_id: UUID) -> Registration:
        order.append("locked")
        return steps.locked(registration_id)

    row = person()
    monkeypatch.setattr(photos, "examine_apart", examined)
    monkeypatch.setattr(photos, "locked", locked)
    take_photo(row.pk, face(1), by=operator(row), source="camera")
    assert order == ["made ready", "locked"]
