"""Who may come to a page. Where they may look is decided by the office's path, in each query."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from baoming.accounts.models import Account
from baoming.audit.actors import Actor
from baoming.organizations.models import Staff
from baoming.registrations.models import Registration
from baoming.seasons.models import Season
from baoming.seasons.queries import Clock
from baoming.web import locked
from baoming.web.sessions import turned_away

View = Callable[..., HttpResponse]


class OfficeRequest(HttpRequest):
    """A request of signed-in staff, as the middleware leaves it."""

    season: Season
    clock: Clock
    staff: Staff
    held: Staff | None
    actor: Actor


class CandidateRequest(HttpRequest):
    """A request of a signed-in candidate, as the middleware leaves it."""

    season: Season
    clock: Clock
    registration: Registration
    actor: Actor
    user: Account


def staff_may(action: str) -> Callable[[View], View]:
    """Let in staff whose role allows `action`; others see what a page that is not there looks like."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            staff = getattr(request, "staff", None)
            if staff is None:
                held = getattr(request, "held", None)
                return locked.door(request) if held else turned_away(request, redirect("office:sign_in"))
            if not staff.may(action):
                raise Http404
            return view(request, *args, **kwargs)

        return guarded

    return guard


def candidate_required(view: View) -> View:
    """Let in a signed-in candidate; send others to the sign-in page."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if getattr(request, "registration", None) is None:
            return turned_away(request, redirect("candidate:sign_in"))
        return view(request, *args, **kwargs)

    return guarded
