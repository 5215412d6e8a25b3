"""R5: the site passes the file or returns it with a reason; each decision can be undone, newest first."""

from dataclasses import replace
from datetime import date

import pytest

from baoming.audit.models import Event
from baoming.registrations.models import Registration, StepLog
from baoming.registrations.queries import document_of, state_of
from baoming.registrations.services.intake import reread_card
from baoming.registrations.services.numbers import issue_number
from baoming.reviews import decisions
from baoming.reviews.cases import kinds
from baoming.reviews.models import EligibilityReview
from baoming.reviews.queries import decision_on, last_review, said_of
from baoming.reviews.services import (
    complete_registration,
    eligibility,
    open_review,
    pass_eligibility,
    return_eligibility,
    submit_registration,
    undo_review,
)
from baoming.seasons.queries import data
from baoming.shared.errors import Changed, Invalid, NotOpen
from baoming.web.management.commands.load_season import documents
from tests import factories as make
from tests.registrations import confirmed
from tests.registrations.test_sheets_service import open_phase
from tests.reviews import files
from tests.reviews.files import county, give_back, give_pass, office, site, take_back

pytestmark = pytest.mark.django_db


# return


def test_the_candidate_reads_the_reason_and_what_to_bring() -> None:
    row = files.returned()
    told = decision_on(row)
    assert told is not None
    assert (told.kind, told.title, told.next) == ("returned", "证明材料不齐", "")
    assert "带原件到报名点" in told.todo


def test_a_reason_of_the_season_is_needed_and_a_note_is_short() -> None:
    row = files.passed()
    for reason in ("", "because", "migrant"):
        with pytest.raises(Invalid, match="退回理由"):
            return_eligibility(row.pk, reason=reason, note="", by=site(row))
    with pytest.raises(Invalid, match="最多200个字"):
        return_eligibility(row.pk, reason="enrolled", note="因" * 201, by=site(row))
    assert "eligibility" in Registration.objects.get(pk=row.pk).done_steps


def test_returning_twice_is_returning_once_and_another_reason_is_another_decision() -> None:
    row = files.passed()
    first = give_back(row)
    assert give_back(row) == first
    assert give_back(row, reason="enrolled") != first
    assert Event.objects.filter(verb="return_eligibility").count() == 2


def test_nothing_else_falls_than_the_page_has_said(monkeypatch: pytest.MonkeyPatch) -> None:
    row = files.opened()
    give_pass(row)  # after the page was drawn
    with pytest.raises(Changed, match="刚刚有变动"):
        return_eligibility(row.pk, reason="enrolled", note="", by=site(row), shown=[])
    assert "eligibility" in Registration.objects.get(pk=row.pk).done_steps
    monkeypatch.setattr(eligibility, "refuse_if_other", lambda *_: None)  # control: falls unsaid
    return_eligibility(row.pk, reason="enrolled", note="", by=site(row), shown=[])
    assert "eligibility" not in Registration.objects.get(pk=row.pk).done_steps


def test_after_the_number_no_other_number_is_issued_and_the_county_cannot_complete() -> None:
    row = files.numbered()
    number = row.number
    give_back(row)
    assert issue_number(row.pk, by=site(row)) == number
    assert state_of(row).missing("completion")[0] == "eligibility"


def test_after_the_signature_it_stands_and_what_the_site_submitted_is_taken_back() -> None:
    row = confirmed.signed()
    confirmed.assess_morals(row.pk, qualified=True, text=confirmed.MORAL, by=site(row))
    submit_registration(row.pk, by=site(row))
    open_phase(row, "intake")
    give_back(row)
    assert {"signature", "form", "registration_fee"} <= row.done_steps
    with pytest.raises(NotOpen, match="报考资格审核"):
        complete_registration(row.pk, by=county(row))
    give_pass(row)
    assert Event.objects.filter(verb="withdraw_submission").count() == 1
    complete_registration(row.pk, by=county(row))


# undo


def test_undoing_twice_is_undoing_once_and_both_stay_on_record() -> None:
    row = files.passed()
    review = last_review(row)
    assert review is not None
    take_back(row, review.pk)
    take_back(row, review.pk)
    kept = EligibilityReview.objects.get()
    assert (kept.outcome, kept.undone_by, said_of(kept, "undo_sealed")) == ("passed", "周敏", "点错了")
    assert Event.objects.filter(verb="undo_review:passed").count() == 1
    assert StepLog.objects.filter(step="eligibility", done=False).get().reason == "撤销通过资格审核"


@pytest.mark.parametrize("reason", ["", "  ", "因" * 201])
def test_an_undo_has_a_reason(reason: str) -> None:
    row = files.passed()
    review = last_review(row)
    assert review is not None
    with pytest.raises(Invalid):
        undo_review(row.pk, review_id=review.pk, reason=reason, by=site(row))


def test_another_persons_decision_is_not_undone_here() -> None:
    row = files.passed()
    other = make.registration(row.site, name="阿依古丽·买买提")
    give_pass(other)
    review = last_review(other)
    assert review is not None
    with pytest.raises(Changed):
        undo_review(row.pk, review_id=review.pk, reason="点错了", by=site(row))


