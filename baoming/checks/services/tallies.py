"""Counts of lines by county, written with what they count."""

from collections import Counter
from collections.abc import Iterable

from django.db import connection

COLUMNS = ("exported", "match", "mismatch", "missing")
_ADD = """
INSERT INTO checks_checktally AS kept (season_id, kind, path, exported, match, mismatch, missing)
VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (season_id, kind, path) DO UPDATE SET
(exported, match, mismatch, missing) = (kept.exported + excluded.exported, kept.match + excluded.match,
    kept.mismatch + excluded.mismatch, kept.missing + excluded.missing)
"""


def count(season_id: int, kind: str, column: str, counties: Iterable[str]) -> None:
    """Add one for each of `counties` (paths) to a column; counties in their order, lest two wait in a circle."""
    with connection.cursor() as cursor:
        for path, many in sorted(Counter(counties).items()):
            cursor.execute(_ADD, [season_id, kind, path, *(many * (one == column) for one in COLUMNS)])
