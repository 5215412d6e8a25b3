"""Who a cookie belongs to: asked anew at every request, by a kept question that lets the request see what is theirs."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends import db
from django.contrib.sessions.middleware import SessionMiddleware
from django.db.models import QuerySet
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.encoding import escape_uri_path
from django.utils.functional import SimpleLazyObject

from baoming.accounts.browsers import DESK, OWN, PUBLIC, STAFF, Stay, is_phone, lock_reason, words
from baoming.accounts.models import Account, Session
from baoming.accounts.services import browsers, shifts
from baoming.organizations.roles import AT_DESK
from baoming.shared.queries import Kept
from baoming.shared.scope_queries import entering_account, entering_area, leave
from baoming.web.cookies import keep, kept

ITSELF = "itself"  # in the address of a page that reads itself again: nobody sits there for that
_ENDED = "ended"  # a cookie: _NEWS until the sign-in page has told it, then of which session it has
_NEWS, _NEWS_FOR = "1", 120  # seconds
BEGAN, SEEN, WORDS, SHARED = "began", "renewed", "words", "public"  # keys in a session; the first two in seconds


class SessionStore(db.SessionStore):
    """Sessions in PostgreSQL. A row keeps only a digest of the cookie: who reads the table can take over nobody's."""

    account: Account | None = None  # whose the session was when it was read
    ended = False  # by the request that holds it
    locked = ""  # why its desk is locked, when it was read
    held: Account | None = None  # who can open it again

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def exists(self, session_key: str) -> bool:
        return super().exists(digest(session_key))

    def create_model_instance(self, data: Mapping[str, Any]) -> Session:
        key = self._get_or_create_session_key()  # type: ignore[attr-defined]
        began, seen = _moment(data.get(BEGAN)), _moment(data.get(SEEN))
        stay = PUBLIC if data.get(SHARED) else OWN
        ends = self.get_expiry_date()
        return Session(
            session_key=digest(key),
            session_data=self.encode(dict(data)),
            expire_date=min(ends, began + stay.longest) if began else ends,
            account_id=data.get(SESSION_KEY),
            began_at=began,
            seen_at=seen,
            words=data.get(WORDS, ""),
            public=bool(data.get(SHARED)),
        )

    def get_expire_at_browser_close(self) -> bool:
        """At a 公用电脑 the cookie goes with the browser; the row ends by its idle time whatever the browser does."""
        return bool(self.get(SHARED)) or super().get_expire_at_browser_close()

    def flush(self) -> None:
        super().flush()
        self.ended = True

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            Session.objects.filter(session_key=digest(key)).delete()

    def _get_session_from_db(self) -> Session | None:
        find = _of_staff if settings.PORTAL == "office" else _of_candidate
        now = timezone.now()
        session = find.first(digest(self.session_key), now) if self.session_key else None
        self.account = session.account if session else None
        if session is None:
            self._session_key = None
        else:
            desk = {"shift_at": session.shift_at, "seen_at": session.seen_at, "locked_at": session.locked_at}
            self.locked = lock_reason(**desk, now=now)
        return session


