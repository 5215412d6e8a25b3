"""In one process tests play both parts: they connect as `worker`, who sees all; a request runs as its portal does."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse

from baoming.web.middleware import SignedIn

Call = Callable[[SignedIn, HttpRequest], HttpResponse]
_ROLES = {"office": "office", "candidate": "candidate"}  # of each portal
_ITSELF = "NONE"


@contextmanager
def portals_in_their_roles() -> Iterator[None]:
    """Let every request of a test client run in the role of a portal, from its first question on."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SignedIn, "__call__", _in_role(SignedIn.__call__))
        yield


@contextmanager
def portals_as_worker() -> Iterator[None]:
    """Take row-level security away from requests: what is refused now is refused by the application alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.roles._ROLES", dict.fromkeys(_ROLES, _ITSELF))
        yield


def _in_role(call: Call) -> Call:
    def answer(self: SignedIn, request: HttpRequest) -> HttpResponse:
        _become(_ROLES[settings.PORTAL])
        try:
            return call(self, request)
        finally:
            gone = connection.connection is None or connection.connection.closed
            if not (gone or connection.needs_rollback):  # else the rollback takes the role away
                _become(_ITSELF)

    return answer


def _become(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {role}")
