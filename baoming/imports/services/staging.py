"""A file is read and checked, and kept with what the check found: the preview. Nothing is written of it (R21, R32)."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from django.db import transaction

from baoming.audit.actors import Actor
from baoming.audit.services import record
from baoming.imports.kinds import Kind, limits
from baoming.imports.models import Import, ImportLine
from baoming.imports.people_queries import find_lines, find_people
from baoming.imports.queries import import_context, kind_of, line_context
from baoming.imports.services.applying import WRITERS
from baoming.imports.services.rules import refusals, require_open
from baoming.imports.sheets import Row, Sheet, columns_of, over_standing, read_sheet
from baoming.imports.writers import Source
from baoming.registrations.apart import read_lines_apart
from baoming.registrations.models import Registration
from baoming.seasons.models import Season
from baoming.seasons.queries import data, season_clock, season_now
from baoming.shared.moments import BEIJING
from baoming.shared.tables import Terms
from baoming.vault.services import keys

KEPT = timedelta(days=7)  # a file that nobody applied
_LONGEST = 300  # of a line's sentences together
_NAME = 100  # characters of a file's name
Change = ImportLine.Change


@dataclass(frozen=True, slots=True)
class _Checked:
    """One line after the check: whose it is, if anybody's, and what it would do."""

    row: Row
    person: Registration | None
    change: ImportLine.Change
    counted: str  # id of the row that counts of them, empty for none


def terms_of(season: Season, kind: Kind) -> Terms:
    """Return what a file of this kind may be."""
    most = limits(data(season, "imports"))
    return Terms(kind.title, "请分成几个文件", most.bytes, most.rows)


def stage(season: Season, kind_key: str, content: bytes, *, filename: str, by: Actor) -> Import:
    """Read and check a file; returns it with its lines, nothing of it written.

    A line that cannot be taken has its sentences, the others can be applied. Raises NotOpen for who may not import
    this kind or not now, TableRefused for what is no such file.
    """
    kind = kind_of(season, kind_key)
    clock = season_clock(season.pk)
    require_open(season, kind, by, clock=clock)
    terms = terms_of(season, kind)
    lines = read_lines_apart(content, filename=filename, terms=terms)  # before the transaction: nobody waits for it
    sheet = read_sheet(lines, kind, most=terms.rows, today=clock.now.astimezone(BEIJING).date())
    return _keep(season, kind, sheet, content, filename=filename, by=by)


@transaction.atomic
def _keep(season: Season, kind: Kind, sheet: Sheet, content: bytes, *, filename: str, by: Actor) -> Import:
    pk, clock = uuid4(), season_clock(season.pk)
    source = Source(import_id=pk, season=season, kind=kind, by=by, clock=clock)
    checked = _check(source, sheet)
    counts = Counter(one.change for one in checked)
    head = {"filename": filename[:_NAME], "header": sheet.header, "unread": sheet.unread}
    made = Import.objects.create(
        id=pk, season=season, path=by.path, kind=kind.key, digest=hashlib.sha256(content).hexdigest(),
        sealed=_sealed(head, import_context(pk)), total=len(checked), bad=counts[Change.BAD], new=counts[Change.NEW],
        changed=counts[Change.CHANGED], same=counts[Change.SAME], at=clock.now,
        actor_kind=by.kind, actor_id=by.id, actor_label=by.label,
    )  # fmt: skip
    ImportLine.objects.bulk_create([_line(made, one) for one in checked], batch_size=2000)
    details = {"kind": kind.key, "lines": made.total, "problems": made.bad}
    record("check_import", by=by, subject=made.pk, path=by.path, details=details)
    return made


def _check(source: Source, sheet: Sheet) -> list[_Checked]:
    writer, rows = WRITERS[source.kind.writes], sheet.rows
    season, path, check = source.season, source.by.path, source.kind.check
    found = find_lines(season, path, check, rows) if check else find_people(season, path, rows)
    people = list({one.pk: one for one in found.values()}.values())
    refused = refusals(writer, source, people)
    standing, columns = writer.standing(source.kind, people), columns_of(sheet.header, source.kind)
    checked = []
    for row in rows:
        person = found.get(row.line)
        if person is not None and (sentence := refused.get(person.pk)):
            row.problems.append(sentence)
        counting = standing.get(person.pk) if person is not None else None
        there = counting.values if counting else None
        values = over_standing(row.values, there, source.kind, columns)
        checked.append(_Checked(row, person, _change(row, values, there), counting.row if counting else ""))
    return checked


def _change(row: Row, values: Mapping[str, str], there: Mapping[str, str] | None) -> ImportLine.Change:
    if row.problems:
        return Change.BAD
    if there is None:
        return Change.NEW
    return Change.SAME if there == values else Change.CHANGED


def _line(made: Import, one: _Checked) -> ImportLine:
    row = one.row
    return ImportLine(
        source=made, number=row.line, registration=one.person, change=one.change, counted=one.counted,
        sentence="；".join(row.problems)[:_LONGEST],
        sealed=_sealed({"cells": row.cells, "values": row.values}, line_context(made.pk, row.line)),
    )  # fmt: skip


def _sealed(content: Mapping[str, object], context: str) -> str:
    return keys().seal(json.dumps(content, ensure_ascii=False).encode(), context=context)


@transaction.atomic
def remove_unapplied(season_id: int) -> int:
    """Remove the files that nobody applied within days, with their lines; returns how many."""
    old = Import.objects.filter(season=season_id, batch=None, at__lt=season_now(season_id) - KEPT)
    ids: list[UUID] = list(old.select_for_update().values_list("pk", flat=True))
    Import.objects.filter(pk__in=ids).delete()
    return len(ids)
