"""What was forgotten or has changed: login password, save password, phone (R11). Each on one page."""

from collections.abc import Callable
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from baoming.messages.services.senders import has_voice
from baoming.registrations.resets import too_early
from baoming.registrations.services import logins, phone_resets, rebinding, save_resets
from baoming.registrations.services.access import code_at_bound_phone, live_code, offers_voice
from baoming.registrations.services.steps import FROZEN
from baoming.shared.errors import Invalid, NotOpen, Refused
from baoming.web.access import CandidateRequest, candidate_required
from baoming.web.addresses import client_address
from baoming.web.candidate.entry import card_valid_to
from baoming.web.devices import device_of

_LOGIN_ASKED = {"number": "请填写证件号码", "valid_to": "请填写证件有效期止日，证件上写“长期”的请勾选"}


@require_http_methods(["GET", "POST"])
def forgot_login(request: CandidateRequest) -> HttpResponse:
    """Number and validity, then the code and the new password. The page never says whether there is such a person."""
    typed, act = request.POST.dict(), request.POST.get("act", "")
    if request.method != "POST":
        return _login_page(request, {}, sent=False)
    errors = {key: said for key, said in _LOGIN_ASKED.items() if not typed.get(key, "").strip()}
    if typed.get("long_term"):
        errors.pop("valid_to", None)
    if errors:
        return _login_page(request, errors, sent=act == "set")
    try:
        _recover(request, act, card_valid_to(typed))
    except Invalid as refusal:
        return _login_page(request, refusal.fields, sent=True)
    except Refused as refusal:
        return _login_page(request, {"code" if act == "set" else "number": str(refusal)}, sent=act == "set")
    return _login_page(request, {}, sent=True, done=act == "set")


def _recover(request: CandidateRequest, act: str, valid_to: date | None) -> None:
    number, address = request.POST.get("number", ""), client_address(request)
    if act != "set":
        logins.ask_login_code(
            season=request.season, number=number, valid_to=valid_to, address=address, voice=act == "voice"
        )
        return
    code, login = request.POST.get("code", ""), request.POST.get("login", "")
    logins.recover_login(
        season=request.season, number=number, valid_to=valid_to, code=code, login=login, address=address
    )


