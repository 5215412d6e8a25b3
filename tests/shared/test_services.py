"""One row written: the same as Django writes, and nothing where nothing is there."""

import pytest
from django.db import DatabaseError, models
from django.utils import timezone

from baoming.accounts.models import Account, Request
from baoming.audit.models import Event
from baoming.organizations.models import Organization
from baoming.registrations.models import Registration
from baoming.shared.services import insert, update
from tests import factories as make

pytestmark = pytest.mark.django_db

# A key of our own, a key of the database's with a moment of Python's, a moment of the database's with a document.
NEW = {
    "an account": lambda: Account(kind="staff", handle="t", password="!"),
    "a request": lambda: Request(actor="a", key="k", answer={"version": 1, "names": ["欧阳"]}),
    "an event": lambda: Event(verb="claim", actor_kind="site", actor_path="43/", path="43/", details={"n": 1}),
}


@pytest.mark.parametrize("kind", NEW)
def test_a_new_row_is_as_django_makes_it(kind: str) -> None:
    made = insert(NEW[kind]())
    assert not made._state.adding
    assert values(made) == values(type(made)._default_manager.get(pk=made.pk))
    by_django = NEW[kind]()
    for once in ("handle", "key"):
        if hasattr(by_django, once):
            setattr(by_django, once, "other")
    by_django.save(force_insert=True)
    differ = {key for key, value in values(made).items() if values(by_django)[key] != value}
    assert differ <= {"id", "at", "handle", "key"}


def values(row: models.Model) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_only_the_named_fields_are_written() -> None:
    make.season()
    row = make.registration(make.site())
    row.name, row.traits, row.saved_at = "没有写", ["a", "b"], timezone.now()
    update(row, "traits", "saved_at")
    again = Registration.objects.get(pk=row.pk)
    assert (again.traits, again.saved_at) == (row.traits, row.saved_at)
    assert again.name != "没有写"


def test_a_foreign_key_is_written_by_its_name() -> None:
    make.season()
    row, other = make.registration(make.site()), make.site("02")
    row.site = other
    update(row, "site")
    assert Registration.objects.get(pk=row.pk).site_id == other.pk


def test_a_row_that_is_not_there_is_not_passed_over() -> None:
    with pytest.raises(DatabaseError):
        update(Organization(name="没有"), "name")
