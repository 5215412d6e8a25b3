"""R7: a photo is marked as to be retaken; what stands on it falls as the journey's table says."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from baoming.audit.actors import Actor, Party
from baoming.audit.models import Event
from baoming.documents.queries import prints_of
from baoming.registrations.models import Photo, Registration, Signature
from baoming.registrations.queries import current_photo, tasks_of
from baoming.registrations.services import retakes
from baoming.registrations.services.photos import take_photo
from baoming.registrations.services.retakes import ask_retake, keep_photo
from baoming.registrations.services.sheets import print_sheet, record_signature
from baoming.registrations.tasklist import Status, Task
from baoming.reviews.services import reopen
from baoming.seasons.queries import season_now
from baoming.shared.errors import Invalid, NotOpen, Refused
from standins.faces import Look, draw, face
from tests import factories as make
from tests.registrations.confirmed import city, completed, county, operator, ready, saved, signed

pytestmark = pytest.mark.django_db
FIXTURE = json.loads((Path(__file__).parents[1] / "fixtures" / "journey.json").read_text("utf-8"))
STATES = Registration.PhotoState


def asked(row: Registration, *, reason: str = "backdrop", by: Actor | None = None) -> list[str]:
    photo = current_photo(row)
    assert photo is not None
    fell = ask_retake(row.pk, photo.pk, reason=reason, by=by or county(row))
    row.refresh_from_db()
    return fell


def taken(row: Registration, picture: bytes) -> Photo:
    photo = take_photo(row.pk, picture, by=operator(row), source="camera")
    row.refresh_from_db()
    return photo


def task(row: Registration, viewer: Party, key: str = "photo") -> Task:
    return next(task for task in tasks_of(row, viewer).all if task.key == key)


def test_what_falls_is_what_the_table_says() -> None:
    row = signed()
    before = row.done_steps
    fell = asked(row)
    assert fell == [key for key in FIXTURE["returned"]["photo"] if key in before]
    assert "signature" in fell
    assert before - row.done_steps == set(fell)
    assert row.current_step == "photo"
    assert row.photo_state == STATES.RETAKE
    assert Signature.objects.get().void_reason == "照片背景不合规定"
    assert [one.void_reason for one in prints_of(row.pk)] == ["照片待重拍"]


@pytest.mark.parametrize("party", ["site", "county"])
def test_site_and_county_may_ask(party: str) -> None:
    row = saved()
    asked(row, by=operator(row) if party == "site" else county(row))
    assert "photo" not in row.done_steps
    event = Event.objects.get(verb="return_photo")
    assert event.details["reason"] == "backdrop"


@pytest.mark.parametrize("kind", [Party.CANDIDATE, Party.CITY, Party.PROVINCE])
def test_nobody_else_may(kind: Party) -> None:
    row = saved()
    with pytest.raises(NotOpen, match="报名点或"):
        asked(row, by=Actor(kind=kind, id="", path=row.path, label="别人"))


def test_the_candidate_reads_why_and_where_to_go() -> None:
    row = saved()
    asked(row, reason="glare")
    mine = task(row, Party.CANDIDATE)
    assert mine.status is Status.PROBLEM
    assert mine.said.startswith("照片眼镜有反光，请到报名点重拍，")
    assert mine in tasks_of(row, Party.CANDIDATE).now
    assert task(row, Party.SITE).status is Status.TODO
    assert task(row, Party.COUNTY).status is Status.DOING
    taken(row, face(5))
    assert task(row, Party.CANDIDATE).status is Status.DONE
    assert "重拍" not in "".join(one.said for one in tasks_of(row, Party.CANDIDATE).all)


def test_a_new_photo_ends_it_and_the_sheet_is_printed_and_signed_again() -> None:
    row = signed()
    asked(row)
    with pytest.raises(NotOpen, match="待重拍"):
        print_sheet(row.pk, by=operator(row))
    new = taken(row, face(5))
    assert current_photo(row) == new
    assert row.photo_state == STATES.GOOD
    assert "photo" in row.done_steps
    print_sheet(row.pk, by=operator(row))
    assert record_signature(row.pk, version=row.version, by=operator(row)).photo == new


def test_a_new_photo_with_a_fault_does_not_end_it() -> None:
    row = saved()
    asked(row)
    taken(row, draw(1, look=Look(backdrop=(200, 40, 40)), width=600).jpeg)
    assert "photo" not in row.done_steps
    assert row.photo_state == STATES.FAULTY


def test_while_intake_is_open_no_window_of_ones_own_is_made() -> None:
    row = ready()
    asked(row)
    assert not Event.objects.filter(verb="extend_for_person").exists()
    taken(row, face(5))


def test_after_intake_the_persons_own_is_opened_until_confirmation_ends() -> None:
    row = saved()
    confirmation = tasks_of(row, Party.SITE)
    assert next(one for one in confirmation.all if one.key == "signature").closes is not None
    asked(row)
    assert task(row, Party.SITE).closes == task(row, Party.SITE, "moral_assessment").closes


def test_control_without_the_window_the_photo_could_not_be_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    row = saved()
    monkeypatch.setattr(retakes, "_open_intake", lambda *_, **__: None)
    asked(row)
    with pytest.raises(NotOpen, match="结束"):
        taken(row, face(5))


def test_when_both_are_over_it_is_refused_with_the_way() -> None:
    row = saved()
    make.at(season_now(row.season_id) + timedelta(days=30))
    with pytest.raises(NotOpen, match="信息变更"):
        asked(row)
    row.refresh_from_db()
    assert "photo" in row.done_steps


def test_after_completion_the_county_reopens_first(monkeypatch: pytest.MonkeyPatch) -> None:
    row = completed()
    with pytest.raises(NotOpen, match="重新打开"):
        asked(row)
    row.refresh_from_db()
    assert "completion" in row.done_steps
    reopen(row.pk, reason="照片和本人不符", by=county(row))
    assert "signature" in asked(row, reason="not_them")


def test_control_without_the_rule_the_countys_completion_falls_unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    row = completed()
    monkeypatch.setattr(retakes, "refuse_if_completed", lambda _: None)
    asked(row)
    assert "completion" not in row.done_steps


def test_a_reason_of_the_season_is_asked() -> None:
    row = saved()
    with pytest.raises(Invalid, match="理由"):
        asked(row, reason="ugly")


def test_the_photo_that_was_seen_is_the_one_marked_and_only_once() -> None:
    row = ready()
    seen = current_photo(row)
    assert seen is not None
    taken(row, face(5))
    with pytest.raises(Refused, match="刚刚换过"):
        ask_retake(row.pk, seen.pk, reason="glare", by=operator(row))
    asked(row)
    with pytest.raises(Refused, match="已经标为"):
        asked(row)


def test_the_office_that_asked_takes_it_back_and_the_photo_is_used_as_before() -> None:
    row = signed()
    photo = current_photo(row)
    assert photo is not None
    asked(row)
    with pytest.raises(NotOpen, match="由它撤回"):
        keep_photo(row.pk, photo.pk, by=operator(row))
    keep_photo(row.pk, photo.pk, by=county(row))
    row.refresh_from_db()
    assert "photo" in row.done_steps
    assert "signature" not in row.done_steps  # its sheet is void: printed and signed again
    assert row.photo_state == STATES.GOOD
    assert current_photo(row) == photo
    with pytest.raises(Refused, match="没有标为待重拍"):
        keep_photo(row.pk, photo.pk, by=county(row))
    assert asked(row, reason="edited") == ["photo"]


def test_what_was_replaced_is_not_taken_back() -> None:
    row = saved()
    old = current_photo(row)
    assert old is not None
    asked(row)
    taken(row, face(5))
    with pytest.raises(Refused, match="换过"):
        keep_photo(row.pk, old.pk, by=county(row))


def test_the_city_has_no_part_in_it() -> None:
    row = saved()
    asked(row)
    photo = current_photo(row)
    assert photo is not None
    with pytest.raises(NotOpen):
        keep_photo(row.pk, photo.pk, by=city(row))
