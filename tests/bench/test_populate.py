"""A few people multiplied: their copies hang together, can be opened and found, and every guard stands again."""

import sys
from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection

from baoming.documents.models import Print
from baoming.registrations.models import FormVersion, Registration, Signature, StepLog
from baoming.registrations.queries import document_of, find_by_number, step_log
from baoming.registrations.segment_queries import segments
from bench import populate
from launcher.inventory import Inventory
from tests import factories as make
from tests.environment import CLUSTER, DATABASE
from tests.registrations import confirmed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ORIGINALS, COPIES = 2, 20


def filled(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(populate, "_PEOPLE", ORIGINALS * COPIES)
    monkeypatch.setattr(populate, "_SITES", 1)
    monkeypatch.setattr(sys, "argv", ["populate", str(count)])
    populate.main()


def guards() -> dict[str, list[int | str]]:
    with psycopg.connect(CLUSTER.url("postgres", DATABASE)) as admin:
        found = Inventory.of(admin, media=[0, ""]).guards
    return {key: value for key, value in found.items() if key != "sequences"}


@pytest.fixture
def people() -> Iterator[tuple[Registration, Registration]]:
    """One who has signed, and one at the desk's beginning."""
    signed = confirmed.signed()
    make.season("intake")
    begun = make.registration(signed.site)
    yield signed, begun
    with psycopg.connect(CLUSTER.url("postgres", DATABASE), autocommit=True) as admin:
        admin.execute("DROP SCHEMA bench CASCADE")


def test_copies_hang_together_as_the_originals_do(
    people: tuple[Registration, Registration], monkeypatch: pytest.MonkeyPatch
) -> None:
    signed, begun = people
    before, logged = guards(), {row.pk: len(step_log(row)) for row in people}
    filled(monkeypatch, ORIGINALS * 5)
    filled(monkeypatch, ORIGINALS * 10)  # goes on where it stopped
    assert guards() == before
    assert Registration.objects.count() == ORIGINALS * 10
    assert StepLog.objects.count() == 10 * sum(logged.values())
    for copy in Registration.objects.exclude(pk__in=[signed.pk, begun.pk]):
        original = signed if copy.done == signed.done else begun
        assert [row.step for row in step_log(copy)] == [row.step for row in step_log(original)]
        found = find_by_number(copy.season_id, document_of(copy).number)
        assert found == copy
        assert copy.path == copy.site.path != signed.path
    assert FormVersion.objects.count() == Signature.objects.count() == 10
    for signature in Signature.objects.select_related("registration", "version", "photo"):
        assert signature.version.registration_id == signature.photo.registration_id == signature.registration_id
        assert Print.objects.get(pk=signature.print_id).subject == signature.registration_id
        assert signature.version.groups.count() == FormVersion.objects.first().groups.count()  # type: ignore[union-attr]


def test_numbers_lie_in_the_segments_of_their_sites_and_work_goes_on(
    people: tuple[Registration, Registration], monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(monkeypatch, ORIGINALS * 10)
    numbered = Registration.objects.exclude(number=None).select_related("site")
    assert len({row.number for row in numbered}) == len(numbered) == 10
    for row in numbered:
        [own] = segments(row.season_id, row.path)
        assert row.number is not None
        assert own.first <= row.number < own.next
    with connection.cursor() as cursor:  # the next id of a sequence is free
        cursor.execute("SELECT max(id) FROM registrations_steplog")
        highest = cursor.fetchone()[0]
    assert StepLog.objects.create(**first_log()).pk > highest


def first_log() -> dict[str, object]:
    row = StepLog.objects.order_by("id").values().first()
    assert row is not None
    return {key: value for key, value in row.items() if key != "id"}
