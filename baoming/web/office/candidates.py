"""The worklist, finding one candidate, and the page of one (R35)."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from baoming.audit.services import record
from baoming.organizations.models import Organization
from baoming.registrations import list_queries
from baoming.registrations.attached_queries import has_booklet, has_declarations
from baoming.registrations.list_queries import PRINTING, Filters
from baoming.registrations.models import RosterEntry
from baoming.registrations.name_queries import expected_named
from baoming.registrations.queries import find_by_number
from baoming.registrations.worklists import APART, TABS, Counts, Tab, tabs_of
from baoming.reviews.debts import terms
from baoming.schedule.queries import phase_times
from baoming.seasons.queries import data
from baoming.shared.text import halfwidth
from baoming.web.access import OfficeRequest, staff_may
from baoming.web.office.areas import Area, area_of
from baoming.web.office.classes import class_address
from baoming.web.office.progress import progress
from baoming.web.office.scope import one
from baoming.web.office.story import show
from baoming.web.office.worklist import Owing, rows_of

PAGE = 50


@require_safe
@staff_may("see_candidates")
def index(request: OfficeRequest) -> HttpResponse:
    """A county's or a site's people under one tab; above the county, how far its parts have come."""
    area = area_of(request)
    return _worklist(request, area) if area.is_listed else progress(request, area)


def _worklist(request: OfficeRequest, area: Area) -> HttpResponse:
    tab = TABS.get(request.GET.get("tab", ""), TABS["all"])
    single = area.is_single
    classes = list_queries.classes(request.season.pk, area.path) if single else []
    filters, chosen = _chosen(request, area, classes)
    counts = list_queries.counts(filters)
    total = counts.under(tab)
    pages = max(1, -(-total // PAGE))
    number = min(max(1, _whole(request.GET.get("page", ""))), pages)
    lines = list_queries.page(filters, tab, first=(number - 1) * PAGE, size=PAGE)
    context = {
        "area": area,
        "tab": tab.key,
        "tabs": _tabs(request, tab, counts, chosen),
        "chosen": chosen,
        "classes": classes,
        "class_page": class_address(_site_id(area), filters.class_name) if filters.class_name else "",
        "printing": PRINTING,
        "booklets": has_booklet(request.season),
        "declaring": has_declarations(request.season),
        "pages": (len(lines) and (number - 1) * PAGE + 1, (number - 1) * PAGE + len(lines), total, number, pages),
        "address": f"?{urlencode({**chosen, 'tab': tab.key})}&page=",
        **_rows(request, lines, area, with_site=not single, with_class=single and not filters.class_name),
    }
    return render(request, "office/candidates.html", context)


@require_POST
@staff_may("see_candidates")
def find(request: OfficeRequest) -> HttpResponse:
    """Find by number, document, last four, name or pinyin; a single hit opens its page.

    The answer is this page itself: what was searched stands in no address and is kept nowhere.
    """
    wanted = request.POST.get("wanted", "").strip()[:60]
    filters = Filters(request.season.pk, request.staff.path)
    found = list_queries.find(filters, wanted, limit=PAGE)
    expected = _expected(request, wanted)
    if len(found.lines) == 1 and not found.alike and not expected:
        return redirect("office:candidate", found.lines[0].id)
    area = Area(request.staff.office, {})
    with_site = request.staff.office.level != Organization.Level.SITE
    context = {
        "wanted": wanted,
        "found": found,
        "expected": expected,
        "elsewhere": _elsewhere(request, wanted) if not found.lines else None,
        **_rows(request, found.lines, area, with_site=with_site, with_class=True),
    }
    return render(request, "office/found.html", context)


@require_safe
@staff_may("see_candidates")
def candidate(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """One candidate's story; looking at it leaves its own trace."""
    return show(request, one(request, registration_id))


def _chosen(request: OfficeRequest, area: Area, classes: list[str]) -> tuple[Filters, dict[str, str]]:
    """Return the filters of the address, and again those that are any, for the next address."""
    asked = {key: request.GET.get(key, "") for key in ("class", "print", "problem")}
    chosen = dict(area.chosen)
    if asked["class"] in classes:
        chosen["class"] = asked["class"]
    if asked["print"] in PRINTING:
        chosen["print"] = asked["print"]
    if asked["problem"] == "1":
        chosen["problem"] = "1"
    return (
        Filters(
            request.season.pk,
            area.path,
            class_name=chosen.get("class", ""),
            printing=chosen.get("print", ""),
            problems="problem" in chosen,
        ),
        chosen,
    )


def _site_id(area: Area) -> UUID:
    return area.site.id if area.site else area.office.pk


def _tabs(request: OfficeRequest, current: Tab, counts: Counts, chosen: dict[str, str]) -> list[dict[str, Any]]:
    """Return the tabs of this office; what was chosen stays chosen under each."""
    before = f"{urlencode(chosen)}&" if chosen else ""
    tabs = tabs_of(request.actor.kind)
    return [
        {
            "title": tab.title,
            "count": counts.under(tab),
            "href": f"?{before}tab={tab.key}",
            "current": tab is current,
            "tone": "problem" if tab.key == "problem" else "",
            "apart": tab.key == APART[0],
        }
        for tab in (tabs if current in tabs else [*tabs[: -len(APART)], current, *tabs[-len(APART) :]])
    ]


def _rows(request: OfficeRequest, lines: Any, area: Area, *, with_site: bool, with_class: bool) -> dict[str, Any]:
    names = {site.id: site.name for site in area.sites} if with_site else {}
    if with_site and not area.sites:  # found in a whole city or province
        wanted = {line.site_id for line in lines}
        names = dict(Organization.objects.filter(pk__in=wanted).values_list("pk", "name"))
    phases = phase_times(request.season.pk, path=area.path, clock=request.clock)
    owing = Owing(terms(data(request.season, "cases")), request.clock.now)
    return {
        "rows": rows_of(lines, viewer=request.actor.kind, phases=phases, sites=names, owing=owing),
        "with_site": with_site,
        "with_class": with_class,
        "story": reverse("office:candidates"),
    }


def _expected(request: OfficeRequest, wanted: str) -> list[RosterEntry]:
    """Return pupils of the site's roster with this name who have not come yet: the desk begins with them."""
    if request.staff.office.level != Organization.Level.SITE:
        return []
    return expected_named(request.season.pk, request.staff.path, wanted, limit=PAGE)


def _elsewhere(request: OfficeRequest, wanted: str) -> Organization | None:
    """Return the site at which a whole identity number is registered outside the own area: told to staff, and kept."""
    if not list_queries.is_document(wanted):
        return None
    found = find_by_number(request.season.pk, list_queries.known_number(halfwidth(wanted).upper()))
    if found is None:
        return None
    record("find_elsewhere", by=request.actor, subject=found.pk, path=found.path)
    return found.site


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else 1
