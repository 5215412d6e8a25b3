"""One's own cases on the task page: what waits for oneself, and what waits for others (R13, R15)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from baoming.audit.actors import PARTY_NAMES, Party
from baoming.registrations.journey import State as Journey
from baoming.reviews.case_queries import kinds_of
from baoming.reviews.cases import Act, Kind, State, acts, holder
from baoming.reviews.models import Case
from baoming.seasons.models import Season
from baoming.shared.moments import moment


@dataclass(frozen=True, slots=True)
class Mine:
    """One case as a row of the task page. `go`: the verb of what the person is to do; empty while others act."""

    id: UUID
    title: str
    said: str
    go: str = ""


def own_cases(cases: Sequence[Case], season: Season, state: Journey, *, now: datetime) -> list[Mine]:
    """Return the open ones, and those whose decision waits to be signed for; those that wait for oneself first."""
    kinds = kinds_of(season)
    found = [_row(one, kinds[one.kind], state, now=now) for one in cases if one.kind in kinds]
    return sorted((one for one in found if one is not None), key=lambda one: not one.go)


def _row(case: Case, kind: Kind, state: Journey, *, now: datetime) -> Mine | None:
    phase = state.phases[kind.until] if kind.until else None
    mine = acts(kind, case.standing, Party.CANDIDATE, now=now, over=phase is not None and phase.over)
    if Act.RECEIVE in mine:
        return Mine(case.pk, f"签收{kind.title}告知书", "决定已经作出，请读过以后签收", "去签收")
    if Act.SUPPLY in mine:
        until = f"，{moment(phase.closes)}之前" if phase and phase.closes and not case.objected else ""
        return Mine(case.pk, kind.title, f"已退回，请补正后再报{until}", "去补正")
    has = holder(kind, case.standing)
    if case.state != State.WAITING or has is None:
        return None
    return Mine(case.pk, kind.title, f"{PARTY_NAMES[has]}正在办理{_until(case.due_at, now)}")


def _until(due: datetime | None, now: datetime) -> str:
    if due is None:
        return ""
    return f"，{moment(due)}之前" if due > now else "，已超过办理期限，可以打报名点电话问"
