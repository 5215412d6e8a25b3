"""One test never sees what another left in the process."""

import pytest
from django.db import connection
from django.test import TransactionTestCase

from baoming.registrations.form_queries import form_of
from baoming.schedule.queries import calendar
from baoming.seasons.models import Season
from baoming.web.management.commands.load_season import load
from tests import factories as make

KEPT = {"django_migrations", "django_content_type", "auth_permission"}


def filled() -> set[str]:
    """Return the tables that hold something."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in tables))
        return {row[0] for row in cursor.fetchall()}


@pytest.mark.django_db(transaction=True)
def test_after_a_test_that_commits_every_table_is_empty_but_what_the_migrations_have_made() -> None:
    make.season()
    make.staff(make.site())
    assert {"audit_event", "seasons_season", "accounts_account"} | KEPT <= filled()
    TransactionTestCase()._fixture_teardown()
    assert filled() == KEPT


@pytest.mark.django_db(transaction=True)
def test_a_season_that_gets_the_number_of_another_has_its_own_data() -> None:
    TransactionTestCase()._fixture_teardown()
    for year in (2023, 2025):
        season = load("43", year, Season.Kind.PRACTICE)
        assert season.pk == 1, "numbers begin again whenever the tables were emptied"
        assert form_of(season).version.startswith(str(year))
        opens = calendar(season.pk, season.data_version)[0].opens
        assert opens is not None
        assert opens.year == year - 1
        TransactionTestCase()._fixture_teardown()
