"""Z1 and Z2 whole: every route × method × role × relation, with both layers of authorisation and with each alone."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from itertools import product
from math import prod

import pytest
from django.db import transaction
from django.test import Client

from baoming.organizations.roles import Role
from baoming.web.office.classes import AREA, TITLES
from tests.matrix.asking import LINES, ROLES, Case, address, wrong
from tests.matrix.layers import application_alone, rows_alone
from tests.matrix.tables import LISTS, METHODS, RELATIONS, expected, table
from tests.matrix.world import World, make_world, nameless
from tests.web.conftest import office, signed_in
from tests.web.routes import routes

__all__ = ["office"]
pytestmark = pytest.mark.django_db
LAYERS = {row["about"]: row["layers"] for row in table("layers.tsv")}
ACTS = {"classes_act": TITLES, "classes_all": AREA, "evidence": ("form", "case")}  # routes with a line for each act
Named = tuple[str, str, Role | None, str]  # a case by the key of its line


def everything() -> Iterator[Case]:
    for line in LINES:
        yield from product([line], [*line.methods, *sorted(line.refused)], ROLES, RELATIONS)


def of_a_place() -> Iterator[Case]:
    """Every case about something of one office, asked with the methods that the line takes, by those who may ask."""
    for line in LINES:
        if line.about != "list":
            yield from product([line], line.methods, sorted(line.roles), RELATIONS)


def whole(world: World) -> list[str]:
    """Ask everything and return what is wrong; nothing may be left out of what the URL table makes possible."""
    asked: Counter[Named] = Counter()
    found = wrong(world, counted(everything(), asked))
    acts = {f"{route}/{act}" for route, acts in ACTS.items() for act in acts}
    sides = ({*routes("office"), *nameless("office")} - ACTS.keys() | acts, METHODS, ROLES, RELATIONS)
    assert set(product(*sides)) ^ asked.keys() == set()
    assert len(asked) == prod(map(len, sides))
    print(f"\n{len(asked)} cases: {' × '.join(str(len(side)) for side in sides)}")
    return found


def counted(cases: Iterable[Case], asked: Counter[Named]) -> Iterator[Case]:
    """Hand out the cases; what has been asked when the next is wanted is counted."""
    for case in cases:
        yield case
        asked[case[0].key, *case[1:]] += 1


def test_every_kind_of_thing_says_what_guards_it() -> None:
    assert {line.about for line in LINES} == {"list", *LAYERS}


def test_everybody_is_answered_everywhere_as_the_table_says(office: Client) -> None:
    assert "\n".join(whole(make_world())) == ""


def test_the_application_alone_keeps_the_whole_table(office: Client) -> None:
    world = make_world()
    with application_alone():
        assert "\n".join(whole(world)) == ""


def test_row_level_security_alone_refuses_what_has_a_policy_and_nothing_else(office: Client) -> None:
    world = make_world()
    with rows_alone():
        found = whole(world)
    assert "\n".join(sorted(set(found) ^ set(reached_alone()))) == ""


@pytest.mark.parametrize("dropped", ["photo_file", "classes_act/moral", "HEAD", Role.AUDIT_ADMIN, "same county"])
def test_control_whoever_drops_cases_is_told(monkeypatch: pytest.MonkeyPatch, dropped: str) -> None:
    fewer = [case for case in everything() if dropped not in (case[0].key, *case[1:])]
    monkeypatch.setattr(f"{__name__}.everything", lambda: fewer)
    monkeypatch.setattr(f"{__name__}.wrong", lambda _, cases: [case for case in cases if not case])
    with pytest.raises(AssertionError, match=dropped):
        whole(World({}, {}))


def reached_alone() -> Iterator[str]:
    """What row-level security alone lets through: by layers.tsv, what the application guards alone."""
    for line, method, role, relation in of_a_place():
        far = expected(line, method, role, relation) == "404" and relation != "other season"
        if far and LAYERS[line.about] == "application":
            yield f"{method} {line.key} by {role}, {relation}: reached, not 404"


@pytest.mark.parametrize("layer", [nullcontext, application_alone, rows_alone])
def test_lists_show_nobody_from_outside(office: Client, layer: type[AbstractContextManager[None]]) -> None:
    world = make_world()
    with layer():
        seen = {role: shown(world, role) for role in Role}
    assert {role: reach - {"own", "same site"} for role, reach in seen.items()} == {
        **{role: set() for role in Role},
        Role.COUNTY: {"same county"},
        Role.CITY: {"same county", "same city"},
        Role.PROVINCE: {"same county", "same city", "other city"},
        Role.AUDIT_ADMIN: {"same county", "same city", "other city", "other season"},  # R36: events of everybody, by id
    }


def shown(world: World, role: Role) -> set[str]:
    """Return the relations of those whom some list of the portal shows to `role`, by their ids in its links."""
    client, found = signed_in(Client(), world.staff[role]), set()
    for line, method in product(LINES, ("GET", "POST")):
        if line.about not in LISTS or line.open or method not in line.methods:
            continue
        with transaction.atomic():
            answer = (
                client.generic(method, address(line, world.targets["own"]))
                if method == "GET"
                else client.post(address(line, world.targets["own"]), {"wanted": world.targets["own"].person.name})
            )
            transaction.set_rollback(True)
        text = answer.content.decode(errors="replace")
        found |= {relation for relation, target in world.targets.items() if str(target.person.pk) in text}
    return found


def test_control_without_both_layers_others_are_reached_and_shown(office: Client) -> None:
    world = make_world()
    with application_alone(), rows_alone():
        found = wrong(world, of_a_place())
        seen = shown(world, Role.COUNTY)
    assert {line.key for line in LINES if line.about not in LISTS and line.roles - ABOVE} <= {
        one.split()[1] for one in found if one.endswith("same city: reached, not 404")
    }
    assert seen >= {"same city", "other city"}


ABOVE = {Role.CITY, Role.PROVINCE, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN}  # whose area "same city" lies in
