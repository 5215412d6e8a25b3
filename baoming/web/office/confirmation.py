"""Acts of confirmation, each a button on the candidate's page: print, sign, assess, complete, review (R19–R22)."""

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from baoming.registrations.models import Registration
from baoming.registrations.services import sheets
from baoming.registrations.services.card_checks import confirm_by_card
from baoming.reviews import services as reviews
from baoming.reviews.queries import moral_text
from baoming.shared.errors import Invalid, Refused
from baoming.web.access import OfficeRequest, staff_may
from baoming.web.headers import pdf
from baoming.web.office.documents import presented
from baoming.web.office.scope import one
from baoming.web.office.story import acted


@require_POST
@staff_may("print_sheet")
def sheet(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """Print the newest saved version. A print is logged, so this is never a GET."""
    registration = one(request, registration_id)
    document = sheets.print_sheet(registration.pk, by=request.actor, moral=moral_text(registration))
    return pdf(document, "sheet.pdf")


@require_POST
@staff_may("sign_sheet")
def signature(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """Record that the candidate has signed the version that the page showed."""

    def act(registration: Registration) -> None:
        version = request.POST.get("version", "")
        shown = int(version) if version.isascii() and version.isdigit() and len(version) < 6 else 0
        sheets.record_signature(registration.pk, version=shown, by=request.actor)

    return acted(request, registration_id, act, field="signature")


@require_POST
@staff_may("open_correction")
def correction(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """Open the form again for this one person."""

    def act(registration: Registration) -> None:
        hours = request.POST.get("hours", "")
        sheets.open_correction(
            registration.pk, hours=int(hours) if hours in {"24", "48", "72"} else 0, by=request.actor
        )

    return acted(request, registration_id, act, field="hours")


@require_POST
@staff_may("assess_morals")
def moral(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """Record the moral assessment."""

    def act(registration: Registration) -> None:
        if request.POST.get("qualified") not in {"yes", "no"}:
            raise Invalid({"qualified": "请选择考核结果：合格或不合格"})
        qualified, text = request.POST["qualified"] == "yes", request.POST.get("text", "")
        reviews.assess_morals(registration.pk, qualified=qualified, text=text, by=request.actor)

    return acted(request, registration_id, act, field="text")


@require_POST
@staff_may("complete")
def completion(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """Complete one person for the county."""

    def act(registration: Registration) -> None:
        reviews.complete_registration(registration.pk, by=request.actor)

    return acted(request, registration_id, act, field="completion")


@require_POST
@staff_may("reopen")
def reopening(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """Undo the completion of one person."""

    def act(registration: Registration) -> None:
        reviews.reopen(registration.pk, reason=request.POST.get("reason", ""), by=request.actor)

    return acted(request, registration_id, act, field="reason")


@require_POST
@staff_may("final_review")
def final_review(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """Review one person finally for the city."""

    def act(registration: Registration) -> None:
        reviews.review_finally(registration.pk, by=request.actor)

    return acted(request, registration_id, act, field="final_review")


@require_POST
@staff_may("intake")
def person_check(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """The operator has person and card together: the lawful way beside the face check (R10)."""

    def act(registration: Registration) -> None:
        if registration.reading == Registration.Reading.TYPED and not request.POST.get("card"):
            if not request.POST.get("person_seen"):
                raise Refused("请先当面核对本人和证件，再勾选“本人和证件一致”")
            confirm_by_card(registration.pk, None, by=request.actor)
        else:
            read = presented(request, registration, "person")
            confirm_by_card(registration.pk, read.document, reader=read.reader, nonce=read.nonce, by=request.actor)

    return acted(request, registration_id, act, field="person")
