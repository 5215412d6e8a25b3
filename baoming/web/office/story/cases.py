"""The special cases of one candidate on their page, and the kinds that this office may open."""

from collections.abc import Mapping
from typing import Any

from baoming.audit.actors import PARTY_NAMES
from baoming.registrations.models import Registration
from baoming.reviews.case_queries import cases_of, kinds_of
from baoming.reviews.cases import Kind
from baoming.reviews.models import Case
from baoming.reviews.queries import Seldom
from baoming.web.access import OfficeRequest
from baoming.web.case_pages import TONES, fallen_of, may_open


def of_person(request: OfficeRequest, registration: Registration, rare: Seldom) -> dict[str, Any]:
    """Return what the page of one candidate needs for special cases."""
    kinds = kinds_of(request.season)
    mine = may_open(kinds, request.actor.kind) if request.staff.may("open_case") else []
    return {
        "cases": [(one, _fallen(registration, kinds, one)) for one in cases_of(registration)] if rare.asking else [],
        "case_titles": {kind.key: kind.title for kind in kinds.values()},
        "case_tones": TONES,
        "parties": PARTY_NAMES,
        "case_kinds": [(kind.key, kind.title) for kind in mine],
    }


def _fallen(registration: Registration, kinds: Mapping[str, Kind], case: Case) -> str:
    """Return why a grant counts no more; empty where it counts, and of a kind that the season has no more."""
    return fallen_of(registration, kinds[case.kind], case) if case.kind in kinds else ""
