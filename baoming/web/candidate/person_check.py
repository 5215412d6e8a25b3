"""The page of the real-person check: the ways side by side, each with how it stands and what to do next (R10)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from baoming.registrations.document_numbers import Kind
from baoming.registrations.models import PersonCheck
from baoming.registrations.person_ways import CARD, FACE, NAMES, Ways, offered, sentence
from baoming.registrations.services.person_checks import (
    follow_checks,
    is_open,
    last_checks,
    obstacle_now,
    served,
    start_check,
    ways_of,
)
from baoming.shared.errors import TooMany
from baoming.web.access import CandidateRequest, candidate_required

_CARD = "身份证"
_GOING_ON = "这种方式的认证还开着：没有做完的，可以接着做；已经做完的，请稍后再来看结果，不用重做"
_STALE = "上次的认证没有做完，页面已经过时，可以重新做一次。已经做完的，请稍后再来看结果，不用重做"


@dataclass(frozen=True, slots=True)
class Way:
    """One way on the page. `said`: how its last check stands, or why it is closed; `tone` of that note.

    `page`: the provider's, where a check by this way can still be made.
    """

    key: str
    title: str
    open: bool
    said: str = ""
    tone: str = ""
    page: str = ""


@require_http_methods(["GET", "POST"])
@candidate_required
def person_check(request: CandidateRequest) -> HttpResponse:
    """Choose a way; of a face with separate consent. Then the provider's page; this one follows the outcome."""
    registration = request.registration
    errors = {}
    if request.method == "POST":
        errors = _start_check(request)
        if not errors:
            return redirect("candidate:person_check")
    done = "person_check" in registration.done_steps
    checks = last_checks(registration)
    check = checks[0] if checks else None
    if not done:
        follow_checks(checks, request.clock.now)
    waiting = check is not None and not done and is_open(check, request.clock.now)
    ways = ways_of(request.season)
    context = {
        "errors": errors, "check": check, "done": done, "waiting": waiting, "ways": ways,
        "document": _CARD if registration.document_kind == Kind.RESIDENT else registration.get_document_kind_display(),
        "shown": [] if done else _shown(request, ways, checks, besides=check.method if check and waiting else ""),
    }  # fmt: skip
    return render(request, "candidate/person_check.html", context, status=422 if errors else 200)


def _start_check(request: CandidateRequest) -> dict[str, str]:
    """Start the check that the person chose, and for a face consents to; returns what stands against it."""
    way = request.POST.get("way", FACE)
    if way == FACE and not request.POST.get("consent"):
        return {"consent": "请先阅读并勾选同意；不同意人脸识别的，可以换其他方式"}
    try:
        start_check(request.registration.pk, way=way, by=request.actor)
    except TooMany as refusal:
        return {"consent" if way == FACE else way: str(refusal)}
    return {}


def _shown(request: CandidateRequest, ways: Ways, checks: Sequence[PersonCheck], *, besides: str) -> list[Way]:
    """Return the ways offered, but the one that is being gone."""
    keys = [key for key in offered(ways, served=served()) if key != besides]
    return [_way(request, key, next((one for one in checks if one.method == key), None)) for key in keys]


def _way(request: CandidateRequest, key: str, last: PersonCheck | None) -> Way:
    if key == CARD:
        return Way(key, NAMES[key], open=False)
    if closed := obstacle_now(request.registration, key, now=request.clock.now):
        return Way(key, NAMES[key], open=False, said=closed, tone="wait")
    if last is None or last.state == PersonCheck.State.PASSED:
        return Way(key, NAMES[key], open=True)
    if last.state == PersonCheck.State.REFUSED:
        return Way(key, NAMES[key], open=True, said=sentence(last.failure, key), tone="problem")
    if not is_open(last, request.clock.now):
        return Way(key, NAMES[key], open=True, said=_STALE)
    if not last.url:  # another way was chosen before it had opened
        return Way(key, NAMES[key], open=True)
    return Way(key, NAMES[key], open=False, said=_GOING_ON, tone="wait", page=last.url)
