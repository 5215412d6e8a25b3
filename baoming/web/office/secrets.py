"""What two people of the offices do together: reset a save password unseen (R29), restore a version (R14)."""

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from baoming.registrations.models import Registration
from baoming.registrations.services import restores, save_resets
from baoming.web.access import OfficeRequest, staff_may
from baoming.web.office.cards import read_card
from baoming.web.office.story import acted


@require_POST
@staff_may("reset_save_password")
def save_reset(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """Read the card and ask; confirm what a colleague has asked; or take back what was asked by mistake."""

    def act(registration: Registration) -> None:
        match request.POST.get("act"):
            case "confirm":
                save_resets.confirm_at_site(registration.pk, by=request.actor)
            case "cancel":
                save_resets.cancel_reset(registration.pk, by=request.actor)
            case _:
                read = read_card(request.POST.get("card", ""))
                save_resets.ask_at_site(
                    registration.pk, read.document, reader=read.reader, nonce=read.nonce, by=request.actor
                )

    return acted(request, registration_id, act, field="save_reset")


@require_POST
@staff_may("restore_version")
def restore(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """The site asks for an older version, the county restores it; either ends the request."""

    def act(registration: Registration) -> None:
        match request.POST.get("act"):
            case "confirm":
                restores.confirm_restore(registration.pk, by=request.actor)
            case "decline":
                restores.decline_restore(registration.pk, by=request.actor)
            case _:
                number = request.POST.get("number", "")
                asked = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 0
                reason = request.POST.get("restore_reason", "")
                restores.ask_restore(registration.pk, number=asked, reason=reason, by=request.actor)

    return acted(request, registration_id, act, field="restore")
