"""One candidate's whole story on one page: facts, journey, what can be done now, and what happened (R35, R36)."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render

from baoming.audit.services import record
from baoming.imports.queries import known_of
from baoming.messages.inbox import letters
from baoming.payments.queries import item_names, orders_of
from baoming.registrations.journey import State
from baoming.registrations.models import Registration
from baoming.registrations.queries import document_of, state_of, tasks_of
from baoming.registrations.services.phone_resets import new_phone, open_phone_reset
from baoming.registrations.services.save_resets import open_reset
from baoming.reviews.queries import moral_of, seldom
from baoming.schedule.models import Extension
from baoming.schedule.queries import running_extension
from baoming.shared.errors import Invalid, Refused
from baoming.web.access import OfficeRequest
from baoming.web.office.cards import reader_agent
from baoming.web.office.name_parts import name_picture
from baoming.web.office.scope import one
from baoming.web.office.story import cases, checked, pictures, sent
from baoming.web.office.story.decided import of_person
from baoming.web.office.story.papers import declared, prints, versions
from baoming.web.office.story.past import past
from baoming.web.office.story.way import way

_LETTERS = 12  # messages on the page: the newest


def show(
    request: OfficeRequest,
    registration: Registration,
    *,
    errors: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Answer with the story; `errors` and `typed` are those of an act that was refused on this page.

    Whoever is shown it has looked, by a refused act too: the view is recorded here and nowhere else.
    """
    record("see_candidate", by=request.actor, subject=registration.pk, path=registration.path)
    state = state_of(registration, clock=request.clock)
    tasks = tasks_of(registration, request.actor.kind, state=state)
    rare = seldom(registration)
    context = {
        "errors": errors or {},
        "typed": typed or {},
        "tasks": tasks,
        "steps": way(tasks, registration),
        **_person(request, registration),
        **prints(registration),
        **versions(registration, restoring=rare.restoring),
        **declared(registration),
        "correcting": _correcting(request, registration, state),
        **_money(registration),
        "moral": moral_of(registration),
        "known": known_of(registration, history=True),
        "reset": open_reset(registration) if rare.resetting else None,
        **_phoning(registration, rare.phoning),
        "agent": reader_agent(),
        **of_person(request, registration, state, rare),
        **cases.of_person(request, registration, rare),
        **checked.of_person(request, registration),
        **pictures.of_person(request, registration),
        **sent.of_person(request, registration, state),
        **past(registration),
        "letters": letters(registration.pk, request.season, most=_LETTERS),
        "may_again": request.staff.may("send_again"),
    }
    return render(request, "office/candidate.html", context, status=422 if errors else 200)


def acted(
    request: OfficeRequest, registration_id: UUID, act: Callable[[Registration], None], *, field: str
) -> HttpResponse:
    """Act and go back to the page; a refusal stands on it, beside what was typed."""
    registration = one(request, registration_id)
    try:
        act(registration)
    except Refused as refusal:
        errors = refusal.fields if isinstance(refusal, Invalid) else {field: str(refusal)}
        return show(request, one(request, registration_id), errors=errors, typed=request.POST.dict())
    return redirect("office:candidate", registration.pk)


def _person(request: OfficeRequest, registration: Registration) -> dict[str, Any]:
    """The facts at the head, and whether the sheet can be printed, or is."""
    return {
        "pk": registration.pk,
        "registration": registration,
        "document": document_of(registration),
        "name_picture": name_picture(registration),
        "may_print": bool(registration.version) and not registration.disputed_at and request.staff.may("print_sheet"),
        "printed": 0 < registration.printed_version == registration.version,
    }


def _correcting(request: OfficeRequest, registration: Registration, state: State) -> Extension | None:
    """Who opened the correction that runs for this person now, and until when; None where none does."""
    if not state.phases["proof_correction"].open:
        return None
    return running_extension("proof_correction", registration.season_id, registration.pk, now=request.clock.now)


def _phoning(registration: Registration, phoning: bool) -> dict[str, Any]:
    """The change of a lost phone that is open, and the end of its number."""
    asked = open_phone_reset(registration) if phoning else None
    return {"phoning": asked, "phone_tail": new_phone(asked)[-4:] if asked else ""}


def _money(registration: Registration) -> dict[str, Any]:
    return {"orders": orders_of(registration), "items": item_names(registration.season)}
