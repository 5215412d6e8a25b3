"""The journey with cases, returns, undos and corrections in any order: 200,000 random acts; the seeds are printed."""

import secrets

import pytest

from tests.reviews.random_walk import Walk

pytestmark = pytest.mark.django_db
WALKS, STEPS = 200, 1000


@pytest.mark.parametrize("place", range(WALKS))
def test_whatever_is_done_in_any_order_what_must_hold_holds(place: int) -> None:
    seed = secrets.randbelow(10**9)
    print(f"walk {place}: seed {seed}")
    Walk(seed).go(STEPS)
