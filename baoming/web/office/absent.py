"""Who cannot come: leave to hand in a photo, the photo that came beside what is known, and the slip (R27)."""

from collections.abc import Mapping
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from baoming.audit.services import record
from baoming.registrations.absent_queries import (
    HANDED,
    answered_hand_in,
    content_of,
    handovers_of,
    is_absent,
    newest_hand_in,
    phone_of,
)
from baoming.registrations.models import HandIn, Registration
from baoming.registrations.queries import document_of, newest_slip, state_of
from baoming.registrations.services import hand_ins, handovers
from baoming.shared.errors import Invalid, Refused
from baoming.shared.text import mask_phone
from baoming.web.access import OfficeRequest, staff_may
from baoming.web.headers import jpeg, pdf
from baoming.web.office.scope import one
from baoming.web.office.story.pictures import at_desk, retake_options
from baoming.web.uploads import sent_id

State = HandIn.State


@require_http_methods(["GET", "POST"])
@staff_may("intake")
def absent(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """All that the site does for a person who cannot come; what was typed stays beside a refusal."""
    registration = one(request, registration_id)
    if request.method != "POST":
        return _page(request, registration, {})
    try:
        if (printed := _act(request, registration)) is not None:
            return printed
    except Refused as refusal:
        errors = refusal.fields if isinstance(refusal, Invalid) else {"act": str(refusal)}
        return _page(request, one(request, registration_id), errors)
    return redirect("office:desk_absent", registration.pk)


@require_safe
@staff_may("intake")
def picture_file(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """The photo that came and waits for a look."""
    registration = one(request, registration_id)
    came = newest_hand_in(registration)
    if came is None or came.state != State.HANDED:
        raise Refused("没有等待审核的照片，请回到受理台")
    record("see_photo", by=request.actor, subject=registration.pk, path=registration.path)
    return jpeg(HANDED.read(came))


def _act(request: OfficeRequest, registration: Registration) -> HttpResponse | None:
    """Do what the button says; a slip is answered as a PDF."""
    sent, by, pk = request.POST, request.actor, registration.pk
    match sent.get("act"):
        case "issue":
            hand_ins.issue_hand_in(pk, sent.get("phone", ""), by=by)
        case "revoke":
            hand_ins.revoke_hand_in(pk, by=by)
        case "accept":
            hand_ins.accept_hand_in(pk, sent_id(request, "hand_in"), by=by)
        case "return":
            hand_ins.return_hand_in(pk, sent_id(request, "hand_in"), reason=sent.get("retake", ""), by=by)
        case "guardian":
            who = handovers.Guardian(*(sent.get(key, "") for key in ("guardian", "relation", "document")))
            return pdf(handovers.hand_slip_over(pk, who, reason=sent.get("reason", ""), by=by), "slip.pdf")
        case "sms":
            handovers.send_slip(pk, reason=sent.get("reason", ""), by=by)
        case _:
            raise Refused("请选择要办的事，再按按钮")
    return None


def _page(request: OfficeRequest, registration: Registration, errors: dict[str, str]) -> HttpResponse:
    record("see_candidate", by=request.actor, subject=registration.pk, path=registration.path)
    newest, answered = newest_hand_in(registration), answered_hand_in(registration)
    state = state_of(registration, clock=request.clock)
    context = {
        "errors": errors, "typed": request.POST.dict() if errors else {}, "registration": registration,
        "document": document_of(registration), "away": is_absent(registration), "done": registration.done_steps,
        "hand_in": newest, "noted": mask_phone(phone_of(newest)) if newest else "",
        "answered": mask_phone(phone_of(answered)) if answered else "",
        "in_time": state.open_phase("photo") is not None, "intake": state.phases["intake"],
        "expired": newest is not None and newest.expires_at <= request.clock.now,
        "head": newest.measured.head if newest and newest.measured else None,
        "retakes": retake_options(request), "slip": newest_slip(registration) if registration.number else None,
        "handovers": [(row, _words(content_of(row))) for row in handovers_of(registration)],
        **at_desk(request, registration),
    }  # fmt: skip
    return render(request, "office/desk_absent.html", context, status=422 if errors else 200)


def _words(content: Mapping[str, str]) -> dict[str, str]:
    """What was written down, the phone masked."""
    words = dict(content)
    return {**words, "phone": mask_phone(words["phone"])} if "phone" in words else words
