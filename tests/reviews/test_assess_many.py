"""R21: what is said of many at once is refused, written, held and recorded as if it had been said of each alone."""

from collections.abc import Callable, Sequence

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from baoming.audit.actors import Actor, Party
from baoming.audit.models import Event
from baoming.organizations.models import Organization
from baoming.registrations.models import HoldRow, Registration, StepLog
from baoming.registrations.services.steps import locked
from baoming.reviews.models import MoralAssessment
from baoming.reviews.queries import moral_of
from baoming.reviews.services import assess_morals, complete_registration, morals
from baoming.reviews.services.morals import Said, assess_many
from baoming.shared.errors import Refused
from tests import factories as make
from tests.registrations.classes import operator, pupil
from tests.reviews.files import office

pytestmark = pytest.mark.django_db
MORAL = "该生遵纪守法，尊敬师长。"


def assessed(row: Registration, *, qualified: bool = True, by: str = "site") -> None:
    assess_morals(row.pk, qualified=qualified, text="以前写的", by=office(row, by))


def completed(row: Registration) -> None:
    assessed(row)
    complete_registration(row.pk, by=office(row, "county"))


def changed(**values: object) -> Callable[[Registration], None]:
    return lambda row: Registration.objects.filter(pk=row.pk).update(**values) and None


# What has happened to somebody, and what is said of them then: qualified, text, what is told. Written from R21.
SITUATIONS: list[tuple[Callable[[Registration], None], bool, str, str]] = [
    (lambda row: None, True, MORAL, ""),
    (lambda row: None, True, f"  {MORAL} ", ""),
    (lambda row: None, False, "考核中", ""),
    (assessed, True, "后来写的", ""),
    (assessed, False, "后来写的", ""),
    (lambda row: assessed(row, qualified=False), True, MORAL, ""),
    (lambda row: assessed(row, qualified=False), False, "还是这样", ""),
    (lambda row: assessed(row, by="county"), True, MORAL, "由县（市、区）招考机构录入"),
    (completed, True, MORAL, "由县招考机构重新打开"),
    (changed(stopped_at=timezone.now()), True, MORAL, "中止"),
    (changed(done=0), True, MORAL, "请先完成分配报名序号"),
    (lambda row: None, True, "  ", "请填写思想品德考核意见"),
    (lambda row: None, True, "好" * 201, "最多200个字"),
]


@pytest.fixture
def here() -> Organization:
    make.season("confirmation")
    return make.site()


def people(here: Organization) -> list[Registration]:
    rows = [pupil(here, stage="signed") for _ in SITUATIONS]
    for row, (happens, *_) in zip(rows, SITUATIONS, strict=True):
        happens(row)
    return rows


def alone(rows: Sequence[Registration], by: Actor) -> dict[object, str]:
    """Say it of each alone; returns why not, of whom it is refused."""
    found: dict[object, str] = {}
    for row, (_, qualified, text, _) in zip(rows, SITUATIONS, strict=True):
        try:
            with transaction.atomic():
                assess_morals(row.pk, qualified=qualified, text=text, by=by)
        except Refused as refusal:
            found[row.pk] = str(refusal)
    return found


def together(rows: Sequence[Registration], by: Actor) -> dict[object, str]:
    said = [
        Said(locked(row.pk), qualified, text)
        for row, (_, qualified, text, _) in zip(rows, SITUATIONS, strict=True)
    ]  # fmt: skip
    return {pk: str(one) for pk, one in assess_many(said, by=by).items() if isinstance(one, Refused)}


def came_of(row: Registration) -> list[object]:
    """Everything that is known of one person afterwards, but when, and the keys of rows."""
    now, moral = Registration.objects.get(pk=row.pk), moral_of(row)
    theirs = {"registration": row}
    return [
        (now.done_steps, now.fallen, now.current_step, now.held),
        (moral.qualified, moral.text, moral.by_label) if moral else None,
        list(MoralAssessment.objects.filter(**theirs).order_by("id").values_list("qualified", "by_kind")),
        [(one.kind, one.steps, one.cleared_at is None) for one in HoldRow.objects.filter(**theirs).order_by("id")],
        list(StepLog.objects.filter(**theirs).order_by("id").values_list("step", "done", "by_kind", "by_label")),
        sorted(Event.objects.filter(subject=row.pk).values_list("verb", "actor_id", "path")),
    ]


def test_what_is_said_of_many_is_as_if_it_were_said_of_each(here: Organization) -> None:
    by, ones, others = operator(here), people(here), people(here)
    said_alone, said_together = alone(ones, by), together(others, by)
    for one, other, (*_, told) in zip(ones, others, SITUATIONS, strict=True):
        assert said_together.get(other.pk, "") == said_alone.get(one.pk, "")
        assert told in said_together.get(other.pk, "")
        assert bool(told) == (other.pk in said_together)
        assert came_of(other) == came_of(one)


@pytest.mark.parametrize(
    ("guard", "instead"),
    [
        ("_require", lambda *_: None),
        ("complete_steps", lambda *_, **__: None),
        ("_held_among", lambda _: set()),
        ("_hold_while_unqualified", lambda *_, **__: None),
    ],
)
def test_control_without_one_of_its_parts_it_is_not(
    here: Organization, monkeypatch: pytest.MonkeyPatch, guard: str, instead: Callable[..., object]
) -> None:
    by, ones, others = operator(here), people(here), people(here)
    alone(ones, by)
    monkeypatch.setattr(morals, guard, instead)
    together(others, by)
    assert [came_of(row) for row in others] != [came_of(row) for row in ones]


def asked_for(here: Organization, many: int) -> int:
    rows = [locked(pupil(here).pk) for _ in range(many)]
    with CaptureQueriesContext(connection) as asked:
        assess_many([Said(row, True, MORAL) for row in rows], by=operator(here))
    return len(asked)


def test_six_are_assessed_with_as_many_questions_as_three(here: Organization) -> None:
    operator(here)
    assert asked_for(here, 3) == asked_for(here, 6) < 20


def test_of_nobody_nothing_is_said(here: Organization) -> None:
    assert assess_many([], by=Actor(Party.SITE, "", here.path, "周敏")) == {}
