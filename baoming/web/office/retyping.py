"""What was typed is checked against the registers: the desk corrects it, or asks once more (R26)."""

from dataclasses import asdict
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from baoming.audit.services import record
from baoming.registrations.document_numbers import Kind
from baoming.registrations.document_queries import Accepted
from baoming.registrations.models import Registration
from baoming.registrations.queries import document_of
from baoming.registrations.services.intake import retype_card
from baoming.registrations.services.system_checks import ask_again, newest_check
from baoming.shared.errors import Invalid, Refused
from baoming.web.access import OfficeRequest, staff_may
from baoming.web.office.cards import typed_card
from baoming.web.office.desk import show_file, typing
from baoming.web.office.documents import as_typed, asked_document, other_form, typed_other
from baoming.web.office.scope import one


@require_http_methods(["GET", "POST"])
@staff_may("intake")
def check(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """The form that corrects what was typed; the button 重新核验 sends nothing but itself."""
    registration = one(request, registration_id)
    if request.method != "POST":
        return _form(request, registration)
    if request.POST.get("act") == "again":
        return _again(request, registration)
    typed = {key: request.POST.get(key, "") for key in request.POST}
    if registration.document_kind != Kind.RESIDENT:
        return _correct_other(request, registration, typed)
    try:
        retype_card(registration.pk, typed_card(typed), reason=typed["reason"], by=request.actor)
    except Refused as refusal:
        errors = refusal.fields if isinstance(refusal, Invalid) else {"number": str(refusal)}
        return typing(request, errors, typed, file=registration)
    return redirect("office:desk_file", registration.pk)


def _correct_other(request: OfficeRequest, registration: Registration, typed: dict[str, str]) -> HttpResponse:
    terms = asked_document(request, typed) or Accepted(Kind(registration.document_kind))
    try:
        retype_card(registration.pk, typed_other(typed, terms.kind), reason="", by=request.actor)
    except Refused as refusal:
        errors = refusal.fields if isinstance(refusal, Invalid) else {"number": str(refusal)}
        return other_form(request, terms, errors, typed, file=registration)
    return redirect("office:desk_file", registration.pk)


def _again(request: OfficeRequest, registration: Registration) -> HttpResponse:
    try:
        ask_again(registration.pk, by=request.actor)
    except Refused as refusal:
        return show_file(request, registration, {"check": str(refusal)})
    return redirect("office:desk_file", registration.pk)


def _form(request: OfficeRequest, registration: Registration) -> HttpResponse:
    """What was typed, to be corrected; the number, which pages show masked, is typed anew."""
    last = newest_check(registration)
    record("see_candidate", by=request.actor, subject=registration.pk, path=registration.path)
    document = document_of(registration)
    if document.kind is not Kind.RESIDENT:
        return other_form(request, Accepted(document.kind), {}, as_typed(document), file=registration)
    card = asdict(document)
    shown = {key: str(card[key]) for key in ("name", "sex", "ethnicity", "birth", "address", "issuer", "valid_from")}
    end = {"valid_to": str(card["valid_to"])} if card["valid_to"] else {"long_term": "1"}
    return typing(request, {}, {**shown, **end, "reason": last.reason if last else ""}, file=registration)
