"""Taking a school's roster into the season (R4)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from baoming.audit.actors import Actor
from baoming.audit.services import record
from baoming.organizations.models import Organization
from baoming.registrations import names
from baoming.registrations.models import RosterEntry
from baoming.registrations.rosters import RosterProblem, RosterRow
from baoming.seasons.models import Season


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
    numbers = [row.roll_number for row in rows]
    known = {
        entry.roll_number: entry
        for entry in RosterEntry.objects.select_for_update()
        .filter(season=season, roll_number__in=numbers)
        .order_by("pk")
    }
    new, renewed, problems = [], [], []
    for row in rows:
        entry = known.get(row.roll_number)
        if entry is None:
            new.append(_filled(RosterEntry(season=season, site=site, path=site.path), row))
        elif entry.site_id != site.pk:
            problems.append(RosterProblem(row.line, "这个学籍号已在别的报名点的名册里，请先由县招考机构核实"))
        elif entry.registration_id is not None:
            problems.append(RosterProblem(row.line, "这名考生已经采集，名册里的信息不再改动"))
        else:
            renewed.append(_filled(entry, row))
    RosterEntry.objects.bulk_create(new)
    RosterEntry.objects.bulk_update(renewed, ["name", "name_key", "sex", "class_name", "student_no", "teacher"])
    details = {"added": len(new), "changed": len(renewed), "problems": len(problems)}
    record("import_roster", by=by, subject=site.pk, path=site.path, details=details)
    return Imported(len(new), len(renewed), tuple(problems))


def _filled(entry: RosterEntry, row: RosterRow) -> RosterEntry:
    entry.roll_number, entry.name, entry.name_key = row.roll_number, row.name, names.pinyin_key(row.name)
    entry.sex, entry.class_name, entry.student_no, entry.teacher = (
        row.sex,
        row.class_name,
        row.class_number,
        row.teacher,
    )
    return entry
