"""While the season is paused, candidates read on, keep their drafts, and act no more (R31)."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse

from baoming.web import errors

# What a pause leaves open: coming in (with a new login password, too), reading larger, asking how a payment stands,
# making a paper of which nothing is kept, keeping what was typed, saying that somebody else has changed something,
# and signing out from afar.
GOES_ON = frozenset(
    f"candidate:{name}"
    for name in (
        "sign_in", "forgot_login", "sign_out", "care", "fee_ask", "review_form", "form_page", "changes", "browsers",
        "messages",
    )
)  # fmt: skip


class Paused:
    """Answers the candidates' acts with a plain page while the province has paused the season.

    The season was read by the middleware before: this asks the database nothing. Notices of the
    cashier are no act of a candidate and pass. Offices have routes of another name.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponse | None:
        season, route = getattr(request, "season", None), request.resolver_match
        if season is None or season.paused_at is None or request.method != "POST" or route is None:
            return None
        if route.app_name != "candidate" or route.view_name in GOES_ON:
            return None
        home = "candidate:tasks" if getattr(request, "registration", None) else "candidate:home"
        response = errors.page(request, "paused", 503, pause=season, home_url=reverse(home))
        response["Retry-After"] = "600"
        return response
