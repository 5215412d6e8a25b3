"""R5, R23, R24: another office judges eligibility in a case; the registration follows each of its acts."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from baoming.audit.models import Event
from baoming.registrations import list_queries
from baoming.registrations.models import Registration
from baoming.registrations.services.numbers import issue_number
from baoming.registrations.worklists import TABS
from baoming.reviews.case_queries import kinds_of
from baoming.reviews.cases import Act, kinds
from baoming.reviews.models import Case, EligibilityReview
from baoming.reviews.queries import decision_on, last_review
from baoming.reviews.services import (
    eligibility,
    pass_eligibility,
    referrals,
    return_eligibility,
    undo_review,
)
from baoming.reviews.services.cases import act_on_case, open_case
from baoming.seasons import queries
from baoming.seasons.models import SeasonData
from baoming.shared.errors import Changed, Invalid, NotOpen, Refused
from baoming.web.management.commands.load_season import documents
from tests import factories as make
from tests.registrations import confirmed
from tests.reviews import case_table, files
from tests.reviews.files import REFERRED, answer, checks, county, give_on, give_pass, hand_in, office, site

pytestmark = pytest.mark.django_db


def waits(row: Registration) -> bool:
    """Whether the person stands in the county's list of what waits for approval."""
    filters = list_queries.Filters(row.season_id, county(row).path)
    return row.pk in {line.id for line in list_queries.page(filters, TABS["approval"], first=0, size=50)}


def judged(row: Registration) -> tuple[str, bool, bool]:
    """Who decides, whether it waits there, whether it has passed."""
    row.refresh_from_db()
    return row.decider, row.approval_since is not None, "eligibility" in row.done_steps


@pytest.fixture
def three_levels() -> Iterator[None]:
    """The season's kinds as those of 2025 are."""
    make.season()
    SeasonData.objects.filter(key="cases").update(content=documents("43", "2025")["cases"])
    _forget()
    yield
    _forget()


def _forget() -> None:
    queries._data.cache_clear()
    queries._parsed.cache_clear()


# the way


def test_the_county_decides_in_2023_and_the_city_of_other_documents() -> None:
    for kind, decider in (("migrant", "county"), ("other_document", "city")):
        row = files.opened() if decider == "county" else make.registration(make.site(), name="阿依古丽")
        give_on(row, kind)
        assert judged(row) == (decider, True, False)


def test_no_number_before_the_county_has_granted() -> None:
    row = files.to_county()
    assert waits(row)
    confirmed.photographed(row)
    make.segment(row.site)
    with pytest.raises(NotOpen, match="资格审核"):
        issue_number(row.pk, by=site(row))
    answer(row, Act.GRANT, "county")
    assert judged(row) == ("county", False, True)
    assert not waits(row)
    assert issue_number(row.pk, by=site(row))


@pytest.mark.usefixtures("three_levels")
def test_from_2025_county_city_and_province_review_one_after_the_other() -> None:
    row = files.to_county()
    for level, following in (("county", "city"), ("city", "province")):
        assert judged(row) == (level, True, False)
        for wrong in {"county", "city", "province"} - {level}:
            with pytest.raises(NotOpen, match="现在由"):
                answer(row, Act.FORWARD, wrong)
        with pytest.raises(NotOpen):
            answer(row, Act.GRANT, level)
        answer(row, Act.FORWARD, level)
        assert judged(row) == (following, True, False)
    answer(row, Act.UNDO, "city", note="看错了")
    assert judged(row) == ("city", True, False)
    answer(row, Act.FORWARD, "city")
    answer(row, Act.RETURN, "province", reason="no_proof")
    assert judged(row) == ("province", False, False)
    answer(row, Act.SUPPLY, "site")
    answer(row, Act.GRANT, "province")
    assert judged(row) == ("province", False, True)
    rows = EligibilityReview.objects.filter(registration=row, undone_at=None).order_by("id")
    assert [(one.outcome, one.to) for one in rows] == [
        ("referred", "county"), ("referred", "city"), ("referred", "province"), ("returned", ""),
        ("referred", "province"), ("passed", ""),
    ]  # fmt: skip


