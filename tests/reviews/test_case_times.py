"""Cases and time: what was handed in in time is decided, what falls is done again, who has stopped waits no more."""

from datetime import datetime, timedelta

import pytest

from baoming.messages.inbox import letters
from baoming.registrations.models import Registration
from baoming.registrations.queries import state_of
from baoming.registrations.services.numbers import issue_number
from baoming.registrations.services.voids import void_number
from baoming.reviews.case_queries import acts_of, note_of
from baoming.reviews.cases import Act
from baoming.reviews.models import Case
from baoming.reviews.services import cases as services
from baoming.reviews.services import corrections, open_review, referrals, undo_withdrawal, withdrawals
from baoming.schedule.models import Extension
from baoming.seasons.queries import season_now
from baoming.shared.errors import NotOpen
from tests import factories as make
from tests.registrations import confirmed
from tests.registrations.test_save_form import me
from tests.reviews import files
from tests.reviews.asking import PROVINCE, after_sign_up, asked, do, through
from tests.reviews.files import answer, county, give_on, office, site
from tests.reviews.test_referrals import judged, three_levels

__all__ = ["three_levels"]
pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def end_of(row: Registration, phase: str) -> datetime:
    closes = state_of(Registration.objects.get(pk=row.pk)).phases[phase].closes
    assert closes is not None
    return closes


def is_open(row: Registration, step: str) -> bool:
    return state_of(Registration.objects.get(pk=row.pk)).open_phase(step) is not None


# eligibility after intake


@pytest.mark.usefixtures("three_levels")
def test_three_levels_go_on_after_intake_and_the_site_then_has_seven_days_for_the_number() -> None:
    row = files.to_county()
    make.season("confirmation")
    for level, act in (("county", Act.FORWARD), ("city", Act.FORWARD), ("province", Act.GRANT)):
        answer(row, act, level)
    assert judged(row) == ("province", False, True)
    confirmed.photographed(row)
    make.segment(row.site)
    make.at(season_now(row.season_id) + 6 * DAY)
    assert issue_number(row.pk, by=site(row))
    make.at(season_now(row.season_id) + 2 * DAY)
    assert not is_open(row, "number")


def test_what_is_given_back_after_intake_may_be_supplied_within_seven_days() -> None:
    row = files.to_county()
    make.season("confirmation")
    answer(row, Act.RETURN, "county", reason="no_proof")
    answer(row, Act.SUPPLY, "site")
    answer(row, Act.RETURN, "county", reason="no_proof")
    make.at(season_now(row.season_id) + 8 * DAY)
    with pytest.raises(NotOpen, match="结束"):
        answer(row, Act.SUPPLY, "site")
    open_review(row.pk, hours=24, reason="材料迟到", by=county(row))
    answer(row, Act.SUPPLY, "site")
    answer(row, Act.GRANT, "county")
    assert judged(row) == ("county", False, True)


def test_nothing_is_opened_after_intake() -> None:
    row = files.opened()
    make.season("confirmation")
    with pytest.raises(NotOpen, match="结束"):
        give_on(row)


def test_control_where_offices_are_held_to_intake_nobody_answers_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(referrals, "_IN_TIME", (None, *Act))
    row = files.to_county()
    make.season("confirmation")
    with pytest.raises(NotOpen, match="结束"):
        answer(row, Act.GRANT, "county")


# what falls on the last day


def corrected_on_the_last_day() -> Registration:
    row = confirmed.completed()
    case = asked(row)
    make.at(end_of(row, "confirmation") - HOUR)
    through(case, row, "site", "county", "city")
    return row


def test_what_a_decision_undoes_on_the_last_day_may_be_done_again_for_seven_days() -> None:
    row = corrected_on_the_last_day()
    decided = season_now(row.season_id)
    make.at(decided + 7 * DAY - HOUR)
    assert is_open(row, "signature")
    assert is_open(row, "completion")
    make.at(decided + 7 * DAY + HOUR)
    assert not is_open(row, "signature")


def test_control_where_only_what_is_over_is_opened_the_signature_is_too_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corrections, "keep_open", lambda *_, **__: None)
    row = corrected_on_the_last_day()
    make.at(season_now(row.season_id) + 2 * HOUR)
    assert not is_open(row, "signature")


def test_a_phase_that_is_open_for_longer_is_left_as_it_is() -> None:
    row = after_sign_up()
    long = season_now(row.season_id) + 7 * DAY
    assert end_of(row, "confirmation") > long
    through(asked(row), row, "site", "county", "city")
    assert not Extension.objects.filter(subject=row.pk, phase="confirmation").exists()


def test_a_photo_of_another_found_late_is_taken_signed_and_completed_again() -> None:
    row = confirmed.completed()
    make.season("arrangement")
    case = asked(row, "wrong_photo", by=site(row))
    do(case, Act.GRANT, county(row))
    for step in ("photo", "signature", "completion", "final_review"):
        assert is_open(row, step), step


def test_a_number_voided_on_the_last_day_of_intake_can_be_issued_for_72_hours() -> None:
    row = files.numbered()
    make.at(end_of(row, "intake") - HOUR)
    void_number(row.pk, reason="重号", by=county(row))
    make.at(season_now(row.season_id) + 71 * HOUR)
    assert issue_number(row.pk, by=site(row))


# whoever has stopped


def stop(row: Registration) -> None:
    do(asked(row, "admitted", by=site(row)), Act.GRANT, county(row))


