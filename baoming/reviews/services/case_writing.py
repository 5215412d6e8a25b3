"""Writing where a special case stands, the act that brought it there, and what it keeps from being done.

Called by `cases.py` and `withdrawals.py`, in their transaction and after `locked`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from baoming.audit.actors import SYSTEM, Actor, Party
from baoming.audit.services import record
from baoming.registrations.models import Registration
from baoming.registrations.services.steps import clear_holds, place_hold
from baoming.reviews.case_queries import acts_of, content_context, kind_of
from baoming.reviews.cases import ELIGIBILITY, OPEN, Act, Kind, Standing, State, due, holder, holding
from baoming.reviews.models import Case, CaseAct
from baoming.shared.services import insert, update
from baoming.vault.services import keys

_STANDS = (
    "state", "desk", "holder", "forwarded", "objected", "received_at", "newest", "papers", "since",
    "due_at",
)  # fmt: skip


def stand(case: Case, kind: Kind, at: Standing, *, now: datetime) -> None:
    """Let the case stand there from now on; `write_act` keeps it."""
    case.state, case.desk, case.holder = at.state, at.desk, holder(kind, at) or ""
    case.forwarded, case.objected, case.received_at = at.forwarded, at.objected, at.received
    case.since, case.due_at = now, due(kind, at, now)


def write_act(
    case: Case, act: str, registration: Registration, *, at: datetime, by: Actor, content: Mapping[str, Any],
    pictures: Mapping[str, str], desk: int = 0, reason: str = "", note: str = "",
) -> CaseAct:  # fmt: skip
    """Write the act beside those before it, and that it is the newest."""
    case.newest += 1
    if act in (OPEN, Act.SUPPLY):
        case.papers = len(pictures)
    pk = uuid4()
    kept = {**content, "note": note} if note else content
    sealed = keys().seal(json.dumps(kept).encode(), context=content_context(pk)) if kept else ""
    done = insert(CaseAct(
        id=pk, case=case, number=case.newest, act=act, desk=desk, reason=reason, content_sealed=sealed,
        pictures=dict(pictures), at=at, by_kind=by.kind, by_id=by.id, by_label=by.label,
    ))  # fmt: skip
    update(case, *_STANDS)
    details = {"kind": case.kind, "reason": reason} if reason else {"kind": case.kind}
    record(f"case:{act}", by=by, subject=registration.pk, path=registration.path, details=details)
    return done


def hold(registration: Registration, case: Case, kind: Kind, *, by: Actor) -> None:
    """Keep from being done what the case holds, once for all cases of its kind."""
    if holding(kind, case.standing) and not _held_beside(registration, kind, case):
        steps = list(kind.holds or ())
        place_hold(registration, kind=hold_of(case), steps=steps, reason=f"{kind.title}正在办理", by=by)


def settle_holds(
    registration: Registration, case: Case, kind: Kind, before: Standing, *, by: Actor, at: datetime
) -> None:
    """Place or clear what the case keeps from being done, as it stands now."""
    if holding(kind, before) and not holding(kind, case.standing):
        if not _held_beside(registration, kind, case):
            clear_holds(registration, hold_of(case), by=by, at=at)
    elif holding(kind, case.standing) and not holding(kind, before):
        hold(registration, case, kind, by=by)


def hold_of(case: Case) -> str:
    """Return the kind of the hold that this case keeps, with those of its kind that were refused and go on holding."""
    return f"case:{case.kind}"


def _held_beside(registration: Registration, kind: Kind, case: Case) -> bool:
    """Whether another case of this kind keeps the hold: what was confirmed once is not lifted by a second case."""
    others = Case.objects.filter(registration=registration, kind=kind.key).exclude(pk=case.pk)
    return any(holding(kind, one.standing) for one in others)


def reopen_cases(registration: Registration, *, stopped_at: datetime, at: datetime) -> None:
    """Bring back, by the system, the open cases that the stop at this moment has withdrawn.

    They stand where they stood, with the whole term before them: nothing that was found ends without a ruling, and
    nobody asks twice for a mistake of offices. Those in which eligibility is judged are handed in anew by the site,
    of the identity that counts then. Call once the registration goes on.
    """
    closed = Case.objects.select_for_update().filter(registration=registration, state=State.WITHDRAWN, since=stopped_at)
    for case in closed:
        kind, before, history = kind_of(registration.season, case.kind), case.standing, acts_of(case)
        back = _before_the_stop(before, history)
        if kind.effect == ELIGIBILITY:
            continue
        stand(case, kind, back, now=at)
        note = "中止报名已撤销，接着办理"
        write_act(case, Act.UNDO, registration, at=at, by=SYSTEM, content={}, pictures={}, desk=back.desk, note=note)
        settle_holds(registration, case, kind, before, by=SYSTEM, at=at)


def _before_the_stop(at: Standing, history: Sequence[CaseAct]) -> Standing:
    """Return where it stood: the system acts only with stops, so the newest act of somebody else tells it."""
    last = next(act for act in reversed(history) if act.by_kind != Party.SYSTEM)
    state = State.RETURNED if last.act == Act.RETURN else State.WAITING
    return replace(at, state=state, forwarded=last.act == Act.FORWARD)
