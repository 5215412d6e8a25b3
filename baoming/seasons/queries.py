"""The season's clock and its data."""

from datetime import datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.db import connection

from baoming.seasons.models import Season, SeasonData


def season_now(season_id: int) -> datetime:
    """Return the season's time: the database's clock, shifted only in demo and practice seasons.

    Ask after the lock: `now()` would be frozen at BEGIN, this is not (architecture rule 3).
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT season_now(%s)", [season_id])
        moment: datetime = cursor.fetchone()[0]
    return moment


def current_season() -> Season:
    """Return the season that this installation's portals serve: the demo season in a demo, else the newest real one."""
    kind = Season.Kind.DEMO if settings.DEMO else Season.Kind.REAL
    season = Season.objects.filter(kind=kind).order_by("-year").first()
    if season is None:
        raise Season.DoesNotExist("No season is loaded: run `manage.py load_season`")
    return season


def data(season: Season, key: str) -> Any:
    """Return one document of season data, parsed JSON. Do not change what is returned: it is kept per process."""
    return _data(season.pk, key, season.data_version)


@cache
def _data(season_id: int, key: str, version: int) -> Any:
    row = SeasonData.objects.filter(season=season_id, key=key, version__lte=version).order_by("-version").first()
    if row is None:
        raise SeasonData.DoesNotExist(f"season {season_id} has no data {key!r}")
    return row.content
