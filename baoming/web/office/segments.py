"""Number segments (R4): the county's map and table, a site's own page with what can be done, the void list."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from baoming.organizations.models import Organization
from baoming.registrations.models import Registration
from baoming.registrations.segment_queries import county_codes, needs_of, void_reason, voided_numbers
from baoming.registrations.segments import code_span, propose
from baoming.registrations.services import segments as services
from baoming.shared.errors import Invalid, Refused
from baoming.web.access import OfficeRequest, staff_may
from baoming.web.office.areas import Area, office_or_404
from baoming.web.office.division import changes, code_map, site_numbers, tail, total
from baoming.web.office.progress import Column, choose
from baoming.web.office.sites import EXPECTED, site_of, whole_number

RECENT, ALL = 6, 500  # acts on the page, and on the list of all
_COLUMNS: tuple[Column, ...] = (*EXPECTED, ("已发号", lambda counted: counted.past("intake")))


@require_safe
@staff_may("see_segments")
def index(request: OfficeRequest) -> HttpResponse:
    """The sites of a county with their numbers, the map of its codes, and to itself what it should do next."""
    area = office_or_404(request)
    if not area.is_listed:
        return choose(request, area, "号段", _COLUMNS)
    sites, county = site_numbers(request, area.path), area.office
    codes = county_codes(request.season.pk, county) if county.level == Organization.Level.COUNTY else []
    context = {
        "sites": sites,
        "total": total(sites),
        "codes": codes,
        "maps": [code_map(code, sites) for code in codes],
        "proposal": _proposal(request, county, codes) if request.staff.may("set_segments") else None,
        "names": {str(one.site.pk): one.site.name for one in sites},
        "changes": changes(request, area.path, limit=RECENT),
        "area": area,
        "tail": tail,
    }
    return render(request, "office/segments/index.html", context)


@require_safe
@staff_may("see_segments")
def all_changes(request: OfficeRequest) -> HttpResponse:
    """What happened to the numbers of a county or a site."""
    area = office_or_404(request)
    if not area.is_listed:
        return choose(request, area, "号段的变动", _COLUMNS, above=_above(area))
    found = changes(request, area.path, limit=ALL)
    context = {"area": area, "above": _above(area), "changes": found, "limit": ALL}
    return render(request, "office/segments/changes.html", context)


@require_safe
@staff_may("see_segments")
def void_list(request: OfficeRequest) -> HttpResponse:
    """Every number of a county or a site that was voided, with the one that took its place."""
    area = office_or_404(request)
    if not area.is_listed:
        return choose(request, area, "作废号清单", _COLUMNS, above=_above(area))
    rows = list(voided_numbers(request.season.pk, area.path))
    people = Registration.objects.within(area.path).in_bulk([row.registration_id for row in rows])
    context = {"area": area, "above": _above(area), "rows": rows, "people": people, "why": void_reason}
    return render(request, "office/segments/voids.html", context)


@require_safe
@staff_may("set_segments")
def site_page(request: OfficeRequest, site_id: UUID) -> HttpResponse:
    """One site's segments, and every act of the county on them."""
    return _site_page(request, site_of(request, site_id))


@require_POST
@staff_may("set_segments")
def new_segment(request: OfficeRequest, site_id: UUID) -> HttpResponse:
    """Give a site a range of numbers of the county's own codes."""

    def act(site: Organization) -> None:
        first, last = whole_number(request, "first"), whole_number(request, "last")
        services.add_segment(
            request.season, site, county=request.staff.office, first=first, last=last, by=request.actor
        )

    return _done(request, site_id, "new", act)


@require_POST
@staff_may("set_segments")
def extend(request: OfficeRequest, site_id: UUID) -> HttpResponse:
    """Give a site more numbers, next to its own or from the reserve."""

    def act(site: Organization) -> None:
        count = whole_number(request, "count")
        services.extend_site(request.season, site, county=request.staff.office, count=count, by=request.actor)

    return _done(request, site_id, "extend", act)


@require_POST
@staff_may("set_segments")
def give_back(request: OfficeRequest, site_id: UUID) -> HttpResponse:
    """Put the end of a segment back into the reserve."""

    def act(site: Organization) -> None:
        services.return_numbers(
            request.season, site, whole_number(request, "segment"), county=request.staff.office,
            count=whole_number(request, "count"), by=request.actor,
        )  # fmt: skip

    return _done(request, site_id, "return", act)


@require_POST
@staff_may("set_segments")
def split(request: OfficeRequest, site_id: UUID) -> HttpResponse:
    """Give the end of a segment to another site."""

    def act(site: Organization) -> None:
        services.split_segment(
            request.season, site, whole_number(request, "segment"), county=request.staff.office,
            count=whole_number(request, "count"), to=_other(request), by=request.actor,
        )  # fmt: skip

    return _done(request, site_id, "split", act)


@require_POST
@staff_may("set_segments")
def reassign(request: OfficeRequest, site_id: UUID) -> HttpResponse:
    """Give a whole segment, of which nothing is issued, to another site."""

    def act(site: Organization) -> None:
        services.reassign_segment(
            request.season, site, whole_number(request, "segment"), county=request.staff.office,
            to=_other(request), by=request.actor,
        )  # fmt: skip

    return _done(request, site_id, "reassign", act)


@require_POST
@staff_may("set_segments")
def stop(request: OfficeRequest, site_id: UUID) -> HttpResponse:
    """Stop issuing from a segment, or resume it."""

    def act(site: Organization) -> None:
        service = services.resume_segment if request.POST.get("act") == "resume" else services.stop_segment
        segment = whole_number(request, "segment")
        service(request.season, site, segment, county=request.staff.office, by=request.actor)

    return _done(request, site_id, "stop", act)


def _done(request: OfficeRequest, site_id: UUID, form: str, act: Callable[[Organization], None]) -> HttpResponse:
    """Act and go back to the site's page; a refusal stands in the form it came from, beside what was typed."""
    site = site_of(request, site_id)
    try:
        act(site)
    except Refused as refusal:
        fields = refusal.fields if isinstance(refusal, Invalid) else {"segment": str(refusal)}
        errors = {f"{form}-{field}": sentence for field, sentence in fields.items()}
        return _site_page(request, site, errors=errors, form=form)
    return redirect("office:segments_site", site.pk)


def _site_page(
    request: OfficeRequest, site: Organization, *, errors: dict[str, str] | None = None, form: str = ""
) -> HttpResponse:
    sites, county = site_numbers(request, request.staff.path), request.staff.office
    context = {
        "one": next(one for one in sites if one.site.pk == site.pk),
        "others": [(str(one.site.pk), one.site.name) for one in sites if one.site.pk != site.pk],
        "codes": county_codes(request.season.pk, county),
        "errors": errors or {},
        "typed": request.POST.dict() if form else {},
        "form": form,
    }
    return render(request, "office/segments/site.html", context, status=422 if errors else 200)


def _proposal(request: OfficeRequest, county: Organization, codes: list[str]) -> object:
    return propose(needs_of(request.season.pk, county), [code_span(code) for code in codes])


def _above(area: Area) -> list[tuple[str, str]]:
    return [(reverse("office:segments") + area.address(), "号段")]


def _other(request: OfficeRequest) -> Organization:
    """Return the site of the office that was chosen. Raises Invalid."""
    sites = Organization.objects.within(request.staff.path).filter(level=Organization.Level.SITE)
    found = next((site for site in sites if str(site.pk) == request.POST.get("to")), None)
    if found is None:
        raise Invalid({"to": "请选择划给哪个报名点"})
    return found