class Sessions(SessionMiddleware):
    """Only the request that ends a session takes back its cookie.

    A page of before the key was changed (at sign-in, at new passwords) may be answered after it: were it to take
    back the cookie that it does not know, it would take the new one, and the person would be signed out.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        answer = super().process_response(request, response)
        cookie = answer.cookies.get(settings.SESSION_COOKIE_NAME)
        if cookie is not None and not cookie.value and not request.session.ended:  # type: ignore[attr-defined]
            del answer.cookies[settings.SESSION_COOKIE_NAME]
        return answer


def known(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Set `request.user`, by what the session's row brings along; nothing is asked before somebody looks."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        request.user = SimpleLazyObject(lambda: _user(request.session) or AnonymousUser())  # type: ignore[assignment]
        return get_response(request)

    return answer


@receiver(user_logged_in)
def _begin(request: HttpRequest, user: Account, **_: object) -> None:
    """A new session knows since when it is and where, and is fresh: the next page writes nothing more."""
    now = int(time.time())
    request.session.update({BEGAN: now, SEEN: now, WORDS: words(request.META.get("HTTP_USER_AGENT", ""))})
    request.session.set_expiry(int(_stay(user).idle.total_seconds()))
    if _stay(user) is DESK:
        shifts.begin(row_key(request))


def _stay(user: Account) -> Stay:
    if user.kind != Account.Kind.STAFF:
        return OWN
    return DESK if user.staff.role in AT_DESK else STAFF


def at_public_computer(request: HttpRequest) -> None:
    """The browser that has just signed in is used by others too: it is signed out sooner."""
    request.session[SHARED] = True
    request.session.set_expiry(int(PUBLIC.idle.total_seconds()))


def sign_out_from_afar(request: HttpRequest) -> int:
    """Sign out the browser that the form names, or all others of the same account; return how many that were."""
    own, key = digest(request.session.session_key or ""), request.POST.get("browser", "")[:40]
    if key == own:
        return 0
    return browsers.leave(request.user, key) if key else browsers.leave_others(request.user, but=own)  # type: ignore[arg-type]


def is_phone_of(request: HttpRequest) -> bool:
    """Whether the request comes from a phone, by what the browser says of itself."""
    return is_phone(request.META.get("HTTP_USER_AGENT", ""))


def left(response: HttpResponse) -> HttpResponse:
    """Have the browser forget this site's pages and drafts; its device cookie, which tells nothing, stays."""
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


def by_itself(request: HttpRequest) -> bool:
    """Whether a page asks to be read again without anybody: it keeps no session and no desk open."""
    return request.method == "GET" and ITSELF in request.GET


def itself(request: HttpRequest) -> str:
    """Return the address by which the page that is asked for reads itself again."""
    asked = request.GET.copy()
    asked[ITSELF] = "1"
    return f"{escape_uri_path(request.path)}?{asked.urlencode()}"


def turned_away(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """On the way to the sign-in page: who was signed in here, and is no more, is told so there, once."""
    dead = _cookie(request)
    if dead and kept(request, _ended()) != digest(dead):
        keep(response, _ended(), _NEWS, seconds=_NEWS_FOR)
    return response


def is_turned_away(request: HttpRequest) -> bool:
    """Whether the sign-in page is asked for because a session has ended."""
    return kept(request, _ended()) == _NEWS


def told_once(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """After the sign-in page has told it: of that session this browser is told no more.

    The session's cookie, which opens nothing, stays: a page that is answered late would take back the new one of who
    has signed in meanwhile.
    """
    keep(response, _ended(), digest(_cookie(request)), seconds=int(STAFF.longest.total_seconds()))
    return response


def _ended() -> str:
    return f"{_ENDED}_{settings.PORTAL}"


def _cookie(request: HttpRequest) -> str:
    return request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")


def row_key(request: HttpRequest) -> str:
    """Return the key of the row that this request's session stands in."""
    return digest(request.session.session_key or "")


def _user(session: Any) -> Account | None:
    """The session's account while it is active, has the password that it signed in with, and its desk is not locked.

    A locked desk is nobody's: no page and no act has to ask. Who holds it is kept beside, to be asked for the PIN.
    """
    signed = session.get(HASH_SESSION_KEY)  # reads the row
    account: Account | None = session.account
    if account is None or session.get(SESSION_KEY) != str(account.pk):
        return None
    if account.is_active and signed and constant_time_compare(signed, account.get_session_auth_hash()):
        if not session.locked:
            return account
        session.held = account
    leave()  # what the session had entered is not theirs any more
    return None


def _moment(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def digest(key: str) -> str:
    """Return what stands in the table for a cookie: 160 bits in hexadecimal."""
    return sha256(key.encode()).hexdigest()[:40]


@Kept
def _of_staff(key: str, now: object) -> "QuerySet[Any]":
    rows = Session.objects.filter(session_key=key, expire_date__gt=now).select_related("account__staff__office")
    return rows.annotate(**entering_area("account__staff__path"))


@Kept
def _of_candidate(key: str, now: object) -> "QuerySet[Any]":
    rows = Session.objects.filter(session_key=key, expire_date__gt=now).select_related("account")
    return rows.annotate(**entering_account("account_id"))
