"""A second case of a kind beside one that is decided: what the first holds stays, its papers are not the second's."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest

from baoming.audit.actors import Actor
from baoming.registrations.attached_queries import drafts_of
from baoming.registrations.models import HoldRow, Registration
from baoming.reviews.case_queries import acts_of, asked_in, consent_of, kind_of
from baoming.reviews.cases import Act
from baoming.reviews.models import Case
from baoming.reviews.services import case_writing
from baoming.reviews.services import cases as services
from baoming.reviews.services.cases import keep_papers, open_case
from baoming.shared.errors import Invalid
from tests.registrations.test_save_form import me
from tests.reviews.asking import ASKED, JPEG, after_sign_up, asked, do, hand_in, redraft
from tests.reviews.files import office

pytestmark = pytest.mark.django_db
RULING = {"ruling": ["不是同一人"]}


# holds


def confirmed_duplicate() -> tuple[Registration, Case]:
    """Somebody of whom the county has confirmed that they are registered twice: the hold goes on."""
    row = after_sign_up()
    case = asked(row, "duplicate", by=office(row, "county"))
    return row, do(case, Act.REFUSE, second(row), reason="same")


def second(row: Registration) -> Actor:
    return replace(office(row, "county"), id="county-2")


def held(row: Registration) -> list[str]:
    row.refresh_from_db()
    return list(HoldRow.objects.filter(registration=row, cleared_at=None).values_list("kind", flat=True))


def withdrawn(row: Registration, case: Case) -> None:
    do(case, Act.WITHDRAW, office(row, "city"), note="重复提出")


def allowed(row: Registration, case: Case) -> None:
    do(case, Act.GRANT, second(row), raw=RULING)


@pytest.mark.parametrize("ends", [withdrawn, allowed])
def test_what_was_confirmed_goes_on_holding_however_a_second_case_ends(ends: Callable[..., None]) -> None:
    row, first = confirmed_duplicate()
    again = asked(row, "duplicate", by=office(row, "city"))
    assert held(row) == ["case:duplicate"], "one hold, however many cases keep it"
    ends(row, again)
    assert (held(row), row.held) == (["case:duplicate"], 1)
    do(first, Act.UNDO, second(row), note="查明不是同一人")
    do(first, Act.GRANT, replace(office(row, "county"), id="county-3"), raw=RULING)
    assert (held(row), row.held) == ([], 0)


@pytest.mark.parametrize("ends", [withdrawn, allowed])
def test_control_where_each_case_counts_alone_the_second_lifts_the_hold(
    ends: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    row, _ = confirmed_duplicate()
    monkeypatch.setattr(case_writing, "_held_beside", lambda *_: False)
    ends(row, asked(row, "duplicate", by=office(row, "city")))
    assert held(row) == []


# papers


def taken_back() -> Registration:
    """Somebody whose request, with its papers, was withdrawn."""
    row = after_sign_up()
    do(asked(row, "fee_exemption"), Act.WITHDRAW, me(row), note="不申请了")
    return row


def ask(row: Registration) -> Case:
    return open_case(row.pk, "fee_exemption", raw=ASKED["fee_exemption"], by=me(row))


def test_a_new_request_is_not_satisfied_by_the_papers_of_one_that_was_withdrawn() -> None:
    row = taken_back()
    with pytest.raises(Invalid) as refusal:
        ask(row)
    assert set(refusal.value.fields) == {"proof"}
    hand_in(row, "fee_exemption")  # the very same picture, sent again now
    made = ask(row)
    assert set(asked_in(acts_of(made)).pictures) == {"proof"}
    first = Case.objects.exclude(pk=made.pk).get()
    assert asked_in(acts_of(first)).pictures != asked_in(acts_of(made)).pictures


def test_control_where_all_that_ever_counted_counts_nothing_new_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    row = taken_back()
    monkeypatch.setattr(services, "papers_there", lambda *_, **_more: {"proof": "the old one"})
    ask(row)


def test_a_button_pressed_twice_leaves_no_picture_behind_for_the_next_request() -> None:
    row = after_sign_up()
    case = asked(row, "fee_exemption")
    hand_in(row, "fee_exemption")
    assert ask(row) == case
    assert drafts_of(row) == {}
    do(case, Act.WITHDRAW, me(row), note="不申请了")
    with pytest.raises(Invalid):
        ask(row)


def test_control_where_pictures_of_the_open_case_are_kept_again_the_next_request_finds_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = after_sign_up()
    case = asked(row, "fee_exemption")
    everything = set(asked_in(acts_of(case)).pictures.values())
    monkeypatch.setattr(services, "_may_hand_in", lambda *_, **_more: True)
    monkeypatch.setattr(services, "of_others", lambda *_: {UUID(one) for one in everything})
    hand_in(row, "fee_exemption")
    do(case, Act.WITHDRAW, me(row), note="不申请了")
    assert ask(row).pk != case.pk


def test_what_is_supplied_keeps_the_papers_that_it_has() -> None:
    row = after_sign_up()
    case = asked(row, "accommodation")
    before = asked_in(acts_of(case)).pictures
    do(case, Act.RETURN, office(row, "site"), reason="papers", note="申请没有签字")
    keep_papers(row.pk, "accommodation", {"application": JPEG + b"signed"}, consent_of(row.season), by=me(row))
    case = do(case, Act.SUPPLY, me(row), raw=ASKED["accommodation"])
    after = asked_in(acts_of(case)).pictures
    assert set(after) == set(before) == {"application", "certificate"}
    assert after["certificate"] == before["certificate"]
    assert after["application"] != before["application"]
    assert case.papers == 2


def test_pictures_of_another_kind_are_not_of_this_one() -> None:
    row = after_sign_up()
    hand_in(row, "fee_exemption")
    redraft(row)
    with pytest.raises(Invalid) as refusal:
        open_case(row.pk, "correction", raw=ASKED["correction"], by=me(row))
    assert set(refusal.value.fields) == {"application"}
    assert kind_of(row.season, "correction").papers[0].key == "application"
