"""The season that tests begin with is the one that the service loads."""

from collections.abc import Callable

import pytest
from django.apps import apps
from django.db import transaction

from baoming.organizations.models import Organization
from baoming.registrations.form_queries import form_of
from baoming.schedule.models import Phase
from baoming.seasons.models import Season
from baoming.web.management.commands.load_season import load
from tests import seasons_kept

pytestmark = pytest.mark.django_db
RUNNING = {"id", "season_id", "parent_id"}  # drawn anew each time


def written(make: Callable[[], Season]) -> dict[str, list[str]]:
    """Return what stands in every table once `make` has run; then it is undone."""
    found: dict[str, list[str]] = {}
    with transaction.atomic():
        assert form_of(make()).version.startswith("2023")
        for model in apps.get_models():
            parent = ("parent__path",) if model is Organization else ()
            names = [field.attname for field in model._meta.concrete_fields if field.attname not in RUNNING]
            rows = model._default_manager.values(*names, *parent)
            found[model._meta.label] = sorted(repr(row) for row in rows)
        transaction.set_rollback(True)
    return found


def loaded() -> Season:
    return load("43", 2023, "demo")


def test_every_row_is_as_the_service_writes_it() -> None:
    asked = written(loaded)
    assert len(asked["organizations.Organization"]) > 100
    assert written(seasons_kept.demo) == asked
    assert written(seasons_kept.demo) == asked, "as often as it is asked for"


def test_control_one_other_minute_is_seen() -> None:
    def late() -> Season:
        season = seasons_kept.demo()
        Phase.objects.filter(key="sign_up").update(position=99)
        return season

    assert written(late) != written(loaded)


def test_each_has_another_number() -> None:
    with transaction.atomic():
        first = seasons_kept.demo().pk
        transaction.set_rollback(True)
    assert seasons_kept.demo().pk > first


def test_offices_that_somebody_has_made_are_completed_by_the_service() -> None:
    Organization.objects.create(level="province", path="43/", code="43", name="旧名")
    seasons_kept.demo()
    assert Organization.objects.get(path="43/").name != "旧名"
    assert Organization.objects.filter(level="county").count() > 100