def reread(row: Registration, **changes: object) -> None:
    card = replace(document_of(row), valid_from=date(2022, 10, 8), valid_to=date(2032, 10, 8), **changes)  # type: ignore[arg-type]
    reread_card(row.pk, card, reader="R01", nonce="n1", by=site(row))
    row.refresh_from_db()


def test_a_return_undone_restores_the_pass_only_while_the_identity_is_the_one_that_was_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = files.passed()
    review = give_back(row)
    reread(row, address="湘岭市青麓县麻石街道2号")
    take_back(row, review)
    assert "eligibility" not in row.done_steps

    other = make.registration(row.site, name="阿依古丽·买买提")
    give_pass(other)
    again = give_back(other)
    monkeypatch.setattr(eligibility, "rests_unchanged", lambda _: True)  # control: a household nobody has judged
    card = replace(document_of(other), address="湘岭市青麓县麻石街道2号", valid_to=date(2033, 1, 1))
    reread_card(other.pk, card, reader="R01", nonce="n2", by=site(other))
    take_back(other, again)
    assert "eligibility" in other.done_steps


def test_a_return_undone_after_a_new_card_of_the_same_household_restores_the_pass() -> None:
    row = files.passed()
    review = give_back(row)
    reread(row)
    take_back(row, review)
    assert "eligibility" in row.done_steps


def test_control_without_the_rule_of_who_undoes_the_city_undoes_a_sites_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    row = files.passed()
    review = last_review(row)
    assert review is not None
    with pytest.raises(NotOpen, match="撤销"):
        take_back(row, review.pk, "city")
    monkeypatch.setattr(eligibility, "may_undo", lambda *_, **__: True)
    take_back(row, review.pk, "city")
    assert "eligibility" not in row.done_steps


# one person after intake


def test_the_county_opens_the_review_of_one_person_after_intake() -> None:
    row = files.intake_over()
    with pytest.raises(NotOpen, match="结束"):
        give_back(row)
    for by in (site(row), office(row, "city")):
        with pytest.raises(NotOpen, match="由县"):
            open_review(row.pk, hours=24, reason="举报户籍不实", by=by)
    for hours, reason in ((0, "核查"), (73, "核查"), (24, " ")):
        with pytest.raises(Invalid):
            open_review(row.pk, hours=hours, reason=reason, by=county(row))
    open_review(row.pk, hours=24, reason="举报户籍不实", by=county(row))
    give_back(row)
    with pytest.raises(NotOpen, match="不用单独开放"):
        open_review(row.pk, hours=24, reason="再开", by=county(row))


# the season's data


def test_every_reason_says_what_to_do() -> None:
    row = files.opened()
    lists = data(row.season, "eligibility")
    for one in decisions.reasons(lists["reasons"]).values():
        assert one.todo
        assert one.next == "candidate"


# a card from outside the province


FAR = "贵州省遵义市播州区南白镇1号"
MOVED_IN = "户口簿：湘岭市青麓县白鹭街道1号，2021年迁入"


def far() -> Registration:
    """Somebody whose card names another province: the household may have moved since it was made."""
    return make.registration(files.opened().site, name="阿依古丽", address=FAR)


def test_a_site_does_not_pass_a_card_from_outside_unless_it_writes_down_what_the_booklet_says() -> None:
    row = far()
    for note in ("", "  "):
        with pytest.raises(Invalid) as refusal:
            pass_eligibility(row.pk, checks=files.checks(row), by=site(row), note=note)
        assert set(refusal.value.fields) == {"note"}
        assert "贵州省" in refusal.value.fields["note"]
        assert "外省户籍随迁子女" in refusal.value.fields["note"]
    row.refresh_from_db()
    assert "eligibility" not in row.done_steps
    review = pass_eligibility(row.pk, checks=files.checks(row), by=site(row), note=MOVED_IN)
    assert said_of(review) == MOVED_IN
    assert MOVED_IN not in review.note_sealed, "it is an address"


def test_control_where_the_address_is_not_read_a_site_passes_whoever_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eligibility, "outside", lambda *_, **__: "")
    row = far()
    pass_eligibility(row.pk, checks=files.checks(row), by=site(row))
    row.refresh_from_db()
    assert "eligibility" in row.done_steps


@pytest.mark.parametrize("year", ["2023", "2025"])
def test_a_site_ticks_a_household_of_the_province_and_the_last_desk_the_rules_of_migrants(year: str) -> None:
    lists = documents("43", year)
    rule = next(one for one in lists["eligibility"]["rules"] if one["key"] == "household")
    assert rule["title"] == "户籍在湖南省"
    found = kinds(lists["cases"], lists["eligibility"])
    ticks = {key: found[key].chain[-1].asks[-1].options["household"] for key in ("migrant", "other_document")}
    assert ticks == {
        "migrant": "户籍不在湖南省，符合随迁子女规定",
        "other_document": "户籍在湖南省，或符合用其他身份证件报考的规定",
    }
