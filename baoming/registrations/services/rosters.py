"""Taking a school's roster into the season (R4)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from baoming.audit.actors import Actor
from baoming.audit.services import record
from baoming.organizations.models import Organization
from baoming.registrations.models import RosterEntry
from baoming.registrations.queries import roll_blind, roll_context
from baoming.registrations.rosters import RosterProblem, RosterRow
from baoming.seasons.models import Season
from baoming.shared import names
from baoming.shared.queries import next_ids
from baoming.vault.services import keys

_RENEWED = ["name", "name_key", "sex", "class_name", "student_no", "teacher"]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    added: int
    changed: int
    problems: tuple[RosterProblem, ...]


@transaction.atomic
def import_roster(season: Season, site: Organization, rows: Sequence[RosterRow], *, by: Actor) -> Imported:
    """Add pupils to the roster of `site`, or renew those it has; safe to repeat.

    A pupil on another site's roster, or one who has been to the desk, stays as is and is reported.
    """
    _one_at_a_time(season)
    blinds = [roll_blind(row.roll_number, season.pk) for row in rows]
    known = _known(season, blinds)
    new, renewed, problems = [], [], []
    for row, blind in zip(rows, blinds, strict=True):
        entry = known.get(blind)
        if entry is None:
            new.append((row, blind))
        elif entry.site_id != site.pk:
            problems.append(RosterProblem(row.line, "这个学籍号已在别的报名点的名册里，请先由县招考机构核实"))
        elif entry.registration_id is not None:
            problems.append(RosterProblem(row.line, "这名考生已经采集，名册里的信息不再改动"))
        else:
            renewed.append(_filled(entry, row))
    _add(season, site, new)
    # An upsert by id: bulk_update needs four seconds for the largest file, and others wait meanwhile.
    RosterEntry.objects.bulk_create(renewed, update_conflicts=True, unique_fields=["id"], update_fields=_RENEWED)
    details = {"added": len(new), "changed": len(renewed), "problems": len(problems)}
    record("import_roster", by=by, subject=site.pk, path=site.path, details=details)
    return Imported(len(new), len(renewed), tuple(problems))


def _one_at_a_time(season: Season) -> None:
    """Let one import of the season run at a time, until the transaction ends.

    Per season, not per site: two sites may list the same pupil, and the second must be told. An import
    of the largest file takes about a second, so nobody waits long.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"roster:{season.pk}"])


def _known(season: Season, blinds: Sequence[bytes]) -> dict[bytes, RosterEntry]:
    """Lock and return the season's pupils with these numbers: the desk may be tying one just now."""
    entries = RosterEntry.objects.select_for_update().filter(season=season, roll_blind__in=blinds)
    return {bytes(entry.roll_blind): entry for entry in entries.order_by("pk")}


def _add(season: Season, site: Organization, new: Sequence[tuple[RosterRow, bytes]]) -> None:
    entries = []
    for pk, (row, blind) in zip(next_ids(RosterEntry, len(new)), new, strict=True):
        sealed = keys().seal(row.roll_number.encode(), context=roll_context(pk))
        entry = RosterEntry(pk=pk, season=season, site=site, path=site.path, roll_blind=blind, roll_sealed=sealed)
        entries.append(_filled(entry, row))
    RosterEntry.objects.bulk_create(entries)


def _filled(entry: RosterEntry, row: RosterRow) -> RosterEntry:
    entry.name, entry.name_key, entry.sex = row.name, names.pinyin_key(row.name), row.sex
    entry.class_name, entry.student_no, entry.teacher = row.class_name, row.class_number, row.teacher
    return entry