def _login_page(request: HttpRequest, errors: dict[str, str], *, sent: bool, done: bool = False) -> HttpResponse:
    context = {"errors": errors, "typed": request.POST.dict(), "sent": sent, "done": done, "voice": has_voice()}
    return render(request, "candidate/forgot_login.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "POST"])
@candidate_required
def forgot_save(request: CandidateRequest) -> HttpResponse:
    """Ask for a new save password, set it when it is due, or cancel what somebody else has asked for."""
    if request.method != "POST":
        return _save_page(request, {})
    act = request.POST.get("act", "")
    try:
        _SAVE_ACTS.get(act, _send_reset_code)(request)
    except Invalid as refusal:
        return _save_page(request, refusal.fields)
    except NotOpen as refusal:
        return _save_page(request, {"act": str(refusal)}, status=409)
    except Refused as refusal:
        return _save_page(request, {"login" if act in ("ask", "set") else "act": str(refusal)})
    return redirect("candidate:tasks") if act == "set" else redirect("candidate:form_forgot")


def _send_reset_code(request: CandidateRequest) -> None:
    save_resets.send_reset_code(
        request.registration.pk, by=request.actor, address=client_address(request), voice=_spoken(request)
    )


def _spoken(request: CandidateRequest) -> bool:
    """Whether the code is asked for by a call."""
    return request.POST.get("act") == "voice"


def _ask_reset(request: CandidateRequest) -> None:
    save_resets.ask_online(
        request.registration.pk, login=request.POST.get("login", ""), code=request.POST.get("code", ""),
        device=device_of(request), address=client_address(request), by=request.actor,
    )  # fmt: skip


def _set_save(request: CandidateRequest) -> None:
    save_resets.set_save_password(
        request.registration.pk, login=request.POST.get("login", ""), save=request.POST.get("save", ""),
        device=device_of(request), address=client_address(request), by=request.actor,
    )  # fmt: skip


def _cancel_reset(request: CandidateRequest) -> None:
    save_resets.cancel_reset(request.registration.pk, by=request.actor)


_SAVE_ACTS: dict[str, Callable[[CandidateRequest], None]] = {
    "send": _send_reset_code,
    "ask": _ask_reset,
    "set": _set_save,
    "cancel": _cancel_reset,
}


def _save_page(request: CandidateRequest, errors: dict[str, str], *, status: int = 0) -> HttpResponse:
    registration = request.registration
    asked = save_resets.open_reset(registration)
    sent = code_at_bound_phone(registration, save_resets.RESET_CODE)
    context = {
        "errors": errors,
        "asked": asked,
        "early": too_early(request.clock.now, asked.ready_at) if asked else "",
        "closed": "" if asked else save_resets.not_online(registration.pk),
        "sent": sent,
        "voice": sent and offers_voice(registration.pk, save_resets.RESET_CODE),
    }
    return render(request, "candidate/form_forgot.html", context, status=status or (422 if errors else 200))


@require_http_methods(["GET", "POST"])
@candidate_required
def change_phone(request: CandidateRequest) -> HttpResponse:
    """The new number, its code, and the save password."""
    if request.method != "POST":
        return _phone_page(request, {})
    pk, by, field = request.registration.pk, request.actor, "save_password"
    try:
        if request.POST.get("act") in ("send", "voice"):
            field = "phone"
            number, address = request.POST.get("phone", ""), client_address(request)
            rebinding.send_rebind_code(pk, number, by=by, address=address, voice=_spoken(request))
            return _phone_page(request, {})
        code, save = request.POST.get("code", ""), request.POST.get("save_password", "")
        rebinding.rebind_phone(pk, code=code, save_password=save, device=device_of(request), by=by)
    except Invalid as refusal:
        return _phone_page(request, refusal.fields)
    except Refused as refusal:
        return _phone_page(request, {field: str(refusal)})
    return redirect("candidate:tasks")


def _phone_page(request: CandidateRequest, errors: dict[str, str]) -> HttpResponse:
    sent = live_code(request.registration.pk, rebinding.REBIND_CODE) is not None
    closed = FROZEN if request.registration.disputed_at else ""
    context = {
        "errors": errors,
        "phone": request.POST.get("phone", ""),
        "sent": sent and not closed,
        "voice": sent and offers_voice(request.registration.pk, rebinding.REBIND_CODE),
        "closed": closed,
    }
    return render(request, "candidate/phone_change.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "POST"])
@candidate_required
def phone_at_site(request: CandidateRequest) -> HttpResponse:
    """Another phone that was asked for at the site: what is on its way, and cancelling it."""
    pk, by = request.registration.pk, request.actor
    if request.method != "POST":
        return _site_page(request, {})
    try:
        if request.POST.get("act") in ("send", "voice"):
            phone_resets.send_cancel_code(pk, by=by, address=client_address(request), voice=_spoken(request))
        else:
            phone_resets.cancel_phone_reset(
                pk, save_password=request.POST.get("save_password", ""), code=request.POST.get("code", "").strip(),
                device=device_of(request), by=by,
            )  # fmt: skip
    except Invalid as refusal:
        return _site_page(request, refusal.fields)
    except Refused as refusal:
        return _site_page(request, {"code" if "save_password" not in request.POST else "save_password": str(refusal)})
    return redirect("candidate:phone_site")


def _site_page(request: CandidateRequest, errors: dict[str, str]) -> HttpResponse:
    registration = request.registration
    asked = phone_resets.open_phone_reset(registration)
    sent = code_at_bound_phone(registration, phone_resets.CANCEL_CODE)
    context = {
        "errors": errors,
        "asked": asked,
        "tail": phone_resets.new_phone(asked)[-4:] if asked else "",
        "sent": sent,
        "voice": sent and offers_voice(registration.pk, phone_resets.CANCEL_CODE),
        "registration": registration,
    }
    return render(request, "candidate/phone_site.html", context, status=422 if errors else 200)
