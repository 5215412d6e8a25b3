"""How the limits of a route are kept (A8): the table is limits.py.

What bounds work is a bucket in this process's memory and costs no statement: of the account that is signed in, else of
the network address. What bounds guesses are rows of the database, taken from by the services; when one of them has
refused, the page that says so is answered with 429 and the seconds until the next try. Without the database nothing
is guessed at all: 503 (errors.defect).
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch

from baoming.accounts.local_buckets import LocalBuckets
from baoming.accounts.services.buckets import refusals
from baoming.web import errors
from baoming.web.addresses import client_address
from baoming.web.limits import GUARDS, Guard

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
        account = request.user.pk if request.user.is_authenticated else None
        wait = self.buckets.take(f"{work.name}:{account or client_address(request)}", work.limit)
        return errors.too_many(request, wait, shared=account is None) if wait else None


def route_of(match: ResolverMatch) -> str:
    """Return a route's name as the table has it."""
    return match.view_name if match.url_name else match.route
