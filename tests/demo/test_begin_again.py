"""Practice begins again (R28): files of those who practised go at once, and no upload of now loses its own."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.test import override_settings
from django.utils import timezone

from baoming.registrations.models import Photo
from baoming.registrations.queries import PHOTOS
from baoming.registrations.services.photos import take_photo
from demo import load
from standins.faces import face
from tests import factories as make
from tests.registrations.confirmed import operator
from tests.vault.test_file_services import KINDS, aged

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def empty_storage(tmp_path: Path) -> Iterator[None]:
    with override_settings(MEDIA_ROOT=tmp_path):
        yield


def test_what_was_stored_in_the_former_database_goes_from_every_folder_and_an_upload_of_now_stays() -> None:
    season = make.season()
    left = [aged(kind.keep(uuid4(), b"practised"), 60) for kind in KINDS]
    load.begin_again(season, dropped_at=timezone.now() - timedelta(seconds=30))
    assert not any(map(default_storage.exists, left))
    running = [aged(kind.keep(uuid4(), b"no row yet"), 20) for kind in KINDS]
    load.begin_again(season, dropped_at=timezone.now() - timedelta(seconds=30))
    assert all(map(default_storage.exists, running)), "an upload of now keeps its file"


def test_control_without_the_moment_an_upload_of_now_loses_its_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "was_stored_before", lambda *_: True)
    with pytest.raises(AssertionError, match="an upload of now"):
        test_what_was_stored_in_the_former_database_goes_from_every_folder_and_an_upload_of_now_stays()


def test_what_the_start_has_stays() -> None:
    season = make.season()
    row = make.registration(make.site())
    name = aged(take_photo(row.pk, face(1), by=operator(row), source="camera").file)
    load.begin_again(season, dropped_at=timezone.now())
    assert PHOTOS.read(Photo.objects.get())
    Photo.objects.all().delete()  # control: it is the row that keeps it
    load.begin_again(season, dropped_at=timezone.now())
    assert not default_storage.exists(name)
