"""The season's clock: shifted in a demo, the real one in a real season, whatever stands in the row."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from baoming.seasons.models import Season
from baoming.seasons.queries import season_now
from baoming.seasons.services import set_clock
from baoming.shared.errors import Refused
from baoming.web.management.commands.load_season import load
from tests import factories as make

pytestmark = pytest.mark.django_db
ABOUT = timedelta(seconds=20)
OPENING_DAY = datetime(2022, 11, 1, 2, tzinfo=UTC)


def shift(season: Season) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE seasons_season SET clock_offset = '-4 years' WHERE id = %s", [season.pk])


def test_a_demo_season_goes_to_the_day_it_is_sent_to_and_runs_on_from_there() -> None:
    season = make.season()
    set_clock(season.pk, to=OPENING_DAY, by=make.PROVINCE)
    first, second = season_now(season.pk), season_now(season.pk)
    assert OPENING_DAY <= first < second < OPENING_DAY + ABOUT


def test_a_real_season_refuses_to_be_moved() -> None:
    season = load("43", 2023, Season.Kind.REAL)
    with pytest.raises(Refused, match="正式报名的时间不能调整"):
        set_clock(season.pk, to=OPENING_DAY, by=make.PROVINCE)


def test_not_even_a_direct_statement_gives_a_real_season_another_clock() -> None:
    season = load("43", 2023, Season.Kind.REAL)
    with pytest.raises(IntegrityError, match="real_season_has_real_clock"), transaction.atomic():
        shift(season)
    assert abs(season_now(season.pk) - datetime.now(UTC)) < ABOUT


def test_control_for_a_demo_the_same_statement_counts() -> None:
    season = load("43", 2023, Season.Kind.DEMO)
    shift(season)
    assert datetime.now(UTC) - season_now(season.pk) > timedelta(days=4 * 365)


def test_the_clock_goes_on_inside_one_transaction() -> None:
    season = make.season()
    first = season_now(season.pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.02), now(), clock_timestamp()")
        _, began, clock = cursor.fetchone()
    assert clock > began  # what the transaction's own `now()` would say stands still
    assert season_now(season.pk) - first >= timedelta(milliseconds=20)


def test_a_portal_of_the_version_before_still_finds_its_clock() -> None:
    season = make.season()
    shift(season)
    with connection.cursor() as cursor:
        cursor.execute("SELECT season_now(%s)", [season.pk])
        assert abs(cursor.fetchone()[0] - season_now(season.pk)) < ABOUT
