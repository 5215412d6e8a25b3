"""The cookie of a browser that has signed in before (T3, mechanism 15): its name, reading and setting."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from baoming.accounts.models import Account
from baoming.accounts.services.sign_in import remember_device

_YEAR = 365 * 24 * 3600


def cookie_name() -> str:
    """Return the cookie's name: one for each portal, bound to this host where there is TLS."""
    return f"{'__Host-' if settings.SECURE else ''}bm_device_{settings.PORTAL}"


def device_of(request: HttpRequest) -> str:
    """Return what the browser carries, empty for one that has never signed in here."""
    return request.COOKIES.get(cookie_name(), "")


def keep_device(request: HttpRequest, response: HttpResponse, account: Account) -> None:
    """Make this browser one of the account's own, with its own budget of tries."""
    response.set_cookie(
        cookie_name(), remember_device(account, device_of(request)),
        max_age=_YEAR, httponly=True, samesite="Lax", secure=settings.SECURE,
    )  # fmt: skip
