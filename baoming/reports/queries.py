"""Reading the kept counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count as Many
from django.db.models import Sum
from django.db.models.functions import Left

from baoming.registrations.worklists import Counts
from baoming.reports.models import COLUMNS, Count, Progress
from baoming.shared.paths import next_sibling

_ACROSS = ("approvals", "problems", "debts")
_BESIDE = ("expected", "overdue", "booklets", "declared")
_STEP = 3  # characters of one level in a path: `02/`


@dataclass(frozen=True, slots=True)
class Area:
    """The people below one office: how many are expected, and how many stand at each stage."""

    counts: Counts
    sites: int
    expected: int
    overdue: int  # of the debts
    booklets: int  # that wait to be checked
    declared: int

    @property
    def there(self) -> int:
        """How many have a file and have not withdrawn."""
        return sum(self.counts.stages.values()) - self.counts.stages["stopped"]

    def past(self, stage: str) -> int:
        """How many have left `stage` behind them."""
        return sum(self.counts.stages[one] for one in COLUMNS[COLUMNS.index(stage) + 1 : -1])


def counted_at(season_id: int) -> datetime | None:
    """Return when people were last counted, by the season's clock."""
    return Count.objects.filter(season=season_id).values_list("at", flat=True).first()


def areas_below(season_id: int, path: str) -> dict[str, Area]:
    """Return the kept counts of each office directly below the one at `path`, by its path: one question."""
    rows = Progress.objects.filter(season=season_id, path__gte=path, path__lt=next_sibling(path))
    columns = (*COLUMNS, *_ACROSS, *_BESIDE)
    sums = rows.values_list(Left("path", len(path) + _STEP)).annotate(*map(Sum, columns), Many("pk")).order_by()
    return {office: _area(dict(zip((*columns, "sites"), found, strict=True))) for office, *found in sums}


def together(areas: Iterable[Area]) -> Area:
    """Return the sum of areas."""
    parts = list(areas)
    sums = {stage: sum(part.counts.stages[stage] for part in parts) for stage in COLUMNS}
    sums |= {name: sum(getattr(part.counts, name) for part in parts) for name in _ACROSS}
    return _area(sums | {name: sum(getattr(part, name) for part in parts) for name in (*_BESIDE, "sites")})


def _area(sums: dict[str, int]) -> Area:
    stages = {stage: sums[stage] for stage in COLUMNS}
    counts = Counts(stages, **{name: sums[name] for name in _ACROSS})
    return Area(counts, sums["sites"], **{name: sums[name] for name in _BESIDE})
