"""R7: a photo of somebody else falls by a decision of a second person, the one that was meant, and stays fallen."""

from dataclasses import replace

import pytest
from django.test import Client

from baoming.audit.actors import Actor
from baoming.registrations.models import Photo, Registration
from baoming.registrations.queries import current_photo, photo_bytes
from baoming.registrations.services import photos, retakes
from baoming.registrations.services.photos import take_photo
from baoming.registrations.services.retakes import ask_retake, keep_photo
from baoming.reviews.cases import Act
from baoming.reviews.models import Case
from baoming.reviews.services import case_effects
from baoming.shared.errors import NotOpen, Refused
from standins.faces import face
from tests import factories as make
from tests.registrations import confirmed
from tests.reviews.asking import asked, do
from tests.reviews.files import county, site
from tests.web.conftest import office
from tests.web.test_confirmation import of_county

__all__ = ["office"]
pytestmark = pytest.mark.django_db


def reported() -> tuple[Registration, Case]:
    row = confirmed.ready()
    make.season("intake")
    return row, asked(row, "wrong_photo", by=site(row))


def used(row: Registration) -> Photo:
    photo = current_photo(row)
    assert photo is not None
    return photo


def taken_since(row: Registration) -> Photo:
    return take_photo(row.pk, face(5), by=site(row), source="camera")


def test_the_photo_that_was_meant_falls() -> None:
    row, case = reported()
    do(case, Act.GRANT, county(row))
    row.refresh_from_db()
    assert (row.photo_state, "photo" in row.done_steps) == ("retake", False)


def test_one_that_was_taken_since_does_not_fall_and_the_sentence_says_what_to_do() -> None:
    row, case = reported()
    new = taken_since(row)
    with pytest.raises(Refused, match=r"提出以后照片已经换过.*请办结为“不同意”"):
        do(case, Act.GRANT, county(row))
    assert used(row) == new
    assert new.returned_at is None
    do(case, Act.REFUSE, county(row), reason="other", note="已经重拍")


def test_control_where_the_current_photo_is_meant_the_right_one_falls(monkeypatch: pytest.MonkeyPatch) -> None:
    row, case = reported()
    new = taken_since(row)
    monkeypatch.setattr(case_effects, "current_photo", lambda row: Photo.objects.get(pk=old(row).pk))
    do(case, Act.GRANT, county(row))
    new.refresh_from_db()
    assert new.returned_at is not None


def old(row: Registration) -> Photo:
    return Photo.objects.get(registration=row, current=False)


def test_what_is_supplied_means_the_photo_of_then() -> None:
    row, case = reported()
    do(case, Act.RETURN, county(row), reason="other", note="请看过新照片")
    new = taken_since(row)
    do(case, Act.SUPPLY, site(row), raw={"found": ["新照片也不是本人"]})
    do(case, Act.GRANT, another(row))
    new.refresh_from_db()
    assert new.returned_at is not None


def test_who_reports_it_does_not_decide_it() -> None:
    row = confirmed.ready()
    case = asked(row, "wrong_photo", by=county(row))
    with pytest.raises(NotOpen, match="要两个人办理"):
        do(case, Act.GRANT, county(row))
    do(case, Act.GRANT, another(row))


def another(row: Registration) -> Actor:
    return replace(county(row), id="county-2")


def test_the_pages_say_which_photo_is_meant(office: Client) -> None:
    row, case = reported()
    of_county(office, row)
    assert "作废，考生带身份证到报名点重拍" in office.get(f"/cases/{case.pk}/").content.decode()
    taken_since(row)
    assert "已经换下，现在的照片不作废" in office.get(f"/cases/{case.pk}/").content.decode()


def test_the_very_picture_is_not_taken_again() -> None:
    row, case = reported()
    picture = photo_bytes(used(row))
    do(case, Act.GRANT, county(row))
    with pytest.raises(Refused, match="经认定不是本人，不能再用。请考生本人到场重拍"):
        again(row, used(row), picture)
    taken_since(row)


def test_control_where_nobody_remembers_what_was_ruled_it_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    row, case = reported()
    ruled = used(row)
    do(case, Act.GRANT, county(row))
    monkeypatch.setattr(photos, "_refuse_if_ruled", lambda *_: None)
    again(row, ruled, b"the same")
    assert used(row).sha256 == ruled.sha256


def again(row: Registration, photo: Photo, picture: bytes) -> None:
    photos.take_prepared(
        row.pk, picture, sha256=photo.sha256, measures={}, faults=[], by=site(row), source="camera"
    )  # fmt: skip


def test_no_button_brings_it_back(office: Client) -> None:
    row, case = reported()
    do(case, Act.GRANT, county(row))
    with pytest.raises(NotOpen, match="经认定不是本人，不能再用"):
        keep_photo(row.pk, used(row).pk, by=county(row))
    of_county(office, row)
    shown = office.get(f"/candidates/{row.pk}/").content.decode()
    assert "照片经认定不是本人" in shown
    assert "撤回重拍" not in shown


def test_what_an_office_asked_for_alone_it_still_takes_back() -> None:
    row = confirmed.ready()
    ask_retake(row.pk, used(row).pk, reason="not_them", by=county(row))
    assert keep_photo(row.pk, used(row).pk, by=county(row)).returned_at is None


def test_control_without_the_mark_one_click_brings_it_back(monkeypatch: pytest.MonkeyPatch) -> None:
    row, case = reported()
    do(case, Act.GRANT, county(row))
    monkeypatch.setattr(retakes, "RULED", "no reason")
    keep_photo(row.pk, used(row).pk, by=county(row))
    row.refresh_from_db()
    assert "photo" in row.done_steps
