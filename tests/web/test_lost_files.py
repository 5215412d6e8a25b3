"""The storage has lost a file, or it does not open: a sentence that says what to do, one line in the log, no defect."""

import logging

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from baoming.audit.models import Event
from baoming.documents.models import PrintFile
from baoming.documents.services import keep_file
from baoming.organizations.roles import Role
from baoming.registrations.attached_queries import declaring_of, drafts_of
from baoming.registrations.models import Evidence, NameImage, Photo, Registration, ScannedPage
from baoming.registrations.services.evidence import keep_drafts, lost_of, take_drafts
from baoming.registrations.services.photos import take_photo
from standins.faces import face
from tests import factories as make
from tests.matrix.asking import LINES, address
from tests.matrix.test_candidate import LINES as OWN_LINES
from tests.matrix.test_candidate import address as own_address
from tests.matrix.world import World, make_world, paper_of
from tests.registrations.attached import saved
from tests.registrations.confirmed import operator
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db
_KEPT = ((Photo, "file"), (Evidence, "file"), (ScannedPage, "picture"), (PrintFile, "file"))
_SAID = {  # route of the office → what to do
    "photo_file": "重新采集照片",
    "signed_page": "丢弃后重新扫描",
    "evidence": "由考生重新上传",
    "name_image": "重新拍摄身份证正面",
    "prints_pdf": "请重新打印",
    "sheet": "重新采集照片",
}
_SAID_TO_CANDIDATE = {"evidence": "重新上传", "name_picture": "重新拍摄身份证正面"}


def lost() -> None:
    for model, column in _KEPT:
        for name in model._default_manager.exclude(**{column: ""}).values_list(column, flat=True):
            default_storage.delete(name)
    NameImage.objects.update(picture_sealed="v1|k1|AAAAAAAAAAAAAAAA|AA|AAAAAAAAAAAAAAAAAAAAAA")


def broken() -> None:
    """Cut short, as by a full disk."""
    for model, column in _KEPT:
        for name in model._default_manager.exclude(**{column: ""}).values_list(column, flat=True):
            with default_storage.open(name, "r+b") as file:
                file.truncate(40)
    NameImage.objects.update(picture_sealed="")


def made() -> World:
    world = make_world()
    for file in PrintFile.objects.all():
        keep_file(file.pk, b"%PDF-1.7")
    return world


def test_an_office_is_told_what_to_do_and_no_page_breaks(
    office: Client, caplog: pytest.LogCaptureFixture, without_haste: None
) -> None:
    world = made()
    target = world.targets["own"]
    signed_in(office, world.staff[Role.OPERATOR])
    places = {line.route: address(line, target) for line in LINES if line.route in _SAID}
    assert {office.get(place).status_code for route, place in places.items() if route != "sheet"} == {200}  # control
    for happened in (broken, lost):
        happened()
        for route, place in places.items():
            caplog.clear()
            events = Event.objects.count()
            answer = office.post(place) if route == "sheet" else office.get(place)
            assert (answer.status_code, _SAID[route] in answer.content.decode()) == (409, True), route
            assert len(errors(caplog)) == 1, route
            assert target.person.name not in caplog.text
            assert Event.objects.count() == events, route  # nothing was seen
    opened = [office.get(address(line, target)).status_code for line in LINES if "GET" in line.methods]
    assert max(opened) < 500


def test_a_candidate_is_told_what_to_do_and_no_page_breaks(
    phone: Client, caplog: pytest.LogCaptureFixture, without_haste: None, nobody_outside: None
) -> None:
    target = made().targets["own"]
    person = target.person
    assert person.account is not None
    phone.force_login(person.account)
    places = {
        "evidence": reverse("candidate:evidence", args=[paper_of(person)]),
        "name_picture": reverse("candidate:name_picture"),
    }
    assert {phone.get(place).status_code for place in places.values()} == {200}  # control
    for happened in (broken, lost):
        happened()
        for route, place in places.items():
            caplog.clear()
            answer = phone.get(place)
            assert (answer.status_code, _SAID_TO_CANDIDATE[route] in answer.content.decode()) == (409, True), route
            assert len(errors(caplog)) == 1, route
    lines = [line for line in OWN_LINES if "GET" in line["methods"].split() and line["route"] != "sign_out"]
    assert max(phone.get(own_address(target, line["route"])).status_code for line in lines) < 500


def test_a_storage_that_is_away_is_told_otherwise(office: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is lost then: nobody is told to take the photo again."""

    def away(*_: object) -> None:
        raise PermissionError("away")

    make.season()
    row = make.registration(make.site())
    take_photo(row.pk, face(1), by=operator(row), source="camera")
    signed_in(office, make.staff(row.site))
    monkeypatch.setattr(default_storage, "open", away)
    answer = office.get(reverse("office:photo_file", args=[row.pk]))
    assert answer.status_code == 409
    assert "过几分钟再试" in answer.content.decode()
    assert "重新采集" not in answer.content.decode()


def test_a_lost_picture_is_taken_again_as_it_was() -> None:
    """What counts already is kept no second time; what was lost is."""
    theirs = saved()
    pk, consent = theirs.pk, declaring_of(theirs.season).consent

    def drafts() -> int:
        row, sent = Registration.objects.get(pk=pk), {"minority": b"jpeg"}
        keep_drafts(row, sent, consent, lost=lost_of(row, sent), at=row.created_at)
        return len(drafts_of(Registration.objects.get(pk=pk)))

    assert drafts() == 1
    [kept] = take_drafts(Registration.objects.get(pk=pk), ["minority"])
    assert drafts() == 0  # control
    default_storage.delete(kept.file)
    assert drafts() == 1


def errors(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [line for line in caplog.records if line.name.startswith("baoming") and line.levelno >= logging.ERROR]
