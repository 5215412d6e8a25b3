"""A season that tests begin with is the one that the service loads."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from baoming.organizations.models import Organization
from baoming.schedule.models import Phase
from baoming.seasons.models import Season
from baoming.web.management.commands.load_season import load
from tests import factories as make
from tests.seasons_kept import YEARS, loaded

pytestmark = pytest.mark.django_db
DRAWN = {"id", "season_id", "parent_id"}  # anew each time
MANY = 300  # questions: as many as only loading asks
Load = Callable[[int, str], Season]


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def by_the_service(year: int, kind: str) -> Season:
    return load("43", year, kind)


def written(load_one: Load, *seasons: tuple[int, str]) -> dict[str, list[str]]:
    """Return what stands in every table once these seasons are loaded; then it is undone."""
    found: dict[str, list[str]] = {}
    with undone():
        for year, kind in seasons:
            assert str(year) in load_one(year, kind).name
        for model in apps.get_models():
            names = [field.attname for field in model._meta.concrete_fields if field.attname not in DRAWN]
            above = ["parent__path"] if model is Organization else []
            found[model._meta.label] = sorted(map(repr, model._default_manager.values(*names, *above)))
    return found


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("kind", ["demo", "practice", "real"])
def test_every_row_is_as_the_service_writes_it_as_often_as_it_is_asked_for(year: int, kind: str) -> None:
    asked = written(by_the_service, (year, kind))
    assert len(asked["organizations.Organization"]) > 100
    for _ in range(2):
        with CaptureQueriesContext(connection) as questions:
            assert written(loaded, (year, kind)) == asked
        assert len(questions) < MANY


def test_a_second_season_stands_beside_the_first() -> None:
    both = ((2023, "demo"), (2023, "practice"))
    assert written(loaded, *both) == written(by_the_service, *both)


def test_control_one_other_row_is_seen() -> None:
    def changed(year: int, kind: str) -> Season:
        season = loaded(year, kind)
        Phase.objects.filter(key="sign_up").update(position=99)
        return season

    assert written(changed, (2023, "demo")) != written(by_the_service, (2023, "demo"))


def test_control_the_service_asks_more() -> None:
    with CaptureQueriesContext(connection) as questions:
        written(by_the_service, (2023, "demo"))
    assert len(questions) > MANY


def test_each_has_another_number() -> None:
    with undone():
        first = loaded().pk
    assert loaded().pk > first


def test_a_season_that_is_there_is_renewed_by_the_service() -> None:
    season = loaded()
    Phase.objects.filter(key="sign_up").update(position=99)
    assert loaded() == season
    assert Phase.objects.get(key="sign_up").position < 99


def test_offices_of_before_are_completed_by_the_service() -> None:
    with undone():
        Organization.objects.create(level="province", path="43/", code="43", name="旧名")
        loaded()
        assert Organization.objects.get(path="43/").name != "旧名"
        assert Organization.objects.filter(level="county").count() > 100
    loaded()
    make.site()
    Organization.objects.filter(path="43/").update(name="旧名")
    loaded(kind="practice")
    assert Organization.objects.get(path="43/").name != "旧名"
