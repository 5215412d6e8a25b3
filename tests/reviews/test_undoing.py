"""The ways back for one person: each by its own office, with a reason, and only while nothing rests on it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from baoming.audit.actors import Actor
from baoming.audit.models import Event
from baoming.registrations.models import Registration, StepLog
from baoming.reviews.models import AssessmentWithdrawal, Submission, SubmissionWithdrawal
from baoming.reviews.queries import moral_text, site_submission
from baoming.reviews.services import (
    assess_morals,
    complete_registration,
    review_finally,
    submit_registration,
    undo_final_review,
    withdraw_assessment,
    withdraw_submission,
)
from baoming.shared.errors import Invalid, NotOpen, Refused
from tests import factories as make
from tests.registrations.confirmed import MORAL, change, city, county, operator, signed

pytestmark = pytest.mark.django_db


def assessed() -> Registration:
    row = signed()
    assess_morals(row.pk, qualified=True, text=MORAL, by=operator(row))
    row.refresh_from_db()
    return row


def submitted() -> Registration:
    row = assessed()
    submit_registration(row.pk, by=operator(row))
    return row


def reviewed() -> Registration:
    row = submitted()
    complete_registration(row.pk, by=county(row))
    make.season("submission")
    review_finally(row.pk, by=city(row))
    row.refresh_from_db()
    return row


WAYS: list[tuple[Callable[[], Registration], Callable[..., Any], Callable[[Registration], Actor], str]] = [
    (assessed, withdraw_assessment, operator, "withdraw_assessment"),
    (submitted, withdraw_submission, operator, "withdraw_submission"),
    (reviewed, undo_final_review, city, "undo_final_review"),
]


@pytest.mark.parametrize(("made", "undo", "office", "verb"), WAYS)
def test_a_way_back_leaves_its_verb_and_is_gone_once_taken(
    made: Callable[[], Registration], undo: Callable[..., Any], office: Callable[[Registration], Actor], verb: str
) -> None:
    row = made()
    by = office(row)
    undo(row.pk, reason="录错了人", by=by)
    assert Event.objects.get(verb=verb).actor_label == by.label
    with pytest.raises(Refused, match="不用"):
        undo(row.pk, reason="录错了人", by=by)


@pytest.mark.parametrize(("made", "undo", "office", "verb"), WAYS)
def test_a_way_back_needs_a_reason(
    made: Callable[[], Registration], undo: Callable[..., Any], office: Callable[[Registration], Actor], verb: str
) -> None:
    row = made()
    for reason in (" ", "错" * 61):
        with pytest.raises(Invalid, match="原因"):
            undo(row.pk, reason=reason, by=office(row))
    assert not Event.objects.filter(verb=verb).exists()


@pytest.mark.parametrize(
    ("made", "undo", "stranger"),
    [
        (assessed, withdraw_assessment, city),
        (submitted, withdraw_submission, county),
        (reviewed, undo_final_review, county),
    ],
)
def test_nobody_else_goes_back(
    made: Callable[[], Registration], undo: Callable[..., Any], stranger: Callable[[Registration], Actor]
) -> None:
    row = made()
    with pytest.raises(NotOpen, match="办理"):
        undo(row.pk, reason="录错了人", by=stranger(row))


@pytest.mark.parametrize("undo", [withdraw_assessment, withdraw_submission])
def test_after_completion_the_county_reopens_first(undo: Callable[..., Any]) -> None:
    row = submitted()
    complete_registration(row.pk, by=county(row))
    with pytest.raises(NotOpen, match="由县招考机构重新打开"):
        undo(row.pk, reason="录错了人", by=operator(row))


def test_taken_back_nothing_is_lost() -> None:
    row = assessed()
    assess_morals(row.pk, qualified=True, text="第二份", by=operator(row))
    withdraw_assessment(row.pk, reason="录错了人", by=operator(row))
    assert moral_text(row) == MORAL
    withdraw_assessment(row.pk, reason="录错了人", by=operator(row))
    assert moral_text(row) is None
    row.refresh_from_db()
    assert "moral_assessment" not in row.done_steps
    assert AssessmentWithdrawal.objects.count() == 2
    for table in (AssessmentWithdrawal, SubmissionWithdrawal):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            table.objects.update(reason="x")


# submit_registration


def test_submitting_twice_submits_once_and_freezes_version_and_hash() -> None:
    row = assessed()
    first = submit_registration(row.pk, by=operator(row))
    assert submit_registration(row.pk, by=operator(row)).pk == first.pk
    assert (first.level, first.version) == ("site", row.version)
    assert Event.objects.filter(verb="submit").count() == 1
    assert not StepLog.objects.filter(registration=row, step="completion").exists()


def test_only_the_site_submits_and_only_what_is_complete() -> None:
    row = signed()
    with pytest.raises(NotOpen, match="上报由报名点办理"):
        submit_registration(row.pk, by=county(row))
    with pytest.raises(NotOpen, match="还缺：思想品德考核意见。办好以后才能上报"):
        submit_registration(row.pk, by=operator(row))
    assert Submission.objects.count() == 0


def test_nothing_is_submitted_outside_confirmation() -> None:
    row = assessed()
    make.season("submission")
    with pytest.raises(NotOpen, match="结束"):
        submit_registration(row.pk, by=operator(row))


def test_a_submission_of_an_older_version_no_longer_stands() -> None:
    row = submitted()
    make.season("sign_up")
    change(row)
    row.refresh_from_db()
    assert site_submission(row) is None
    assert Submission.objects.count() == 1
