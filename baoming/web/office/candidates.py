"""The worklist, finding one candidate, and the page of one (R35)."""

from uuid import UUID

from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from baoming.audit.services import record
from baoming.registrations.models import Registration
from baoming.registrations.queries import TABS, tab_counts, worklist
from baoming.web.access import OfficeRequest, staff_may
from baoming.web.office.scope import one
from baoming.web.office.story import show
from baoming.web.office.words import TITLES

PAGE = 50


@require_safe
@staff_may("see_candidates")
def index(request: OfficeRequest) -> HttpResponse:
    """One page of the worklist under one tab."""
    tab = request.GET.get("tab", "all")
    rows = worklist(request.season.pk, request.staff.path, tab=tab)
    return _list(request, Paginator(rows, PAGE).get_page(request.GET.get("page")), tab=tab)


@require_POST
@staff_may("see_candidates")
def find(request: OfficeRequest) -> HttpResponse:
    """Find by number, name, pinyin or last four; a single hit opens its page.

    The answer is this page itself: what was searched stands in no address and is kept nowhere.
    """
    wanted = request.POST.get("wanted", "").strip()[:60]
    rows = worklist(request.season.pk, request.staff.path, wanted=wanted) if wanted else Registration.objects.none()
    page = Paginator(rows, PAGE).get_page(1)
    if page.paginator.count == 1:
        return redirect("office:candidate", page[0].pk)
    return _list(request, page, wanted=wanted)


def _list(request: OfficeRequest, page: Page[Registration], *, tab: str = "", wanted: str = "") -> HttpResponse:
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
    context = {"page": page, "tabs": tabs, "tab": tab, "wanted": wanted, "titles": TITLES}
    return render(request, "office/candidates.html", context)


@require_safe
@staff_may("see_candidates")
def candidate(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """One candidate's story; looking at it leaves its own trace."""
    registration = one(request, registration_id)
    record("see_candidate", by=request.actor, subject=registration.pk, path=registration.path)
    return show(request, registration)
