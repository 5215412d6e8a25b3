"""Exporting who is to be checked: one person asks, a second of the office approves, a job makes the files (R30, R34).

Nobody fetches a file before two people have agreed, and nobody after its days. The job goes from site to site, one file
at a time: no request looks at more than one row.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from uuid import UUID, uuid4

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from baoming.audit.actors import Actor, Party
from baoming.audit.services import record, record_many
from baoming.checks.files import Encoding, table
from baoming.checks.kinds import Kind
from baoming.checks.models import CheckBatch, CheckFile, CheckLine
from baoming.checks.queries import COUNTY, FILES, asked_of, checks_of, kind_of, sites_after, to_check
from baoming.checks.services.tallies import Counted, count
from baoming.organizations.models import Organization
from baoming.registrations.identity_documents import SEXES
from baoming.registrations.models import Registration
from baoming.registrations.queries import document_of, roll_number_of
from baoming.registrations.services.steps import require_two_hands
from baoming.seasons.models import Season
from baoming.seasons.queries import season_now
from baoming.shared.errors import Invalid, NotOpen, Refused
from baoming.shared.jobs import defer, for_each
from baoming.shared.moments import day
from baoming.shared.paths import within
from baoming.shared.services import insert, update
from baoming.vault.digests import sm3_hex

JOB = "checks.export"
LONGEST_REASON = 100
State = CheckBatch.State
_MAY = (Party.CITY, Party.PROVINCE)


@transaction.atomic
def ask_export(
    season: Season, kind: str, *, area: str, again: bool, encoding: str, reason: str, key: UUID, by: Actor
) -> CheckBatch:
    """Ask for an export of the people below `area`; nothing is made before a second person approves. Safe to repeat.

    `again`: also those of whom this register has said something. Raises NotOpen for other offices and for an area
    outside the own, Refused for a kind the season has not, Invalid by field.
    """
    if by.kind not in _MAY:
        raise NotOpen("核查名单由省教育考试院或市（州）招考机构导出")
    known = CheckBatch.objects.filter(asked_by=by.id, key=key).first()
    if known is not None:
        return known
    kind_of(season, kind)
    if not within(area, by.path) or not Organization.objects.filter(path=area).exists():
        raise NotOpen("只能导出本辖区的考生，请从列出的辖区里选择")
    problems = {}
    written = " ".join(reason.split())
    if not 1 <= len(written) <= LONGEST_REASON:
        problems["reason"] = f"请写明导出的用途和依据，最多{LONGEST_REASON}个字"
    if encoding not in set(Encoding):
        problems["encoding"] = "请选择文件的编码"
    if problems:
        raise Invalid(problems)
    batch = insert(CheckBatch(
        season=season, kind=kind, path=by.path, area=area, again=again, encoding=encoding, reason=written, key=key,
        asked_at=season_now(season.pk), asked_by=by.id, asked_label=by.label,
    ))  # fmt: skip
    record("ask_export", by=by, subject=batch.pk, path=area, details={"kind": kind})
    return batch


@transaction.atomic
def approve_export(batch_id: UUID, *, by: Actor) -> CheckBatch:
    """Approve by a second person of the same office; a job begins after the commit. Safe to repeat.

    Raises NotOpen for another office and for who asked, Refused for what was declined.
    """
    batch = _locked(batch_id, by)
    if batch.decided_by == by.id and batch.state in (State.MAKING, State.READY):
        return batch
    _require_asked(batch)
    _require_second(batch, by)
    _decide(batch, State.MAKING, by=by)
    record("approve_export", by=by, subject=batch.pk, path=batch.area, details={"kind": batch.kind})
    defer(JOB, batch_id=str(batch.pk))
    return batch


@transaction.atomic
def decline_export(batch_id: UUID, *, by: Actor) -> CheckBatch:
    """Decline, or take back what one asked for oneself. Raises NotOpen for another office, Refused once decided."""
    batch = _locked(batch_id, by)
    if batch.state == State.DECLINED and batch.decided_by == by.id:
        return batch
    _require_asked(batch)
    _decide(batch, State.DECLINED, by=by)
    record("decline_export", by=by, subject=batch.pk, path=batch.area, details={"kind": batch.kind})
    return batch


@transaction.atomic
def make_part(batch_id: UUID) -> bool:
    """Make the next file of an approved export, of whole sites, with its lines; returns whether there is more.

    May run twice, and two at a time: they take turns at the export's row. A person stands in it once, also who has
    moved from a site before to a site after.
    """
    batch = CheckBatch.objects.select_for_update().select_related("season").get(pk=batch_id)
    if batch.state != State.MAKING:
        return False
    checks = checks_of(batch.season)
    kind, people, more = checks.kinds[batch.kind], list[Registration](), False
    for site in sites_after(batch):
        theirs = to_check(batch, kind, site)
        if people and len(people) + len(theirs) > checks.rows_a_file:
            more = True
            break
        people += theirs
        batch.cursor = site
    there = set(CheckLine.objects.filter(batch=batch, registration__in=people).values_list("registration", flat=True))
    people = [row for row in people if row.pk not in there]
    if people:
        _make(batch, kind, people)
    if not more:
        _finish(batch)
    update(batch, "cursor", "count", "state", "digest", "made_at")
    return more


@transaction.atomic
def fetch_file(file_id: UUID, *, by: Actor) -> tuple[CheckFile, bytes]:
    """Return a file of an export; each fetch is recorded.

    Raises NotOpen for another office, Refused before all is made and after its days.
    """
    file = CheckFile.objects.select_related("batch__season").get(pk=file_id)
    if file.batch.path != by.path or by.kind not in _MAY:
        raise NotOpen("只有申请导出的机构可以下载")
    if file.batch.state != State.READY:
        raise Refused("名单还没有全部生成，请稍后刷新，全部生成后再下载")
    if not file.file or _is_over(file.batch):
        days = checks_of(file.batch.season).days
        raise Refused(f"文件生成{days}天后已清除，需要时请重新申请导出。名单的摘要和结果都还在")
    content = FILES.read(file)
    details = {"kind": file.batch.kind, "rows": file.rows, "bytes": file.size}
    record("fetch_export", by=by, subject=file.batch_id, path=file.batch.area, details=details)
    return file, content


def make_all(batch_id: UUID) -> None:
    """Make what an approved export has still before it. Safe to repeat."""
    while make_part(batch_id):
        pass


def make_waiting() -> None:
    """Go on with the exports whose own job has ended before they were made: one that fails keeps no other waiting."""
    for_each(list(CheckBatch.objects.filter(state=State.MAKING).values_list("pk", flat=True)), make_all)


def remove_old_files() -> int:
    """Remove the files whose days are over; rows, lines and answers stay. Safe to repeat."""
    gone = 0
    for file in CheckFile.objects.exclude(file="").filter(batch__state=State.READY).select_related("batch__season"):
        if _is_over(file.batch):
            default_storage.delete(file.file)
            file.file = ""
            update(file, "file")
            gone += 1
    return gone


def _is_over(batch: CheckBatch) -> bool:
    days = timedelta(days=checks_of(batch.season).days)
    return batch.made_at is not None and batch.made_at + days <= timezone.now()


def _locked(batch_id: UUID, by: Actor) -> CheckBatch:
    batch = CheckBatch.objects.select_for_update(of=("self",)).select_related("season").get(pk=batch_id)
    if batch.path != by.path or by.kind not in _MAY:
        raise NotOpen("导出由申请的机构自己批准")
    return batch


def _require_second(batch: CheckBatch, by: Actor) -> None:
    if batch.asked_by == by.id:
        raise NotOpen("导出要两个人办理，申请的人自己不能批准。请由本机构另一位工作人员批准，不用导出的请撤回申请")
    require_two_hands(batch.asked_by, by)


def _require_asked(batch: CheckBatch) -> None:
    if batch.state != State.ASKED:
        raise Refused(f"这次导出{batch.decided_label}已经办过（{batch.get_state_display()}），不用再办")


def _decide(batch: CheckBatch, state: CheckBatch.State, *, by: Actor) -> None:
    batch.state, batch.decided_at = state, season_now(batch.season_id)
    batch.decided_by, batch.decided_label = by.id, by.label
    update(batch, "state", "decided_at", "decided_by", "decided_label")


def _make(batch: CheckBatch, kind: Kind, people: list[Registration]) -> None:
    """Write one file with its lines, and for each person that their data went out: they see it themselves (R30)."""
    lines = [CheckLine(batch=batch, registration=row, county=row.path[:COUNTY], asked=asked_of(row)) for row in people]
    content = table(kind, _said(kind, zip(lines, people, strict=True)), encoding=Encoding(batch.encoding))
    pk = uuid4()
    name = FILES.keep(pk, content)
    try:
        _hold(people)
        CheckLine.objects.bulk_create(lines, batch_size=2000)
        part = batch.files.count() + 1
        digest, size = sm3_hex(content), len(content)
        insert(CheckFile(id=pk, batch=batch, part=part, rows=len(lines), digest=digest, size=size, file=name))
        count(Counted(batch.season_id, batch.kind, line.county, "exported") for line in lines)
        by = Actor(Party(_party(batch)), batch.asked_by, batch.path, batch.asked_label)
        record_many("export_check", by=by, subjects={row.pk: (row.path, {"kind": batch.kind}) for row in people})
    except BaseException:
        default_storage.delete(name)
        raise
    batch.count += len(lines)


def _hold(people: Sequence[Registration]) -> None:
    """Lock those whom lines are about, in the order of the primary key as every batch does.

    The commit would take these locks too (the lines refer to people), but line after line, and with the counts held:
    a chunk of answers that has locked its people and wants to count would wait in a circle with it.
    """
    rows = Registration.objects.filter(pk__in=[row.pk for row in people]).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk"))


def _party(batch: CheckBatch) -> str:
    return Organization.objects.values_list("level", flat=True).get(path=batch.path)


def _said(
    kind: Kind, rows: Iterable[tuple[CheckLine, Registration]]
) -> Iterable[tuple[UUID, Mapping[str, str]]]:  # fmt: skip
    for line, row in rows:
        card = document_of(row)
        entry = getattr(row, "roster_entry", None)
        yield line.pk, {
            "name": row.name, "number": card.number, "sex": SEXES[card.sex], "birth": day(card.birth),
            "address": card.address, "roll_number": roll_number_of(entry) if entry else "",
        }  # fmt: skip


def _finish(batch: CheckBatch) -> None:
    digests = "".join(batch.files.order_by("part").values_list("digest", flat=True))
    batch.state, batch.made_at = State.READY, timezone.now()
    batch.digest = sm3_hex(digests.encode()) if digests else ""
    by = Actor(Party(_party(batch)), batch.asked_by, batch.path, batch.asked_label)
    details = {"kind": batch.kind, "people": batch.count}
    record("make_export", by=by, subject=batch.pk, path=batch.area, details=details)
