"""R7: a photo with a fault waits until staff let it pass with a reason, or a better one comes."""

import json
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection

from baoming.audit.actors import Actor, Party
from baoming.audit.models import Event
from baoming.photos.geometry import Fault
from baoming.photos.standard import PhotoRefused
from baoming.registrations.models import Photo, Registration
from baoming.registrations.photo_queries import passing_of, waiting_photo
from baoming.registrations.queries import current_photo
from baoming.registrations.services import photos
from baoming.registrations.services.numbers import issue_number
from baoming.registrations.services.photos import pass_photo, take_photo
from baoming.shared.errors import Invalid, NotOpen, Refused
from standins.faces import Look, draw, face
from tests import factories as make
from tests.registrations.confirmed import completed, operator, ready
from tests.registrations.test_sheets_service import open_phase

pytestmark = pytest.mark.django_db
RED = draw(1, sex="男", look=Look(backdrop=(200, 40, 40)), width=600).jpeg
BLURRED = draw(1, sex="男", look=Look(blur=6), width=600).jpeg
WORDS = {"reason": "medical", "note": "左眼有敷料，医院证明已核对"}
STATES = Registration.PhotoState


def person() -> Registration:
    make.season()
    return make.registration(make.site())


def taken(row: Registration, picture: bytes = RED) -> Photo:
    photo = take_photo(row.pk, picture, by=operator(row), source="camera")
    row.refresh_from_db()
    return photo


def test_a_photo_without_fault_is_used_at_once_and_its_measures_are_kept() -> None:
    row = person()
    photo = taken(row, face(1))
    assert current_photo(row) == photo
    assert (photo.faults, photo.waiting, row.photo_state) == ([], False, STATES.GOOD)
    measured = Photo.objects.get().measured
    assert measured is not None
    assert measured.head is not None
    assert 50 <= measured.head.crown <= 110
    assert "photo" in row.done_steps


def test_a_photo_with_a_fault_waits_and_the_step_is_not_done() -> None:
    row = person()
    photo = taken(row)
    assert waiting_photo(row) == photo
    assert current_photo(row) is None
    assert photo.found == [Fault.BACKDROP]
    assert "photo" not in row.done_steps
    assert row.photo_state == STATES.FAULTY
    with pytest.raises(NotOpen):
        issue_number(row.pk, by=operator(row))


def test_control_without_the_check_any_picture_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    examine = photos.examine_apart
    monkeypatch.setattr(photos, "examine_apart", lambda *asked: replace(examine(*asked), faults=()))
    row = person()
    taken(row)
    assert "photo" in row.done_steps


def test_the_older_photo_stays_in_use_while_a_faulty_one_waits() -> None:
    row = ready()
    old = current_photo(row)
    taken(row)
    assert current_photo(row) == old
    assert "photo" in row.done_steps
    assert row.photo_state == STATES.FAULTY


def test_a_better_photo_ends_the_waiting() -> None:
    row = person()
    taken(row)
    good = taken(row, face(2))
    assert waiting_photo(row) is None
    assert current_photo(row) == good
    assert row.photo_state == STATES.GOOD


def test_only_the_newest_faulty_photo_waits() -> None:
    row = person()
    taken(row)
    newest = taken(row, BLURRED)
    assert waiting_photo(row) == newest
    assert Photo.objects.filter(waiting=True).count() == 1


def test_it_passes_with_a_reason_and_words() -> None:
    row = person()
    photo = taken(row)
    pass_photo(row.pk, photo.pk, **WORDS, by=operator(row))
    row.refresh_from_db()
    used = current_photo(row)
    assert used == photo
    assert (used.passed_by, used.faults, used.waiting) == ("周敏", ["BACKDROP"], False)
    assert "photo" in row.done_steps
    assert row.photo_state == STATES.PASSED
    assert passing_of(used, row.season) == ("医疗原因（敷料、假体、必须佩戴的眼镜等）", WORDS["note"])


def test_why_it_passed_stands_in_no_column_and_no_event() -> None:
    """An illness or a faith is nobody's business but the desk's: sealed, opened on the person's own page."""
    row = person()
    photo = taken(row)
    pass_photo(row.pk, photo.pk, **WORDS, by=operator(row))
    event = Event.objects.get(verb="pass_photo")
    assert event.details == {"photo": str(photo.pk), "faults": ["BACKDROP"]}
    assert event.subject == row.pk
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(p) FROM registrations_photo p")
        [[stored]] = cursor.fetchall()
    for trace in ("medical", "敷料", "医疗"):
        assert trace not in json.dumps(stored if isinstance(stored, dict) else json.loads(stored), ensure_ascii=False)


@pytest.mark.parametrize(
    ("reason", "note", "field"),
    [
        ("", WORDS["note"], "why"),
        ("because", WORDS["note"], "why"),
        ("medical", " 好 ", "seen"),
        ("medical", "", "seen"),
        ("medical", "多" * 101, "seen"),
    ],
)
def test_without_reason_or_words_it_does_not_pass(reason: str, note: str, field: str) -> None:
    row = person()
    photo = taken(row)
    with pytest.raises(Invalid) as refused:
        pass_photo(row.pk, photo.pk, reason=reason, note=note, by=operator(row))
    assert set(refused.value.fields) == {field}
    row.refresh_from_db()
    assert "photo" not in row.done_steps


@pytest.mark.parametrize("kind", [Party.CANDIDATE, Party.COUNTY, Party.CITY, Party.PROVINCE])
def test_only_the_site_lets_a_photo_pass(kind: Party) -> None:
    row = person()
    photo = taken(row)
    with pytest.raises(NotOpen, match="报名点"):
        pass_photo(row.pk, photo.pk, **WORDS, by=Actor(kind=kind, id="", path=row.path, label="别人"))


def test_what_was_seen_is_what_passes() -> None:
    """Another photo came meanwhile, or this one passed already: nobody passes a picture unseen."""
    row = person()
    seen = taken(row)
    taken(row, BLURRED)
    with pytest.raises(Refused, match="换过"):
        pass_photo(row.pk, seen.pk, **WORDS, by=operator(row))
    newest = waiting_photo(row)
    assert newest is not None
    pass_photo(row.pk, newest.pk, **WORDS, by=operator(row))
    for photo_id in (newest.pk, uuid4()):
        with pytest.raises(Refused, match="换过"):
            pass_photo(row.pk, photo_id, **WORDS, by=operator(row))


def test_after_completion_nothing_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    row = completed()
    open_phase(row, "intake")
    monkeypatch.setattr(photos, "refuse_if_completed", lambda _: None)
    photo = taken(row)
    monkeypatch.undo()
    with pytest.raises(NotOpen, match="重新打开"):
        pass_photo(row.pk, photo.pk, **WORDS, by=operator(row))
    row.refresh_from_db()
    assert "completion" in row.done_steps


@pytest.mark.parametrize("picture", [b"", b"no picture", face(1)[:9000], b"\x00\x00\x00\x18ftypheic" + bytes(400)])
def test_what_is_no_picture_is_refused_as_ever_and_leaves_nothing_to_pass(picture: bytes) -> None:
    row = person()
    before = set(Path(settings.MEDIA_ROOT).rglob("*"))
    with pytest.raises(PhotoRefused):
        taken(row, picture)
    assert Photo.objects.count() == 0
    assert set(Path(settings.MEDIA_ROOT).rglob("*")) == before
