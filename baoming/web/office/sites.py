"""Sites, their opening, and their number segments (R2, R4)."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from baoming.organizations.models import Organization
from baoming.organizations.queries import sites_of
from baoming.organizations.services import open_site
from baoming.registrations.segment_queries import segments
from baoming.registrations.services.segments import add_segment
from baoming.shared.errors import Invalid
from baoming.shared.text import halfwidth
from baoming.web.access import OfficeRequest, staff_may


@require_safe
@staff_may("see_segments")
def index(request: OfficeRequest) -> HttpResponse:
    return _page(request)


@require_POST
@staff_may("open_site")
def opening(request: OfficeRequest, site_id: UUID) -> HttpResponse:
    """The county confirms that a site is ready and opens it for intake."""
    site = _site(request, site_id)
    try:
        open_site(request.season, site.pk, expected=_whole(request, "expected"), by=request.actor)
    except Invalid as refusal:
        return _page(request, refusal, site)
    return redirect("office:sites")


@require_POST
@staff_may("set_segments")
def new_segment(request: OfficeRequest, site_id: UUID) -> HttpResponse:
    """The county gives a site a range of numbers of its own code."""
    site = _site(request, site_id)
    first, last = _whole(request, "first"), _whole(request, "last")
    try:
        add_segment(request.season, site, county=request.staff.office, first=first, last=last, by=request.actor)
    except Invalid as refusal:
        return _page(request, refusal, site)
    return redirect("office:sites")


def _page(request: OfficeRequest, refusal: Invalid | None = None, refused: Organization | None = None) -> HttpResponse:
    """Answer with all sites; after a refusal, with what was typed for the one `refused`."""
    rows = segments(request.season.pk, request.staff.path)
    sites = [
        (site, state, [row for row in rows if row.site_id == site.pk])
        for site, state in sites_of(request.season.pk, request.staff.path)
    ]
    errors = {"sites": str(refusal)} if refusal else {}
    context = {
        "sites": sites,
        "errors": errors,
        "refused": refused,
        "typed": request.POST.dict(),
        "county": request.staff.office,
        "may_set": request.staff.may("open_site"),
    }
    return render(request, "office/sites.html", context, status=422 if refusal else 200)


def _site(request: OfficeRequest, site_id: UUID) -> Organization:
    sites = Organization.objects.within(request.staff.path).filter(level=Organization.Level.SITE)
    return get_object_or_404(sites, pk=site_id)


def _whole(request: OfficeRequest, name: str) -> int:
    """Return a whole number of up to eight digits; 0 for anything else, which the service refuses."""
    text = halfwidth(request.POST.get(name, ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 8 else 0
