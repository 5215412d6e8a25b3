"""What was typed and sent for a case stays on the page, whoever refuses it and why (R15)."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from baoming.audit.actors import Party
from baoming.organizations.roles import Role
from baoming.registrations.attached_queries import drafts_of, picture_named
from baoming.registrations.models import Registration
from baoming.reviews.case_queries import consent_of
from baoming.reviews.cases import Act
from baoming.reviews.models import Case
from baoming.reviews.services import own_acts
from baoming.shared.errors import Invalid
from baoming.web.candidate import attached as attached_pages
from baoming.web.candidate import cases as pages
from tests import factories as make
from tests.registrations import attached, confirmed
from tests.registrations.test_save_form import PASSWORD, me
from tests.reviews import files
from tests.reviews.asking import after_sign_up, asked, do, refused_accommodation
from tests.web.conftest import signed_in
from tests.web.test_confirmation import of_site

pytestmark = pytest.mark.django_db
TYPED = "奶奶二零二一年的证明"


def inside(phone: Client, row: Registration) -> Client:
    row.refresh_from_db()
    assert row.account
    phone.force_login(row.account)
    return phone


def proof() -> SimpleUploadedFile:
    return SimpleUploadedFile("proof.jpg", attached.paper("PROOF"), "image/jpeg")


# a refusal in the candidate portal


def test_a_second_request_of_the_kind_is_refused_on_the_page_with_what_was_typed(phone: Client) -> None:
    row = after_sign_up()
    asked(row, "withdrawal", {"why": ["出国读书"]}, by=files.site(row))
    answer = inside(phone, row).post("/requests/new/withdrawal/", {"why": TYPED, "save_password": PASSWORD})
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "已经有一件同类的事项在办理" in shown
    assert TYPED in shown


def test_control_where_only_what_is_missing_stays_on_the_page_the_rest_is_lost(
    phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "Refused", Invalid)
    with pytest.raises(AssertionError, match="409 == 422"):
        test_a_second_request_of_the_kind_is_refused_on_the_page_with_what_was_typed(phone)


def test_what_is_closed_meanwhile_says_so_above_what_was_typed(phone: Client) -> None:
    row = after_sign_up()
    make.season("tickets")
    answer = inside(phone, row).post("/requests/new/accommodation/", {"why": TYPED})
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "办理时间已经结束" in shown
    assert TYPED in shown


def test_the_consent_that_was_given_stays_given(phone: Client) -> None:
    row = after_sign_up()
    sent = {"why": TYPED, "consent": consent_of(row.season).version}
    shown = inside(phone, row).post("/requests/new/accommodation/", sent).content.decode()
    assert re.search(r'name="consent"[^>]* checked', shown)
    again = phone.post("/requests/new/accommodation/", {"why": TYPED}).content.decode()
    assert not re.search(r'name="consent"[^>]* checked', again)


def test_after_its_receipt_the_decision_can_still_be_read_and_says_until_when_one_objects(phone: Client) -> None:
    row = after_sign_up()
    case = refused_accommodation(row)
    do(case, Act.RECEIVE, files.site(row))
    shown = inside(phone, row).get(f"/requests/{case.pk}/").content.decode()
    assert f"/requests/{case.pk}/notice" in shown
    assert re.search(r"月\d+日（周.）[\d:]+之前可以提出异议", shown)


def test_an_act_on_what_has_changed_keeps_the_reason_that_was_typed(phone: Client) -> None:
    row = after_sign_up()
    case = asked(row, "fee_exemption")
    do(case, Act.FORWARD, files.site(row))
    sent = {"act": "withdraw", "seen": "1", "note": TYPED, "save_password": PASSWORD}
    answer = inside(phone, row).post(f"/requests/{case.pk}/act/", sent)
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "刚刚有新的办理" in shown
    assert f">{TYPED}</textarea>" in shown


def test_an_act_that_is_possible_no_more_still_shows_what_was_typed(phone: Client) -> None:
    row = after_sign_up()
    case = asked(row, "fee_exemption")
    do(case, Act.WITHDRAW, files.site(row), note="本人书面撤回")
    sent = {"act": "withdraw", "seen": "2", "note": TYPED, "save_password": PASSWORD}
    answer = inside(phone, row).post(f"/requests/{case.pk}/act/", sent)
    assert answer.status_code == 422
    assert f"您写的是：{TYPED}" in answer.content.decode()


# papers of the own side


def test_a_candidate_who_sends_papers_to_the_case_of_the_site_is_refused_and_none_is_kept(phone: Client) -> None:
    row = files.of_confirmed(confirmed.ready())
    files.give_back(row)
    files.give_on(row)
    files.answer(row, Act.RETURN, "county", reason="no_proof")
    case = Case.objects.get()
    sent = {"act": "supply", "seen": str(case.newest), "booklet": proof(), "consent": consent_of(row.season).version}
    answer = inside(phone, row).post(f"/requests/{case.pk}/act/", sent)
    assert answer.status_code == 422
    assert "由报名点提出" in answer.content.decode()
    assert not any(drafts_of(row, by) for by in Party)


def test_staff_see_the_paper_that_they_have_just_sent_and_the_candidates_draft_is_not_theirs(office: Client) -> None:
    row = after_sign_up()
    site = of_site(office, row)
    refused = site.post(f"/candidates/{row.pk}/cases/fee_exemption/", {"proof": proof()})
    assert refused.status_code == 422
    own = f"/candidates/{row.pk}/evidence/?of={drafts_of(row, Party.SITE)['case-fee_exemption-proof'].pk}"
    assert own.replace("&", "&amp;") in refused.content.decode()
    assert site.get(own).headers["Content-Type"] == "image/jpeg"
    files.hand_in(row, "fee_exemption", me(row))
    (theirs,) = drafts_of(row).values()
    assert site.get(f"/candidates/{row.pk}/evidence/?of={theirs.pk}").status_code == 409
    above = signed_in(office, make.staff(row.site.parent, Role.COUNTY))
    assert above.get(own).status_code == 409


def test_a_candidate_sees_no_paper_that_the_site_has_not_handed_in(phone: Client) -> None:
    row = after_sign_up()
    files.hand_in(row, "fee_exemption", files.site(row))
    (theirs,) = drafts_of(row, Party.SITE).values()
    assert inside(phone, row).get(f"/evidence/{theirs.pk}/").status_code == 409


def test_control_where_drafts_are_not_told_apart_the_candidate_sees_it(
    phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attached_pages, "picture_named", lambda row, name, **_: picture_named(row, name, by=Party.SITE))
    with pytest.raises(AssertionError, match="200 == 409"):
        test_a_candidate_sees_no_paper_that_the_site_has_not_handed_in(phone)


# what is sealed


def test_offices_and_the_candidate_go_on_reading_what_was_written(office: Client) -> None:
    row = files.of_confirmed(confirmed.ready())
    files.give_back(row)
    files.give_on(row)
    files.answer(row, Act.RETURN, "county", reason="no_proof", note=TYPED)
    site = of_site(office, row)
    for place in (f"/candidates/{row.pk}/", f"/desk/{row.pk}/", f"/cases/{Case.objects.get().pk}/"):
        assert TYPED in site.get(place).content.decode(), place
    with override_settings(PORTAL="candidate", ROOT_URLCONF="baoming.config.urls_candidate"):
        for place in ("/tasks/", f"/requests/{Case.objects.get().pk}/"):
            assert TYPED in inside(Client(), row).get(place).content.decode(), place


# what costs the candidate something


def withdraw_with(phone: Client, password: str) -> tuple[Case, str]:
    row = after_sign_up()
    case = asked(row, "fee_exemption")
    sent = {"act": "withdraw", "seen": "1", "note": TYPED, "save_password": password}
    shown = inside(phone, row).post(f"/requests/{case.pk}/act/", sent).content.decode()
    case.refresh_from_db()
    return case, shown


@pytest.mark.parametrize(("password", "said"), [("", "请输入保存密码"), ("cuo1wu2de", "保存密码不正确，还没有办")])
def test_without_the_save_password_nothing_is_taken_back_and_what_was_typed_stays(
    phone: Client, password: str, said: str
) -> None:
    case, shown = withdraw_with(phone, password)
    assert case.state == "waiting"
    assert said in shown
    assert f">{TYPED}</textarea>" in shown
    assert password not in shown or not password


def test_with_it_a_request_is_taken_back(phone: Client) -> None:
    assert withdraw_with(phone, PASSWORD)[0].state == "withdrawn"


def test_giving_up_asks_the_save_password_and_nothing_else_does(phone: Client) -> None:
    row = after_sign_up()
    files.hand_in(row, "withdrawal", me(row))
    assert "save_password" in inside(phone, row).get("/requests/new/withdrawal/").content.decode()
    assert "save_password" not in phone.get("/requests/new/fee_exemption/").content.decode()
    for password, opened in (("cuo1wu2de", False), (PASSWORD, True)):
        phone.post("/requests/new/withdrawal/", {"why": TYPED, "save_password": password})
        assert Case.objects.exists() == opened


def test_control_where_nothing_asks_for_it_an_open_session_is_enough(
    phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_acts, "asks_save_password", lambda *_: False)
    assert withdraw_with(phone, "")[0].state == "withdrawn"


def test_a_save_password_that_was_reset_meanwhile_proves_nothing(
    phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_acts, "still_proves", lambda _: False)
    case, shown = withdraw_with(phone, PASSWORD)
    assert case.state == "waiting"
    assert "保存密码刚刚重设过" in shown
