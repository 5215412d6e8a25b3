"""R1, R31: what a candidate reads when the calendar or the province says no; what stays possible; what it costs."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from baoming.accounts.models import Session
from baoming.continuity.services import pause_season, resume_season
from baoming.organizations.roles import Role
from baoming.registrations.form_queries import draft_of, typed_of
from baoming.registrations.models import FormVersion, Registration
from baoming.seasons.models import Season
from baoming.web.candidate import pause as guard
from tests import factories as make
from tests.forms.samples import FILLED
from tests.registrations.test_save_form import PASSWORD, candidate, deadline, now, save, type_in
from tests.web.conftest import signed_in
from tests.web.routes import _any_address
from tests.web.test_scope import CANDIDATES_OPEN, CANDIDATES_OWN

pytestmark = pytest.mark.django_db
REASON = "支付平台故障，正在处理"


@pytest.fixture
def row(phone: Client) -> Registration:
    """A candidate with a whole draft, signed in."""
    made = candidate()
    type_in(made)
    phone.force_login(made.account)
    return made


def pause(*, extends: bool = False) -> None:
    season = Season.objects.get(kind="demo")
    until = datetime(2022, 12, 1, 2, 0, tzinfo=UTC)
    pause_season(season.pk, reason=REASON, until=until, extends=extends, by=make.PROVINCE)


def save_now(phone: Client, row: Registration) -> tuple[int, str]:
    answer = phone.post("/form/save", {"save_password": PASSWORD, "subjects": "yes", "revision": now(row)})
    return answer.status_code, answer.content.decode()


def test_after_the_end_the_page_says_since_when_what_counts_and_who_helps(phone: Client, row: Registration) -> None:
    make.at(deadline())
    status, page = save_now(phone, row)
    assert status == 409
    for words in (
        "办理时间已经结束",
        "2022年11月9日（周三）17:00结束",
        "您还没有正式保存过",
        "草稿也还在",
        row.site.phone,
    ):
        assert words in page
    assert not FormVersion.objects.exists()


def test_who_has_saved_is_told_that_it_counts(phone: Client, row: Registration) -> None:
    save(row)
    type_in(row, {**FILLED, "postcode": ["410017"]})
    make.at(deadline())
    assert "您已正式保存的第1版仍然有效" in save_now(phone, row)[1]


def test_at_night_and_at_the_weekend_the_page_says_until_when(phone: Client, row: Registration) -> None:
    make.at(datetime(2022, 11, 4, 15, 0, tzinfo=UTC))  # Friday, 23:00
    status, page = save_now(phone, row)
    assert status == 409
    assert "现在不在办理时间" in page
    assert "2022年11月7日（周一）7:00继续办理" in page


def test_too_early_the_page_says_from_when(phone: Client, row: Registration) -> None:
    make.at(datetime(2022, 10, 30, tzinfo=UTC))
    status, page = save_now(phone, row)
    assert status == 409
    assert "还没有开放" in page
    assert "2022年11月1日（周二）8:00开放" in page


def test_while_paused_nothing_is_saved_and_the_page_says_why_what_is_kept_and_the_deadline(
    phone: Client, row: Registration
) -> None:
    pause()
    answer = phone.post("/form/save", {"save_password": PASSWORD, "subjects": "yes", "revision": now(row)})
    page = answer.content.decode()
    assert answer.status_code == 503
    assert answer["Retry-After"] == "600"
    for words in (REASON, "2022年12月1日（周四）10:00恢复", "草稿都在", "截止时间没有变", row.site.phone):
        assert words in page
    assert not FormVersion.objects.exists()
    assert draft_of(row) is not None


def test_a_pause_that_extends_says_so_and_afterwards_all_goes_on(phone: Client, row: Registration) -> None:
    pause(extends=True)
    assert "按暂停的时长顺延" in save_now(phone, row)[1]
    resume_season(row.season_id, by=make.PROVINCE)
    assert save_now(phone, row)[0] == 302
    assert FormVersion.objects.count() == 1


def test_control_without_the_guard_a_pause_stops_nobody(
    phone: Client, row: Registration, monkeypatch: pytest.MonkeyPatch
) -> None:
    pause()
    monkeypatch.setattr(guard.Paused, "process_view", lambda *_: None)
    assert save_now(phone, row)[0] == 302
    assert FormVersion.objects.count() == 1


def test_while_paused_everything_is_read_and_what_was_typed_is_kept(phone: Client, row: Registration) -> None:
    pause()
    for address in ("/", "/tasks/", "/form/check", "/form/contact", "/versions/", "/announcements/", "/sites/"):
        answer = phone.get(address)
        assert answer.status_code == 200, address
        assert f"暂停办理：{REASON}" in answer.content.decode(), address
    typed = {**FILLED, "postcode": "410099", "revision": now(row)}
    assert phone.post("/form/contact", typed).status_code < 500
    assert typed_of(row, draft_of(row)).raw["postcode"] == ["410099"]


def test_every_act_of_the_url_table_is_stopped_but_for_the_ten_that_go_on(phone: Client, row: Registration) -> None:
    pause()
    acts = {name for name, methods in (CANDIDATES_OWN | CANDIDATES_OPEN).items() if "POST" in methods}
    stopped = {name for name in acts if phone.post(_any_address("candidate", name)).status_code == 503}
    kept = {"sign_in", "forgot_login", "sign_out", "care", "fee_ask", "form_page", "changes", "browsers", "messages"}
    assert acts - stopped == kept | {"review_form"}, "of that paper nothing is kept"


def test_while_paused_who_is_signed_in_elsewhere_is_signed_out_from_afar(
    phone: Client, row: Registration, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert row.account
    elsewhere = Session.objects.filter(session_key="elsewhere")
    make_one = {"session_key": "elsewhere", "session_data": "", "expire_date": timezone.now(), "account": row.account}
    Session.objects.create(**make_one)
    pause()
    monkeypatch.setattr(guard, "GOES_ON", guard.GOES_ON - {"candidate:browsers"})  # control: the thief stays inside
    assert phone.post("/browsers/").status_code == 503
    assert elsewhere.exists()
    monkeypatch.undo()
    assert phone.post("/browsers/").status_code == 302
    assert not elsewhere.exists()


def test_offices_go_on_and_see_that_it_is_paused(office: Client) -> None:
    make.season("intake")
    here = make.site()
    pause()
    signed_in(office, make.staff(here))
    assert f"考生平台暂停办理：{REASON}" in office.get("/desk/").content.decode()
    opened = make.registration(here)
    assert office.post(f"/desk/{opened.pk}/review/", {"act": "return", "reason": "no_proof"}).status_code == 302


def test_a_pause_costs_no_request_a_statement(phone: Client, row: Registration) -> None:
    phone.get("/tasks/")
    with CaptureQueriesContext(connection) as before:
        phone.get("/tasks/")
    pause()
    with CaptureQueriesContext(connection) as paused:
        phone.get("/tasks/")
    assert len(paused) == len(before)


def test_the_switch_is_the_provinces(office: Client) -> None:
    make.season("sign_up")
    for role, where in ((Role.COUNTY, make.county()), (Role.OPERATOR, make.site())):
        signed_in(office, make.staff(where, role))
        assert office.get("/season/pause/").status_code == 404
    province = make.staff(make.county().parent.parent, Role.PROVINCE)
    signed_in(office, province)
    refused = office.post("/season/pause/", {"act": "pause", "reason": "", "until": "明天"})
    assert refused.status_code == 422
    assert "明天" in refused.content.decode()
    assert office.post("/season/pause/", {"act": "pause", "reason": REASON, "extends": "yes"}).status_code == 302
    assert Season.objects.get(kind="demo").pause_extends
    again = office.post("/season/pause/", {"act": "pause", "reason": "另一个原因"})
    assert (again.status_code, "已经在暂停" in again.content.decode()) == (422, True)
    assert "恢复办理" in office.get("/season/pause/").content.decode()
    assert office.post("/season/pause/", {"act": "resume"}).status_code == 302
    assert Season.objects.get(kind="demo").paused_at is None


def test_pages_stay_light(phone: Client, row: Registration) -> None:
    pause()
    assert len(phone.post("/claim/").content) < 20_000
    make.at(deadline() + timedelta(hours=1))
    assert len(phone.get("/").content) < 100_000


def test_the_first_login_says_before_anything_is_typed_that_it_is_closed(phone: Client) -> None:
    make.season("sign_up")
    assert 'class="note' not in phone.get("/claim/").content.decode()
    make.at(datetime(2022, 11, 4, 15, 0, tzinfo=UTC))  # Friday, 23:00
    assert "2022年11月7日（周一）7:00继续" in phone.get("/claim/").content.decode()
    make.at(deadline())
    assert "时间已经结束" in phone.get("/claim/").content.decode()
