"""Special cases in the office portal: what waits for whom, opening one, and one case with its acts (R15, R20–R27)."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from baoming.audit.actors import PARTY_NAMES
from baoming.audit.services import record
from baoming.forms.attached import Consent
from baoming.organizations.models import Organization
from baoming.registrations.models import Registration
from baoming.reviews.case_queries import (
    TABS,
    Line,
    acts_of,
    asked_in,
    case_count,
    case_counts,
    case_of,
    cases_within,
    content_of,
    kind_of,
    kinds_of,
)
from baoming.reviews.cases import STATE_NAMES, Act, Kind, State, fallen
from baoming.reviews.decisions import offered
from baoming.reviews.services.case_notices import print_notice
from baoming.reviews.services.case_papers import papers_there
from baoming.reviews.services.cases import act_on_case, may_open_now, open_case
from baoming.shared.errors import Refused
from baoming.web.access import OfficeRequest, staff_may
from baoming.web.case_pages import TONES, errors_of, preview, sent_raw, show_case, take_papers, typed_of
from baoming.web.headers import pdf
from baoming.web.office.areas import Area, area_of
from baoming.web.office.scope import one

PAGE = 50
_PAPER = Consent("paper", "", ())  # what the site was handed on paper, it photographs for the person
_LISTED = (Organization.Level.SITE, Organization.Level.COUNTY)


@require_safe
@staff_may("see_cases")
def index(request: OfficeRequest) -> HttpResponse:
    """The area's cases under three tabs; above a county what waits for this office, the rest county by county."""
    area, kinds = area_of(request), kinds_of(request.season)
    whole = area.office.level in _LISTED
    tab = request.GET.get("tab", "mine") if whole else "mine"
    tab = tab if tab in TABS else "mine"
    kind = request.GET.get("kind", "") if request.GET.get("kind", "") in kinds else ""
    asked: dict[str, Any] = {"tab": tab, "party": request.actor.kind, "kind": kind}
    counts = case_counts(request.season.pk, area.path, request.actor.kind) if whole else {}
    total = counts[tab] if whole and not kind else case_count(request.season.pk, area.path, **asked)
    context = {
        "area": area, "tab": tab, "kind": kind, "kinds": kinds, "whole": whole, "tones": TONES, "parties": PARTY_NAMES,
        "states": STATE_NAMES, "fallen": partial(_fallen, kinds),
        "tabs": _tabs(counts or {"mine": total}, tab, {**area.chosen, **({"kind": kind} if kind else {})}),
        **_paged(request, area, asked, total),
    }  # fmt: skip
    return render(request, "office/cases/index.html", context)


def _fallen(kinds: Mapping[str, Kind], row: Line) -> str:
    known = kinds.get(row.kind)
    return fallen(known, State(row.state), eligible=row.eligible, stopped=row.stopped) if known else ""


def _tabs(counts: dict[str, int], tab: str, chosen: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {"title": TABS[key], "count": count, "current": key == tab, "href": f"?{urlencode({**chosen, 'tab': key})}"}
        for key, count in counts.items()
    ]


