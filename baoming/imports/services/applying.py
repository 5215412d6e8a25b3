"""A checked file is applied chunk after chunk, and taken back in the same way: a batch of registrations (R21, R32)."""

from collections.abc import Mapping, Sequence
from functools import partial
from uuid import UUID

from django.db import transaction

from baoming.audit.actors import Actor
from baoming.imports.models import Import, ImportLine
from baoming.imports.queries import SAME, WRITTEN, head_of, kind_of, lines_of_people, values_of
from baoming.imports.services import checks, facts, morals
from baoming.imports.services.rules import refusals, require_open
from baoming.imports.sheets import columns_of, over_standing
from baoming.imports.writers import Counting, Entry, Source, Writer
from baoming.registrations.models import Batch, Registration
from baoming.registrations.services import batches
from baoming.registrations.services.batches import Kind, Options, Outcome
from baoming.seasons.queries import season_clock
from baoming.shared.errors import Refused

JOB = "imports.run_batch"
ACTION = "import_facts"  # of the role table: who may import at all
_TURN = 10.0  # seconds that one job runs before the next in the queue has its turn
_SINCE = "预览以后这名考生的这类信息又有变动，这一行没有写入。请把这一行重新上传，核对以后再导入"

WRITERS: dict[str, Writer] = {"fact": facts.WRITER, "moral": morals.WRITER, "check": checks.WRITER}


@transaction.atomic
def apply_import(import_id: UUID, *, by: Actor) -> Batch:
    """Start applying what is good of a checked file of `by`'s own office. Safe to repeat: the same batch is returned.

    Raises Import.DoesNotExist for another office's, NotOpen before and after the kind's phases, Refused where nothing
    is to be written.
    """
    row = Import.objects.select_for_update(of=("self",)).select_related("season", "batch").get(
        pk=import_id, path=by.path
    )  # fmt: skip
    if row.batch is not None:
        return row.batch
    kind = kind_of(row.season, row.kind)
    require_open(row.season, kind, by, clock=season_clock(row.season_id))
    good = row.lines.filter(change__in=WRITTEN)
    ids = [pk for pk in good.values_list("registration", flat=True) if pk]
    if not ids:
        raise Refused("这个文件里没有要写入的行，不用导入。有问题的行请改好以后重新上传")
    row.batch = batches.start_batch(
        row.season, WRITERS[kind.writes].key, ids, key=row.pk, about=kind.title, options={"import": str(row.pk)},
        by=by, job=JOB,
    )  # fmt: skip
    row.save(update_fields=["batch"])
    return row.batch


@transaction.atomic
def undo_import(import_id: UUID, *, reason: str, by: Actor) -> Batch:
    """Start taking a whole applied file back, of `by`'s own office and whatever phase is open. Safe to repeat.

    Raises Import.DoesNotExist for another office's, Refused before it was applied, Invalid without a reason.
    """
    row = Import.objects.get(pk=import_id, path=by.path)
    if row.batch_id is None:
        raise Refused("这个文件还没有导入，不用撤销")
    return batches.undo_batch(row.batch_id, reason=reason, by=by, job=JOB)


def run(batch_id: UUID, *, seconds: float = _TURN) -> None:
    """Apply or take back chunk after chunk; after a while leave the rest to a job of its own. May run twice."""
    batches.run(batch_id, KINDS, job=JOB, seconds=seconds)


def _write(writer: Writer, batch: Batch, people: Sequence[Registration], options: Options) -> Mapping[UUID, Outcome]:
    """Write the lines of locked people; everything that could have changed since the preview is asked again."""
    row = Import.objects.select_related("season").get(pk=options["import"])
    kind, clock = kind_of(row.season, row.kind), season_clock(row.season_id)
    require_open(row.season, kind, batch.actor, clock=clock)
    source = Source(import_id=row.pk, season=row.season, kind=kind, by=batch.actor, clock=clock)
    lines = lines_of_people(row.pk, people)
    refused, standing = refusals(writer, source, people), writer.standing(kind, people)
    columns = columns_of(head_of(row).header, kind)
    found, entries = dict[UUID, Outcome](), list[Entry]()
    for person in people:
        line, there = lines[person.pk], standing.get(person.pk)
        values = over_standing(values_of(line), there.values if there else None, kind, columns)
        entry = Entry(person, line.number, values)
        if sentence := refused.get(person.pk, ""):
            found[person.pk] = Outcome(sentence, problem=True)
        elif (outcome := _needless(entry, there, line)) is not None:
            found[person.pk] = outcome
        else:
            entries.append(entry)
    return found | dict(writer.write(source, entries)) if entries else found


def _needless(entry: Entry, there: Counting | None, line: ImportLine) -> Outcome | None:
    """Return why nothing is written over what counts now: it says the same, or is not what the preview saw.

    By the row itself, not by its time: what was stamped before the preview may have been committed after it.
    """
    if there is None:
        return None
    if there.values == entry.values:
        return Outcome(SAME)
    return Outcome(_SINCE, problem=True) if there.row != line.counted else None


def _undo(
    writer: Writer, batch: Batch, people: Sequence[Registration], made: Mapping[UUID, str]
) -> Mapping[UUID, Outcome]:
    return writer.undo(people, made, batch.reason, batch.actor)


KINDS = {
    writer.key: Kind(
        key=writer.key, title="数据导入", action=ACTION, act_on_chunk=partial(_write, writer),
        undo_on_chunk=partial(_undo, writer), chunk=writer.chunk,
    )
    for writer in WRITERS.values()
}  # fmt: skip
