"""Pages for what cannot be answered: not found, refused, unknown outcome, and our own defects."""

import logging
import sys
from collections.abc import Callable
from uuid import uuid4

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from baoming.registrations.journey import STEPS
from baoming.shared.errors import Closed, Crowded, Refused

log = logging.getLogger("baoming.web")
STEP_PAGES = {  # where a candidate does a step
    "registration_fee": "candidate:fee",
    "person_check": "candidate:person_check",
    "phone": "candidate:phone",
    "passwords": "candidate:passwords",
    "pledge": "candidate:pledge",
    "form": "candidate:form",
    "household": "candidate:household",
    "declarations": "candidate:declarations",
}


def page(request: HttpRequest, name: str, status: int, **context: object) -> HttpResponse:
    """Render an error page of this portal."""
    return render(request, f"{settings.PORTAL}/{name}.html", context, status=status)


def refused(request: HttpRequest, refusal: Refused, *, status: int = 409) -> HttpResponse:
    """409: the rule's own sentence, and the way on: for a candidate the step that must come first."""
    if settings.PORTAL != "candidate" or getattr(request, "registration", None) is None:
        return page(request, "refused", status, refusal=refusal)
    if isinstance(refusal, Closed):
        return closed(request, refusal)
    go = STEP_PAGES.get(refusal.go, "")
    way = {"go_url": reverse(go), "go_label": STEPS[refusal.go].verb} if go else {}
    return page(request, "refused", status, refusal=refusal, home_url=reverse("candidate:tasks"), **way)


def closed(request: HttpRequest, refusal: Closed) -> HttpResponse:
    """409: the calendar says no: since or until when, what has become of the answers, and who helps."""
    saved = getattr(request, "registration").version  # noqa: B009  (only people who are signed in come here)
    return page(request, "closed", 409, refusal=refusal, saved=saved, home_url=reverse("candidate:tasks"))


def unreadable(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: what came is no form of ours: too many fields, a broken file part, another host's name."""
    return page(
        request, "refused", 400, refusal=Refused("这次提交的内容不完整或不能识别，没有收下。请返回上一页，刷新后再试")
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, for what does not exist and for what is outside one's own area alike."""
    return page(request, "not_found", 404)


def not_a_page(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """405 with a way on, where the address of an act is opened like a page: by reloading, or from a bookmark."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code == 405 and request.method == "GET" and not response.content:
            allowed = response["Allow"]
            response = page(request, "not_a_page", 405)
            response["Allow"] = allowed
        return response

    return answer


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form's token does not fit, mostly because the page was open for too long."""
    return page(request, "form_expired", 403)


def unknown_outcome(request: HttpRequest) -> HttpResponse:
    """503: the connection broke while committing. Nobody knows yet; the page says how to see (W1)."""
    response = page(request, "unknown_outcome", 503)
    response["Retry-After"] = "5"
    return response


def crowded(request: HttpRequest, problem: Crowded) -> HttpResponse:
    """503: too many sign in at once; the page says when to try again."""
    response = page(request, "busy", 503, crowd=str(problem))
    response["Retry-After"] = "5"
    return response


def too_many(request: HttpRequest, seconds: int, *, shared: bool) -> HttpResponse:
    """429: too many requests from one account or, `shared`, from one network; the page says when to try again."""
    response = page(request, "busy", 429, wait=seconds, shared=shared)
    response["Retry-After"] = str(seconds)
    return response


def defect(request: HttpRequest) -> HttpResponse:
    """500 with an event number for a defect; 503 when the database does not answer."""
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError | InterfaceError):
        response = page(request, "busy", 503)
        response["Retry-After"] = "5"
        return response
    event = uuid4().hex[:8].upper()
    log.error("defect %s: %s", event, type(error).__name__)
    return page(request, "defect", 500, event=event)
