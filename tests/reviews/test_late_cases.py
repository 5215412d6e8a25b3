"""After the time of a kind: what waits is ended and holds no more; objecting stays open as long as was promised."""

from datetime import timedelta

import pytest

from baoming.registrations.models import Registration
from baoming.reviews import cases as rules
from baoming.reviews.case_queries import consent_of, kind_of
from baoming.reviews.cases import Act
from baoming.reviews.models import Case
from baoming.reviews.services.cases import keep_papers, may_open_now
from baoming.seasons.queries import season_now
from baoming.shared.errors import NotOpen
from tests import factories as make
from tests.registrations.test_save_form import me
from tests.reviews.asking import ASKED, PROVINCE, after_sign_up, asked, do
from tests.reviews.files import JPEG, county, office, site

pytestmark = pytest.mark.django_db
EXPERTS = {"experts": ["张丽、刘建国"], "assessed": ["11月20日"], "assessment": ["不需要"]}


def waiting(row: Registration, kind: str = "correction") -> Case:
    """A case that waits at its second desk when its time ends."""
    case = asked(row, kind)
    do(case, Act.FORWARD, site(row))
    make.season("tickets")
    return case


def held(row: Registration) -> int:
    return Registration.objects.get(pk=row.pk).held


def test_what_still_waits_is_handed_on_and_refused_and_holds_no_more() -> None:
    row = after_sign_up()
    case = waiting(row)
    assert held(row) == 1
    do(case, Act.FORWARD, county(row))
    city = office(row, "city")
    with pytest.raises(NotOpen, match=r"办理时间已经结束，不能再同意。现在可以“不同意”"):
        do(case, Act.GRANT, city)
    with pytest.raises(NotOpen, match="不能再退回补正"):
        do(case, Act.RETURN, city, reason="papers")
    do(case, Act.REFUSE, city, reason="other", note="办理时间已经结束")
    assert (Case.objects.get(pk=case.pk).state, held(row)) == ("refused", 0)


def test_what_was_given_back_is_withdrawn_and_holds_no_more() -> None:
    row = after_sign_up()
    case = asked(row)
    do(case, Act.RETURN, site(row), reason="papers")
    make.season("tickets")
    with pytest.raises(NotOpen, match="办理时间已经结束，不能再补正后再报。现在可以“撤回”"):
        do(case, Act.SUPPLY, me(row), raw=ASKED["correction"])
    do(case, Act.WITHDRAW, me(row), note="来不及了")
    assert held(row) == 0


def test_control_where_nothing_is_done_after_the_time_it_holds_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "_ENDING", frozenset({Act.WITHDRAW, Act.RECEIVE}))
    row = after_sign_up()
    case = waiting(row)
    with pytest.raises(NotOpen, match=r"办理时间已经结束.*请联系"):
        do(case, Act.FORWARD, county(row))
    assert held(row) == 1


def test_nothing_is_opened_after_the_time_and_the_sentence_says_so() -> None:
    row = after_sign_up()
    make.season("tickets")
    kind = kind_of(row.season, "fee_exemption")
    assert "办理时间已经结束" in may_open_now(row, kind)
    with pytest.raises(NotOpen, match="办理时间已经结束"):
        asked(row, "fee_exemption")


# objections, and who speaks for the candidate


def decided(row: Registration, *, by_site: bool = False) -> Case:
    """A request for accommodation that the province has refused on the last day."""
    case = asked(row, "accommodation", by=site(row) if by_site else me(row))
    do(case, Act.FORWARD, site(row))
    do(case, Act.FORWARD, office(row, "city"), raw=EXPERTS)
    return do(case, Act.REFUSE, PROVINCE, reason="assessed_no")


def test_a_decision_is_objected_to_as_long_as_promised_also_after_the_time() -> None:
    row = after_sign_up()
    case = decided(row)
    make.season("tickets")
    do(case, Act.RECEIVE, me(row))
    make.at(season_now(row.season_id) + timedelta(days=4))
    do(case, Act.OBJECT, me(row), note="评估时没有带助视器")
    done = do(case, Act.GRANT, PROVINCE, raw={"granted": ["large_print"], "grounds": ["复核后同意"]})
    assert done.state == "granted"


def test_control_where_objecting_is_held_to_the_time_the_promise_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "_ENDING", rules._ENDING - {Act.OBJECT})
    row = after_sign_up()
    case = decided(row)
    make.season("tickets")
    do(case, Act.RECEIVE, me(row))
    with pytest.raises(NotOpen, match="办理时间已经结束"):
        do(case, Act.OBJECT, me(row), note="评估时没有带助视器")


def test_an_objection_that_was_given_back_is_supplied_after_the_time_with_a_paper() -> None:
    row = after_sign_up()
    case = decided(row)
    do(case, Act.RECEIVE, me(row))
    do(case, Act.OBJECT, me(row), note="评估时没有带助视器")
    do(case, Act.RETURN, PROVINCE, reason="papers")
    make.season("tickets")
    keep_papers(row.pk, "accommodation", {"certificate": JPEG + b"new"}, consent_of(row.season), by=me(row))
    assert do(case, Act.SUPPLY, me(row), raw=ASKED["accommodation"]).state == "waiting"


def test_what_the_site_entered_on_paper_the_candidate_signs_for_and_objects_to() -> None:
    row = after_sign_up()
    case = decided(row, by_site=True)
    do(case, Act.RECEIVE, me(row))
    case = do(case, Act.OBJECT, me(row), note="评估时没有带助视器")
    assert (case.opener, case.objected, case.holder) == ("site", True, "province")


def test_what_the_site_entered_on_paper_the_candidate_takes_back() -> None:
    row = after_sign_up()
    case = asked(row, "fee_exemption", by=site(row))
    assert do(case, Act.WITHDRAW, me(row), note="不申请了").state == "withdrawn"


def test_control_did_whoever_entered_it_alone_speak_the_candidate_could_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "_speakers", lambda _, at: (at.opener,))
    row = after_sign_up()
    case = asked(row, "fee_exemption", by=site(row))
    with pytest.raises(NotOpen, match="不能撤回"):
        do(case, Act.WITHDRAW, me(row), note="不申请了")
