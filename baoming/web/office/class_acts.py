"""Acts on a whole class or a whole area: told before to how many and why not to others, then started as one batch."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from baoming.registrations.models import Batch
from baoming.registrations.services.batches import Kind, start_batch
from baoming.reviews.class_queries import MOST_AT_ONCE, Plan, facts_of_members, plan_of, plan_of_area
from baoming.reviews.services.class_acts import KINDS
from baoming.reviews.services.class_prints import KIND as PRINT
from baoming.reviews.services.class_prints import print_class
from baoming.shared.errors import Invalid
from baoming.web.access import OfficeRequest, staff_may
from baoming.web.office import moral_grid
from baoming.web.office.classes import AREA, NAMELESS, TITLES, class_address, class_in_scope, site_in_scope
from baoming.web.office.ticks import picked, tick_of

Ask = Callable[[OfficeRequest, Plan], tuple[list[UUID], dict[str, Any]]]  # whom it is done to, and its options


@require_http_methods(["GET", "POST"])
@staff_may("see_candidates")
def act(request: OfficeRequest, site_id: UUID, kind: str) -> HttpResponse:
    """One act on one class."""
    found, site, name = _kind(request, kind), site_in_scope(request, site_id), request.GET.get("name", "")
    pupils = class_in_scope(request, site, name)
    plan = plan_of(kind, pupils, facts_of_members(pupils, clock=request.clock), by=request.actor.kind)
    about = name or NAMELESS if request.staff.office_id == site.pk else f"{site.name}，{name or NAMELESS}"
    return _answer(
        request, found, plan, about=about, back=class_address(site.pk, name), ask=_ASKED.get(kind, _everybody)
    )


@require_http_methods(["GET", "POST"])
@staff_may("see_candidates")
def act_on_all(request: OfficeRequest, kind: str) -> HttpResponse:
    """One act on all of the office's area who have come so far."""
    found = _kind(request, kind)
    if kind not in AREA:
        raise Http404
    plan = plan_of_area(kind, request.season.pk, request.staff.path, by=request.actor.kind, clock=request.clock)
    return _answer(request, found, plan, about=f"{request.staff.office.name}，全部", back="", ask=_all_ready)


def _kind(request: OfficeRequest, key: str) -> Kind:
    """Return the kind of act if this office may start it; others see what a page that is not there looks like."""
    kind = KINDS.get(key)
    if kind is None or key not in TITLES or not request.staff.may(kind.action):
        raise Http404
    return kind


def _answer(request: OfficeRequest, kind: Kind, plan: Plan, *, about: str, back: str, ask: Ask) -> HttpResponse:
    """Show what can be done; when asked, start the batch and go to its page."""
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            return redirect("office:classes_batch", _start(request, kind, plan, about=about, ask=ask).pk)
        except Invalid as refusal:
            errors = refusal.fields
    context = {
        "kind": kind.key,
        "plan": plan,
        "most": MOST_AT_ONCE,
        "about": about,
        "back": back,
        "errors": errors,
        "typed": request.POST,
        "title": TITLES[kind.key],
        "ticks": [tick_of(request, member, _shown(kind.key, member)) for member in plan.ready],
        "grid": moral_grid.rows(request, plan) if kind.key == "moral" else [],
        "key": request.POST.get("key", "") or str(uuid4()),
    }
    return render(request, "office/class_act.html", context, status=422 if errors else 200)


def _start(request: OfficeRequest, kind: Kind, plan: Plan, *, about: str, ask: Ask) -> Batch:
    ids, options = ask(request, plan)
    values: dict[str, Any] = {"key": _key(request), "about": about[:80], "by": request.actor}
    if kind.key == PRINT:
        return print_class(request.season, ids, **values)
    return start_batch(request.season, kind.key, ids, options=options, **values)


def _key(request: OfficeRequest) -> UUID:
    """The form's own key: sent twice it is one batch."""
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        raise Invalid({"pick": "这一页已经过期，请重新打开再办"}) from None


def _signed(request: OfficeRequest, plan: Plan) -> tuple[list[UUID], dict[str, Any]]:
    """Those who are ticked, each with the version that the list showed."""
    versions = picked(request, plan)
    return list(versions), {"versions": {str(pk): version for pk, version in versions.items()}}


def _everybody(request: OfficeRequest, plan: Plan) -> tuple[list[UUID], dict[str, Any]]:
    """The whole class: whoever cannot is named in the report."""
    return [row.pk for row in plan.asked], {"unsubmitted": bool(request.POST.get("unsubmitted"))}


def _all_ready(request: OfficeRequest, plan: Plan) -> tuple[list[UUID], dict[str, Any]]:
    """Of an area only those who are ready, and with them, when the county says so, whom no site has submitted."""
    unsubmitted = bool(request.POST.get("unsubmitted"))
    people = [*plan.ready, *(plan.unsubmitted if unsubmitted else [])]
    return [member.row.pk for member in people if member.row is not None], {"unsubmitted": unsubmitted}


def _shown(kind: str, member: Any) -> int:
    return member.row.version if kind == "signature" and member.row is not None else 0


_ASKED: dict[str, Ask] = {"signature": _signed, "moral": moral_grid.asked}
