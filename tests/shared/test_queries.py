"""A kept question: the SQL stays, the answer is always the database's own."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import models, transaction
from django.db.models import F, QuerySet
from django.db.transaction import TransactionManagementError

from baoming.organizations.models import Organization, Staff
from baoming.registrations.models import Registration
from baoming.shared.queries import Kept, kept_one
from tests import factories as make

pytestmark = pytest.mark.django_db


@Kept
def named(name: str) -> QuerySet[Organization]:
    return Organization.objects.filter(name=name).order_by("path")


@Kept
def locked(path: str) -> QuerySet[Organization]:
    return Organization.objects.filter(path=path).select_for_update()


def test_each_call_has_its_own_values_and_rows() -> None:
    make.season()
    site, county = make.site(), make.county()
    assert (named(site.name), named(county.name), named("没有")) == ([site], [county], [])
    assert named.first(name="没有") is None
    assert named(site.name)[0] is not named(site.name)[0]


def test_a_change_shows_at_the_next_call() -> None:
    make.season()
    site = make.site()
    assert named.first(site.name) == site
    Organization.objects.filter(pk=site.pk).update(phone="0731-0000000")
    found = named.first(site.name)
    assert found is not None
    assert found.phone == "0731-0000000"


# Kinds of questions: what they are made of, and that the kept one reads them as Django does.
KINDS: dict[str, Callable[[Any], QuerySet[Any, Any]]] = {
    "with the joined row": lambda pk: Registration.objects.filter(pk=pk).select_related("site", "season"),
    "with an annotation": lambda pk: Registration.objects.filter(pk=pk).annotate(site_name=F("site__name")),
    "one value": lambda pk: Registration.objects.filter(pk=pk).values_list("traits", flat=True),
    "some values": lambda pk: Registration.objects.filter(pk=pk).values_list("traits", "name", "created_at"),
    "part of a row": lambda pk: Registration.objects.filter(pk=pk).only("name", "traits"),
    "another way round": lambda pk: Registration.objects.exclude(pk=pk).order_by("-pk"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_rows_are_djangos_own(kind: str) -> None:
    make.season()
    row, _ = make.registration(make.site()), make.registration(make.site("02"))
    build = KINDS[kind]
    kept, asked = Kept(build)(row.pk), list(build(row.pk))
    assert list(map(whole, kept)) == list(map(whole, asked))
    assert kept


def whole(row: Any) -> Any:
    """All that was read of a row, joined rows too."""
    if not isinstance(row, models.Model):
        return row
    state = {key: value for key, value in vars(row).items() if key != "_state"}
    return type(row), state, {key: whole(one) for key, one in row._state.fields_cache.items()}


def test_a_row_stands_for_its_key_and_one_answer_is_a_row_or_none() -> None:
    make.season()
    site = make.site()
    row = make.registration(site)
    of_site = kept_one(lambda site: Registration.objects.filter(site=site))
    assert of_site(site) == of_site(site.pk) == row
    assert of_site(site.parent) is None


def test_a_page_is_a_part_of_the_rows_in_their_order() -> None:
    make.season()
    sites = [make.site(code) for code in ("01", "02", "03")]
    below = Kept(lambda low: Organization.objects.filter(level="site", path__gte=low).order_by("path"))
    assert [below.page(first, 2, "43/") for first in (0, 2, 3)] == [sites[:2], sites[2:], []]
    assert below("43/") == sites


def test_any_of_a_list_is_one_question_whatever_its_length() -> None:
    make.season()
    sites = [make.site(code) for code in ("01", "02", "03")]
    these = Kept(lambda ids: Organization.objects.filter(pk__among=ids).order_by("path"))
    assert these([sites[2].pk, sites[0].pk]) == [sites[0], sites[2]]
    assert (these([sites[1].pk]), these([])) == ([sites[1]], [])


def test_none_is_refused_because_it_would_ask_something_else() -> None:
    with pytest.raises(TypeError, match="IS NULL"):
        named(None)  # type: ignore[arg-type]


def test_what_is_no_row_is_refused() -> None:
    with pytest.raises(TypeError, match="nothing else"):
        Kept(lambda pk: Staff.objects.filter(pk=pk).values())(1)


@pytest.mark.django_db(transaction=True)
def test_a_lock_needs_a_transaction_at_every_call() -> None:
    make.season()
    site = make.site()
    with transaction.atomic():
        assert locked(site.path) == [site]
    with pytest.raises(TransactionManagementError):
        locked(site.path)
