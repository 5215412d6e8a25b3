"""R17: who declares arts or sports has the steps of the provincial exams before them, and nobody else."""

from collections.abc import Sequence

import pytest

from baoming.audit.actors import Party
from baoming.registrations.journey import STEPS, Trait, pack
from baoming.registrations.models import Registration
from baoming.registrations.queries import state_of, tasks_of
from baoming.registrations.services.steps import require
from baoming.shared.errors import Invalid, NotOpen
from tests import factories as make
from tests.forms.samples import DOCUMENT, FILLED, FORM
from tests.registrations.test_save_form import candidate, me, save, type_in

pytestmark = pytest.mark.django_db
# R17, R18: choose category and items, pay, be seated, have a 专业考试证.
OF_SPECIALTY = ("specialty", "specialty_fee", "specialty_seat", "specialty_ticket")
MATCHED = {"registration_type": ["VOCATIONAL_MATCHED"], "first_subject": [], "second_subjects": []}


def saved(row: Registration, **changes: Sequence[str]) -> Registration:
    type_in(row, {**FILLED, **changes})
    save(row)
    return row


@pytest.mark.parametrize(
    "changes",
    [
        {"specialty_exam": ["ARTS"], "arts_categories": ["音乐类"]},
        {"specialty_exam": ["SPORTS"]},
        {**MATCHED, "specialty_exam": [], "vocational_category": ["美术类"]},
        {**MATCHED, "specialty_exam": [], "vocational_category": ["音乐类"]},
        {**MATCHED, "specialty_exam": [], "vocational_category": ["服装类"]},
    ],
)
def test_arts_and_sports_bring_the_steps_of_the_provincial_exam(changes: dict[str, list[str]]) -> None:
    row = saved(candidate(), **changes)
    assert Trait.ARTS_OR_SPORTS in row.trait_set
    assert all(state_of(row).applies(step) for step in OF_SPECIALTY)
    shown = {task.key: task.title for task in tasks_of(row, Party.CANDIDATE).all}
    assert shown["specialty"] == "专业统考报考"
    make.season("specialty")
    require("specialty", row, me(row))


@pytest.mark.parametrize(
    "changes",
    [{"specialty_exam": ["NONE"]}, {**MATCHED, "specialty_exam": [], "vocational_category": ["种植类"]}],
)
def test_for_others_there_is_no_provincial_exam(changes: dict[str, list[str]]) -> None:
    row = saved(candidate(), **changes)
    assert not any(state_of(row).applies(step) for step in OF_SPECIALTY)
    make.season("specialty")
    with pytest.raises(NotOpen, match="不适用"):
        require("specialty", row, me(row))


def test_until_the_deadline_the_choice_can_be_changed_both_ways() -> None:
    row = saved(candidate(), specialty_exam=["ARTS"], arts_categories=["音乐类"])
    assert Trait.ARTS_OR_SPORTS not in saved(row, specialty_exam=["NONE"]).trait_set
    assert Trait.ARTS_OR_SPORTS in saved(row, specialty_exam=["SPORTS"]).trait_set
    assert Trait.CULTURE_EXAM in row.trait_set


def test_once_paid_the_provincial_exam_stays_whatever_the_form_says() -> None:
    row = saved(candidate(), specialty_exam=["ARTS"], arts_categories=["音乐类"])
    row.done = pack({*row.done_steps, "specialty", "specialty_fee"})
    row.save(update_fields=["done"])
    saved(row, specialty_exam=["NONE"])
    assert all(state_of(row).applies(step) for step in OF_SPECIALTY)


def test_nobody_loses_the_exam_by_leaving_the_question_out() -> None:
    row = candidate()
    type_in(row, {**FILLED, "specialty_exam": []})
    with pytest.raises(Invalid) as refusal:
        save(row)
    assert refusal.value.fields == {"specialty_exam": "请选择专业统考"}


def test_the_rules_name_fields_codes_and_traits_that_there_are() -> None:
    fields = {field.key: field for field in FORM.fields}
    for key, codes in DOCUMENT["traits"].items():
        field = fields[key]
        assert field.codes is not None
        assert set(codes) <= set(field.codes.labels)
        assert {Trait(trait) for traits in codes.values() for trait in traits} <= set(Trait)
    assert STEPS["specialty"].applies is Trait.ARTS_OR_SPORTS
