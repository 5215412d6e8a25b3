"""R21, R22: assessed by school or county, completed by the county, reviewed by the city, reopened by the county."""

import pytest
from django.db import DatabaseError, transaction

from baoming.audit.actors import Actor, Party
from baoming.audit.models import Event
from baoming.registrations import journey
from baoming.registrations.form_queries import newest_version
from baoming.registrations.models import FormVersion, HoldRow, Photo, Registration, StepLog
from baoming.registrations.services import forms, photos, steps
from baoming.registrations.services.photos import take_photo
from baoming.registrations.services.sheets import open_correction
from baoming.reviews.models import MoralAssessment, Submission
from baoming.reviews.queries import moral_context, moral_text
from baoming.reviews.services import (
    assess_morals,
    complete_registration,
    eligibility,
    reopen,
    return_eligibility,
    review_finally,
)
from baoming.shared.errors import Invalid, NotOpen
from baoming.vault.sealing import SealBroken
from baoming.vault.services import keys
from standins.faces import face
from tests import factories as make
from tests.registrations.confirmed import MORAL, change, city, completed, county, operator, printed, saved, signed
from tests.registrations.test_sheets_service import open_phase

pytestmark = pytest.mark.django_db
WAY = "由县招考机构重新打开"


def assessed() -> Registration:
    row = signed()
    assess_morals(row.pk, qualified=True, text=MORAL, by=operator(row))
    row.refresh_from_db()
    return row


def reviewed() -> Registration:
    row = completed()
    make.season("submission")
    review_finally(row.pk, by=city(row))
    row.refresh_from_db()
    return row


# assess_morals


@pytest.mark.parametrize("office", [operator, county])
def test_site_and_county_assess_and_the_text_lies_sealed(office: object) -> None:
    row = saved()
    assess_morals(row.pk, qualified=True, text=f"  {MORAL} ", by=office(row))  # type: ignore[operator]
    row.refresh_from_db()
    assert "moral_assessment" in row.done_steps
    assert moral_text(row) == MORAL
    assert "遵纪守法" not in MoralAssessment.objects.get().text_sealed
    assert "遵纪守法" not in str(list(Event.objects.values_list("details", flat=True)))


def test_nobody_else_assesses() -> None:
    row = saved()
    with pytest.raises(NotOpen, match="由报名点或县"):
        assess_morals(row.pk, qualified=True, text=MORAL, by=city(row))


def test_no_assessment_before_confirmation() -> None:
    row = saved()
    make.season("sign_up")
    with pytest.raises(NotOpen, match="开放"):
        assess_morals(row.pk, qualified=True, text=MORAL, by=operator(row))


@pytest.mark.parametrize("text", ["  ", "好" * 201])
def test_an_assessment_says_something_that_fits_the_sheet(text: str) -> None:
    row = saved()
    with pytest.raises(Invalid) as refusal:
        assess_morals(row.pk, qualified=True, text=text, by=operator(row))
    assert set(refusal.value.fields) == {"text"}
    assert MoralAssessment.objects.count() == 0


def test_until_completion_the_newest_assessment_counts() -> None:
    row = saved()
    assess_morals(row.pk, qualified=False, text="考核中", by=operator(row))
    assess_morals(row.pk, qualified=True, text=MORAL, by=county(row))
    assert moral_text(row) == MORAL
    done = completed()
    with pytest.raises(NotOpen, match=WAY):
        assess_morals(done.pk, qualified=False, text="考核中", by=operator(done))


def test_the_earlier_assessment_stays_with_its_text_and_author_each_sealed_to_its_row() -> None:
    row = saved()
    by = operator(row)
    assess_morals(row.pk, qualified=False, text="考核中", by=by)
    assess_morals(row.pk, qualified=True, text=MORAL, by=county(row))
    first, second = MoralAssessment.objects.order_by("id")
    assert (first.qualified, first.by_label, second.qualified) == (False, by.label, True)
    assert keys().unseal(first.text_sealed, context=moral_context(first.pk)).decode() == "考核中"
    with pytest.raises(SealBroken):
        keys().unseal(first.text_sealed, context=moral_context(second.pk))
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        MoralAssessment.objects.update(qualified=True)


