"""The season's clock and its data."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypeVar, cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.models import DateTimeField, Expression, ExpressionWrapper, Func, Q, QuerySet
from django.db.models.functions import Coalesce

from baoming.seasons.models import Season, SeasonData
from baoming.shared.queries import Kept, kept_one

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Clock:
    """The season's present moment, and which version of its data holds at it."""

    now: datetime
    version: int


def season_clock(season_id: int) -> Clock:
    """Return the season's time: the database's clock, shifted only in demo and practice seasons.

    Ask after the lock: `now()` would be frozen at BEGIN, this is not (architecture rule 3).
    """
    return season_at(season_id)[1]


def season_at(season_id: int) -> tuple[Season, Clock]:
    """Return a season as it is now, with its moment, in one question. Raises Season.DoesNotExist."""
    season = _season(season_id)
    if season is None:
        raise Season.DoesNotExist
    return season, Clock(season.now, season.data_version)


@kept_one
def _season(pk: int) -> "QuerySet[Any]":
    return Season.objects.filter(pk=pk).annotate(now=moment())


def season_now(season_id: int) -> datetime:
    """Return the season's moment alone."""
    return season_clock(season_id).now


def current_season() -> tuple[Season, Clock]:
    """Return the season that this installation's portals serve, with its moment, in one question.

    The demo or practice season in a demo, else the newest real one. Raises ImproperlyConfigured for a demo beside a
    real season: accounts of known passwords would stand beside real people.
    """
    season = _served.first(settings.DEMO_KIND if settings.DEMO else Season.Kind.REAL)
    if season is not None and settings.DEMO and season.is_real:
        raise ImproperlyConfigured(
            "BAOMING_DEMO is set, but a real season is loaded: unset it, or use another database"
        )
    if season is None:
        raise Season.DoesNotExist("No season is loaded: run `manage.py load_season`")
    return season, Clock(season.now, season.data_version)


@Kept
def _served(kind: str) -> "QuerySet[Any]":
    # "real" sorts after "demo" and "practice": a real season, if there is one, comes first.
    rows = Season.objects.filter(Q(kind=kind) | Q(kind=Season.Kind.REAL))
    return rows.annotate(now=moment()).order_by("-kind", "-year")[:1]


def moment() -> Expression:
    """The database's clock, shifted by an offset that only a season which is not real can have (a constraint)."""
    shift = Coalesce("clock_offset", timedelta())
    return ExpressionWrapper(Func(function="clock_timestamp") + shift, output_field=DateTimeField())


def season_ids() -> list[int]:
    """Return the keys of all seasons that are loaded."""
    return list(Season.objects.order_by("pk").values_list("pk", flat=True))


def data(season: Season, key: str) -> Any:
    """Return one document of season data, parsed JSON. Do not change what is returned: it is kept per process."""
    return _data(season.pk, key, season.data_version)


def parsed(season: Season, keys: tuple[str, ...], parse: Callable[..., T]) -> T:
    """Return documents as `parse`, a function of a module, makes them: made once a process, and kept like `data`."""
    return cast("T", _parsed(season.pk, keys, season.data_version, parse))


@cache
def _parsed(season_id: int, keys: tuple[str, ...], version: int, parse: Callable[..., Any]) -> Any:
    return parse(*(_data(season_id, key, version) for key in keys))


@cache
def _data(season_id: int, key: str, version: int) -> Any:
    row = SeasonData.objects.filter(season=season_id, key=key, version__lte=version).order_by("-version").first()
    if row is None:
        raise SeasonData.DoesNotExist(f"season {season_id} has no data {key!r}")
    return row.content
