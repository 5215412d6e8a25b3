"""Cookies beside session and form token: their names, bound to this host where there is TLS, and how they are kept."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

_YEAR = 365 * 24 * 3600


def bound(name: str) -> str:
    """Return the name under which the cookie travels: with TLS no other host and no plain connection can set it."""
    return f"{'__Host-' if settings.SECURE else ''}{name}"


def kept(request: HttpRequest, name: str) -> str:
    """Return what the browser carries, empty where it carries nothing."""
    return request.COOKIES.get(bound(name), "")


def keep(response: HttpResponse, name: str, value: str, *, seconds: int = _YEAR) -> None:
    """Have the browser carry `value` for `seconds`, out of the reach of scripts."""
    response.set_cookie(
        bound(name), value, max_age=seconds, httponly=True, samesite="Lax", secure=settings.SECURE
    )  # fmt: skip