# after completion


def test_after_completion_the_site_returns_no_eligibility(monkeypatch: pytest.MonkeyPatch) -> None:
    row = completed()
    open_phase(row, "intake")
    with pytest.raises(NotOpen, match=WAY):
        return_eligibility(row.pk, reason="enrolled", note="", by=operator(row))
    row.refresh_from_db()
    assert "eligibility" in row.done_steps
    monkeypatch.setattr(eligibility, "refuse_if_completed", lambda _: None)  # control: completed, yet not eligible
    return_eligibility(row.pk, reason="enrolled", note="", by=operator(row))
    row.refresh_from_db()
    assert row.done_steps & {"eligibility", "completion"} == {"completion"}


def test_after_completion_the_site_takes_no_photo(monkeypatch: pytest.MonkeyPatch) -> None:
    row = reviewed()
    open_phase(row, "intake")
    with pytest.raises(NotOpen, match=WAY):
        take_photo(row.pk, face(5), by=operator(row), source="camera")
    row.refresh_from_db()
    assert row.done_steps >= {"signature", "completion", "final_review"}
    assert Photo.objects.count() == 1
    monkeypatch.setattr(photos, "refuse_if_completed", lambda _: None)  # control: county and city are undone
    take_photo(row.pk, face(5), by=operator(row), source="camera")
    row.refresh_from_db()
    assert not row.done_steps & {"signature", "completion", "final_review"}


# complete_registration


def test_the_county_completes_what_is_complete() -> None:
    row = assessed()
    complete_registration(row.pk, by=county(row))
    row.refresh_from_db()
    assert "completion" in row.done_steps
    assert row.current_step == "final_review"


def test_the_sentence_names_all_that_is_missing() -> None:
    row = printed()
    with pytest.raises(NotOpen, match="还缺：登记表校对签字、思想品德考核意见。") as refusal:
        complete_registration(row.pk, by=county(row))
    assert refusal.value.go == "signature"


@pytest.mark.parametrize("missing", ["eligibility", "signature", "moral_assessment", "household"])
def test_nothing_incomplete_is_completed(missing: str) -> None:
    row = assessed()
    row.traits = [*row.traits, "season option"]  # so that the household book is asked too
    row.done = journey.pack((row.done_steps | {"household"}) - {missing})
    row.save()
    with pytest.raises(NotOpen, match=journey.STEPS[missing].zh):
        complete_registration(row.pk, by=county(row))
    row.done |= journey.BITS[missing]
    row.save()
    complete_registration(row.pk, by=county(row))


def test_a_hold_keeps_from_completing() -> None:
    row = assessed()
    steps.place_hold(row, kind="reverification", steps=[], reason="证件信息是手工录入的", by=operator(row))
    with pytest.raises(NotOpen, match="手工录入"):
        complete_registration(row.pk, by=county(row))
    HoldRow.objects.update(cleared_at=row.created_at)
    complete_registration(row.pk, by=county(row))


@pytest.mark.parametrize("office", [operator, city])
def test_only_the_county_completes(office: object) -> None:
    row = assessed()
    with pytest.raises(NotOpen, match="由县（市、区）招考机构办理"):
        complete_registration(row.pk, by=office(row))  # type: ignore[operator]


@pytest.mark.parametrize("phase", ["sign_up", "submission"])
def test_completion_keeps_to_its_window(phase: str) -> None:
    row = assessed()
    make.season(phase)
    with pytest.raises(NotOpen, match=r"开放|结束"):
        complete_registration(row.pk, by=county(row))


def test_completing_twice_is_completing_once() -> None:
    row = completed()
    complete_registration(row.pk, by=county(row))
    assert StepLog.objects.filter(registration=row, step="completion").count() == 1


