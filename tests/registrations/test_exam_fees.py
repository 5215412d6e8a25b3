"""R16: 3 × 30 and 3 × 26 yuan by the subjects chosen; R15: what a change after paying does. By hand, from the order."""

import pytest

from baoming.registrations.exam_fees import SENTENCES, Change, change, exam_fee
from baoming.registrations.journey import Trait

FEES = [
    {"key": "registration_fee", "phase": "sign_up", "fen": 4000},
    {"key": "exam_fee_main", "phase": "exam_fee", "fen": 3000, "subjects": 3},
    {"key": "exam_fee_selective", "phase": "exam_fee", "fen": 2600, "subjects": ["first_subject", "second_subjects"]},
    {"key": "exam_fee_vocational", "phase": "exam_fee", "fen": 2600, "subjects": ["vocational_category"]},
]
SITS = [Trait.CULTURE_EXAM.value]
UNIFIED = {"first_subject": "PHYSICS", "second_subjects": ["CHEMISTRY", "BIOLOGY"]}


@pytest.mark.parametrize(("values", "traits", "fen"), [
    (UNIFIED, SITS, 168_00),
    ({"vocational_category": "机械类"}, SITS, 116_00),
    ({**UNIFIED, "second_subjects": []}, SITS, 116_00),
    (UNIFIED, [Trait.ANY_EXAM.value], 0),  # single admission: the college examines
    ({}, [], 0),
])  # fmt: skip
def test_the_fee_is_of_the_subjects_that_are_sat(values: dict[str, object], traits: list[str], fen: int) -> None:
    assert exam_fee(FEES, values, traits) == fen


@pytest.mark.parametrize(("old", "new", "paid", "expected"), [
    (168_00, 168_00, False, Change.NONE), (168_00, 168_00, True, Change.NONE), (0, 0, False, Change.NONE),
    (0, 168_00, False, Change.OWED), (116_00, 168_00, False, Change.OTHER), (168_00, 116_00, False, Change.OTHER),
    (168_00, 0, False, Change.DROPPED), (116_00, 168_00, True, Change.MORE), (0, 168_00, True, Change.MORE),
    (168_00, 116_00, True, Change.KEPT), (168_00, 0, True, Change.KEPT),
])  # fmt: skip
def test_what_was_paid_is_not_returned_and_what_was_not_is_due_as_the_form_stands(
    old: int, new: int, paid: bool, expected: Change
) -> None:
    assert change(old, new, paid=paid) is expected


def test_each_change_has_its_sentence() -> None:
    assert set(SENTENCES) == set(Change) - {Change.NONE}