def test_with_the_registration_all_that_was_asked_ends_in_silence_and_holds_nothing() -> None:
    row = after_sign_up()
    open_cases = [asked(row), asked(row, "fee_exemption")]
    do(open_cases[1], Act.RETURN, site(row), reason="papers")
    told = len(letters(row.pk, row.season))
    stop(row)
    row.refresh_from_db()
    for case in open_cases:
        case.refresh_from_db()
        last = acts_of(case)[-1]
        assert (case.state, case.holder, last.act, last.by_label) == ("withdrawn", "", "withdraw", "系统")
    assert row.held == 0
    assert Case.objects.get(kind="admitted").state == "granted"
    assert len(letters(row.pk, row.season)) == told + 1, "of the stop alone"


def test_of_whoever_has_stopped_nothing_waits_for_approval() -> None:
    row = files.to_county()
    stop(row)
    assert judged(row) == ("site", False, False)


def test_control_where_they_stay_open_offices_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "close_open_cases", lambda *_, **__: None)
    row = files.to_county()
    stop(row)
    assert judged(row) == ("county", True, False)
    with pytest.raises(NotOpen, match="已经中止"):
        answer_first(row)


def answer_first(row: Registration) -> None:
    do(Case.objects.get(kind="migrant"), Act.RETURN, county(row), reason="no_proof")


FOUND = ("police_mismatch", "duplicate", "household_mismatch", "correction", "wrong_photo")


def found_and_stopped(kind: str) -> Case:
    """Somebody with an open case that holds, one that holds nothing, and a registration that stops."""
    row = after_sign_up()
    opener = {"police_mismatch": PROVINCE, "correction": me(row), "wrong_photo": site(row)}.get(kind, county(row))
    case = asked(row, kind, by=opener)
    asked(row, "fee_exemption")
    stop(row)
    row.refresh_from_db()
    assert row.held == 0
    return case


@pytest.mark.parametrize("kind", FOUND)
def test_what_was_found_waits_for_its_ruling_again_when_the_stop_is_undone(kind: str) -> None:
    case = found_and_stopped(kind)
    row = case.registration
    undo_withdrawal(row.pk, reason="录取名单有误", by=county(row))
    row.refresh_from_db()
    before = case.standing
    case.refresh_from_db()
    last = acts_of(case)[-1]
    assert (case.standing, row.held) == (before, 1)
    assert (last.act, last.by_label, note_of(last)) == ("undo", "系统", "中止报名已撤销，接着办理")
    assert case.due_at is not None
    assert case.due_at > season_now(row.season_id) + timedelta(days=1), "the whole term is before it"
    wish = Case.objects.get(kind="fee_exemption")
    assert (wish.state, wish.holder) == ("waiting", "site"), "nobody asks twice for a mistake of offices"


def test_eligibility_that_another_office_judges_is_handed_in_anew_by_the_site() -> None:
    row = files.to_county()
    stop(row)
    undo_withdrawal(row.pk, reason="录取名单有误", by=county(row))
    assert Case.objects.get(kind="migrant").state == "withdrawn"
    row.refresh_from_db()
    assert row.approval_since is None


def test_each_comes_back_where_it_stood_however_often_the_registration_stops() -> None:
    row = after_sign_up()
    handed_on, given_back = asked(row, "police_mismatch", by=PROVINCE), asked(row, "correction")
    do(handed_on, Act.FORWARD, site(row), raw={"found": ["看了户口簿"]})
    do(given_back, Act.RETURN, site(row), reason="papers")
    for _ in range(2):
        stop(row)
        undo_withdrawal(row.pk, reason="录取名单有误", by=county(row))
    stood = [Case.objects.get(pk=case.pk).standing for case in (handed_on, given_back)]
    assert [(at.state, at.desk, at.forwarded) for at in stood] == [("waiting", 1, True), ("returned", 0, False)]
    row.refresh_from_db()
    assert row.held == 2


def test_what_was_withdrawn_before_the_stop_stays_withdrawn() -> None:
    row = after_sign_up()
    case = asked(row)
    do(case, Act.WITHDRAW, me(row), note="不改了")
    stop(row)
    undo_withdrawal(row.pk, reason="录取名单有误", by=county(row))
    assert Case.objects.get(pk=case.pk).state == "withdrawn"


def test_control_where_nothing_is_brought_back_a_mismatch_vanishes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(withdrawals, "reopen_cases", lambda *_, **__: None)
    case = found_and_stopped("police_mismatch")
    row = case.registration
    undo_withdrawal(row.pk, reason="录取名单有误", by=county(row))
    row.refresh_from_db()
    assert (Case.objects.get(pk=case.pk).state, row.held) == ("withdrawn", 0)


# an objection


def test_an_objection_made_in_time_is_answered_after_the_time_of_its_kind() -> None:
    row = after_sign_up()
    case = asked(row, "accommodation")
    do(case, Act.FORWARD, site(row))
    experts = {"experts": ["张丽、刘建国"], "assessed": ["11月20日"], "assessment": ["不需要"]}
    do(case, Act.FORWARD, office(row, "city"), raw=experts)
    do(case, Act.REFUSE, PROVINCE, reason="assessed_no")
    do(case, Act.RECEIVE, me(row))
    do(case, Act.OBJECT, me(row), note="评估时没有带助视器")
    make.season("tickets")
    assert state_of(Registration.objects.get(pk=row.pk)).phases["arrangement"].over
    with pytest.raises(NotOpen, match="办理时间已经结束"):
        do(case, Act.RETURN, PROVINCE, reason="papers")
    granted = {"granted": ["large_print"], "grounds": ["复核后同意"]}
    assert do(case, Act.GRANT, PROVINCE, raw=granted).state == "granted"
