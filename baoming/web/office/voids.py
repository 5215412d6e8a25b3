"""Voiding a number (R4): a page of its own says what falls and that nothing brings it back, before the act."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from baoming.registrations.services.voids import HOURS, void_number
from baoming.shared.errors import Invalid
from baoming.web.access import OfficeRequest, staff_may
from baoming.web.office.scope import one


@require_http_methods(["GET", "POST"])
@staff_may("void_number")
def void(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """Ask for the reason and a tick, then void; what is missing stands at its field."""
    registration, errors = one(request, registration_id), {}
    if request.method == "POST":
        try:
            if not request.POST.get("sure"):
                raise Invalid({"sure": "请先确认作废后不能恢复，再作废"})
            void_number(registration.pk, reason=request.POST.get("reason", ""), by=request.actor)
            return redirect("office:candidate", registration.pk)
        except Invalid as refusal:
            errors = refusal.fields
    context = {"registration": registration, "errors": errors, "typed": request.POST.dict(), "hours": HOURS}
    return render(request, "office/void_number.html", context, status=422 if errors else 200)
