"""A1 whole: 64 of 64."""

import pytest

from tests.accounts.test_lattice import _paired, _quick_hashes, expected, named  # noqa: F401  (two fixtures)
from tests.accounts.thief import reached

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("have", sorted(expected(), key=lambda one: (len(one), sorted(one))), ids=named)
def test_exactly_the_acts_of_the_table_are_reached(have: frozenset[str]) -> None:
    assert sorted(reached(have)) == sorted(expected()[have])