def test_after_completion_nothing_is_saved_and_the_way_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    row = signed()
    open_correction(row.pk, hours=72, by=operator(row))
    assess_morals(row.pk, qualified=True, text=MORAL, by=operator(row))
    complete_registration(row.pk, by=county(row))
    with pytest.raises(NotOpen, match=WAY):
        change(row)
    assert FormVersion.objects.count() == 1
    with pytest.raises(NotOpen, match=WAY):
        open_correction(row.pk, hours=2, by=operator(row))
    monkeypatch.setattr(forms, "refuse_if_completed", lambda _: None)  # control: the journey alone lets it through
    change(row)
    assert row.version == 2


def test_control_a_save_undoes_signature_and_completion(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the refusal after completion protects: were it not there, all of this would fall."""
    row = signed()
    open_correction(row.pk, hours=72, by=operator(row))
    assess_morals(row.pk, qualified=True, text=MORAL, by=operator(row))
    complete_registration(row.pk, by=county(row))
    monkeypatch.setattr(forms, "refuse_if_completed", lambda _: None)
    change(row)
    assert not row.done_steps & {"signature", "completion"}


# reopen


def test_reopening_undoes_completion_and_final_review_with_a_reason() -> None:
    row = reviewed()
    assert reopen(row.pk, reason="考生姓名更正", by=county(row)) == ["completion", "final_review"]
    row.refresh_from_db()
    assert not row.done_steps & {"completion", "final_review"}
    assert "signature" in row.done_steps
    assert set(StepLog.objects.filter(done=False).values_list("reason", flat=True)) == {"考生姓名更正"}
    assert Event.objects.get(verb="reopen").details == {"undone": ["completion", "final_review"]}
    assert Submission.objects.count() == 1  # what was sent upward was sent


def test_after_reopening_the_form_can_be_corrected_and_completion_asks_for_a_new_signature() -> None:
    row = completed()
    reopen(row.pk, reason="考生更正", by=county(row))
    open_correction(row.pk, hours=2, by=operator(row))
    change(row)
    with pytest.raises(NotOpen, match="登记表校对签字"):
        complete_registration(row.pk, by=county(row))


@pytest.mark.parametrize("office", [operator, city])
def test_only_the_county_reopens(office: object) -> None:
    row = completed()
    with pytest.raises(NotOpen, match="由县（市、区）招考机构办理"):
        reopen(row.pk, reason="考生更正", by=office(row))  # type: ignore[operator]


@pytest.mark.parametrize("reason", ["  ", "因" * 201])
def test_reopening_needs_a_reason(reason: str) -> None:
    row = completed()
    with pytest.raises(Invalid, match="原因"):
        reopen(row.pk, reason=reason, by=county(row))


def test_what_is_not_completed_is_not_reopened_nor_twice() -> None:
    row = completed()
    reopen(row.pk, reason="考生更正", by=county(row))
    with pytest.raises(NotOpen, match="不用重新打开"):
        reopen(row.pk, reason="考生更正", by=county(row))


# review_finally


def test_the_city_freezes_version_and_hash() -> None:
    row = reviewed()
    version, sent = newest_version(row), Submission.objects.get()
    assert version is not None
    assert (sent.version, sent.content_hash) == (version.number, version.content_hash)
    assert "final_review" in row.done_steps
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        Submission.objects.update(version=9)


def test_only_the_city_reviews_finally() -> None:
    row = completed()
    make.season("submission")
    for by in (operator(row), county(row), Actor(kind=Party.PROVINCE, id="", path="43/", label="省")):
        with pytest.raises(NotOpen, match="由市（州）招考机构办理"):
            review_finally(row.pk, by=by)


def test_no_final_review_before_submission_opens() -> None:
    row = completed()
    with pytest.raises(NotOpen, match="开放"):
        review_finally(row.pk, by=city(row))


def test_no_final_review_without_completion() -> None:
    row = assessed()
    make.season("submission")
    with pytest.raises(NotOpen, match="请先完成县区完成"):
        review_finally(row.pk, by=city(row))
    assert Submission.objects.count() == 0


def test_reviewing_twice_sends_once() -> None:
    row = reviewed()
    review_finally(row.pk, by=city(row))
    assert Submission.objects.count() == 1
    assert StepLog.objects.filter(registration=row, step="final_review").count() == 1
