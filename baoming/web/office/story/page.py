"""One candidate's whole story on one page: facts, journey, what can be done now, and what happened (R35, R36)."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from baoming.payments.queries import item_names, orders_of
from baoming.registrations.models import Registration
from baoming.registrations.queries import document_of, tasks_of
from baoming.reviews.queries import moral_of
from baoming.web.access import OfficeRequest
from baoming.web.office.story.papers import prints, versions
from baoming.web.office.story.past import past
from baoming.web.office.story.way import way


def show(
    request: OfficeRequest,
    registration: Registration,
    *,
    errors: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Answer with the story; `errors` and `typed` are those of an act that was refused on this page."""
    tasks = tasks_of(registration, request.actor.kind, clock=request.clock)
    context = {
        "errors": errors or {},
        "typed": typed or {},
        "tasks": tasks,
        "steps": way(tasks, registration),
        **_person(request, registration),
        **prints(registration),
        **versions(registration),
        **_money(registration),
        "moral": moral_of(registration),
        **past(registration),
    }
    return render(request, "office/candidate.html", context, status=422 if errors else 200)


def _person(request: OfficeRequest, registration: Registration) -> dict[str, Any]:
    """The facts at the head, and whether the sheet can be printed, or is."""
    return {
        "pk": registration.pk,
        "registration": registration,
        "document": document_of(registration),
        "may_print": bool(registration.version) and request.staff.may("print_sheet"),
        "printed": 0 < registration.printed_version == registration.version,
    }


def _money(registration: Registration) -> dict[str, Any]:
    return {"orders": orders_of(registration), "items": item_names(registration.season)}
