"""The demo season as the service loads it, loaded once in each process: two of three tests begin with it.

Loading asks some five hundred questions; what it has written is written anew in four. Each time the season has another
number, as if it had been loaded: nothing that a process keeps of a season is of the one before.
"""

from copy import copy
from dataclasses import dataclass

from django.db import transaction

from baoming.organizations.models import Organization
from baoming.schedule.models import Phase
from baoming.seasons.models import Season, SeasonData
from baoming.web.management.commands.load_season import load


@dataclass(frozen=True)
class _Loaded:
    offices: list[Organization]
    season: Season
    documents: list[SeasonData]
    phases: list[Phase]


_kept: list[_Loaded] = []


def keep() -> None:
    """Load the season and keep its rows; the database is left as it was."""
    with transaction.atomic():
        season = load("43", 2023, "demo")
        offices = list(Organization.objects.order_by("path"))
        _kept[:] = [_Loaded(offices, season, list(SeasonData.objects.order_by("pk")), list(Phase.objects.all()))]
        transaction.set_rollback(True)


def demo() -> Season:
    """Return the season, as new: loaded by the service where nothing is kept, or somebody else has made offices."""
    if not _kept or Organization.objects.exists():
        return load("43", 2023, "demo")
    kept = _kept[0]
    season = copy(kept.season)
    season.pk = None
    season.save(force_insert=True)
    Organization.objects.bulk_create(kept.offices)
    for rows in (kept.documents, kept.phases):
        for row in rows:
            row.pk, row.season_id = None, season.pk
        type(rows[0])._default_manager.bulk_create(rows)
    return season
