"""The cookie of a browser that has signed in before (T3, mechanism 15): its name, reading and setting."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from baoming.accounts.models import Account
from baoming.accounts.services.sign_in import remember_device
from baoming.web.cookies import keep, kept


def cookie_name() -> str:
    """Return the cookie's name: one for each portal."""
    return f"bm_device_{settings.PORTAL}"


def device_of(request: HttpRequest) -> str:
    """Return what the browser carries, empty for one that has never signed in here."""
    return kept(request, cookie_name())


def keep_device(request: HttpRequest, response: HttpResponse, account: Account) -> str:
    """Make this browser one of the account's own, with its own budget of tries; return what it carries."""
    device = remember_device(account, device_of(request))
    keep(response, cookie_name(), device)
    return device