def test_what_the_county_returned_the_site_supplies_but_never_passes() -> None:
    row = files.county_returned()
    assert judged(row) == ("county", False, False)
    told = decision_on(row)
    assert told is not None
    assert (told.kind, told.title) == ("returned", "审批认为不符合报考规定")
    assert told.todo
    with pytest.raises(NotOpen, match="由县（市、区）招考机构办理"):
        pass_eligibility(row.pk, checks=checks(row), by=site(row))
    answer(row, Act.SUPPLY, "site")
    assert judged(row) == ("county", True, False)
    told = decision_on(row)
    assert told is not None
    assert (told.kind, told.title, told.next) == ("referred", "外省户籍随迁子女", "县（市、区）招考机构")


def test_what_was_refused_may_come_again_as_a_new_case_and_is_not_the_sites() -> None:
    row = files.to_county()
    first = answer(row, Act.REFUSE, "county", reason="not_the_rules", note="父母居住不满一年")
    assert judged(row) == ("county", False, False)
    with pytest.raises(NotOpen):
        give_pass(row)
    second = give_on(row)
    assert second.pk != first.pk
    with pytest.raises(Refused, match="又提出了一件同类"):
        act_on_case(first.pk, Act.UNDO, seen=2, by=county(row), note="再看")
    answer(row, Act.GRANT, "county")
    assert judged(row) == ("county", False, True)


# rules and papers


def test_every_rule_of_the_season_is_ticked_by_whoever_grants() -> None:
    row = files.to_county()
    case = Case.objects.get()
    for ticked in ([], checks(row)[:-1], [*checks(row)[:-1], "other"]):
        with pytest.raises(Invalid) as refusal:
            act_on_case(case.pk, Act.GRANT, seen=1, by=county(row), raw={"rules": ticked})
        assert set(refusal.value.fields) == {"rules"}
    assert judged(row) == ("county", True, False)


def test_control_where_not_every_rule_is_asked_one_that_does_not_hold_is_granted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = files.to_county()
    case = Case.objects.get()
    kind = kinds_of(row.season)["migrant"]
    loose = replace(kind, chain=tuple(replace(desk, asks=()) for desk in kind.chain))
    monkeypatch.setattr("baoming.reviews.services.cases.kind_of", lambda *_: loose)
    act_on_case(case.pk, Act.GRANT, seen=1, by=county(row), raw={"rules": checks(row)[:-1]})
    assert judged(row) == ("county", False, True)


def test_papers_are_handed_in_before() -> None:
    row = files.opened()
    with pytest.raises(Invalid) as refusal:
        open_case(row.pk, "migrant", raw={}, by=site(row))
    assert {"form", "booklet", "permit", "school_roll"} <= set(refusal.value.fields)
    assert "dwelling" not in refusal.value.fields


def test_only_the_site_enters_it_and_who_entered_it_does_not_decide() -> None:
    row = files.opened()
    hand_in(row, "migrant")
    for level in ("county", "city", "province"):
        with pytest.raises(NotOpen, match="由报名点提出"):
            open_case(row.pk, "migrant", raw=REFERRED["migrant"], by=office(row, level))
    give_on(row)
    for wrong in ("site", "city", "province"):
        for act in (Act.GRANT, Act.REFUSE, Act.RETURN):
            with pytest.raises(NotOpen, match="现在由县"):
                answer(row, act, wrong, reason="no_proof")


# one way


def test_the_office_that_decides_has_no_other_door_than_the_case() -> None:
    row = files.to_county()
    with pytest.raises(NotOpen, match="事项"):
        pass_eligibility(row.pk, checks=checks(row), by=county(row))
    with pytest.raises(NotOpen, match="事项"):
        return_eligibility(row.pk, reason="no_proof", note="", by=county(row))
    review = last_review(row)
    assert review is not None
    for level in ("site", "county"):
        with pytest.raises(NotOpen, match="事项"):
            undo_review(row.pk, review_id=review.pk, reason="点错了", by=office(row, level))


def test_control_with_the_other_door_the_case_says_what_is_not_so(monkeypatch: pytest.MonkeyPatch) -> None:
    row = files.to_county()
    monkeypatch.setattr(eligibility, "_refuse_others", lambda _: None)
    monkeypatch.setattr(eligibility, "open_judging", lambda _: None)
    pass_eligibility(row.pk, checks=checks(row), by=county(row))
    assert (judged(row)[2], Case.objects.get().state) == (True, "waiting")


