"""R6: two counties open a file for one person at the same instant: exactly one wins, by the unique blind index."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import psycopg
import pytest

from baoming.organizations.models import Organization
from baoming.registrations.models import Registration
from baoming.registrations.services.intake import Duplicate
from tests import factories as make
from tests.concurrency.together import together
from tests.environment import CLUSTER, DATABASE

pytestmark = pytest.mark.django_db(transaction=True)
COUNTIES = ("0102", "0103", "0104", "0111")
INDEX = "person_once_a_season"


def counties() -> list[Organization]:
    make.season("intake")
    return [make.site("01", of=code) for code in COUNTIES]


def at_once(sites: list[Organization], number: str) -> list[Registration | Exception]:
    return together([partial(make.registration, site, number=number) for site in sites])


@contextmanager
def without_the_index() -> Iterator[None]:
    """Drop what decides, and put it back once its people are gone."""
    with psycopg.connect(CLUSTER.url("postgres", DATABASE), autocommit=True) as owner:
        found = owner.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [INDEX]).fetchone()
        assert found is not None
        owner.execute(f"DROP INDEX {INDEX}")
        try:
            yield
        finally:
            owner.execute("TRUNCATE registrations_registration CASCADE")
            owner.execute(str(found[0]).encode())


@pytest.mark.parametrize("sequence", [121, 122, 123])
def test_of_four_counties_at_once_exactly_one_opens_the_file(sequence: int) -> None:
    answers = at_once(counties(), make.number(sequence))
    winners = [one for one in answers if isinstance(one, Registration)]
    losers = [one for one in answers if isinstance(one, Duplicate)]
    assert (len(winners), len(losers)) == (1, len(COUNTIES) - 1)
    assert all(loser.file == winners[0].pk for loser in losers)
    assert winners[0].site.name in str(losers[0])
    assert Registration.objects.count() == 1


def test_control_without_the_index_several_win() -> None:
    sites = counties()
    with without_the_index():
        answers = at_once(sites, make.number(121))
        assert Registration.objects.count() == sum(isinstance(one, Registration) for one in answers) > 1
