"""One act on many people: started once, done chunk after chunk, gone on with after a kill, undone in the same way.

What an act is stands in a higher package's table of kinds; its job calls `run_chunk` with it.
"""

import json
import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.db import InterfaceError, OperationalError, transaction

from baoming.audit.actors import Actor
from baoming.audit.services import record
from baoming.organizations.queries import staff_now
from baoming.registrations.class_lists import list_order
from baoming.registrations.models import Batch, BatchLine, Registration
from baoming.registrations.services.steps import written_reason
from baoming.seasons.models import Season
from baoming.seasons.queries import season_now
from baoming.shared.errors import Changed, Held, Invalid, Refused, Unavailable
from baoming.shared.jobs import defer
from baoming.shared.paths import within
from baoming.shared.services import insert_many
from baoming.vault.services import keys

JOB = "reviews.run_batch"
CHUNK = 25  # people locked at a time: whoever saves meanwhile waits for their acts, some tenths of a second
_NO_RIGHT = "经办人的账号或权限已经变动，没有办理；请由现在的经办人重新办理"
_PROBLEMS = (Held, Changed, Unavailable)  # refusals that somebody has to see to
_OUTSIDE = "已经不在本单位的范围里，没有办理"
log = logging.getLogger("baoming.batches")

Options = Mapping[str, Any]
Act = Callable[[Registration, Options, Actor], str]  # does it to one locked person; the id of what it made
Undo = Callable[[Registration, str, str, Actor], object]  # undoes what `made` names, for a reason


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one person: `sentence` says why not, `made` is the id of the row that the act made.

    `problem`: something is wrong; else whoever is skipped is done already, or not due.
    """

    sentence: str = ""
    made: str = ""
    problem: bool = False


ChunkAct = Callable[[Batch, Sequence[Registration], Options], Mapping[UUID, Outcome]]
ChunkUndo = Callable[[Batch, Sequence[Registration], Mapping[UUID, str]], Mapping[UUID, Outcome]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """One kind of batch: what is done to one person, or (`…_on_chunk`) to a chunk of them at once."""

    key: str
    title: str
    action: str  # of the role table: who may start it
    act: Act | None = None
    act_on_chunk: ChunkAct | None = None
    undo: Undo | None = None
    undo_on_chunk: ChunkUndo | None = None  # is told what was made for each
    end: Callable[[Batch, Options], object] | None = None  # with the last chunk, in its transaction
    chunk: int = CHUNK


@transaction.atomic
def start_batch(
    season: Season,
    kind: str,
    ids: Collection[UUID],
    *,
    key: UUID,
    about: str,
    options: Options,
    by: Actor,
    in_list_order: bool = False,
    job: str = JOB,
) -> Batch:
    """Start one act on these people; whoever lies outside `by`'s area is left out. `job` runs it, chunk after chunk.

    `in_list_order`: chunk after chunk as they stand on a class's list; each chunk is locked in the order
    of the primary key all the same. Safe to repeat: the same form (`key`) sent again returns the same
    batch. Raises Invalid when nobody is left.
    """
    known = Batch.objects.filter(actor_id=by.id, key=key).first()
    if known is not None:
        return known
    theirs = Registration.objects.filter(season=season, pk__in=ids).within(by.path)
    found = list(theirs.order_by("pk").values_list("pk", flat=True))
    if in_list_order:
        lines = theirs.values_list("pk", "class_name", "student_no", "name_key")
        found = [pk for pk, *line in sorted(lines, key=lambda line: (list_order(*line[1:]), line[0]))]
    if not found:
        raise Invalid({"pick": "没有选中可以办理的考生，请至少选一人"})
    return _start(season, kind, found, key=key, about=about, options=options, by=by, job=job)


@transaction.atomic
def undo_batch(batch_id: UUID, *, reason: str, by: Actor, job: str = JOB) -> Batch:
    """Start undoing a batch of `by`'s own office, for those for whom it was done. Safe to repeat.

    Whoever has moved on since is skipped, with the reason. Raises Refused, Invalid without a reason.
    """
    first = Batch.objects.select_for_update(of=("self",)).select_related("season").get(pk=batch_id, path=by.path)
    known = Batch.objects.filter(undoes=first).first()
    if known is not None:
        return known
    if first.undoes_id is not None:
        raise Refused("这是一次撤销，不能再撤销；需要时请重新办理")
    if not first.ended:
        raise Refused("还没有办完，办完以后才能撤销")
    written = written_reason(reason, "撤销")
    found = list(BatchLine.objects.filter(batch=first, sentence="").order_by("registration").values_list(
        "registration", flat=True))  # fmt: skip
    if not found:
        raise Refused("这一批没有办成的人，不用撤销")
    return _start(
        first.season, first.kind, found, key=uuid4(), about=first.about, options={}, by=by, job=job, undoes=first,
        reason=written,
    )  # fmt: skip


@transaction.atomic
def run_chunk(batch_id: UUID, kinds: Mapping[str, Kind]) -> bool:
    """Do the next chunk of a batch in one transaction; returns whether there is more to do.

    Two runners of one batch take turns at its row. A refused person becomes a line with the sentence, so
    does one whom a defect of ours stopped. Whoever started it must still have the right at each chunk, in
    the same office; cursor, counts and lines are written with what was done.
    """
    batch = Batch.objects.select_for_update().defer("ids").get(pk=batch_id)
    if batch.ended:
        return False
    kind = kinds[batch.kind]
    chunk, people = _due(batch, kind)
    if _still_may(batch, kind):
        rows = [row for row in _locked(chunk) if within(row.path, batch.path)]
        outcomes = {**dict.fromkeys(chunk, Outcome(_OUTSIDE)), **_outcomes(batch, kind, rows)}
    else:
        outcomes = dict.fromkeys(chunk, Outcome(_NO_RIGHT, problem=True))
    insert_many(
        BatchLine(
            batch=batch, registration_id=pk, sentence=one.sentence[:300], made=one.made, problem=one.problem
        )
        for pk, one in outcomes.items()
    )  # fmt: skip
    more = _advance(batch, people, list(outcomes.values()))
    if not more and kind.end is not None:
        kind.end(batch, _options(batch))
    return more


def run(batch_id: UUID, kinds: Mapping[str, Kind], *, job: str, seconds: float) -> None:
    """Run a batch chunk after chunk; after so many seconds leave the rest to another `job`. May run twice."""
    until = time.monotonic() + seconds
    while run_chunk(batch_id, kinds):
        if time.monotonic() > until:
            defer(job, batch_id=str(batch_id))
            return


def batch_context(batch_id: UUID) -> str:
    """Return the place the sealed options of a batch are bound to."""
    return f"registrations_batch.sealed.{batch_id}"


def _start(
    season: Season, kind: str, ids: list[UUID], *, options: Options, by: Actor, job: str, **values: Any
) -> Batch:
    pk = uuid4()
    sealed = keys().seal(json.dumps(options, ensure_ascii=False).encode(), context=batch_context(pk))
    own = {
        "season": season, "kind": kind, "ids": ids, "sealed": sealed, "created_at": season_now(season.pk),
        "path": by.path, "actor_kind": by.kind, "actor_label": by.label,
    }  # fmt: skip
    key = values.pop("key")
    batch, made = Batch.objects.get_or_create(actor_id=by.id, key=key, defaults={"id": pk, **own, **values})
    if made:
        details = {"kind": kind, "people": len(ids), "undoes": str(batch.undoes_id or "")}
        record("start_batch", by=by, subject=batch.pk, path=by.path, details=details)
        defer(job, batch_id=str(batch.pk))
    return batch


def _still_may(batch: Batch, kind: Kind) -> bool:
    staff = staff_now(batch.actor_id, batch.path)
    return staff is not None and staff.may(kind.action)


def _due(batch: Batch, kind: Kind) -> tuple[list[UUID], int]:
    """Return the people of the next chunk, and how many there are in all; of ten thousand, no chunk reads the rest."""
    chunk = f"ids__{batch.cursor}_{batch.cursor + kind.chunk}"
    found: tuple[list[UUID], int] = Batch.objects.values_list(chunk, "ids__len").get(pk=batch.pk)
    return found


def _locked(chunk: Sequence[UUID]) -> list[Registration]:
    """Lock these people, in the order of the primary key like every batch: two of them never wait in a circle."""
    return list(Registration.objects.filter(pk__in=chunk).order_by("pk").select_for_update())


def _options(batch: Batch) -> Options:
    found: Options = json.loads(keys().unseal(batch.sealed, context=batch_context(batch.pk)))
    return found


def _outcomes(batch: Batch, kind: Kind, rows: Sequence[Registration]) -> dict[UUID, Outcome]:
    options = _options(batch)
    if batch.undoes_id is not None:
        return _undone(batch, kind, rows)
    at_once = kind.act_on_chunk
    if at_once is not None:
        return _at_once(lambda: at_once(batch, rows, options), rows)
    act = kind.act
    if act is None:
        raise TypeError(f"the kind {kind.key} has no act")
    return {row.pk: attempt(lambda row=row: act(row, options, batch.actor)) for row in rows}  # type: ignore[misc]


def _undone(batch: Batch, kind: Kind, rows: Sequence[Registration]) -> dict[UUID, Outcome]:
    lines = BatchLine.objects.filter(batch=batch.undoes_id, registration__in=rows)
    made = dict(lines.values_list("registration", "made"))
    whole, undo = kind.undo_on_chunk, kind.undo
    if whole is not None:
        return _at_once(lambda: whole(batch, rows, made), rows)
    if undo is None:
        raise TypeError(f"the kind {kind.key} has no undoing")

    def act(row: Registration) -> str:
        undo(row, made[row.pk], batch.reason, batch.actor)
        return ""

    return {row.pk: attempt(lambda row=row: act(row)) for row in rows}  # type: ignore[misc]


def _at_once(act: Callable[[], Mapping[UUID, Outcome]], rows: Sequence[Registration]) -> dict[UUID, Outcome]:
    """Act on a chunk inside a savepoint; a defect stops these people, and the batch goes on to the next."""
    found: dict[UUID, Outcome] = {}

    def whole() -> str:
        found.update(act())
        return ""

    stopped = attempt(whole)
    return dict.fromkeys((row.pk for row in rows), stopped) if stopped.sentence else found


def attempt(act: Callable[[], str]) -> Outcome:
    """Act inside a savepoint, on one person mostly; a refusal undoes what this act had begun."""
    try:
        with transaction.atomic():
            return Outcome(made=act())
    except Refused as refusal:
        return refused(refusal)
    except (OperationalError, InterfaceError):  # the database, not this person: the whole chunk runs again
        raise
    except Exception as problem:
        event = uuid4().hex[:8].upper()
        log.error("defect %s in a batch: %s", event, type(problem).__name__)
        return Outcome(f"系统出了问题（编号{event}），没有办成，请稍后在考生页上单独办理", problem=True)


def refused(refusal: Refused) -> Outcome:
    """Return what came of one person whom a rule refused."""
    return Outcome(str(refusal), problem=isinstance(refusal, _PROBLEMS))


def _advance(batch: Batch, people: int, outcomes: Sequence[Outcome]) -> bool:
    now = season_now(batch.season_id)
    skipped = sum(1 for outcome in outcomes if outcome.sentence)
    batch.cursor += len(outcomes)
    batch.skipped += skipped
    batch.done += len(outcomes) - skipped
    batch.started_at = batch.started_at or now
    batch.state = Batch.State.RUNNING
    if batch.cursor >= people:
        batch.state, batch.ended_at = Batch.State.DONE, now
    batch.save(update_fields=["cursor", "skipped", "done", "started_at", "ended_at", "state"])
    return batch.cursor < people
