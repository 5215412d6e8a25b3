"""What every request passes: quiet headers, and one transaction that turns a refusal into an answer."""

import logging
from collections.abc import Callable

from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from baoming.shared.errors import OutcomeUnknown, Refused
from baoming.web import errors

Answer = Callable[[HttpRequest], HttpResponseBase]
log = logging.getLogger("baoming.web")


def quiet_headers(get_response: Answer) -> Answer:
    """Pages with personal data are kept by no cache, and tell other sites nothing."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Permissions-Policy", "geolocation=(), microphone=(), payment=()")
        return response

    return answer


class RequestTransaction:
    """One transaction a request (architecture rule 4).

    A refusal is answered inside it: the refused service was an inner block and is undone, while
    counters written before it stay. Any other exception rolls everything back. When COMMIT itself
    breaks, the outcome is unknown and the page says so: success is answered only after the commit.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response: HttpResponse | None = None
        try:
            with transaction.atomic():
                response = self.get_response(request)
        except (DatabaseError, OutcomeUnknown):
            if response is None:  # BEGIN did not work: nothing was done
                raise
            log.warning("commit broke: outcome unknown")
            return errors.unknown_outcome(request)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Refused):
            return errors.refused(request, exception)
        transaction.set_rollback(True)
        return None


class SignedIn:
    """Attaches who is signed in to this portal: `request.staff`, or `request.registration`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)
