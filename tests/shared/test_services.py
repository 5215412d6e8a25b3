"""Rows written: the same as Django writes, and nothing where nothing is there."""

import pytest
from django.db import DatabaseError, models, transaction
from django.utils import timezone

from baoming.accounts.models import Account, Request
from baoming.audit.models import Event
from baoming.organizations.models import Organization
from baoming.registrations.models import Batch, Registration
from baoming.shared.services import insert, insert_many, update, update_many
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


@pytest.mark.parametrize("kind", NEW)
def test_many_new_rows_are_as_django_makes_them(kind: str) -> None:
    new = [NEW[kind]() for _ in range(3)]
    for place, one in enumerate(new):
        for once in ("handle", "key"):
            if hasattr(one, once):
                setattr(one, once, str(place))
    insert_many(new[:2])
    new[2].save(force_insert=True)
    made = [values(row) for row in type(new[2])._default_manager.order_by("-pk")[:3]]
    for row in made:
        differ = {key for key, value in values(new[2]).items() if row[key] != value}
        assert differ <= {"id", "at", "handle", "key"}
    assert len({row["id"] for row in made}) == 3


def test_of_nothing_nothing_is_written() -> None:
    insert_many(iter(()))
    assert not Event.objects.exists()


def events(many: int, **changes: object) -> list[Event]:
    plain = {"verb": "claim", "actor_kind": "site", "actor_path": "43/", "path": "43/"}
    return [Event(**plain | changes) for _ in range(many)]  # type: ignore[arg-type]


def test_more_rows_than_a_statement_takes_single_values_are_written() -> None:
    insert_many(events(10_000))
    assert Event.objects.count() == 10_000


def test_control_django_writes_such_rows_value_by_value() -> None:
    """Of a model with a column that the database fills in: this is why an export of ten thousand never ended."""
    with pytest.raises(DatabaseError, match="65535"), transaction.atomic():
        Event.objects.bulk_create(events(10_000))


def test_what_is_too_long_is_refused_and_not_cut() -> None:
    with pytest.raises(DatabaseError, match="too long"), transaction.atomic():
        insert_many(events(2, verb="a" * 41))


def test_a_column_that_holds_lists_is_not_written_so() -> None:
    with pytest.raises(TypeError, match="lists"):
        insert_many([Batch(ids=[]), Batch(ids=[])])


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


def test_of_many_rows_each_is_written_with_its_own_and_only_the_named_fields() -> None:
    make.season()
    here, there = make.site(), make.site("02")
    rows, other = [make.registration(here) for _ in range(3)], make.registration(here, name="没有变")
    now = timezone.now()
    for number, row in enumerate(rows, start=1020001):
        row.number, row.site, row.saved_at, row.name = number, there, now, "没有写"
    rows[1].saved_at = None
    update_many(rows, "number", "site", "saved_at")
    again = Registration.objects.in_bulk([row.pk for row in rows])
    assert [(again[row.pk].number, again[row.pk].site_id, again[row.pk].saved_at) for row in rows] == [
        (1020001, there.pk, now), (1020002, there.pk, None), (1020003, there.pk, now),
    ]  # fmt: skip
    assert "没有写" not in {row.name for row in again.values()}
    assert values(Registration.objects.get(pk=other.pk)) == values(other)


def test_of_many_rows_one_that_is_not_there_is_not_passed_over() -> None:
    make.season()
    update_many([], "name")
    with pytest.raises(DatabaseError, match="1 Organization"):
        update_many([make.site(), Organization(name="没有")], "name")
