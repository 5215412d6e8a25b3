"""The household booklet of 2025 (R13, P9): handed in, checked against the chosen address, given back; 2023 has none."""

import io

import pytest
from django.test import Client
from PIL import Image

from baoming.audit.models import Event
from baoming.registrations import apart
from baoming.registrations.attached_queries import (
    household_counts,
    household_rows,
    newest_check,
    picture_bytes,
    pictures_of,
)
from baoming.registrations.models import Evidence, HouseholdCheck, Registration
from baoming.registrations.queries import tasks_of
from baoming.registrations.services import evidence, household
from baoming.shared.errors import Invalid, NotOpen, Refused
from tests import factories as make
from tests.registrations.attached import FILLED_2025, check, paper, saved, site, upload
from tests.registrations.test_save_form import me, save, type_in
from tests.web.conftest import office, phone, signed_in

__all__ = ["office", "phone"]
pytestmark = pytest.mark.django_db
FIRST, OWN = "household-first", "household-own"


def test_both_pages_go_to_the_site_and_a_match_does_the_step() -> None:
    row = saved()
    assert [task.key for task in tasks_of(row, me(row).kind).now if task.key == "household"] == ["household"]
    upload(row, FIRST)
    assert row.household_state == ""
    upload(row, OWN)
    assert row.household_state == "waiting"
    assert "household" in [task.key for task in tasks_of(row, me(row).kind).waiting]
    assert "household" in [task.key for task in tasks_of(row, site(row).kind).now]
    check(row)
    assert (row.household_state, "household" in row.done_steps) == ("matched", True)
    found = newest_check(row)
    assert found
    assert (found.version, found.by_label, len(found.pictures)) == (1, "周敏", 2)
    verbs = list(Event.objects.filter(subject=row.pk).order_by("id").values_list("verb", flat=True))
    assert verbs[-4:] == ["upload_booklet", "upload_booklet", "match_household", "step:household"]


def test_a_mismatch_goes_back_with_its_reason_and_is_handed_in_again() -> None:
    row = saved()
    upload(row)
    check(row, "unreadable")
    (task,) = [task for task in tasks_of(row, me(row).kind).now if task.key == "household"]
    assert task.said.startswith("照片看不清，请在光线好的地方对正重拍")
    assert row.household_state == "returned"
    upload(row, FIRST)
    assert row.household_state == "waiting"
    assert Evidence.objects.filter(registration=row, current=True).count() == 2
    check(row)
    assert HouseholdCheck.objects.count() == 2


def test_until_it_is_checked_a_picture_can_be_replaced_and_afterwards_not() -> None:
    row = saved()
    upload(row)
    before = pictures_of(row)[OWN].pk
    upload(row, OWN)
    assert pictures_of(row)[OWN].pk != before
    check(row)
    with pytest.raises(NotOpen, match="已经核对相符"):
        upload(row, OWN)


def test_what_the_site_did_not_see_it_does_not_judge() -> None:
    row = saved()
    upload(row)
    seen = household.shown(pictures_of(row), {FIRST: "", OWN: ""})
    upload(row, OWN)
    with pytest.raises(Refused, match="刚刚换过照片"):
        check(row, seen=seen)
    with pytest.raises(Refused, match="改过填报的地址"):
        check(row, version="7")
    with pytest.raises(Invalid, match="请选择不相符的原因"):
        check(row, "no such reason")
    assert row.household_state == "waiting"


def test_a_site_mends_its_own_mistake_and_judges_nothing_that_was_not_handed_in() -> None:
    row = saved()
    with pytest.raises(NotOpen, match="户口簿由考生办理"):
        check(row)
    upload(row)
    check(row)
    check(row, "address")
    assert (row.household_state, "household" in row.done_steps) == ("returned", False)


@pytest.mark.parametrize(("reason", "state"), [("address", "waiting"), ("unreadable", "returned")])
def test_an_address_that_is_put_right_hands_in_what_was_given_back_for_it_alone(reason: str, state: str) -> None:
    row = saved()
    upload(row)
    check(row, reason)
    make.season("sign_up")
    type_in(row, FILLED_2025 | {"household.township": ["荷花园街道"]})
    save(row)
    row.refresh_from_db()
    assert row.household_state == state
    if state == "waiting":
        make.season("household")
        check(row)
        assert "household" in row.done_steps


def test_a_match_that_is_pressed_twice_is_found_once() -> None:
    row = saved()
    upload(row)
    check(row)
    check(row)
    assert HouseholdCheck.objects.count() == 1
    assert Event.objects.filter(subject=row.pk, verb="match_household").count() == 1


def test_another_address_is_held_against_the_booklet_again() -> None:
    row = saved()
    upload(row)
    check(row)
    make.season("sign_up")
    type_in(row, FILLED_2025 | {"postcode": ["410017"]})
    save(row)
    assert row.household_state == "matched"
    type_in(row, FILLED_2025 | {"household.township": ["荷花园街道"]})
    save(row)
    assert (row.household_state, "household" in row.done_steps) == ("waiting", False)


