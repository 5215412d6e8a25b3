"""The steps between fee and form: phone, passwords, pledge (R10–R12)."""

from collections.abc import Callable
from functools import partial

from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from baoming.messages.queries import is_waiting
from baoming.registrations.services import access
from baoming.seasons.queries import data
from baoming.shared.errors import Invalid, TooMany
from baoming.web.access import CandidateRequest, candidate_required
from baoming.web.addresses import client_address


@require_http_methods(["GET", "POST"])
@candidate_required
def phone(request: CandidateRequest) -> HttpResponse:
    """Number first, then the code; both stand on one page, and it says when the SMS has not left yet."""
    pk, by = request.registration.pk, request.actor
    if request.method != "POST":
        return _once(request, "phone")
    act = request.POST.get("act")
    if act in ("send", "voice"):
        number, address = request.POST.get("phone", ""), client_address(request)
        send = partial(access.send_phone_code, pk, number, by=by, address=address, voice=act == "voice")
        return _try(request, "phone", send, "phone", stay=True)
    code = request.POST.get("code", "")
    return _try(request, "phone", lambda: access.confirm_phone(pk, code, by=by), "code")


@require_http_methods(["GET", "POST"])
@candidate_required
def passwords(request: CandidateRequest) -> HttpResponse:
    """Both passwords at once; this session goes on, others end."""
    if request.method != "POST":
        return _once(request, "passwords")
    login, save = request.POST.get("login", ""), request.POST.get("save", "")

    def act() -> None:
        done = access.set_passwords(request.registration.pk, login=login, save=save, by=request.actor)
        if done.account is not None:
            update_session_auth_hash(request, done.account)

    return _try(request, "passwords", act, "login")


@require_http_methods(["GET", "POST"])
@candidate_required
def pledge(request: CandidateRequest) -> HttpResponse:
    """The full text, one tick, the version kept."""
    if request.method != "POST":
        return _show(request, "pledge")
    if not request.POST.get("accepted"):
        return _show(request, "pledge", {"accepted": "请读完承诺书，勾选以后再确认"})
    version, pk = request.POST.get("version", ""), request.registration.pk
    return _try(request, "pledge", lambda: access.accept_pledge(pk, version=version, by=request.actor), "accepted")


def _once(request: CandidateRequest, page: str) -> HttpResponse:
    """Show the page of a step that is done once; a person who has done it goes on."""
    return redirect("candidate:tasks") if page in request.registration.done_steps else _show(request, page)


def _try(
    request: CandidateRequest, page: str, act: Callable[[], None], field: str, *, stay: bool = False
) -> HttpResponse:
    """Act; what the person can mend is shown at its field, what they cannot is the middleware's page."""
    try:
        act()
    except Invalid as refusal:
        return _show(request, page, refusal.fields)
    except (TooMany, access.VoiceTooEarly) as refusal:
        return _show(request, page, {field: str(refusal)})
    return _show(request, page) if stay else redirect("candidate:tasks")


def _show(request: CandidateRequest, page: str, errors: dict[str, str] | None = None) -> HttpResponse:
    pk = request.registration.pk
    sent = access.live_code(pk, access.PHONE_CODE) if page == "phone" else None
    context = {
        "errors": errors or {},
        "sent": sent is not None or "code" in (errors or {}),
        "voice": page == "phone" and access.offers_voice(pk, access.PHONE_CODE),
        "waiting": page == "phone" and is_waiting(pk, access.PHONE_CODE),
        # Who comes back from reading the SMS finds the number that it went to.
        "phone": request.POST.get("phone", access.phone_of(sent) if sent else ""),
        "pledge": data(request.season, "pledge"),
    }
    return render(request, f"candidate/{page}.html", context, status=422 if errors else 200)
