"""The front door: home with the calendar, first login, sign-in, sign-out, and the task list."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from baoming.accounts.models import Account, candidate_handle
from baoming.accounts.services.sign_in import LastTry, check
from baoming.accounts.services.telling import tell_last_try, tell_sign_in, tell_sign_out
from baoming.audit.actors import Actor, Party
from baoming.messages.queries import unread
from baoming.registrations import resets
from baoming.registrations.document_numbers import canonical_any
from baoming.registrations.journey import State
from baoming.registrations.queries import state_of, tasks_of, whose_number
from baoming.registrations.services.claim import MISMATCH, claim
from baoming.reviews.case_queries import cases_of
from baoming.reviews.queries import decision_on
from baoming.shared.errors import Refused
from baoming.shared.moments import moment
from baoming.shared.text import halfwidth
from baoming.vault.services import keys
from baoming.web.access import CandidateRequest, candidate_required
from baoming.web.addresses import client_address
from baoming.web.candidate.area import times_for
from baoming.web.candidate.attached import declaring_now
from baoming.web.candidate.changes import news_of, settled_for
from baoming.web.candidate.name import shown_image
from baoming.web.candidate.own_cases import own_cases
from baoming.web.devices import device_of, keep_device
from baoming.web.errors import STEP_PAGES
from baoming.web.sessions import at_public_computer, is_phone_of, is_turned_away, left, told_once
from baoming.web.templates import url

_YEAR = 365 * 24 * 3600
_LONGEST = 40  # characters read of what should be an ID number; the field takes no more
_ASKED = {
    "name": "请填写姓名",
    "number": "请填写证件号码",
    "valid_to": "请填写证件有效期止日，证件上写“长期”的请勾选",
    "code": "请填写激活码",
}
_SENTENCE = "证件号或密码不一致，请核对后再试"


@require_http_methods(["GET", "POST"])
def first_login(request: CandidateRequest) -> HttpResponse:
    """Name, ID number, validity and activation code; a mismatch keeps all but the code on the page."""
    if request.method != "POST":
        return render(request, "candidate/first_login.html", {"errors": {}, "typed": {}, "closed": _closed(request)})
    typed = request.POST.dict()
    if errors := _missing(typed):
        return render(request, "candidate/first_login.html", {"errors": errors, "typed": typed}, status=422)
    try:
        registration = claim(
            season=request.season,
            name=typed.get("name", ""),
            number=typed.get("number", ""),
            valid_to=card_valid_to(typed),
            code=typed.get("code", ""),
            address=client_address(request),
        )
    except Refused as refusal:
        context = {"errors": {"code": str(refusal)}, "typed": typed}
        return render(request, "candidate/first_login.html", context, status=422)
    login(request, registration.account)
    if not is_phone_of(request):
        at_public_computer(request)
    return _with_device(request, registration.account)[0]  # the claim is this sign-in's event


@require_http_methods(["GET", "POST"])
def sign_in(request: CandidateRequest) -> HttpResponse:
    """ID number and login password; the same sentence for unknown persons, and the number stays on the page."""
    if request.method != "POST":
        context = {"errors": {}, "typed": "", "shared": not is_phone_of(request), "ended": is_turned_away(request)}
        response = render(request, "candidate/sign_in.html", context)
        return told_once(request, response) if context["ended"] else response
    try:
        account = check(
            _handle(request.season.pk, request.POST.get("number", "")),
            request.POST.get("password", ""),
            kind=Account.Kind.CANDIDATE,
            device=device_of(request),
            address=client_address(request),
            sentence=_SENTENCE,
        )
    except Refused as refusal:
        if isinstance(refusal, LastTry):
            subject, path = whose_number(request.season.pk, request.POST.get("number", ""))
            tell_last_try(refusal, subject=subject, path=path, device=device_of(request))
        context = {
            "errors": {"password": str(refusal)},
            "typed": request.POST.get("number", ""),
            "shared": bool(request.POST.get("shared")),
        }
        return render(request, "candidate/sign_in.html", context, status=422)
    login(request, account)
    if request.POST.get("shared"):
        at_public_computer(request)
    response, device = _with_device(request, account)
    pk, path = whose_number(request.season.pk, request.POST.get("number", ""))
    if pk is not None:
        me = Actor(kind=Party.CANDIDATE, id=str(pk), path=path, label="考生本人")
        tell_sign_in(by=me, subject=pk, path=path, device=device, way="password")
    return response


@require_POST
def sign_out(request: CandidateRequest) -> HttpResponse:
    if request.registration is not None:
        row = request.registration
        tell_sign_out(by=request.actor, subject=row.pk, path=row.path, device=device_of(request))
    logout(request)
    return left(redirect("candidate:home"))


@require_safe
@candidate_required
def tasks(request: CandidateRequest) -> HttpResponse:
    """The candidate's own task list, in the frame of the eight official boxes."""
    state = state_of(request.registration, clock=request.clock)
    found = tasks_of(request.registration, Party.CANDIDATE, state=state)
    boxes = [{"letter": box.letter, "name": box.title, "state": box.status.value} for box in found.boxes]
    links = {key: url(name) for key, name in STEP_PAGES.items()}
    told = decision_on(request.registration)
    context = {"registration": request.registration, "tasks": found, "boxes": boxes, "links": links, "told": told}
    context["name_image"] = shown_image(request.registration)
    context["correcting"] = found.again if _opened_for_one(state) else None
    context["news"] = news_of(request)
    context["declare"] = declaring_now(request) if not found.stopped else {}
    context["settled"] = settled_for(request)
    cases = cases_of(request.registration)
    context["requests"] = own_cases(cases, request.season, state, now=request.clock.now)
    context["asks"] = bool(request.registration.version) or bool(cases)
    context["unread"] = unread(request.registration.pk)
    context["phoning"] = resets.phone_told(request.clock.now, due=request.user.phone_reset_due)
    context["reset"] = resets.told(
        request.clock.now, due=request.user.save_reset_due, done=request.user.save_reset_at
    )  # fmt: skip
    context["relogin"] = resets.login_told(timezone.now(), done=request.user.login_recovered_at)
    return render(request, "candidate/tasks.html", context)


