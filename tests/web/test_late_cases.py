"""After the time of a kind pages draw only what can be done, and say why there is no more (R15)."""

import pytest
from django.test import Client

from baoming.reviews.cases import Act
from tests import factories as make
from tests.registrations.test_save_form import me
from tests.reviews.asking import after_sign_up, asked, do
from tests.reviews.files import office as of_office
from tests.reviews.files import site
from tests.web.test_confirmation import of_city, of_county, of_site

pytestmark = pytest.mark.django_db


def test_the_offices_see_what_ends_it_and_no_button_that_is_always_refused(office: Client) -> None:
    row = after_sign_up()
    case = asked(row)
    do(case, Act.FORWARD, site(row))
    make.season("tickets")
    of_county(office, row)
    shown = office.get(f"/cases/{case.pk}/").content.decode()
    assert "办理时间已经结束，这件事不能再同意。上报以后由下一个环节办结" in shown
    assert 'value="forward"' in shown
    assert 'value="return"' not in shown
    do(case, Act.FORWARD, of_office(row, "county"))
    of_city(office, row)
    shown = office.get(f"/cases/{case.pk}/").content.decode()
    assert "选“不同意”办结" in shown
    assert 'value="grant"' not in shown
    sent = {"act": "refuse", "seen": "3", "reason": "other", "note": "时间已过"}
    assert office.post(f"/cases/{case.pk}/act/", sent).status_code == 302


def test_no_form_is_drawn_for_what_cannot_be_opened_now(office: Client) -> None:
    row = after_sign_up()
    of_site(office, row)
    place = f"/candidates/{row.pk}/cases/fee_exemption/"
    assert 'value="open"' in office.get(place).content.decode()
    make.season("tickets")
    shown = office.get(place).content.decode()
    assert "办理时间已经结束" in shown
    assert 'value="open"' not in shown
    assert "不由本机构提出" in office.get(f"/candidates/{row.pk}/cases/duplicate/").content.decode()


def test_the_candidate_is_told_that_the_time_is_over_and_may_take_it_back(phone: Client) -> None:
    row = after_sign_up()
    case = asked(row)
    waits = asked(row, "fee_exemption")
    do(case, Act.RETURN, site(row), reason="papers")
    assert row.account
    phone.force_login(row.account)
    assert "去补正" in phone.get("/requests/").content.decode()
    make.season("tickets")
    assert "去补正" not in phone.get("/requests/").content.decode()
    shown = phone.get(f"/requests/{case.pk}/").content.decode()
    assert "已退回的不能再补正，请撤回" in shown
    assert 'value="supply"' not in shown
    assert 'value="withdraw"' in shown
    shown = phone.get(f"/requests/{waits.pk}/").content.decode()
    assert "办理时间已经结束，不能再同意" in shown
    assert "现在不用您操作" not in shown


def test_what_the_site_entered_on_paper_has_the_candidates_buttons_on_the_phone(phone: Client) -> None:
    row = after_sign_up()
    case = asked(row, "fee_exemption", by=site(row))
    assert row.account
    phone.force_login(row.account)
    assert 'value="withdraw"' in phone.get(f"/requests/{case.pk}/").content.decode()
    do(case, Act.WITHDRAW, me(row), note="不申请了")
