"""Every route of the office portal, by every role, for targets in every relation, against the table (Z1).

The whole table, and each layer alone, is asked in tests/nightly/test_matrix.py.
"""

import pytest
from django.test import Client

from baoming.organizations.roles import Role
from baoming.reviews.services.class_acts import KINDS
from baoming.web.office.classes import AREA, TITLES
from tests.matrix.asking import LINES, near_and_far, pairs, wrong
from tests.matrix.world import make_world, nameless
from tests.roles import portals_as_worker
from tests.web.routes import routes
from tests.web.test_scope import without_scoping

pytestmark = pytest.mark.django_db


def test_every_route_and_every_act_stands_in_the_table() -> None:
    asked = [(line.key, method) for line in LINES for method in line.methods]
    assert len(asked) == len(set(asked))
    assert {line.route for line in LINES} == {*routes("office"), *nameless("office")}
    assert {line.act for line in LINES if line.route == "classes_act"} == set(TITLES)
    # These begin with pages (prints_scans_confirm), and with a city (upward), not with a class.
    assert set(KINDS) - set(TITLES) == {"scan", "upward"}
    assert {line.act for line in LINES if line.route == "classes_all"} == set(AREA)


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
