"""The journey with cases, returns, undos and corrections in any order: 2,000 random acts, more at night."""

import secrets
from dataclasses import replace

import pytest
from django.db import transaction

from baoming.reviews.cases import ELIGIBILITY
from baoming.reviews.services.case_effects import EFFECTS
from tests.reviews.random_walk import ACTS, Broken, Walk

pytestmark = pytest.mark.django_db
# Ways that broke something once are walked again each time; beside them one that nobody has walked.
SEEDS = (2, 3)
STEPS = 670


@pytest.mark.parametrize("seed", [*SEEDS, None])
def test_whatever_is_done_in_any_order_what_must_hold_holds(seed: int | None) -> None:
    chosen = secrets.randbelow(10**9) if seed is None else seed
    print(f"seed {chosen}")
    walk = Walk(chosen)
    walk.go(STEPS)
    assert len(set(walk.taken)) > len(ACTS) // 2, walk.taken
    if seed is not None:  # of the ways that are known it is known that they get somewhere
        assert {"complete", "sign", "open a case", "act on a case"} <= set(walk.taken), walk.taken


def test_control_without_the_holds_somebody_is_completed_with_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("baoming.registrations.journey.State.holds_on", lambda *_: [])
    monkeypatch.setattr("baoming.reviews.services.completion.refuse_if_incomplete", lambda *_: None)
    with pytest.raises(Broken, match="completed with"):
        _walk_until_broken(first=3)


def test_control_without_falling_somebody_stands_on_what_fell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("baoming.registrations.journey.undone_by", lambda key: [key])
    with pytest.raises(Broken, match=r"stands on it|done before"):
        _walk_until_broken(first=0)


def test_control_where_the_registration_does_not_follow_its_case_two_offices_have_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    deaf = replace(EFFECTS[ELIGIBILITY], followed=EFFECTS["noted"].followed)
    monkeypatch.setitem(EFFECTS, ELIGIBILITY, deaf)
    with pytest.raises(Broken, match="has the file"):
        _walk_until_broken(first=3)


def test_control_where_a_stop_that_is_undone_brings_no_case_back_what_was_found_vanishes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("baoming.reviews.services.withdrawals.reopen_cases", lambda *_, **__: None)
    with pytest.raises(Broken, match="ended with a stop that was undone"):
        _walk_until_broken(first=4)


def _walk_until_broken(*, first: int) -> None:
    """Each walk begins with nobody: what the one before did is rolled back. `first`: the seed that broke it once."""
    for seed in (first, *range(20)):
        point = transaction.savepoint()
        Walk(seed).go(STEPS)
        transaction.savepoint_rollback(point)