def _opened_for_one(state: State) -> bool:
    """Whether the form is open beyond everybody's time, for a correction."""
    return state.phases["proof_correction"].open and not state.phases["sign_up"].open


def _closed(request: CandidateRequest) -> str:
    """Return why most people cannot use their code now, empty while they can; an extension lets one person in still."""
    time = times_for(request)["sign_up"]
    if time.open:
        return ""
    if time.opens:
        return (
            f"缴报名费、填报信息{moment(time.opens)}{'继续' if time.resting else '开放'}，激活码到时有效，请妥善保管。"
        )
    return "缴报名费、填报信息的时间已经结束。确有困难的，请联系报名点。"


def _with_device(request: HttpRequest, account: Account | None) -> tuple[HttpResponse, str]:
    """Go to the task list; this browser, whose device is returned too, is the account's own from now on."""
    response = redirect("candidate:tasks")
    return response, keep_device(request, response, account) if account else ""


def _handle(season_id: int, number: str) -> str:
    """Return the account's handle. What is no ID number gets one that nobody has, each text its own:
    one person's slips of the pen use up no one else's tries.
    """
    try:
        wanted, purpose = canonical_any(number), "id"
    except ValueError:
        wanted, purpose = halfwidth(number[:_LONGEST]).upper(), "no id"
    return candidate_handle(season_id, keys().blind(wanted, purpose=purpose, season=season_id))


def _missing(typed: Mapping[str, Any]) -> dict[str, str]:
    """Return a sentence for each field that is still empty, in the order of the page."""
    asked = dict(_ASKED)
    if typed.get("long_term"):
        del asked["valid_to"]
    return {key: sentence for key, sentence in asked.items() if not typed.get(key, "").strip()}


def card_valid_to(typed: Mapping[str, Any]) -> date | None:
    """Read the end of the card's validity; None for 长期. Raises Refused for what is no date."""
    if typed.get("long_term"):
        return None
    parts = re.findall(r"\d+", str(typed.get("valid_to", "")))
    if len(parts) == 1:
        parts = [parts[0][:4], parts[0][4:6], parts[0][6:]]
    try:
        year, month, day = map(int, parts)
        return date(year, month, day)
    except (ValueError, OverflowError):
        raise Refused(MISMATCH) from None