def _paged(request: OfficeRequest, area: Area, asked: Mapping[str, Any], total: int) -> dict[str, Any]:
    number, pages = request.GET.get("page", ""), max(1, -(-total // PAGE))
    page = min(max(1, int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1), pages)
    found = cases_within(request.season.pk, area.path, **asked, first=(page - 1) * PAGE, size=PAGE)
    address = {**area.chosen, "tab": asked["tab"], "kind": asked["kind"]}
    return {
        "rows": found, "total": total, "page": page, "pages": pages,
        "first": (page - 1) * PAGE + 1, "address": f"?{urlencode(address)}&page=",
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
@staff_may("open_case")
def new(request: OfficeRequest, registration_id: UUID, kind: str) -> HttpResponse:
    """Open a case for one person: what the kind asks, and its papers."""
    registration = one(request, registration_id)
    if kind not in kinds_of(request.season):
        raise Http404
    if request.method != "POST":
        return _new(request, registration, kind)
    asked = kind_of(request.season, kind)
    try:
        errors = take_papers(request, registration, asked, _PAPER, ticked=_PAPER.version, by=request.actor)
        if not errors:
            made = open_case(registration.pk, kind, raw=sent_raw(request), by=request.actor)
            return redirect("office:case", made.pk)
    except Refused as refusal:
        errors = errors_of(refusal)
    return _new(request, one(request, registration_id), kind, errors)


def _new(
    request: OfficeRequest, registration: Registration, kind: str, errors: dict[str, str] | None = None
) -> HttpResponse:
    record("see_candidate", by=request.actor, subject=registration.pk, path=registration.path)
    found = kind_of(request.season, kind)
    changes, missing = preview(registration, found)
    context = {
        "changes": changes, "missing": missing,
        "registration": registration, "kind": found, "errors": errors or {}, "typed": sent_raw(request),
        "there": papers_there(registration, found, None, by=request.actor.kind),
        "why_not": _why_not(request, registration, found), "may": request.actor.kind in found.opens,
        "parties": PARTY_NAMES,
    }  # fmt: skip
    return render(request, "office/cases/new.html", context, status=422 if errors else 200)


def _why_not(request: OfficeRequest, registration: Registration, kind: Kind) -> str:
    """Return why this office opens no such case for this person now; empty where it may."""
    if request.actor.kind not in kind.opens:
        return f"{kind.title}不由本机构提出"
    return may_open_now(registration, kind)


@require_safe
@staff_may("see_cases")
def case(request: OfficeRequest, case_id: UUID) -> HttpResponse:
    """One case: what is asked, how it went, and what this office can do."""
    return _case(request, case_id)


@require_POST
@staff_may("act_on_case")
def act(request: OfficeRequest, case_id: UUID) -> HttpResponse:
    """Do one act; a refusal stands on the page, beside what was typed."""
    found = _found(request, case_id)
    registration = one(request, found.registration_id)
    word = request.POST.get("act", "")
    if word not in set(Act):
        raise Http404
    try:
        errors = _papers_again(request, registration, found.kind) if word == Act.SUPPLY else {}
        if not errors:
            act_on_case(
                case_id, Act(word), seen=_whole(request.POST.get("seen", "")), by=request.actor,
                reason=request.POST.get("reason", ""), note=request.POST.get("note", ""), raw=sent_raw(request),
            )  # fmt: skip
            return redirect("office:case", case_id)
    except Refused as refusal:
        errors = errors_of(refusal)
    return _case(request, case_id, errors)


@require_POST
@staff_may("act_on_case")
def notice(request: OfficeRequest, case_id: UUID) -> HttpResponse:
    """The decision in writing, to be signed for."""
    found = _found(request, case_id)
    return pdf(print_notice(found.pk, by=request.actor), "notice.pdf")


def _papers_again(request: OfficeRequest, registration: Registration, kind: str) -> dict[str, str]:
    asked = kind_of(request.season, kind)
    return take_papers(request, registration, asked, _PAPER, ticked=_PAPER.version, by=request.actor)


def _case(request: OfficeRequest, case_id: UUID, errors: dict[str, str] | None = None) -> HttpResponse:
    found = _found(request, case_id)
    registration = one(request, found.registration_id)
    record("see_candidate", by=request.actor, subject=registration.pk, path=registration.path)
    shown = show_case(registration, found, by=request.actor, now=request.clock.now)
    before = content_of(asked_in(acts_of(found))).get("answers", {})
    context = {
        "registration": registration, "one": shown, "errors": errors or {}, "Act": Act, "names": shown.words,
        "parties": PARTY_NAMES, "reasons": _reasons(request, shown.kind),
        "typed": typed_of(sent_raw(request) if errors else {}, before),
        "there": papers_there(registration, shown.kind, found, by=request.actor.kind),
        "did": request.POST.get("act", "") if errors else "", "note": request.POST.get("note", "") if errors else "",
    }  # fmt: skip
    return render(request, "office/cases/case.html", context, status=422 if errors else 200)


def _reasons(request: OfficeRequest, kind: Kind) -> list[tuple[str, str]]:
    return [(key, reason.title) for key, reason in offered(kind.reasons, request.actor.kind).items()]


def _found(request: OfficeRequest, case_id: UUID) -> Any:
    found = case_of(case_id, request.season.pk, request.staff.path)
    if found is None:
        raise Http404
    return found


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
