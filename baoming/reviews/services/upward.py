"""A city submits upward: arts and sports first, then all; each person is frozen as they were reviewed (R22).

The batch runs in the background like every act on many people. Its lines are frozen chunk after chunk; with the
last one it is numbered and sealed by a digest, and only then it is a `SubmissionBatch`. Nothing of it changes later:
what changes goes up in the next one.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max

from baoming.audit.actors import PARTY_NAMES, Actor, Party
from baoming.audit.services import record
from baoming.registrations.journey import STEPS, State
from baoming.registrations.models import Batch, Registration
from baoming.registrations.queries import states_of
from baoming.registrations.services.batches import Options, Outcome, start_batch
from baoming.reviews.models import Submission, SubmissionBatch, UpwardLine
from baoming.reviews.upward_queries import (
    KIND,
    count_pending,
    last_lines,
    pending,
    photos_among,
    reviewed_among,
    running,
)
from baoming.seasons.models import Season
from baoming.seasons.queries import season_clock, season_now
from baoming.shared.errors import Held, NotOpen, Refused
from baoming.shared.services import insert
from baoming.vault.digests import sm3_hex

CHUNK = 200
Category, Kind = SubmissionBatch.Category, UpwardLine.Kind
_BEHIND = ("completion", "final_review")  # the steps whose needs are asked again


@transaction.atomic
def send_upward(
    season: Season, category: SubmissionBatch.Category, *, key: UUID, by: Actor, shown: int | None = None
) -> Batch:
    """Start sending upward all of a city who can go. Safe to repeat with the same `key`.

    Asked in no phase: the final review has its own, and whoever stops later is told of at any time. Raises
    NotOpen, Refused while another batch runs, where nobody can go, for all before arts and sports, and where
    they are not as many as who asks was shown.
    """
    if by.kind is not Party.CITY:
        raise NotOpen(f"向省级上报由{PARTY_NAMES[Party.CITY]}办理")
    _take_turns(season.pk, by.path)
    known = Batch.objects.filter(actor_id=by.id, key=key).first()
    if known is not None:
        return known
    if running(season.pk, by.path) is not None:
        raise Refused("上一批还没有办完，办完以后再上报")
    if category == Category.ALL and (arts := count_pending(season.pk, by.path).arts):
        raise Refused(f"还有{arts}名艺术体育类考生等上报，请先上报艺术体育类，再上报全部考生")
    ids = list(pending(season.pk, by.path, category).values_list("pk", flat=True))
    if not ids:
        raise Refused("现在没有可以上报的考生：已经终审的都上报过，后来也没有变更")
    if shown is not None and shown != len(ids):
        raise Refused(f"可以上报的人有变动，现在是{len(ids)}人，请重新核对名单后再上报")
    return start_batch(season, KIND, ids, key=key, about=category.label, options={"category": category}, by=by)


def freeze_chunk(batch: Batch, rows: Sequence[Registration], options: Options) -> Mapping[UUID, Outcome]:
    """Freeze a chunk of people under their lock; whoever cannot go up is left out with the sentence."""
    ids = [row.pk for row in rows]
    states = states_of(rows, clock=season_clock(batch.season_id))
    reviewed, last, photos = reviewed_among(ids), last_lines(ids), photos_among(ids)
    outcomes, lines = dict[UUID, Outcome](), list[UpwardLine]()
    for row in rows:
        try:
            line = _line(row, states[row.pk], reviewed.get(row.pk), last.get(row.pk), photos.get(row.pk))
        except Refused as refusal:
            outcomes[row.pk] = Outcome(str(refusal), problem=isinstance(refusal, Held))
        else:
            line.run = batch
            lines.append(line)
    made = UpwardLine.objects.bulk_create(lines)
    return outcomes | {line.registration_id: Outcome(made=str(line.pk)) for line in made}


def seal(batch: Batch, options: Options) -> SubmissionBatch | None:
    """Number what was frozen and seal it by a digest; None where nobody could go up. With the last chunk alone."""
    lines = list(UpwardLine.objects.filter(run=batch).order_by("registration"))
    if not lines:
        return None
    _take_turns(batch.season_id, batch.path)
    before = SubmissionBatch.objects.filter(season=batch.season_id, path=batch.path).aggregate(most=Max("number"))
    sent = insert(SubmissionBatch(
        run=batch, season=batch.season, path=batch.path, number=(before["most"] or 0) + 1,
        category=options["category"], count=len(lines), changes=sum(line.kind != Kind.NEW for line in lines),
        digest=digest_of(lines), sent_at=season_now(batch.season_id), by_label=batch.actor_label,
    ))  # fmt: skip
    details = {"number": sent.number, "people": sent.count, "kind": sent.category}
    record("send_upward", by=batch.actor, subject=batch.pk, path=batch.path, details=details)
    return sent


def digest_of(lines: Sequence[UpwardLine]) -> str:
    """Return the SM3 digest of lines in their order."""
    return sm3_hex("".join(line.frozen for line in lines).encode())


def _line(
    row: Registration, state: State, reviewed: Submission | None, last: UpwardLine | None, photo: str | None
) -> UpwardLine:
    """Return what goes up of one person, not saved. Raises Refused, saying why nothing does."""
    if state.stopped:
        if last is None or last.kind == Kind.STOPPED:
            raise Refused("已经中止报名，不用上报")
        return UpwardLine(
            registration=row, submission_id=last.submission_id, kind=Kind.STOPPED, version=last.version,
            content_hash=last.content_hash, photo_sha256=last.photo_sha256,
        )  # fmt: skip
    _refuse_if_incomplete(state)
    if reviewed is None or reviewed.version != row.version or photo is None:
        raise Refused("终审以后又有改动，请重新打开，再次终审后上报")
    return UpwardLine(
        registration=row, submission=reviewed, kind=_kind(reviewed, last), version=reviewed.version,
        content_hash=reviewed.content_hash, photo_sha256=photo,
    )  # fmt: skip


def _refuse_if_incomplete(state: State) -> None:
    missing = [key for step in _BEHIND for key in (*state.missing(step), step) if key not in state.done]
    if missing:
        raise NotOpen(f"还缺：{'、'.join(STEPS[key].zh for key in dict.fromkeys(missing))}。办好以后才能上报")
    if holds := state.holds_on("completion"):
        raise Held(f"{holds[0].reason}，办结后才能上报")


def _kind(reviewed: Submission, last: UpwardLine | None) -> UpwardLine.Kind:
    if last is None:
        return Kind.NEW
    if last.kind == Kind.STOPPED:
        return Kind.BACK
    if last.submission_id == reviewed.pk:
        raise Refused("已经上报，后来没有变更")
    return Kind.VERSION if last.version != reviewed.version else Kind.AGAIN


def _take_turns(season_id: int, path: str) -> None:
    """One at a time for a city: two batches would send the same people, or take the same number."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"upward:{season_id}:{path}"])