def test_place_and_device_are_gone_and_the_picture_lies_sealed() -> None:
    row = saved()
    content = paper(place=True)
    assert b"PHONE-MAKER" in content
    upload(row, content=content)
    picture = pictures_of(row)[FIRST]
    jpeg = picture_bytes(picture)
    assert b"PHONE-MAKER" not in jpeg
    assert len(Image.open(io.BytesIO(jpeg)).getexif()) == 0
    with evidence.default_storage.open(picture.file) as file:
        assert b"\xff\xd8\xff" not in file.read()
    assert picture.consent == "2025.1"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "文件是空的"),
        (b"GIF89a" + bytes(90), "不是JPG、PNG照片或PDF文件"),
        (b"\xff\xd8\xff" + bytes(90), "打不开"),
        (b"%PDF-1.7 nothing", "打不开"),
        (bytes(13 * 1024 * 1024), "文件超过12MB"),
    ],
)
def test_what_is_no_picture_says_what_to_do_and_the_former_one_stays(content: bytes, sentence: str) -> None:
    row = saved()
    upload(row)
    before = pictures_of(row)[OWN].pk
    booklet = household.booklet_of(row.season)
    with pytest.raises(Invalid) as refusal:
        household.upload_booklet(row.pk, row.season, {OWN: content}, consent=booklet.consent.version, by=me(row))
    assert sentence in refusal.value.fields[OWN]
    assert pictures_of(row)[OWN].pk == before


def test_without_the_tick_of_the_present_consent_nothing_is_kept() -> None:
    row = saved()
    for ticked in ("", "2024.1"):
        with pytest.raises(Invalid) as refusal:
            upload(row, consent=ticked)
        assert refusal.value.fields == {"consent": "请读完说明，勾选同意以后再上传"}
    assert not Evidence.objects.exists()


def test_control_without_asking_what_was_seen_a_replaced_picture_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    row = saved()
    upload(row)
    monkeypatch.setattr(household, "shown", lambda *_: "anything")
    check(row, seen="anything")
    assert row.household_state == "matched"


def test_control_a_picture_kept_as_it_came_tells_where_it_was_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = apart.PageScan(1, (), paper(place=True))
    monkeypatch.setattr(evidence, "read_page_apart", lambda *_: raw)
    with pytest.raises(AssertionError):
        test_place_and_device_are_gone_and_the_picture_lies_sealed()


def test_2023_has_none_and_shows_nothing(phone: Client) -> None:
    row = saved(2023, phase="sign_up")
    assert "season option" not in row.traits
    phone.force_login(row.account)
    assert "户口簿" not in phone.get("/tasks/").content.decode()
    answer = phone.get("/household/")
    assert (answer.status_code, "本季不用上传户口簿" in answer.content.decode()) == (409, True)


def test_the_office_of_2023_is_shown_nothing(office: Client) -> None:
    row = saved(2023, phase="sign_up")
    signed_in(office, make.staff(row.site))
    assert "/households/" not in office.get("/candidates/").content.decode()
    assert office.get("/households/").status_code == 409


def test_the_candidate_sees_the_state_and_the_own_picture_only(phone: Client) -> None:
    row = saved()
    phone.force_login(row.account)
    page = phone.get("/household/").content.decode()
    assert "之前上传" in page
    assert "单独同意上传和使用证件照片（2025.1版）" in page
    answer = phone.post("/household/", {FIRST: io.BytesIO(paper())})
    assert answer.status_code == 422
    assert "请读完说明，勾选同意以后再上传" in answer.content.decode()
    sent = {FIRST: io.BytesIO(paper()), OWN: io.BytesIO(paper(kind="PNG")), "consent": "2025.1"}
    assert phone.post("/household/", sent)["Location"] == "/household/"
    assert "已上传，等报名点核对" in phone.get("/household/").content.decode()
    answer = phone.get(f"/evidence/{pictures_of(row)[OWN].pk}/")
    assert (answer["Content-Type"], answer.content[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    assert phone.get("/evidence/7f3a0000-0000-4000-8000-000000000000/").status_code == 409


def test_the_site_checks_beside_the_addresses_and_lists_by_state(office: Client) -> None:
    row = saved()
    upload(row)
    signed_in(office, make.staff(row.site))
    assert household_counts(row.season_id, row.path) == {"waiting": 1, "": 0, "returned": 0, "matched": 0}
    elsewhere = make.site("01", of="0203")
    assert (household_counts(row.season_id, elsewhere.path)["waiting"],
            household_rows(row.season_id, elsewhere.path, "waiting", by_class=False).count()) == (0, 0)  # fmt: skip
    page = office.get("/households/").content.decode()
    assert row.name in page
    page = office.get(f"/candidates/{row.pk}/household/").content.decode()
    assert Event.objects.filter(subject=row.pk, verb="see_candidate").count() == 1
    assert "湖南省长沙市芙蓉区马坡岭街道" in page
    assert "湘岭市青麓县白鹭街道书院路118号" in page
    assert office.get(f"/candidates/{row.pk}/evidence/?of={pictures_of(row)[FIRST].pk}").content[:3] == b"\xff\xd8\xff"
    assert Event.objects.filter(subject=row.pk, verb="see_evidence").count() == 1
    sent = {"seen": household.shown(pictures_of(row), {FIRST: "", OWN: ""}), "version": "1"}
    answer = office.post(f"/candidates/{row.pk}/household/", {**sent, "act": "return", "reason": ""})
    assert (answer.status_code, "请选择不相符的原因" in answer.content.decode()) == (422, True)
    answer = office.post(f"/candidates/{row.pk}/household/", {**sent, "act": "match"})
    assert answer.status_code == 302, answer.content.decode()
    assert Registration.objects.get(pk=row.pk).household_state == "matched"
    assert household_counts(row.season_id, row.path)["matched"] == 1
