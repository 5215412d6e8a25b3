"""Every page that the portals answer with, out of their tables of routes and acts.

A route that takes a GET stands in tests/matrix (the tables are held against the URL tables there), with who may ask;
an act stands in tests/audit/acts with somebody who may do it now. Both are asked here for the page that they answer:
the route by every role, the act with nothing filled in (its error summary), with too much, and as it is meant.
"""

import re
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

from django.db import transaction
from django.test import Client

from tests.audit.acts import ACTS
from tests.audit.test_walk import LINES as ACT_LINES
from tests.audit.test_walk import in_portal
from tests.audit.walking import Ask
from tests.matrix.asking import LINES as OFFICE_LINES
from tests.matrix.asking import address
from tests.matrix.world import World, make_world
from tests.web.conftest import signed_in

EMPTY = "nothing filled in"
TOO_MUCH = "错" * 300
_TAG, _LOOK = re.compile(r"<(\w+)([^>]*)>"), re.compile(r'(?:class|type|role)="[^"]*"|aria-invalid|readonly|disabled')


@dataclass(frozen=True)
class Shown:
    """One page as a portal sent it: of which route, and which of its states."""

    portal: str
    route: str
    state: str
    html: str
    policy: str
    long: bool = False  # with the longest words there are: looks like another page and may still not fit

    @property
    def name(self) -> str:
        return f"{self.portal} {self.route}, {self.state}"

    @property
    def refuses(self) -> bool:
        return '<section class="errors"' in self.html

    @property
    def shape(self) -> tuple[str, ...]:
        """The kinds of things on the page: two with the same ones, in other words and numbers, look alike."""
        return tuple(sorted({f"{tag} {' '.join(_LOOK.findall(rest))}" for tag, rest in _TAG.findall(self.html)}))


def seen(portal: str, route: str, state: str, answer: Any, *, long: bool = False) -> Iterator[Shown]:
    """Yield the answer if it is a page; a redirect, a PDF and a picture are none."""
    if answer.status_code in (200, 409, 422, 423) and "text/html" in answer.headers["Content-Type"]:
        yield Shown(portal, route, state, answer.content.decode(), answer.headers["Content-Security-Policy"], long)


def undone(client: Client, ask: Callable[[], Any]) -> Any:
    """Return what `ask()` answers, with all that it did undone: in the database and in the browser's cookies."""
    cookies = SimpleCookie(client.cookies)
    with transaction.atomic():
        answer = ask()
        transaction.set_rollback(True)
    client.cookies = cookies
    return answer


def of_roles() -> list[Shown]:
    """Every page of the office portal by every role that may open it, and what it answers to a form left empty."""
    with transaction.atomic():
        pages = list(_of_roles(make_world()))
        transaction.set_rollback(True)
    return pages


def _of_roles(world: World) -> Iterator[Shown]:
    clients = {role: signed_in(Client(), staff) for role, staff in world.staff.items()}
    for line in OFFICE_LINES:
        for role in sorted(line.roles) or [None]:
            client, place = clients[role] if role else Client(), address(line, world.targets["own"])
            state = f"{line.act} by {role or 'a stranger'}".strip()
            if "GET" in line.methods:
                yield from seen("office", line.route, state, undone(client, lambda: client.get(place)))  # noqa: B023
            if "POST" in line.methods:
                answer = undone(client, lambda: client.post(place, {}))  # noqa: B023
                yield from seen("office", line.route, f"{state}, {EMPTY}", answer)


def of_acts(portal: str, told: Container[str] = ()) -> Iterator[Shown]:
    """The pages on which an act is done and refused, one act of each route beside those `told` of already."""
    done: set[str] = set()
    for line in ACT_LINES:
        if line.portal == portal and "/" not in line.route and line.route not in told and line.route not in done:
            with in_portal(line), transaction.atomic():
                ask = ACTS[str(line)]()
                pages = list(_around(portal, line.route, ask)) if isinstance(ask, Ask) else []
                transaction.set_rollback(True)
            if any(one.refuses for one in pages):
                done.add(line.route)
            yield from pages


def _around(portal: str, route: str, ask: Ask) -> Iterator[Shown]:
    client, place = ask.client, ask.place
    asked = {
        "before": lambda: client.get(place),
        EMPTY: lambda: client.post(place, {}),
        "too much filled in": lambda: client.post(place, {name: _fill(name, text) for name, text in ask.body.items()}),
        "done": ask,
    }
    for state, call in asked.items():
        yield from seen(portal, route, state, undone(client, call))


def _fill(name: str, text: Any) -> Any:
    """Overfill what a person types; what says which button was pressed, or which row is meant, stays."""
    keys = {"act", "kind", "key", "version", "segment", "proposal", "account", "asked", "entry", "revision"}
    return text if name in keys or not isinstance(text, str) else TOO_MUCH


def without_twins(pages: Iterable[Shown]) -> list[Shown]:
    """Return the pages: the first of each route, and each shape that none before it had."""
    routes: set[str] = set()
    shapes: set[tuple[str, ...]] = set()
    found = []
    for one in pages:
        if one.route not in routes or one.shape not in shapes or one.long:
            found.append(one)
        routes.add(one.route)
        shapes.add(one.shape)
    return found


def with_something_new(pages: Iterable[Shown]) -> list[Shown]:
    """Return the first page and the first refusal of each route, and each page with a thing that none before it had."""
    known: set[object] = set()
    found = []
    for one in pages:
        new = {(one.route, one.refuses), *one.shape} - known
        if new or one.long:
            found.append(one)
        known |= new
    return found
