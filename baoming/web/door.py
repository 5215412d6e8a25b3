"""The door: how many may be signing in at once, so that some thread of a portal is always free for those inside.

A hash takes 25 ms and one process hashes at most one password fewer at once than there are cores. Were
everybody let in who wants to sign in, they would wait in all the portal's threads, and whoever is signed
in would wait behind them. So who finds the door full is told at once to come back in some seconds: nothing
was looked up, hashed or counted. A browser that has signed in before has places of its own besides: its
cookie's tag, which only the portal can make, says so (devices.py). Which routes hash for people outside
stands in limits.py.
"""

from collections.abc import Callable
from threading import BoundedSemaphore

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from baoming.accounts.hashers import AT_ONCE, CROWDED
from baoming.shared.errors import Crowded
from baoming.web import errors
from baoming.web.devices import has_signed_in
from baoming.web.limits import behind_the_door

STRANGERS = AT_ONCE + 1  # those that hash, and one behind them
KNOWN = 1

Answer = Callable[[HttpRequest], HttpResponseBase]


def door(get_response: Answer) -> Answer:
    """Let so many in; answer the others with 503 and when to try again."""
    doors = frozenset(reverse(route) for route in behind_the_door(settings.PORTAL))
    strangers, known = BoundedSemaphore(STRANGERS), BoundedSemaphore(KNOWN)

    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.method != "POST" or request.path not in doors:
            return get_response(request)
        for places in (known, strangers) if has_signed_in(request) else (strangers,):
            if places.acquire(blocking=False):
                try:
                    return get_response(request)
                finally:
                    places.release()
        return errors.crowded(request, Crowded(CROWDED))

    return answer
