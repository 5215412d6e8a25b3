"""Reading what cities send upward: who can go up, the batches that were sent, and what has changed since (R22)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from baoming.registrations.journey import Trait
from baoming.registrations.models import Batch, Photo, Registration
from baoming.reviews.models import Submission, SubmissionBatch, UpwardLine
from baoming.shared.paths import next_sibling

KIND = "upward"  # of batch
Kind = UpwardLine.Kind
_ARTS = Q(traits__contains=[Trait.ARTS_OR_SPORTS.value])


def pending(season_id: int, path: str, category: str) -> QuerySet[Registration]:
    """Return who has something to send upward now: finally reviewed and not sent as they are, or stopped since."""
    reviewed = Submission.objects.filter(
        registration=OuterRef("pk"), level=Submission.Level.CITY, withdrawal=None
    ).order_by("-id")
    last = UpwardLine.objects.filter(registration=OuterRef("pk")).order_by("-id")
    rows = Registration.objects.within(path).filter(season=season_id, stage__in=["sent", "stopped"])
    rows = rows.annotate(
        reviewed=Subquery(reviewed.values("pk")[:1]),
        last_reviewed=Subquery(last.values("submission")[:1]),
        last_kind=Subquery(last.values("kind")[:1]),
    )
    unsent = Q(last_kind=None) | Q(last_kind=Kind.STOPPED) | ~Q(last_reviewed=F("reviewed"))
    ready = Q(stage="sent", held=0, debts=0, reviewed__isnull=False) & unsent
    gone = Q(stage="stopped", last_kind__isnull=False) & ~Q(last_kind=Kind.STOPPED)
    rows = rows.filter(ready | gone)
    return rows.filter(_ARTS) if category == SubmissionBatch.Category.ARTS else rows


def newest_pending(season_id: int, path: str, category: str, *, limit: int) -> list[Registration]:
    """Return some who can go up now, with their sites: who was finally reviewed last comes first."""
    rows = pending(season_id, path, category).select_related("site")
    return list(rows.order_by(F("reviewed").desc(nulls_last=True), "pk")[:limit])


@dataclass(frozen=True, slots=True)
class Pending:
    """How many can go up now; `changes`: of them those who went up before."""

    people: int
    changes: int
    arts: int
    arts_changes: int


def count_pending(season_id: int, path: str) -> Pending:
    """Count who can go up, in one question."""
    again = Q(last_kind__isnull=False)
    found = pending(season_id, path, SubmissionBatch.Category.ALL).aggregate(
        people=Count("pk"), changes=Count("pk", filter=again), arts=Count("pk", filter=_ARTS),
        arts_changes=Count("pk", filter=_ARTS & again),
    )  # fmt: skip
    return Pending(**found)


def reviewed_among(ids: Sequence[UUID]) -> dict[UUID, Submission]:
    """Return the final review that counts of each of these people."""
    rows = Submission.objects.filter(registration__in=ids, level=Submission.Level.CITY, withdrawal=None)
    newest = rows.order_by("registration", "-id").distinct("registration")
    return {row.registration_id: row for row in newest}


def last_lines(ids: Sequence[UUID]) -> dict[UUID, UpwardLine]:
    """Return what went up last of each of these people."""
    newest = UpwardLine.objects.filter(registration__in=ids).order_by("registration", "-id").distinct("registration")
    return {line.registration_id: line for line in newest}


def photos_among(ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the SHA-256 of the photo that counts of each of these people."""
    rows = Photo.objects.filter(registration__in=ids, current=True)
    return dict(rows.values_list("registration", "sha256"))


def lines_of(batch: SubmissionBatch) -> QuerySet[UpwardLine]:
    """Return the lines of a batch in their order, that of its digest."""
    return UpwardLine.objects.filter(run=batch.run_id).order_by("registration")


def since(lines: Sequence[UpwardLine]) -> dict[int, str]:
    """Return line → what has changed since it went up, in words; who is as they were is absent. Two questions."""
    ids = [line.registration_id for line in lines]
    reviewed, last = reviewed_among(ids), last_lines(ids)
    told = {line.pk: _since(line, reviewed.get(line.registration_id), last[line.registration_id]) for line in lines}
    return {pk: words for pk, words in told.items() if words}


def _since(line: UpwardLine, reviewed: Submission | None, last: UpwardLine) -> str:
    row = line.registration
    if last.pk != line.pk:
        return "后来的批次已上报变更"
    if row.stage == "stopped":
        return "" if line.kind == Kind.STOPPED else "已中止报名，等上报变更"
    if row.stage != "sent":
        return "已经恢复报名，终审后上报变更" if line.kind == Kind.STOPPED else "已重新打开，再次终审后上报变更"
    if line.kind == Kind.STOPPED or reviewed is None or reviewed.pk != line.submission_id:
        return "已再次终审，等上报变更"
    return ""


def changed(lines: QuerySet[UpwardLine]) -> QuerySet[UpwardLine]:
    """Narrow lines to those of whom `since` has something to say."""
    later = UpwardLine.objects.filter(registration=OuterRef("registration"), id__gt=OuterRef("id"))
    reviewed = Submission.objects.filter(
        registration=OuterRef("registration"), level=Submission.Level.CITY, withdrawal=None
    ).order_by("-id")
    stopped, stays = Q(kind=Kind.STOPPED), Q(registration__stage="stopped")
    as_sent = Q(registration__stage="sent", reviewed=F("submission"))
    rows = lines.annotate(later=Exists(later), reviewed=Subquery(reviewed.values("pk")[:1]))
    return rows.filter(Q(later=True) | (stopped & ~stays) | (~stopped & ~as_sent))


def sent_batches(season_id: int, path: str) -> QuerySet[SubmissionBatch]:
    """Return what a city, or all of the province, has sent upward, newest first."""
    low, high = path, next_sibling(path)
    rows = SubmissionBatch.objects.filter(season=season_id, path__gte=low, path__lt=high)
    return rows.order_by("-sent_at", "-id")


def running(season_id: int, path: str) -> Batch | None:
    """Return the act of this city that is under way."""
    rows = Batch.objects.filter(season=season_id, path=path, kind=KIND).exclude(state=Batch.State.DONE)
    return rows.defer("ids", "sealed").first()
