"""Asking the office portal a case of the table, and what it answers in the words of the table.

Each request is undone, so that all meet the same world. `reached` is shown, done, or refused with a sentence.
"""

from collections.abc import Iterable, Iterator
from itertools import product
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse

from baoming.organizations.roles import Role
from tests.matrix.tables import RELATIONS, Line, expected, office_lines
from tests.matrix.world import CASE_KIND, Target, World, case_paper_of, paper_of
from tests.web.conftest import signed_in
from tests.web.routes import routes

LINES = office_lines()
ROLES: list[Role | None] = [None, *Role]
Case = tuple[Line, str, Role | None, str]


def said(client: Client, world: World, case: Case) -> str:
    """Return what the portal answers, in the words of the table."""
    line, method, _, relation = case
    cookies = client.cookies.copy()
    with transaction.atomic():
        answer = _answer(client, line, method, world.targets[relation])
        transaction.set_rollback(True)
    client.cookies = cookies  # signing out is undone too
    status = answer.status_code
    if status == 302 and answer.headers["Location"] == "/sign-in/" and line.key != "sign_out":
        return "sign in"
    return (
        str(status) if status in {404, 405} else "reached" if status in {200, 302, 409, 422} else f"answered {status}"
    )


def _answer(client: Client, line: Line, method: str, target: Target) -> HttpResponseBase:
    place = address(line, target)
    sent = target.body(line) if method == "POST" else {}
    return client.post(place, sent) if sent else client.generic(method, place)


def address(line: Line, target: Target) -> str:
    """Return where a line is asked for `target`."""
    if line.route not in (known := routes("office")):
        return f"/{line.route}"
    ids = {**target.ids, "kind": line.act or CASE_KIND}
    place = reverse(f"office:{line.route}", kwargs={name: ids[name] for name in known[line.route].pattern.converters})
    asked = {"name": target.person.class_name} if line.about == "class" else {}
    asked |= {"county": target.person.path[3:8].replace("/", "")} if line.about == "county" else {}  # 43/01/02/…
    if line.route == "evidence":
        asked |= {"of": str((case_paper_of if line.act == "case" else paper_of)(target.person))}
    return f"{place}?{urlencode(asked)}" if asked else place


def wrong(world: World, cases: Iterable[Case]) -> list[str]:
    """Return every case that is not as the table says."""
    clients = {role: Client() for role in ROLES}
    for role, client in clients.items():
        if role is not None:
            signed_in(client, world.staff[role])
    found = []
    for case in cases:
        line, method, role, relation = case
        if (answer := said(clients[role], world, case)) != (right := expected(line, method, role, relation)):
            found.append(f"{method} {line.key} by {role or 'stranger'}, {relation}: {answer}, not {right}")
    return found


def near_and_far() -> Iterator[Case]:
    """Every route with each of its methods, by every role, for the own person and one of another county."""
    for line, role, relation in product(LINES, ROLES, ("own", "same city")):
        yield from ((line, method, role, relation) for method in line.methods if method != "HEAD")


def pairs() -> Iterator[Case]:
    """A sample of the rest in which every two of route, method, role and relation meet."""
    others = [relation for relation in RELATIONS if relation not in {"own", "same city"}]
    for place, (line, role) in enumerate(product(LINES, ROLES)):
        asked = [*line.methods, *sorted(line.refused)]
        yield line, asked[place % len(asked)], role, others[(place // 4) % len(others)]
