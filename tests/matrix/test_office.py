"""Every route of the office portal, by every role, for targets in every relation, against the table (Z1).

Each request is undone, so that all meet the same world. `reached` is shown, done, or refused with a sentence.
"""

from collections.abc import Iterator
from itertools import product

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from baoming.organizations.roles import Role
from tests.matrix.world import KINDS, RELATIONS, Line, World, expected, make_world, office_lines
from tests.roles import portals_as_worker
from tests.web.conftest import signed_in
from tests.web.test_scope import routes, without_scoping

pytestmark = pytest.mark.django_db
LINES = office_lines()
ROLES: list[Role | None] = [None, *Role]
Case = tuple[Line, str, Role | None, str]


def said(client: Client, world: World, case: Case) -> str:
    """Return what the portal answers, in the words of the table."""
    line, method, role, relation = case
    cookies = client.cookies.copy()
    with transaction.atomic():
        status, place = _answer(client, line, method, {**world.targets[relation].ids, "kind": kind_of(role)})
        transaction.set_rollback(True)
    client.cookies = cookies  # signing out is undone too
    if status == 302 and place == "/sign-in/" and line.route != "sign_out":
        return "sign in"
    return (
        str(status) if status in {404, 405} else "reached" if status in {200, 302, 409, 422} else f"answered {status}"
    )


def kind_of(role: Role | None) -> str:
    return KINDS.get(role, "signature") if role else "signature"


def _answer(client: Client, line: Line, method: str, ids: dict[str, object]) -> tuple[int, str]:
    converters = routes("office")[line.route].pattern.converters
    answer = client.generic(method, reverse(f"office:{line.route}", kwargs={name: ids[name] for name in converters}))
    return answer.status_code, answer.headers.get("Location", "")


def wrong(world: World, cases: Iterator[Case]) -> list[str]:
    """Return every case that is not as the table says."""
    clients = {role: Client() for role in ROLES}
    for role, client in clients.items():
        if role is not None:
            signed_in(client, world.staff[role])
    found = []
    for case in cases:
        line, method, role, relation = case
        if (answer := said(clients[role], world, case)) != (right := expected(line, method, role, relation)):
            found.append(f"{method} {line.route} by {role or 'stranger'}, {relation}: {answer}, not {right}")
    return found


def near_and_far() -> Iterator[Case]:
    """Every route with each of its methods, by every role, for the own person and one of another county."""
    for line, role, relation in product(LINES, ROLES, ("own", "same city")):
        yield from ((line, method, role, relation) for method in line.methods)


def pairs() -> Iterator[Case]:
    """A sample of the rest in which every two of route, method, role and relation meet."""
    others = [relation for relation in RELATIONS if relation not in {"own", "same city"}]
    for place, (line, role) in enumerate(product(LINES, ROLES)):
        asked = [*line.methods, *sorted(line.refused)]
        yield line, asked[place % len(asked)], role, others[(place // 4) % len(others)]


def test_every_route_stands_in_the_table() -> None:
    asked = [(line.route, method) for line in LINES for method in line.methods]
    assert len(asked) == len(set(asked))
    assert {line.route for line in LINES} == set(routes("office"))


def test_what_routes_answer_is_what_the_table_says(office: Client) -> None:
    world = make_world()
    assert "\n".join(wrong(world, near_and_far())) == ""


def test_a_sample_of_all_else_is_as_the_table_says(office: Client) -> None:
    world = make_world()
    assert "\n".join(wrong(world, pairs())) == ""


def test_control_without_the_layers_the_table_is_not_kept(office: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    world = make_world()
    without_scoping(monkeypatch)
    people = (case for case in near_and_far() if case[0].about == "person" and case[2] is Role.COUNTY)
    with portals_as_worker():
        found = wrong(world, people)
    assert any("same city: reached, not 404" in one for one in found)
