"""The booklet itself shown at the site, for whoever does not agree to pictures (R13, R30): nothing is kept of it."""

import pytest
from django.test import Client

from baoming.audit.models import Event
from baoming.registrations.attached_queries import newest_check
from baoming.registrations.models import Evidence, HouseholdCheck, Registration
from baoming.registrations.services import household
from baoming.registrations.services.household import match_original
from baoming.shared.errors import NotOpen, Refused
from tests import factories as make
from tests.registrations.attached import FILLED_2025, check, saved, site, upload
from tests.registrations.confirmed import county
from tests.registrations.test_save_form import me, save, type_in
from tests.web.conftest import office, phone, signed_in

__all__ = ["office", "phone"]
pytestmark = pytest.mark.django_db


def shown(row: Registration, version: str = "1") -> None:
    match_original(row.pk, version=version, by=site(row))
    row.refresh_from_db()


def move(row: Registration) -> None:
    """Save another address."""
    make.season("sign_up")
    type_in(row, FILLED_2025 | {"household.township": ["荷花园街道"]})
    save(row)
    make.season("household")
    row.refresh_from_db()


def test_it_does_the_step_and_nothing_of_it_is_kept() -> None:
    row = saved()
    shown(row)
    shown(row)
    assert (row.household_state, "household" in row.done_steps) == ("matched", True)
    found = HouseholdCheck.objects.get()
    assert (found.matched, found.version, found.pictures, found.by_label) == (True, 1, [], "周敏")
    assert not Evidence.objects.exists()
    event = Event.objects.get(subject=row.pk, verb="match_household")
    assert event.details == {"version": 1, "reason": "none", "count": 0}


def test_the_site_alone_says_so_and_of_the_form_it_has_seen() -> None:
    row = saved()
    for by in (me(row), county(row)):
        with pytest.raises(NotOpen, match="户口簿由报名点办理"):
            match_original(row.pk, version="1", by=by)
    with pytest.raises(Refused, match="改过填报的地址"):
        shown(row, version="7")
    assert not HouseholdCheck.objects.exists()


def test_what_was_given_back_can_be_shown_instead() -> None:
    row = saved()
    upload(row)
    check(row, "unreadable")
    shown(row)
    assert row.household_state == "matched"
    assert (found := newest_check(row))
    assert found.pictures == []


def test_another_address_asks_for_it_again() -> None:
    row = saved()
    shown(row)
    move(row)
    assert (row.household_state, "household" in row.done_steps) == ("", False), "there is no picture to look at"
    shown(row, version="2")
    assert "household" in row.done_steps


def test_control_where_it_counts_as_handed_in_the_site_waits_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(household, "_hand_in", lambda row: household._mark(row, "waiting"))
    with pytest.raises(AssertionError, match="no picture to look at"):
        test_another_address_asks_for_it_again()


def test_the_site_takes_back_what_it_said_by_mistake() -> None:
    row = saved()
    shown(row)
    check(row, "address")
    assert (row.household_state, "household" in row.done_steps) == ("returned", False)


def test_the_page_of_who_has_handed_in_nothing_asks_for_the_booklet_itself(office: Client) -> None:
    row = saved()
    signed_in(office, make.staff(row.site))
    address = f"/candidates/{row.pk}/household/"
    assert f'href="{address}"' in office.get("/households/?tab=none").content.decode()
    page = office.get(address).content.decode()
    assert "不同意上传照片，或来不及上传的" in page
    answer = office.post(address, {"act": "original", "version": "7"})
    assert (answer.status_code, "改过填报的地址" in answer.content.decode()) == (422, True)
    assert office.post(address, {"act": "original", "version": "1"}).status_code == 302
    page = office.get(address).content.decode()
    assert "看的是原件" in page
    assert "原件相符" not in page


def test_what_waits_for_the_site_is_judged_by_its_pictures(office: Client) -> None:
    row = saved()
    upload(row)
    signed_in(office, make.staff(row.site))
    assert "原件相符" not in office.get(f"/candidates/{row.pk}/household/").content.decode()


def test_its_owner_reads_that_it_fits_and_is_asked_for_no_picture(phone: Client) -> None:
    row = saved()
    phone.force_login(row.account)
    assert "不同意的，可以带原件到报名点现场核对" in phone.get("/household/").content.decode()
    shown(row)
    page = phone.get("/household/").content.decode()
    assert "核对相符" in page
    assert "没有上传" not in page