def test_one_office_judges_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    row = files.to_county()
    for state in ("waits", "returned"):
        with pytest.raises(Refused, match="另一件事项里报审"):
            give_on(row, "other_document")
        if state == "waits":
            answer(row, Act.RETURN, "county", reason="no_proof")
    monkeypatch.setattr(referrals, "open_judging", lambda _: None)
    give_on(row, "other_document")  # control: two offices have it
    assert Case.objects.filter(holder__in=["city", "site"]).count() == 2


def test_what_has_passed_is_not_handed_up() -> None:
    row = files.passed()
    with pytest.raises(NotOpen, match="已经通过"):
        give_on(row)


# taken back


def test_withdrawn_before_anybody_has_acted_it_is_the_sites_again() -> None:
    row = files.to_county()
    answer(row, Act.WITHDRAW, "site", note="户籍已迁入本省")
    assert judged(row) == ("site", False, False)
    give_pass(row)
    assert judged(row) == ("site", False, True)


def test_withdrawn_after_it_was_returned_it_is_not_the_sites_to_pass() -> None:
    row = files.county_returned()
    answer(row, Act.WITHDRAW, "site", note="不报了")
    assert judged(row) == ("county", False, False)
    with pytest.raises(NotOpen):
        give_pass(row)
    give_on(row)
    answer(row, Act.WITHDRAW, "site", note="再撤回")
    assert judged(row) == ("county", False, False), "what was returned before still stands"


def test_control_withdrawing_all_rows_the_site_passes_what_the_county_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    row = files.county_returned()

    def all_of_them(registration: Registration, case: Case, done: object, *, by: object) -> None:
        for one in [*eligibility.standing_reviews(registration)]:
            eligibility.take_back_review(registration, one, by=by, at=done.at, reason="撤回")  # type: ignore[arg-type,attr-defined]

    monkeypatch.setattr(referrals, "_withdraw", all_of_them)
    answer(row, Act.WITHDRAW, "site", note="不报了")
    give_pass(row)
    assert judged(row) == ("site", False, True)


def test_each_answer_is_taken_back_by_whoever_gave_it() -> None:
    row = files.to_county()
    for act, reason in ((Act.GRANT, ""), (Act.RETURN, "no_proof"), (Act.REFUSE, "not_the_rules")):
        answer(row, act, "county", reason=reason)
        for wrong in ("site", "city", "province"):
            with pytest.raises(NotOpen):
                answer(row, Act.UNDO, wrong, note="点错了")
        answer(row, Act.UNDO, "county", note="点错了")
        assert judged(row) == ("county", True, False)
    assert Event.objects.filter(verb="undo:eligibility").count() == 1


def test_a_grant_undone_after_the_number_keeps_the_number_and_stops_completion() -> None:
    row = files.county_passed()
    confirmed.photographed(row)
    make.segment(row.site)
    number = issue_number(row.pk, by=site(row))
    answer(row, Act.UNDO, "county", note="材料有假")
    answer(row, Act.REFUSE, "county", reason="not_the_rules")
    assert judged(row) == ("county", False, False)
    assert row.number == number


# races


def test_approval_that_races_with_withdrawal_loses_to_what_was_first() -> None:
    row = files.to_county()
    case = answer(row, Act.WITHDRAW, "site", note="撤回")
    with pytest.raises(Changed, match="刚刚有新的办理"):
        act_on_case(case.pk, Act.GRANT, seen=1, by=county(row), raw={"rules": checks(row)})
    assert judged(row) == ("site", False, False)
    give_on(row)
    granted = answer(row, Act.GRANT, "county")
    with pytest.raises(Changed):
        act_on_case(granted.pk, Act.WITHDRAW, seen=1, by=site(row), note="撤回")
    assert judged(row) == ("county", False, True)


def test_a_button_pressed_twice_decides_once() -> None:
    row = files.to_county()
    case = Case.objects.get()
    for _ in range(2):
        act_on_case(case.pk, Act.GRANT, seen=1, by=county(row), raw={"rules": checks(row)})
    assert EligibilityReview.objects.filter(outcome="passed").count() == 1
    with pytest.raises(NotOpen, match="已经决定"):
        answer(row, Act.REFUSE, "county", reason="not_the_rules")


def test_every_reason_of_the_kinds_says_what_to_do() -> None:
    for year in ("2023", "2025"):
        found = kinds(documents("43", year)["cases"], documents("43", year)["eligibility"])
        for key in case_table.EARLY:
            assert all(reason.todo for reason in found[key].reasons.values())
