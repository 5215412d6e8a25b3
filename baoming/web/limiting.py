"""How the limits of a route are kept (A8): the table is limits.py.

What bounds work is a bucket in this process's memory and costs no statement: of the nearest that the request proves to
belong to (`_payer`), so that nobody uses up what is another's; a school behind one address shares only the bucket of
browsers that have never signed in. What bounds guesses are rows of the database, taken from by the services; when one
of them has refused, the page that says so is answered with 429 and the seconds until the next try. Without the database
nothing is guessed at all: 503 (errors.defect).
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch

from baoming.accounts.local_buckets import LocalBuckets
from baoming.accounts.services.buckets import refusals
from baoming.web import errors
from baoming.web.addresses import client_address
from baoming.web.devices import device_of, has_signed_in
from baoming.web.limits import GUARDS, Guard
from baoming.web.sessions import row_key

_READING = ("GET", "HEAD", "OPTIONS")
_REFUSED = (409, 422)  # how a page answers that says no
_NONE = Guard()  # a page of somebody signed in: nothing is written


class Limits:
    """Takes from the route's bucket of work before its view; answers 429 where that or a service's bucket is empty."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.buckets = LocalBuckets()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with refusals() as waits:
            response = self.get_response(request)
        if waits and response.status_code in _REFUSED:
            response.status_code = 429
            response["Retry-After"] = str(max(waits))
        return response

    def process_view(self, request: HttpRequest, view: Callable[..., object], *_: object) -> HttpResponse | None:
        match = request.resolver_match
        guard = GUARDS.get(route_of(match), _NONE) if match else _NONE
        work = guard.reads if request.method in _READING else guard.writes
        if work is None:
            return None
        payer = _payer(request, exempt=getattr(view, "csrf_exempt", False))
        wait = self.buckets.take(f"{work.name}:{payer}", work.limit)
        return errors.too_many(request, wait, shared=payer.startswith("at:")) if wait else None


def _payer(request: HttpRequest, *, exempt: bool) -> str:
    """Return whose bucket the request pays from: the account's, the locked desk's, the known browser's, the address's.

    A browser is known by the tag that only this portal makes (devices.py). What is sent from an address without any
    form of ours is counted beside what is sent with one. `exempt`: a machine's notice, which has none.
    """
    if request.user.is_authenticated:
        return f"account:{request.user.pk}"
    if request.session.held is not None:  # type: ignore[attr-defined]
        return f"desk:{row_key(request)}"
    if has_signed_in(request):
        return f"browser:{device_of(request)}"
    bare = not exempt and request.method not in _READING and not _has_form(request)
    return f"at:{client_address(request)}{':bare' if bare else ''}"


def _has_form(request: HttpRequest) -> bool:
    """Whether the form's cookie and its token came at all; whether they fit is looked at after us."""
    sent = request.headers.get("X-CSRFToken") or request.POST.get("csrfmiddlewaretoken")
    return bool(sent) and settings.CSRF_COOKIE_NAME in request.COOKIES


def route_of(match: ResolverMatch) -> str:
    """Return a route's name as the table has it."""
    return match.view_name if match.url_name else match.route
