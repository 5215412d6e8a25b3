"""What two people of the offices do: a save password, a lost phone, an older version, a frozen form (R11, R14, R29)."""

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from baoming.registrations.models import Registration
from baoming.registrations.services import disputes, phone_resets, restores, save_resets
from baoming.registrations.services.phone_sharing import allow_sharing
from baoming.shared.errors import Invalid
from baoming.web.access import OfficeRequest, staff_may
from baoming.web.office.documents import presented
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
                read = presented(request, registration, "save")
                save_resets.ask_at_site(
                    registration.pk, read.document, reader=read.reader, nonce=read.nonce, by=request.actor
                )

    return acted(request, registration_id, act, field="save_reset")


@require_POST
@staff_may("reset_phone")
def phone_reset(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """Read the card and take the new number, confirm it as the person says it anew, cancel; or let two share one."""

    def act(registration: Registration) -> None:
        match request.POST.get("act"):
            case "confirm":
                number = request.POST.get("confirm_phone", "")
                phone_resets.confirm_phone_reset(registration.pk, number, by=request.actor)
            case "share":
                allow_sharing(registration.pk, proof="sharing_proof" in request.POST, by=request.actor)
            case "cancel":
                phone_resets.withdraw_phone_reset(registration.pk, by=request.actor)
            case _:
                number, read = request.POST.get("new_phone", ""), presented(request, registration, "phone")
                phone_resets.ask_phone_reset(
                    registration.pk, read.document, number=number, reader=read.reader, nonce=read.nonce,
                    by=request.actor,
                )  # fmt: skip

    return acted(
        request, registration_id, act, field="sharing_proof" if request.POST.get("act") == "share" else "phone_reset"
    )


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
                reason = request.POST.get("restore_reason", "")
                restores.ask_restore(registration.pk, number=_number(request), reason=reason, by=request.actor)

    return acted(request, registration_id, act, field="restore")


@require_POST
@staff_may("release_dispute")
def dispute(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """The site says what it has found, the county releases the form; or it stays frozen."""

    def act(registration: Registration) -> None:
        match request.POST.get("act"):
            case "confirm":
                disputes.release(registration.pk, by=request.actor)
            case "decline":
                disputes.decline_release(registration.pk, by=request.actor)
            case _:
                if not request.POST.get("found"):
                    raise Invalid({"found": "请选择核对的结果"})
                reason, number = request.POST.get("release_reason", ""), _number(request, "found")
                disputes.ask_release(registration.pk, number=number, reason=reason, by=request.actor)

    return acted(request, registration_id, act, field="dispute")


def _number(request: OfficeRequest, name: str = "number") -> int:
    """Return the version that was chosen, 0 for none."""
    number = request.POST.get(name, "")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 0
