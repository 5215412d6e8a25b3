"""The look at the events after each browser story finds what it is there for (I7): planted, one fault at a time."""

from collections.abc import Callable

import pytest
from django.db import connection

from baoming.audit.actors import SYSTEM
from baoming.audit.services import record
from baoming.registrations.models import Registration, StepLog
from tests.journeys.events import faults, verbs
from tests.reviews import files

pytestmark = pytest.mark.django_db


def found() -> list[str]:
    with connection.cursor() as cursor:
        return faults(cursor)


def test_people_on_their_way_have_one_event_for_each_change() -> None:
    """By the services themselves, with what falls and is done again."""
    row = files.returned()
    files.give_pass(row)
    assert found() == []
    with connection.cursor() as cursor:
        assert {"open_file", "step:eligibility", "undo:eligibility", "return_eligibility"} <= verbs(cursor)


def twice(row: Registration) -> None:
    record("step:eligibility", by=SYSTEM, subject=row.pk, path=row.path)


def silent(row: Registration) -> None:
    StepLog.objects.create(registration=row, step="photo", done=True, at=row.created_at, by_kind="site", by_label="x")


def talkative(row: Registration) -> None:
    record("see_candidate", by=SYSTEM, subject=row.pk, path=row.path, details={"reason": row.name})


def of_nobody(row: Registration) -> None:
    record("take_photo", by=SYSTEM, subject=row.pk, path=row.path)


@pytest.mark.parametrize(
    ("plant", "said"),
    [
        (twice, "step:eligibility: 2 changes, 3 events, of 1"),
        (silent, "step:photo: 1 changes, 0 events, of 1"),
        (of_nobody, "take_photo: 0 changes, 1 events, of 1"),
        (talkative, "see_candidate.reason is a value"),
    ],
)
def test_control_each_planted_fault_is_found(plant: Callable[[Registration], None], said: str) -> None:
    row = files.returned()
    files.give_pass(row)
    plant(row)
    assert found() == [said]
