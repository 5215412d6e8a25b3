"""What registers said of one person, and who looks like them, on the person's page."""

from dataclasses import dataclass
from typing import Any

from baoming.checks.alike_queries import pairs_of_person, reason_of
from baoming.checks.kinds import Outcome
from baoming.checks.models import CheckResult
from baoming.checks.queries import checks_of, remark_of, results_of
from baoming.registrations.models import Registration
from baoming.shared.errors import Refused
from baoming.web.access import OfficeRequest


@dataclass(frozen=True, slots=True)
class Said:
    """One answer of a register."""

    row: CheckResult
    title: str
    words: str
    remark: str

    @property
    def agrees(self) -> bool:
        return self.row.outcome == Outcome.MATCH


def of_person(request: OfficeRequest, registration: Registration) -> dict[str, Any]:
    """Return the answers, newest first, and the pairs for who judges them."""
    may = request.staff.may("judge_pairs")
    pairs = pairs_of_person(registration, request.staff.path) if may else []
    return {"checked": _said(registration), "pairs": [(pair, reason_of(pair)) for pair in pairs]}


def _said(registration: Registration) -> list[Said]:
    if not (rows := results_of(registration)):
        return []
    try:
        kinds = checks_of(registration.season).kinds
    except Refused:  # of a season loaded anew without any
        kinds = {}
    found = []
    for row in rows:
        kind = kinds.get(row.kind)
        code = kind.code_of(row.code) if kind else None
        words = code.title if code else row.get_outcome_display()
        found.append(Said(row, kind.title if kind else row.kind, words, remark_of(row)))
    return found
