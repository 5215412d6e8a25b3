"""What every request passes: readable input, and one transaction that turns a refusal into an answer."""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from http.cookies import CookieError

from django.conf import settings
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from baoming.accounts.hashers import lane
from baoming.accounts.models import Account
from baoming.audit.actors import Actor, Party
from baoming.organizations.models import Staff
from baoming.registrations.queries import registration_of
from baoming.seasons.models import Season
from baoming.seasons.queries import current_season
from baoming.shared.errors import Crowded, Refused
from baoming.shared.scope_queries import leave
from baoming.web import errors
from baoming.web.outcomes import commit_warnings
from baoming.web.sessions import SEEN, by_itself

Answer = Callable[[HttpRequest], HttpResponseBase]
log = logging.getLogger("baoming.web")


def readable_cookies(get_response: Answer) -> Answer:
    """Refuse a null byte in a cookie before the session is looked up by it; what is unreadable is taken back."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        unreadable = [name for name, value in request.COOKIES.items() if "\0" in value]
        if not unreadable:
            return get_response(request)
        response = errors.refused(request, Refused("浏览器里保存的登录信息不能识别，已经清除，请重新登录"), status=400)
        for name in unreadable:
            with suppress(CookieError):  # a name that no server of ours can have given
                response.delete_cookie(name)
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
        with commit_warnings() as warnings:
            try:
                with transaction.atomic():
                    response = self.get_response(request)
                    warnings.clear()  # what is said from here on is said of COMMIT
            except DatabaseError as problem:
                if response is None:  # BEGIN did not work: nothing was done
                    raise
                warnings.append(type(problem).__name__)
        if warnings:
            log.warning("commit broke, outcome unknown: %s", warnings[0])
            return errors.unknown_outcome(request)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Refused):
            return errors.refused(request, exception)
        transaction.set_rollback(True)
        return errors.crowded(request, exception) if isinstance(exception, Crowded) else None


class ReadableInput:
    """Refuses what no keyboard types and no text column holds: a null byte, sent by a faulty program or a probe."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., object], *_: object) -> HttpResponse | None:
        if getattr(view, "csrf_exempt", False):  # a machine's notice: its raw body is what is signed
            return None
        if any("\0" in text for sent in (request.GET, request.POST) for _, texts in sent.lists() for text in texts):
            return errors.refused(request, Refused("填写的内容里有不能识别的字符，请删去后再试"), status=400)
        return None


class SignedIn:
    """Attaches season and its clock, and who is signed in to this portal.

    Office: `staff`, and `held`, who can open a locked desk. Candidate: `registration`. Both: `actor`. Each is None
    for a stranger. Everything a page's frame needs is read here, so that an error page needs no database any more.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        season, clock = current_season()
        attributes: dict[str, object] = {"season": season, "clock": clock}
        user = request.user if request.user.is_authenticated else None
        read = _office if settings.PORTAL == "office" else _candidate
        found = read(season, user)
        if user is not None and found["actor"] is None:
            leave()  # signed in, and nobody in this season
        held = _held(request)
        request.__dict__.update(attributes, held=held, **found)
        with lane(signed_in=user is not None or held is not None):
            return self.get_response(request)


def sliding_session(get_response: Answer) -> Answer:
    """Let a session end its idle time after the last request of somebody, not after sign-in.

    The change makes SessionMiddleware write row and cookie anew.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        now = int(time.time())
        old = now - request.session.get(SEEN, 0) >= settings.SESSION_RENEWED_AFTER
        if request.user.is_authenticated and old and not by_itself(request):
            request.session[SEEN] = now
        return get_response(request)

    return answer


def _held(request: HttpRequest) -> Staff | None:
    return getattr(getattr(request.session, "held", None), "staff", None)


def _office(season: Season, user: Account | None) -> dict[str, object]:
    staff: Staff | None = getattr(user, "staff", None)
    return {"staff": staff, "actor": staff.actor if staff else None}


def _candidate(season: Season, user: Account | None) -> dict[str, object]:
    registration = registration_of(user.pk, season.pk) if user else None
    if registration is None:
        return {"registration": None, "actor": None}
    registration.season = season
    actor = Actor(kind=Party.CANDIDATE, id=str(registration.pk), path=registration.path, label="考生本人")
    return {"registration": registration, "actor": actor}
