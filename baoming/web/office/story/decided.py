"""What offices have decided about a candidate, as the page tells it; and what a decision would change."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from baoming.audit.actors import PARTY_NAMES, Party
from baoming.organizations.models import Organization
from baoming.organizations.queries import open_sites
from baoming.registrations import journey
from baoming.registrations.journey import STEPS, State
from baoming.registrations.models import Registration
from baoming.registrations.services.moves import falls_by_move
from baoming.reviews.cases import State as CaseState
from baoming.reviews.decisions import Reason, may_undo, reasons
from baoming.reviews.models import Decision, EligibilityReview, Transfer
from baoming.reviews.queries import (
    Seldom,
    rests_unchanged,
    review_reasons,
    reviews_of,
    said_of,
    transfers_of,
    withdrawals_of,
)
from baoming.seasons.queries import data
from baoming.shared.moments import stamp
from baoming.shared.text import serial
from baoming.web.access import OfficeRequest


@dataclass(frozen=True, slots=True)
class Effect:
    """What a decision would change, in official words."""

    keys: tuple[str, ...]  # of the steps that fall, for the service to compare
    falls: str
    stays: str
    waits: str  # what cannot be done until it is done again


@dataclass(frozen=True, slots=True)
class Line:
    """One decision as a line of the page; `undo`: what undoing it means, empty where this person may not."""

    kind: str
    pk: int
    at: datetime
    title: str
    reason: str
    note: str
    by: str
    undone: str
    undo: str
    counts: bool  # the newest of its kind that stands
    case: UUID | None  # in which it was decided, and is undone


def effect(falls: Iterable[str], state: State, *, number: int | None = None) -> Effect:
    """Tell what falls and what stays; a number given stays by its digits."""
    keys = tuple(falls)
    stays = [_staying(key, number) for key in STEPS if key in state.done and key not in keys]
    waits = [STEPS[step].zh for key in keys for step in journey.waiting_for(key, state) if step not in keys]
    return Effect(keys, _names(keys), "、".join(stays), "、".join(dict.fromkeys(waits)))


def of_person(request: OfficeRequest, registration: Registration, state: State, rare: Seldom) -> dict[str, Any]:
    """Return what the page of one candidate needs for decisions: those made, and those that can be made now."""
    season = registration.season
    lists, cases = data(season, "eligibility"), data(season, "cases")
    lines = _lines(registration, request.actor.kind, state, rare)
    may = _open_to(request, registration, state)
    return {
        "decisions": lines,
        "may": may,
        "eligibility": lists,
        "reasons": _options(reasons(lists["reasons"])),
        "transfers": _options(reasons(cases["transfer"])),
        "sites": _other_sites(registration) if "transfer" in may else [],
        "returned": effect(journey.falling("eligibility", state.done), state, number=registration.number),
        "moved": effect(falls_by_move(registration, keeps_number=True), state, number=registration.number),
        "renumbered": effect(falls_by_move(registration, keeps_number=False), state),
    }


def _open_to(request: OfficeRequest, registration: Registration, state: State) -> set[str]:
    """Return the acts that the services would not refuse this person now: the page hides the others."""
    actor, role = request.actor.kind, request.staff
    if "completion" in state.done:
        return set()
    if state.stopped:
        return {"undo"} if role.may("undo_decision") else set()
    confirming, reviewing = state.phases["confirmation"], state.open_phase("eligibility") is not None
    movable = not confirming.over and (registration.number is not None or not state.phases["intake"].over)
    found = {
        "return": reviewing
        and actor is Party.SITE
        and actor in state.actors("eligibility")
        and "eligibility" in state.done,
        "open_review": role.may("open_review") and not reviewing and not confirming.over,
        "transfer": role.may("transfer") and movable,
        "undo": role.may("undo_decision"),
    }
    return {act for act, allowed in found.items() if allowed}


def _lines(registration: Registration, actor: Party, state: State, rare: Seldom) -> list[Line]:
    """Every decision, newest first; only the newest that stands of each kind can be undone."""
    reviews = reviews_of(registration)
    moves = transfers_of(registration) if rare.moved else []
    stops = withdrawals_of(registration) if rare.stopped else []
    cases, known = data(registration.season, "cases"), review_reasons(registration.season)
    found = [
        *_told("withdrawal", stops, reasons(cases["withdrawal"]), lambda row: _undo_stop(actor, state)),
        *_told("transfer", moves, reasons(cases["transfer"]), lambda row: _undo_move(row, actor, state)),
        *_told("review", reviews, known, lambda row: _undo_review(row, registration, actor, state)),
    ]
    return sorted(found, key=lambda line: line.at, reverse=True)


def _told(kind: str, rows: list[Any], known: dict[str, Reason], undo: Any) -> Iterable[Line]:
    standing = (row for row in rows if row.undone_at is None and getattr(row, "state", "") != Transfer.State.DECLINED)
    newest = next((row.pk for row in standing), None)
    for row in rows:
        reason = known[row.reason].title if row.reason in known else row.reason
        undone = f"{stamp(row.undone_at)} {row.undone_by}撤销：{said_of(row, 'undo_sealed')}" if row.undone_at else ""
        yield Line(
            kind, row.pk, row.at, _title(row), reason, said_of(row), row.by_label, undone,
            undo(row) if row.pk == newest else "", row.pk == newest, getattr(row, "case_id", None),
        )  # fmt: skip


def _title(row: Decision) -> str:
    if isinstance(row, Transfer):
        number = f"，原号{serial(row.number)}作废" if row.number else ""
        answer = f"：{declined}" if (declined := said_of(row, "answer_sealed")) else ""
        return f"转报名点：{row.from_site.name}到{row.to_site.name}，{row.get_state_display()}{answer}{number}"
    if isinstance(row, EligibilityReview):
        return row.get_outcome_display() + (f"（{PARTY_NAMES[Party(row.to)]}）" if row.to else "")
    return "中止报名"


def _undo_review(row: EligibilityReview, registration: Registration, actor: Party, state: State) -> str:
    """Say what undoing means; nothing where the service would refuse it: of a case it is undone in the case.

    Of a case that was withdrawn it is undone here: nobody asks any more.
    """
    if row.case is not None and row.case.state != CaseState.WITHDRAWN:
        return ""
    decided, to = Party(row.by_kind), Party(row.to) if row.to else None
    open_now = state.open_phase("eligibility") is not None and "completion" not in state.done and not state.stopped
    if not open_now or not may_undo(actor, decided=decided, to=to):
        return ""
    if row.outcome == EligibilityReview.Outcome.PASSED:
        return "撤销后要重新办：报考资格审核" if "eligibility" in state.done else ""
    if row.outcome == EligibilityReview.Outcome.REFERRED:
        return "撤销后由报名点自己审核"
    stands = "eligibility" in row.fell and rests_unchanged(registration)
    return "撤销后资格审核恢复为已通过，不用重办" if stands else "撤销后恢复到退回之前，资格审核仍要办"


def _undo_move(row: Transfer, actor: Party, state: State) -> str:
    if actor is not Party.COUNTY:
        return ""
    if row.state == Transfer.State.ASKED:
        return "撤销后考生留在原报名点，什么都不变"
    same = row.from_site.parent_id == row.to_site.parent_id
    if not same or state.stopped or "completion" in state.done or state.phases["confirmation"].over:
        return ""
    return f"撤销后回到{row.from_site.name}，序号不变；现在的登记表作废，要重新打印、签字"


def _undo_stop(actor: Party, state: State) -> str:
    if actor is not Party.COUNTY:
        return ""
    late = "；县区完成的时间已过，为这名考生单独开放7天" if state.phases["confirmation"].over else ""
    return f"撤销后从停下的地方接着办，办过的都在{late}"


def _other_sites(registration: Registration) -> list[tuple[str, str]]:
    """The open sites of the person's own county but theirs, as options."""
    county = registration.site.parent
    assert county is not None
    return [
        (str(site.pk), site.name)
        for site in open_sites(registration.season_id, county.path)
        if site.pk != registration.site_id
    ]


def site_code(site: Organization) -> str:
    """Return how a site is named to another county: `0103-01`."""
    return f"{site.parent.code}-{site.code}" if site.parent else site.code


def _options(found: dict[str, Reason]) -> list[tuple[str, str]]:
    return [(one.key, one.title) for one in found.values()]


def _names(keys: Iterable[str]) -> str:
    return "、".join(STEPS[key].zh for key in keys)


def _staying(key: str, number: int | None) -> str:
    if key == "number" and number is not None:
        return f"报名序号{serial(number)}"
    return "报名费（已缴，不会再收）" if key == "registration_fee" else STEPS[key].zh
