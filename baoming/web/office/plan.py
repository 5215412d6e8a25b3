"""The proposal by expected head counts as an editable table; the county edits and confirms (R4)."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from baoming.registrations.segment_queries import county_codes, division_mark, needs_of
from baoming.registrations.segments import RESERVE, Added, Proposal, Span, code_span, propose
from baoming.registrations.services.plans import PlanRow, confirm_plan
from baoming.shared.errors import Invalid, Refused
from baoming.shared.text import halfwidth, serial
from baoming.web.access import OfficeRequest, staff_may
from baoming.web.office.division import SiteNumbers, site_numbers

_MOST = 50  # per cent of reserve


@dataclass(frozen=True, slots=True)
class Line:
    """One editable row: a range for a site, as proposed or as typed."""

    key: str  # f-<key> is its field
    one: SiteNumbers
    first: str
    last: str
    row: Added | None


@require_http_methods(["GET", "POST"])
@staff_may("set_segments")
def plan(request: OfficeRequest) -> HttpResponse:
    """Show the proposal, or confirm it as edited; after a refusal what was typed stands beside the present state."""
    sites = site_numbers(request, request.staff.path)
    if request.method != "POST":
        return _page(request, sites, _proposed(sites, _proposal(request)))
    typed = _typed(request, sites)
    try:
        confirm_plan(
            request.season, request.staff.office, _rows(typed), basis=request.POST.get("basis", ""), by=request.actor
        )
    except Refused as refusal:
        errors = refusal.fields if isinstance(refusal, Invalid) else {"plan": str(refusal)}
        return _page(request, sites, typed, errors=errors, status=422 if isinstance(refusal, Invalid) else 409)
    return redirect("office:segments")


def _proposal(request: OfficeRequest) -> Proposal:
    county = request.staff.office
    codes = [code_span(code) for code in county_codes(request.season.pk, county)]
    return propose(needs_of(request.season.pk, county), codes, reserve=_reserve(request))


def _reserve(request: OfficeRequest) -> int:
    text = halfwidth((request.POST if request.method == "POST" else request.GET).get("reserve", ""))
    return min(int(text), _MOST) if text.isascii() and text.isdigit() and len(text) <= 3 else RESERVE


def _proposed(sites: list[SiteNumbers], proposal: Proposal) -> list[Line]:
    """A line for each range; one without a range for a site that no code has room for."""
    found = {str(one.site.pk): one for one in sites}
    lines = []
    for row in proposal.rows:
        one = found[row.key]
        spans = row.added or (None,)
        for place, span in enumerate(spans):
            first, last = (serial(span.first), serial(span.last)) if span else ("", "")
            lines.append(Line(f"{one.site.code}-{place}", one, first, last, row if place == 0 else None))
    return lines


def _typed(request: OfficeRequest, sites: list[SiteNumbers]) -> list[Line]:
    """The lines that were sent, in their order; fields of sites that are not the county's are not read."""
    rows = {row.key: row for row in _proposal(request).rows}
    lines = []
    for one in sites:
        for place in range(len(one.segments) + 12):
            key = f"{one.site.code}-{place}"
            if f"first-{key}" in request.POST:
                first, last = (request.POST.get(f"{name}-{key}", "")[:20] for name in ("first", "last"))
                lines.append(Line(key, one, first, last, rows.get(str(one.site.pk)) if place == 0 else None))
    return lines


def _rows(lines: list[Line]) -> list[PlanRow]:
    """Return the ranges of the lines that are filled in."""
    filled = [line for line in lines if line.first.strip() or line.last.strip()]
    return [PlanRow(line.key, line.one.site, Span(_number(line.first), _number(line.last))) for line in filled]


def _number(text: str) -> int:
    """Return a whole number of up to eight digits; 0 for anything else, which the service refuses."""
    text = halfwidth(text)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 8 else 0


def _page(
    request: OfficeRequest,
    sites: list[SiteNumbers],
    lines: list[Line],
    *,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    county = request.staff.office
    context = {
        "sites": sites,
        "lines": lines,
        "proposal": _proposal(request),
        "codes": county_codes(request.season.pk, county),
        "county": county,
        "reserve": _reserve(request),
        "basis": division_mark(request.season.pk, county),
        "errors": errors or {},
        "counts": {
            line.key: _number(line.last) - _number(line.first) + 1 for line in lines if line.first and line.last
        },
    }
    return render(request, "office/segments/plan.html", context, status=status)
