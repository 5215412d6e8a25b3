"""The worklist, finding one candidate, and the page of one (R35)."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from baoming.audit.services import record
from baoming.registrations.queries import TABS, tab_counts, worklist
from baoming.web.access import OfficeRequest, staff_may
from baoming.web.office.scope import one
from baoming.web.office.story import show
from baoming.web.office.words import TITLES

PAGE = 50
_WANTED = "wanted"  # what was searched stays in the session: a name never stands in an address


@require_safe
@staff_may("see_candidates")
def index(request: OfficeRequest) -> HttpResponse:
    """One page of the worklist under one tab."""
    tab = request.GET.get("tab", "all")
    wanted = request.session.get(_WANTED, "") if tab == "found" else ""
    rows = worklist(request.season.pk, request.staff.path, tab=tab, wanted=wanted)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    counts = tab_counts(request.season.pk, request.staff.path)
    tabs = [
        {
            "title": title,
            "count": counts[key],
            "href": f"{reverse('office:candidates')}?tab={key}",
            "current": key == tab,
        }
        for key, (title, _) in TABS.items()
    ]
    return render(
        request,
        "office/candidates.html",
        {"page": page, "tabs": tabs, "tab": tab, "wanted": wanted, "titles": TITLES},
    )


@require_POST
@staff_may("see_candidates")
def find(request: OfficeRequest) -> HttpResponse:
    """Find by number, name, pinyin or last four; a single hit opens its page."""
    wanted = request.POST.get("wanted", "").strip()[:60]
    found = list(worklist(request.season.pk, request.staff.path, wanted=wanted)[:2]) if wanted else []
    if len(found) == 1:
        return redirect("office:candidate", found[0].pk)
    request.session[_WANTED] = wanted
    return redirect(f"{reverse('office:candidates')}?tab=found")


@require_safe
@staff_may("see_candidates")
def candidate(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """One candidate's story; looking at it leaves its own trace."""
    registration = one(request, registration_id)
    record("see_candidate", by=request.actor, subject=registration.pk, path=registration.path)
    return show(request, registration)
