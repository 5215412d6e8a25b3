"""One test never sees what another left in the process."""

import pytest
from django.test import TransactionTestCase

from baoming.registrations.form_queries import form_of
from baoming.schedule.queries import calendar
from baoming.seasons.models import Season
from baoming.web.management.commands.load_season import load


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
