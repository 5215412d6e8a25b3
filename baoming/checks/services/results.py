"""What a register answered is noted beside the person; what is no agreement opens a case with an owner and a deadline.

Applied line by line by the job of an import; each may run twice (R24–R27, R34).
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from baoming.audit.actors import Actor
from baoming.audit.services import record
from baoming.checks.kinds import Code, Kind, Outcome
from baoming.checks.models import CheckBatch, CheckLine, CheckResult
from baoming.checks.queries import kind_of, remark_context
from baoming.checks.services.tallies import Counted, count
from baoming.registrations.models import Registration
from baoming.registrations.services.steps import locked
from baoming.reviews.cases import DECIDED, OPEN_STATES
from baoming.reviews.models import Case
from baoming.reviews.services.cases import open_case
from baoming.seasons.queries import season_now
from baoming.shared.errors import NotOpen, Refused
from baoming.shared.moments import day
from baoming.shared.services import insert
from baoming.vault.services import keys

LONGEST_REMARK = 200
_LIVE = (*OPEN_STATES, *DECIDED)  # what was withdrawn says nothing any more


@transaction.atomic
def note_result(line_id: UUID, code: str, *, remark: str, by: Actor) -> CheckResult:
    """Note one answer and count it, as `note_answer`."""
    result, new = note_answer(line_id, code, remark=remark, by=by)
    if new:
        count_results([result])
    return result


def count_results(results: Sequence[CheckResult]) -> None:
    """Count new answers, once for all of a transaction and at its end; each with its line."""
    count(
        [Counted(one.registration.season_id, one.kind, one.line.county, one.outcome) for one in results],
        answered=[one.line.batch_id for one in results],
    )


@transaction.atomic
def note_answer(line_id: UUID, code: str, *, remark: str, by: Actor) -> tuple[CheckResult, bool]:
    """Note one answer, and open its case; returns whether it is new, to be counted (`count_results`).

    Safe to repeat: the same answer to the same line is one. Raises NotOpen for another office than the one that
    exported, Refused for another answer to an answered line and for a code that the kind has not.
    """
    line = CheckLine.objects.select_related("batch__season").get(pk=line_id)
    if line.batch.path != by.path:
        raise NotOpen("结果由导出名单的机构导入")
    registration = locked(line.registration_id)
    kind = kind_of(line.batch.season, line.batch.kind)
    said = kind.code_of(code)
    if said is None:
        raise Refused("没有这个结果代码，请按核查说明填写")
    remark = " ".join(remark.split())[:LONGEST_REMARK]
    about = "|".join((said.code, remark, bytes(line.asked).hex()))
    finding = keys().blind(about, purpose=f"check:{kind.key}", season=registration.season_id)
    there = CheckResult.objects.filter(line=line).first()
    if there is not None:
        if bytes(there.finding) == finding:
            return there, False
        raise Refused(f"这一行{day(there.at)}已经导入过别的结果。结果有更正的，请重新导出这名考生再核查")
    return _write(line, registration, kind, said, remark=remark, finding=finding, by=by), True


def _write(
    line: CheckLine, registration: Registration, kind: Kind, said: Code, *, remark: str, finding: bytes, by: Actor
) -> CheckResult:
    now, pk = season_now(registration.season_id), uuid4()
    case, told, opened = _follow(registration, kind, said, remark=remark, finding=finding, by=by, now=now)
    if line.county != registration.path[: len(line.county)]:
        told = f"考生已转到{registration.site.name}。{told}"
    sealed = keys().seal(remark.encode(), context=remark_context(pk)) if remark else ""
    result = insert(CheckResult(
        id=pk, line=line, registration=registration, kind=kind.key, code=said.code, outcome=said.outcome,
        remark_sealed=sealed, finding=finding, case=case, opened=opened, told=told[:200], at=now, by_label=by.label,
    ))  # fmt: skip
    details = {"kind": kind.key, "outcome": said.outcome.value}
    record("note_result", by=by, subject=registration.pk, path=registration.path, details=details)
    return result


def _follow(
    registration: Registration, kind: Kind, said: Code, *, remark: str, finding: bytes, by: Actor, now: datetime
) -> tuple[Case | None, str, bool]:
    """Return the case that a finding belongs to, what is to be known besides, and whether it opened the case."""
    if said.outcome is Outcome.MATCH:
        waits = Case.objects.filter(registration=registration, kind=kind.case, state__in=OPEN_STATES).exists()
        return None, "以前的不符事项还没有办结，仍要书面认定" if waits else "", False
    if registration.stopped_at is not None:
        return None, "考生已经中止报名，只记下结果，不用核实", False
    if (same := _same_finding(registration, kind, finding)) is not None:
        return same, "同一结果以前已经提出过，不重复提出", False
    waiting = Case.objects.filter(registration=registration, kind=kind.case, state__in=OPEN_STATES).first()
    if waiting is not None:
        return waiting, "同类事项正在办理，请在那一件里一并核实", False
    raw = {"source": [f"{kind.to}，{day(now)}导入"], "differs": [_differs(kind, said, remark)]}
    try:
        with transaction.atomic():
            case = open_case(registration.pk, kind.case, raw=raw, by=by)
    except NotOpen as refusal:
        return None, str(refusal), False
    completed = "completion" in registration.done_steps
    return case, "县（市、区）已经完成确认，完成不变；办结以前不能打印准考证" if completed else "", True


def _same_finding(registration: Registration, kind: Kind, finding: bytes) -> Case | None:
    """Return the case that this very finding about this name and number led to, unless that was a mistake."""
    rows = CheckResult.objects.filter(registration=registration, kind=kind.key, finding=finding, case__isnull=False)
    found = rows.select_related("case").order_by("-at").first()
    return found.case if found and found.case and found.case.state in _LIVE else None


def _differs(kind: Kind, said: Code, remark: str) -> str:
    return f"{kind.title}：{said.title}" + (f"（{remark}）" if remark else "")


def lines_known(batch: CheckBatch, ids: Sequence[UUID]) -> dict[UUID, CheckLine]:
    """Return which of these lines stand in an export, with the answer each has."""
    rows = CheckLine.objects.filter(batch=batch, pk__in=ids).select_related("result")
    return {row.pk: row for row in rows}
