"""Counts of lines by county and of answers by export, written once for all that one transaction counts."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import F

from baoming.checks.models import CheckBatch

COLUMNS = ("exported", "match", "mismatch", "missing")
_ADD = """
INSERT INTO checks_checktally AS kept (season_id, kind, path, exported, match, mismatch, missing)
VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (season_id, kind, path) DO UPDATE SET
(exported, match, mismatch, missing) = (kept.exported + excluded.exported, kept.match + excluded.match,
    kept.mismatch + excluded.mismatch, kept.missing + excluded.missing)
"""


class Counted(NamedTuple):
    """One line that went out, or whose answer came: of which county (a path), in which of COLUMNS it counts."""

    season: int
    kind: str
    county: str
    column: str


def count(lines: Iterable[Counted], *, answered: Iterable[UUID] = ()) -> None:
    """Add one for each line, and for each of the exports (with repetition) in which a line was `answered`.

    To be called once in a transaction, at its end: exports first as their job locks them, then counties, each in
    order, lest two transactions wait in a circle.
    """
    for batch, many in sorted(Counter(answered).items()):
        CheckBatch.objects.filter(pk=batch).update(returned=F("returned") + many)
    with connection.cursor() as cursor:
        for one, many in sorted(Counter(lines).items()):
            added = [many * (one.column == column) for column in COLUMNS]
            cursor.execute(_ADD, [one.season, one.kind, one.county, *added])
