"""Counting a province: one statement, from the indexes that worklists are counted by."""

from django.db import connection, transaction

from baoming.reports.models import COLUMNS, Count
from baoming.reviews.debts import terms
from baoming.seasons.queries import data, season_at

_KEPT = ("expected", *COLUMNS, "approvals", "problems", "debts", "overdue", "booklets", "declared")
_STAGE_SUMS = ", ".join(f"count(*) FILTER (WHERE stage = '{stage}') AS {stage}" for stage in COLUMNS)
_ZEROED = ", ".join(f"coalesce({name}, 0)" for name in _KEPT)
# Sites with nobody are counted too; rows that are as before are not written again.
_COUNT = f"""
INSERT INTO reports_progress AS kept (season_id, site_id, path, {", ".join(_KEPT)})
SELECT %(season)s, site.id, site.path, {_ZEROED}
FROM organizations_organization site
LEFT JOIN organizations_siteseason state ON state.site_id = site.id AND state.season_id = %(season)s
LEFT JOIN (
    SELECT path AS counted, {_STAGE_SUMS}, count(*) FILTER (WHERE problem) AS problems,
        count(*) FILTER (WHERE debts > 0 AND stage <> 'stopped') AS debts,
        count(*) FILTER (WHERE approval_since IS NOT NULL AND stage <> 'stopped') AS approvals
    FROM registrations_registration WHERE season_id = %(season)s GROUP BY path
) people ON people.counted = site.path
LEFT JOIN (  -- few: of the people with debts alone
    SELECT path AS late, count(*) AS overdue FROM registrations_registration
    WHERE season_id = %(season)s AND debts > 0 AND debt_since < %(due)s AND stopped_at IS NULL GROUP BY path
) lates ON lates.late = site.path
LEFT JOIN (  -- from the indexes of the lists of booklets and of declarations
    SELECT path AS handed, count(*) AS booklets FROM registrations_registration
    WHERE season_id = %(season)s AND household_state = 'waiting' AND version > 0 AND stopped_at IS NULL GROUP BY path
) waiting ON waiting.handed = site.path
LEFT JOIN (
    SELECT path AS said, count(*) AS declared FROM registrations_registration
    WHERE season_id = %(season)s AND traits @> '["declares"]' AND stopped_at IS NULL GROUP BY path
) declaring ON declaring.said = site.path
WHERE site.level = 'site'
ON CONFLICT (season_id, site_id) DO UPDATE SET (path, {", ".join(_KEPT)})
    = (excluded.path, {", ".join(f"excluded.{name}" for name in _KEPT)})
WHERE (kept.path, {", ".join(f"kept.{name}" for name in _KEPT)})
    IS DISTINCT FROM (excluded.path, {", ".join(f"excluded.{name}" for name in _KEPT)})
"""  # noqa: S608  (names of our own columns)


@transaction.atomic
def count_progress(season_id: int) -> int:
    """Count the people of every site anew, and say when; returns how many sites have changed. Safe to repeat."""
    season, clock = season_at(season_id)
    due = terms(data(season, "cases")).due_before(clock.now)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"season": season_id, "due": due})
        changed: int = cursor.rowcount
    Count.objects.update_or_create(season_id=season_id, defaults={"at": clock.now})
    return changed
