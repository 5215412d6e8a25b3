"""The cookie of a browser that has signed in before (T3, mechanism 15): its name, reading and setting.

It carries the device and a tag that only this portal makes. Whose device it is the database knows; that it is a device
of somebody the tag says by itself, where nothing may be looked up (door.py). Cookies made before the tag go on without.
"""

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse

from baoming.accounts.models import Account
from baoming.accounts.services.sign_in import remember_device
from baoming.web.cookies import keep, kept

_SEP = "."  # no character of a device


def cookie_name() -> str:
    """Return the cookie's name: one for each portal."""
    return f"bm_device_{settings.PORTAL}"


def device_of(request: HttpRequest) -> str:
    """Return the device that the browser says it is, empty for one that has never signed in here."""
    return kept(request, cookie_name()).partition(_SEP)[0]


def has_signed_in(request: HttpRequest) -> bool:
    """Whether this portal itself gave the browser its device; nothing is looked up."""
    try:
        _signer().unsign(kept(request, cookie_name()))
    except BadSignature:
        return False
    return True


def keep_device(request: HttpRequest, response: HttpResponse, account: Account) -> str:
    """Make this browser one of the account's own, with its own budget of tries; return its device."""
    device = remember_device(account, device_of(request))
    keep(response, cookie_name(), _signer().sign(device))
    return device


def _signer() -> Signer:
    return Signer(sep=_SEP, salt=cookie_name())
