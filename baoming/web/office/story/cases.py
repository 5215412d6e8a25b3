"""The special cases of one candidate on their page, and the kinds that this office may open."""

from typing import Any

from baoming.audit.actors import PARTY_NAMES
from baoming.registrations.models import Registration
from baoming.reviews.case_queries import cases_of, kinds_of
from baoming.reviews.queries import Seldom
from baoming.web.access import OfficeRequest
from baoming.web.case_pages import TONES, may_open


def of_person(request: OfficeRequest, registration: Registration, rare: Seldom) -> dict[str, Any]:
    """Return what the page of one candidate needs for special cases."""
    kinds = kinds_of(request.season)
    mine = may_open(kinds, request.actor.kind) if request.staff.may("open_case") else []
    return {
        "cases": cases_of(registration) if rare.asking else [],
        "case_titles": {kind.key: kind.title for kind in kinds.values()},
        "case_tones": TONES,
        "parties": PARTY_NAMES,
        "case_kinds": [(kind.key, kind.title) for kind in mine],
    }
