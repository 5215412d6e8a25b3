"""Submitting one person upward, and taking back what was recorded by mistake (R20–R22)."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from baoming.registrations.models import Registration
from baoming.reviews import services as reviews
from baoming.shared.errors import Invalid, Refused
from baoming.web.access import OfficeRequest, staff_may
from baoming.web.office.story import acted

# What is taken back, by which service, and the action of the role table that it needs.
_BACK: dict[str, tuple[Callable[..., object], str]] = {
    "signature": (reviews.void_signature, "sign_sheet"),
    "moral": (reviews.withdraw_assessment, "assess_morals"),
    "submission": (reviews.withdraw_submission, "submit"),
    "review": (reviews.undo_final_review, "final_review"),
}


@require_POST
@staff_may("submit")
def submission(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """Submit one person to the county."""

    def act(registration: Registration) -> None:
        reviews.submit_registration(registration.pk, by=request.actor)

    return acted(request, registration_id, act, field="submission")


@require_POST
@staff_may("take_back")
def take_back(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """Take one recorded act back, with a reason; the office needs the right of the act itself."""

    def act(registration: Registration) -> None:
        service, action = _BACK.get(request.POST.get("what", ""), (None, ""))
        if service is None or not request.staff.may(action):
            raise Refused("这一项不由本单位撤销，请联系办理它的单位")
        try:
            service(registration.pk, reason=request.POST.get("back_reason", ""), by=request.actor)
        except Invalid as refusal:
            raise Invalid({"back_reason": str(refusal)}) from refusal

    return acted(request, registration_id, act, field="back_reason")
