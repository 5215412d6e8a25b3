"""R5, R23, R24: what another office judged when the identity changes, when intake is over, and after completion."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from baoming.registrations.models import Registration
from baoming.registrations.queries import document_of
from baoming.registrations.services.intake import reread_card
from baoming.reviews.case_queries import kinds_of
from baoming.reviews.cases import LAPSED, Act
from baoming.reviews.models import Case
from baoming.reviews.queries import last_review
from baoming.reviews.services import (
    completion,
    eligibility,
    open_review,
    referrals,
    undo_review,
    withdraw,
)
from baoming.shared.errors import NotOpen
from baoming.web.case_pages import fallen_of
from tests import factories as make
from tests.registrations import confirmed
from tests.reviews import case_table, files
from tests.reviews.files import answer, county, give_back, give_on, give_pass, hand_in, site
from tests.reviews.test_referrals import judged

pytestmark = pytest.mark.django_db


# another identity


def reread(row: Registration, address: str, nonce: str = "n1") -> None:
    reread_card(row.pk, replace(document_of(row), address=address), reader="R01", nonce=nonce, by=site(row))
    row.refresh_from_db()


def test_another_household_lets_the_grant_fall_and_the_site_begins_anew() -> None:
    row = files.county_passed()
    reread(row, "湘岭市青麓县麻石街道2号")
    assert judged(row) == ("site", False, False)
    case = Case.objects.get()
    assert fallen_of(row, kinds_of(row.season)["migrant"], case) == LAPSED
    with pytest.raises(NotOpen, match="证件信息有变动"):
        answer(row, Act.UNDO, "county", note="看看")
    give_on(row)
    assert judged(row) == ("county", True, False)
    answer(row, Act.GRANT, "county")
    reread(row, "湘岭市青麓县麻石街道3号", "n2")
    give_pass(row)
    assert judged(row) == ("site", False, True), "the household came into the province"
    review = last_review(row)
    assert review is not None
    undo_review(row.pk, review_id=review.pk, reason="点错了", by=site(row))
    assert judged(row) == ("site", False, False), "what the county judged was another identity"


def test_while_it_waits_another_household_is_not_granted_by_the_old_papers(monkeypatch: pytest.MonkeyPatch) -> None:
    row = files.to_county()
    reread(row, "湘岭市青麓县麻石街道2号")
    with pytest.raises(NotOpen, match="按新的证件信息再报"):
        answer(row, Act.GRANT, "county")
    answer(row, Act.RETURN, "county", reason="differs")
    answer(row, Act.SUPPLY, "site")
    reread(row, "湘岭市青麓县麻石街道3号", "n2")
    monkeypatch.setattr(referrals, "_refuse_if_another_identity", lambda *_: None)
    answer(row, Act.GRANT, "county")  # control: papers of a household that is no longer so
    assert judged(row) == ("county", False, True)


@pytest.mark.parametrize(
    "order", ["returned, withdrawn, anew", "returned, anew, withdrawn", "anew, returned, withdrawn"]
)
def test_an_identity_taken_in_anew_begins_at_the_site_although_the_county_had_returned_it(order: str) -> None:
    row = files.to_county()
    run(row, order)
    assert judged(row) == ("site", False, False)
    give_pass(row)
    assert judged(row) == ("site", False, True)


def test_control_where_the_answer_about_the_former_identity_counts_the_site_has_no_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(eligibility, "_is_another", lambda *_: False)
    row = files.to_county()
    run(row, "anew, returned, withdrawn")
    assert judged(row) == ("county", False, False)
    with pytest.raises(NotOpen):
        give_pass(row)


def run(row: Registration, order: str) -> None:
    acts: dict[str, Callable[[], object]] = {
        "returned": lambda: answer(row, Act.RETURN, "county", reason="differs"),
        "withdrawn": lambda: answer(row, Act.WITHDRAW, "site", note="户籍已迁入本省"),
        "anew": lambda: reread(row, "湘岭市青麓县麻石街道2号"),
    }
    for word in order.split(", "):
        acts[word]()


def test_while_a_case_is_open_the_site_passes_nothing_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    row = files.county_returned()
    reread(row, "湘岭市青麓县麻石街道2号")
    with pytest.raises(NotOpen, match="先撤回那件事项"):
        give_pass(row)
    monkeypatch.setattr(eligibility, "open_judging", lambda _: None)
    give_pass(row)  # control: passed at the site, and still to be supplied to the county
    assert (judged(row)[2], Case.objects.get().state) == (True, "returned")


def test_what_the_county_returned_by_mistake_and_the_site_withdrew_the_county_gives_back_to_the_site() -> None:
    row = files.county_returned()
    answer(row, Act.WITHDRAW, "site", note="不是随迁子女")
    review = last_review(row)
    assert review is not None
    with pytest.raises(NotOpen, match="由县"):
        undo_review(row.pk, review_id=review.pk, reason="点错了", by=site(row))
    undo_review(row.pk, review_id=review.pk, reason="户籍本来就在本省", by=county(row))
    assert judged(row) == ("site", False, False)
    give_pass(row)


# time


@pytest.mark.parametrize("kind", sorted(case_table.EARLY))
def test_it_is_opened_and_decided_in_intake_and_afterwards_for_one_person(kind: str) -> None:
    row = files.opened()
    for phase, may in case_table.EARLY[kind].items():
        make.season(phase)
        with opened_or(may):
            hand_in(row, kind)
    make.season("confirmation")
    open_review(row.pk, hours=24, reason="材料迟到", by=county(row))
    give_on(row, kind)
    answer(row, Act.GRANT, kinds_of(row.season)[kind].chain[0].by.value)
    assert judged(row)[2]


@contextmanager
def opened_or(may: bool) -> Iterator[None]:
    if may:
        yield
    else:
        with pytest.raises(NotOpen, match="结束"):
            yield


def test_nothing_is_decided_of_whoever_has_stopped_and_it_may_be_withdrawn() -> None:
    row = files.to_county()
    withdraw(row.pk, reason="own_wish", by=county(row))
    with pytest.raises(NotOpen, match="已经中止"):
        answer(row, Act.GRANT, "county")
    answer(row, Act.WITHDRAW, "site", note="已中止报名")
    assert judged(row) == ("site", False, False)


def test_a_grant_is_not_undone_once_the_county_has_completed() -> None:
    row = files.completed()
    with pytest.raises(NotOpen, match="重新打开"):
        give_on(row)
    completion.reopen(row.pk, reason="户籍有误", by=county(row))
    give_back(row)
    give_on(row)
    answer(row, Act.GRANT, "county")
    confirmed.complete_registration(row.pk, by=county(row))
    with pytest.raises(NotOpen, match="重新打开"):
        answer(row, Act.UNDO, "county", note="材料有假")
