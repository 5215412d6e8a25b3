"""When the household booklet is handed in, checked and handed in again, by the clock after the lock (decision 0027)."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from baoming.messages.models import Message
from baoming.messages.services.outbox import text_of
from baoming.registrations import journey
from baoming.registrations.queries import tasks_of
from baoming.registrations.services import household
from baoming.registrations.services.household import match_original
from baoming.schedule.models import Extension, Phase
from baoming.shared.errors import NotOpen
from baoming.shared.moments import moment, short
from tests import factories as make
from tests.registrations.attached import check, saved, site, upload
from tests.web.conftest import office, phone, signed_in

__all__ = ["office", "phone"]
pytestmark = pytest.mark.django_db


def test_its_window_is_its_own_by_the_clock_after_the_lock() -> None:
    row = saved(phase="sign_up")
    with pytest.raises(NotOpen, match="开放，到时再来办理"):
        upload(row)
    make.season("exam_fee")
    with pytest.raises(NotOpen, match=r"已于.*结束"):
        upload(row)


def test_control_without_the_clock_the_booklet_is_taken_too_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(household, "require", lambda *_: make.season("sign_up").created_at)
    with pytest.raises((pytest.fail.Exception, AttributeError)):
        test_its_window_is_its_own_by_the_clock_after_the_lock()


def ends() -> tuple[datetime, datetime]:
    """When uploads end, and when the site's own confirmation does."""
    found = dict(Phase.objects.filter(key__in=["household", "confirmation"]).values_list("key", "closes"))
    return found["household"], found["confirmation"]


def test_what_came_in_the_last_minute_is_checked_until_the_sites_confirmation_ends() -> None:
    row = saved()
    uploads_end, confirmation_ends = ends()
    assert uploads_end < confirmation_ends
    make.at(uploads_end - timedelta(minutes=1))
    upload(row)
    make.at(uploads_end)
    with pytest.raises(NotOpen, match=r"已于.*结束"):
        upload(row)
    task = next(task for task in tasks_of(row, site(row).kind).now if task.key == "household")
    assert task.closes == confirmation_ends
    make.at(confirmation_ends - timedelta(minutes=1))
    check(row)
    assert "household" in row.done_steps


def test_after_confirmation_nothing_is_checked_by_the_clock_after_the_lock() -> None:
    row = saved()
    upload(row)
    make.at(ends()[1])
    with pytest.raises(NotOpen, match=r"已于.*结束"):
        check(row)
    assert row.household_state == "waiting"


def test_control_with_the_uploads_window_alone_the_last_booklets_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journey, "with_booklet_at_site", lambda phases: phases)
    with pytest.raises((NotOpen, StopIteration)):
        test_what_came_in_the_last_minute_is_checked_until_the_sites_confirmation_ends()


def test_what_is_given_back_after_the_uploads_is_handed_in_again_by_this_person_alone(phone: Client) -> None:
    row = saved()
    upload(row)
    uploads_end, confirmation_ends = ends()
    make.at(uploads_end)
    check(row, "unreadable")
    given = Extension.objects.get(subject=row.pk)
    assert (given.phase, given.closes, given.granted_by) == ("household", confirmation_ends, "周敏")
    phone.force_login(row.account)
    page = phone.get("/household/").content.decode()
    assert f"{moment(confirmation_ends)}之前上传" in page
    assert "户口簿上传已于" not in page
    upload(row)
    check(row)
    assert "household" in row.done_steps


@pytest.mark.parametrize("before", [timedelta(minutes=10), timedelta(days=20)])
def test_what_is_given_back_while_uploads_go_on_can_be_handed_in_after_them_too(before: timedelta) -> None:
    row = saved()
    upload(row)
    uploads_end, confirmation_ends = ends()
    make.at(uploads_end - before)
    check(row, "unreadable")
    make.at(confirmation_ends - timedelta(minutes=2))
    upload(row)
    assert row.household_state == "waiting"
    check(row)
    assert "household" in row.done_steps


@pytest.mark.parametrize("before", [timedelta(minutes=10), timedelta(days=20)])
def test_control_where_giving_back_opens_nothing_it_cannot_be_handed_in_after_the_uploads(
    before: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(household, "extend_for_person", lambda *_, **__: None)
    with pytest.raises(NotOpen, match=r"已于.*结束"):
        test_what_is_given_back_while_uploads_go_on_can_be_handed_in_after_them_too(before)


def test_what_is_given_back_twice_is_opened_once() -> None:
    row = saved()
    for _ in range(2):
        upload(row)
        check(row, "unreadable")
    assert Extension.objects.count() == 1


def test_who_is_given_it_back_is_told_until_when_and_where_there_is_help(phone: Client) -> None:
    row = saved()
    upload(row)
    check(row, "unreadable")
    message = Message.objects.get(recipient=row.pk, template="booklet_returned")
    text = text_of(message)
    assert f"{short(ends()[1])}前" in text
    assert "带户口簿原件到报名点核对" in text
    assert "看不清" not in text, "an SMS is read by others"
    phone.force_login(row.account)
    assert "可以带户口簿原件到报名点当面核对" in phone.get("/household/").content.decode()
    upload(row)
    check(row)
    assert Message.objects.filter(template="booklet_returned").count() == 1


def test_the_site_reads_until_when_it_can_be_handed_in_again_before_it_gives_it_back(office: Client) -> None:
    row = saved()
    upload(row)
    signed_in(office, make.staff(row.site))
    _, confirmation_ends = ends()
    for at in (confirmation_ends - timedelta(days=30), confirmation_ends - timedelta(minutes=1)):
        make.at(at)
        page = office.get(f"/candidates/{row.pk}/household/").content.decode()
        assert f"{moment(confirmation_ends)}之前可以重新上传和核对" in page
    make.at(confirmation_ends)
    assert "之前可以重新上传和核对" not in office.get(f"/candidates/{row.pk}/household/").content.decode()


def test_the_list_says_until_when_booklets_can_be_checked(office: Client) -> None:
    row = saved()
    signed_in(office, make.staff(row.site))
    uploads_end, confirmation_ends = ends()
    for at, said in ((uploads_end, f"{moment(confirmation_ends)}之前核对"), (confirmation_ends, "现在不是核对的时间")):
        make.at(at)
        assert said in office.get("/households/").content.decode()


def test_who_is_too_late_for_pictures_is_led_to_the_site_as_long_as_it_confirms(phone: Client) -> None:
    row = saved()
    phone.force_login(row.account)
    uploads_end, confirmation_ends = ends()
    make.at(uploads_end)
    assert 'href="/household/"' in phone.get("/tasks/").content.decode()
    page = phone.get("/household/").content.decode()
    assert f"请在{moment(confirmation_ends)}之前带户口簿原件到报名点当面核对" in page
    make.at(confirmation_ends - timedelta(minutes=1))
    match_original(row.pk, version="1", by=site(row))
    assert "核对相符" in phone.get("/household/").content.decode()


def test_after_confirmation_nobody_is_led_to_the_site_with_the_booklet(phone: Client) -> None:
    row = saved()
    phone.force_login(row.account)
    make.at(ends()[1])
    page = phone.get("/household/").content.decode()
    assert "带户口簿原件" not in page
    assert "需要帮助请联系报名点" in page
    with pytest.raises(NotOpen, match=r"已于.*结束"):
        match_original(row.pk, version="1", by=site(row))
