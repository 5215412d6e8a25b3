"""Z4: of all permission mutants at least 98 in 100 are seen by the matrix; who survives is printed.

The mutants of row-level security stand with its tables (tests/rows/test_tables.py), all of them killed.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from itertools import product

import pytest
from django.test import Client

from baoming.organizations.roles import Role
from tests.matrix.asking import LINES, ROLES, Case, said
from tests.matrix.mutants import action_of, for_everybody, guarded, toggled, toggles, unguarded
from tests.matrix.tables import Line, expected
from tests.matrix.world import World, make_world
from tests.web.conftest import office, signed_in

__all__ = ["office"]
pytestmark = pytest.mark.django_db
ENOUGH = 0.98
# Survivors that change nothing, and why.
EXPLAINED = {
    "today for_everybody": "the calendar is everybody's",
    "account for_everybody": "one's own account is everybody's",
    "account_codes for_everybody": "as account",
    "classes_act for_everybody": "each act asks for its own right behind the guard",
    "classes_all for_everybody": "as classes_act",
}
AREAS = (Role.OPERATOR, Role.COUNTY, Role.CITY)
FAR = ("same city", "same county", "other city")
Clients = dict[Role | None, Client]


def clients_of(world: World) -> Clients:
    return {role: signed_in(Client(), world.staff[role]) if role else Client() for role in ROLES}


def missed(clients: Clients, world: World, cases: Iterable[Case]) -> bool:
    """Whether some case is not as the table says; a defect is no answer of the table either."""
    for line, method, role, relation in cases:
        try:
            if said(clients[role], world, (line, method, role, relation)) != expected(line, method, role, relation):
                return True
        except Exception:
            return True
    return False


def own(lines: Iterable[Line], roles: Iterable[Role | None]) -> Iterator[Case]:
    for line, role in product(lines, roles):
        yield from ((line, method, role, "own") for method in line.methods)


def test_rights_and_guards(office: Client) -> None:
    world = make_world()
    clients, guards = clients_of(world), guarded("office")
    results: dict[str, bool] = {}
    for action, role in toggles():
        first = [line for line in LINES if line.route in guards and action_of(guards[line.route]) == action]
        rest = [line for line in LINES if line not in first]
        with toggled(action, role):
            results[f"{action} for {role}"] = missed(clients, world, own([*first, *rest], [role]))
    kinds: list[Callable[[str, str], AbstractContextManager[None]]] = [unguarded, for_everybody]
    for name, change in product(guards, kinds):
        lines = [line for line in LINES if line.route == name]
        strange = [role for role in ROLES if not any(role in line.roles for line in lines)]
        with change("office", name):
            results[f"{name} {change.__name__}"] = missed(clients, world, own(lines, strange))
    judge(results)


def judge(results: dict[str, bool]) -> None:
    survivors = [name for name, killed in results.items() if not killed]
    rate = 1 - len(survivors) / len(results)
    print(f"\n{len(results)} mutants, {rate:.1%} killed; survivors: {survivors}")
    assert rate >= ENOUGH, survivors
