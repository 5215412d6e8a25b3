"""Sites: expected head counts, and opening for intake (R2, R4). Their numbers: segments.py."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from baoming.organizations.models import Organization
from baoming.organizations.queries import sites_of
from baoming.organizations.services import open_site, set_expected
from baoming.registrations.segment_queries import segments
from baoming.shared.errors import Invalid
from baoming.shared.text import halfwidth
from baoming.web.access import OfficeRequest, staff_may
from baoming.web.office.areas import Area, office_or_404
from baoming.web.office.progress import Column, choose

EXPECTED: tuple[Column, ...] = (
    ("报名点数", lambda counted: counted.sites),
    ("预计人数", lambda counted: counted.expected),
)


@require_safe
@staff_may("see_segments")
def index(request: OfficeRequest) -> HttpResponse:
    """The sites of a county, or the own one; above the county, one is chosen and read."""
    area = office_or_404(request)
    return _page(request, area) if area.is_listed else choose(request, area, "报名点", EXPECTED)


@require_POST
@staff_may("open_site")
def opening(request: OfficeRequest, site_id: UUID) -> HttpResponse:
    """The county writes how many are expected, and opens the site for intake when it is ready."""
    site = site_of(request, site_id)
    act = set_expected if request.POST.get("act") == "expect" else open_site
    try:
        act(request.season, site.pk, expected=whole_number(request, "expected"), by=request.actor)
    except Invalid as refusal:
        return _page(request, Area(request.staff.office, {}), refusal, site)
    return redirect("office:sites")


def _page(
    request: OfficeRequest, area: Area, refusal: Invalid | None = None, refused: Organization | None = None
) -> HttpResponse:
    """Answer with all sites; after a refusal, with what was typed for the one `refused`."""
    rows = segments(request.season.pk, area.path)
    sites = [
        (site, state, sum(row.total for row in rows if row.site_id == site.pk))
        for site, state in sites_of(request.season.pk, area.path)
    ]
    errors = {"sites": str(refusal)} if refusal else {}
    context = {
        "sites": sites,
        "errors": errors,
        "refused": refused,
        "typed": request.POST.dict(),
        "area": area,
        "may_set": request.staff.may("open_site"),
    }
    return render(request, "office/sites.html", context, status=422 if refusal else 200)


def site_of(request: OfficeRequest, site_id: UUID) -> Organization:
    """Return a site of this office's area; 404 for any other."""
    sites = Organization.objects.within(request.staff.path).filter(level=Organization.Level.SITE)
    return get_object_or_404(sites, pk=site_id)


def whole_number(request: OfficeRequest, name: str) -> int:
    """Return a whole number of up to eight digits that was sent; 0 for anything else, which a service refuses."""
    text = halfwidth(request.POST.get(name, ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 8 else 0
