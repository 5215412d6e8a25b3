"""Up to which version this browser has shown its owner what was saved: a cookie, no other browser answers for it.

Who saves with a stolen password may wave the change through on their own computer; the owner's phone tells it still.
The cookie is for no more than that, and is therefore not signed: who changes it keeps news from themselves.
"""

import re
from hashlib import sha256
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from baoming.registrations.models import Registration
from baoming.registrations.services.disputes import last_release
from baoming.web.cookies import keep, kept

_COOKIE = "seen"
_PEOPLE = 6  # siblings and classmates who share a browser
_ENTRY = re.compile(r"([0-9a-f]{12})\.([0-9]{1,6})")


def seen_of(request: HttpRequest, registration: Registration) -> int:
    """Return the version that was shown here, 0 in a browser that has shown this person none."""
    return _entries(request).get(_name(registration.pk), 0)


def oldest_news(request: HttpRequest, registration: Registration) -> int:
    """Return after which version there is news here; a browser new to this person tells the newest save only.

    What site and county have settled is no news anywhere: nobody is asked about it again.
    """
    after = seen_of(request, registration) or max(0, registration.version - 1)
    return after if after >= registration.version else max(after, _settled(registration))


def keep_seen(request: HttpRequest, response: HttpResponse, registration: Registration, version: int) -> None:
    """Remember that everything up to `version` was shown here."""
    entries = _entries(request)
    entries.pop(_name(registration.pk), None)
    newest = [*entries.items(), (_name(registration.pk), version)][-_PEOPLE:]
    keep(response, _COOKIE, "_".join(f"{name}.{number}" for name, number in newest))


def keep_own(request: HttpRequest, response: HttpResponse, registration: Registration, version: int) -> None:
    """After a save here: it is no news here, unless what was saved before it still is."""
    before = version - 1
    if not before or seen_of(request, registration) >= before or _settled(registration) >= before:
        keep_seen(request, response, registration, version)


def _settled(registration: Registration) -> int:
    released = last_release(registration)
    return released.last if released else 0


def _entries(request: HttpRequest) -> dict[str, int]:
    return {name: int(number) for name, number in _ENTRY.findall(kept(request, _COOKIE)[:200])}


def _name(pk: UUID) -> str:
    return sha256(str(pk).encode()).hexdigest()[:12]
