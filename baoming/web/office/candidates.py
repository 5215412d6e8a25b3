"""The worklist, and one candidate's whole story on one page (R35, R36)."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from baoming.audit.models import Event
from baoming.audit.queries import story
from baoming.audit.services import record
from baoming.registrations.models import Registration
from baoming.registrations.queries import TABS, document_of, tab_counts, tasks_of, worklist
from baoming.shared.moments import stamp
from baoming.web.access import OfficeRequest, staff_may
from baoming.web.office.words import TITLES, VERBS

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
    """One candidate's story: facts, journey, and what happened."""
    registration = one(request, registration_id)
    record("see_candidate", by=request.actor, subject=registration.pk, path=registration.path)
    tasks = tasks_of(registration, request.actor.kind)
    context = {
        "registration": registration,
        "document": document_of(registration),
        "tasks": tasks,
        "steps": [{"name": box.title, "said": "", "state": box.status.value} for box in tasks.boxes],
        "timeline": [_line(event) for event in story(registration.pk)],
    }
    return render(request, "office/candidate.html", context)


def _line(event: Event) -> dict[str, str]:
    """One event as the page shows it."""
    return {"time": stamp(event.at), "title": VERBS.get(event.verb, event.verb), "sub": event.actor_label}


def one(request: OfficeRequest, registration_id: UUID) -> Registration:
    """Return a registration of this office's area; 404 for any other."""
    theirs = Registration.objects.filter(season=request.season).within(request.staff.path)
    return get_object_or_404(theirs.select_related("site", "site__parent", "season"), pk=registration_id)
