"""R21, R22 for many at once: assessed, submitted, completed, reviewed, and each taken back where nothing rests on it.

What the page foretells is what the report then says, word for word: the table of situations runs through both.
"""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from baoming.audit.actors import Actor, Party
from baoming.organizations.models import Organization, Staff
from baoming.organizations.roles import Role
from baoming.registrations.journey import pack
from baoming.registrations.models import Batch, HoldRow, Registration
from baoming.registrations.services.batches import start_batch
from baoming.registrations.services.steps import place_hold
from baoming.reviews.models import MoralAssessment, Submission
from baoming.reviews.queries import facts_of, moral_of, moral_text, site_submission
from baoming.reviews.readiness import is_done, why_not
from baoming.reviews.services import (
    assess_morals,
    class_acts,
    complete_registration,
    morals,
    reopen,
    submit_registration,
)
from baoming.reviews.services.morals import withdraw_assessment
from baoming.seasons.models import Season
from baoming.seasons.queries import season_clock
from baoming.shared.errors import Refused
from tests import factories as make
from tests.registrations.classes import CLASS, operator, pupil, pupils
from tests.registrations.confirmed import MORAL
from tests.reviews.test_class_acts import run, skipped

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Organization:
    make.season("confirmation")
    return make.site()


def actor(here: Organization, party: Party) -> Actor:
    """Somebody of the office at this level above the site."""
    office = here
    while office.level != party:
        assert office.parent is not None
        office = office.parent
    role = {Party.SITE: Role.OPERATOR, Party.COUNTY: Role.COUNTY, Party.CITY: Role.CITY}[party]
    return (Staff.objects.filter(path=office.path, role=role).first() or make.staff(office, role)).actor


WHO = {
    "signature": Party.SITE,
    "moral": Party.SITE,
    "submission": Party.SITE,
    "completion": Party.COUNTY,
    "review": Party.CITY,
}


def do(kind: str, here: Organization, rows: list[Registration], **options: object) -> Batch:
    """One act on these people, done to its end."""
    given = {"versions": {str(row.pk): 1 for row in rows}, "text": MORAL, "own": {}, "seen": {}, **options}
    by, ids = actor(here, WHO[kind]), [row.pk for row in rows]
    return run(start_batch(Season.objects.get(), kind, ids, key=uuid4(), about=CLASS, options=given, by=by))


def undo(batch: Batch, reason: str = "选错了班") -> Batch:
    return run(class_acts.undo(batch.pk, reason=reason, by=batch.actor))


def done(key: str) -> set[UUID]:
    return {row.pk for row in Registration.objects.all() if key in row.done_steps}


def submitted(here: Organization, number: int = 3) -> list[Registration]:
    rows = pupils(here, number, stage="signed")
    do("moral", here, rows)
    do("submission", here, rows)
    return rows


def completed(here: Organization, number: int = 3) -> list[Registration]:
    rows = submitted(here, number)
    assert do("completion", here, rows).done == number
    return rows


# moral assessment by class grid


def test_the_class_has_one_text_and_the_exceptions_their_own(here: Organization) -> None:
    rows = pupils(here, 3)
    own = {
        str(rows[1].pk): {"qualified": True, "text": "乐于助人"},
        str(rows[2].pk): {"qualified": False, "text": "考核中"},
    }
    assert do("moral", here, rows, own=own).done == 3
    assert [moral_text(row) for row in rows] == [MORAL, "乐于助人", "考核中"]
    assert [row.qualified for row in MoralAssessment.objects.filter(registration=rows[2])] == [False]
    assert HoldRow.objects.get(cleared_at=None).registration_id == rows[2].pk


def test_one_without_a_text_is_skipped_and_so_is_one_whom_somebody_else_assessed_meanwhile(here: Organization) -> None:
    rows = pupils(here, 2)
    assess_morals(rows[1].pk, qualified=True, text="另一位老师写的", by=operator(here))
    batch = do("moral", here, rows, text="")
    assert skipped(batch) == {
        rows[0].pk: "请填写思想品德考核意见",
        rows[1].pk: "别人刚录入过这名考生的考核意见，请核对后再更正",
    }


def test_undoing_assessments_the_previous_one_counts_again(here: Organization) -> None:
    first, twice, before_that = pupils(here, 3)
    assess_morals(twice.pk, qualified=False, text="考核中", by=operator(here))
    seen = {str(twice.pk): MoralAssessment.objects.get().pk}
    batch = do("moral", here, [first, twice, before_that], seen=seen)
    assert not HoldRow.objects.filter(cleared_at=None).exists()
    assess_morals(before_that.pk, qualified=True, text="后来又改", by=operator(here))
    second = undo(batch)
    assert skipped(second) == {before_that.pk: "这份考核意见已经另有更正或撤销，不用再撤销"}
    assert done("moral_assessment") == {twice.pk, before_that.pk}
    assert moral_of(first) is None
    found = moral_of(twice)
    assert found
    assert (found.text, found.qualified) == ("考核中", False)
    assert HoldRow.objects.get(cleared_at=None).registration_id == twice.pk  # held again, as it was


# submission by the site


def test_the_site_submits_what_is_complete_with_version_and_hash_and_names_what_is_missing(here: Organization) -> None:
    rows = pupils(here, 2, stage="signed")
    unsigned = pupil(here)
    do("moral", here, rows)
    held = pupil(here, stage="signed")
    do("moral", here, [held], own={str(held.pk): {"qualified": False, "text": "考核中"}})
    batch = do("submission", here, [*rows, unsigned, held])
    assert {row.registration_id for row in Submission.objects.all()} == {row.pk for row in rows}
    assert set(Submission.objects.values_list("level", "version", "content_hash")) == {("site", 1, "A" * 64)}
    assert skipped(batch) == {
        unsigned.pk: "还缺：登记表校对签字、思想品德考核意见。办好以后才能上报",
        held.pk: "思想品德考核不合格，由县（市、区）招考机构处理，办结后才能继续县区完成",
    }


def test_a_submission_is_taken_back_until_the_county_completes(here: Organization) -> None:
    rows = pupils(here, 2, stage="signed")
    do("moral", here, rows)
    batch = do("submission", here, rows)
    do("completion", here, rows[:1])
    second = undo(batch)
    assert set(skipped(second)) == {rows[0].pk}
    assert "由县招考机构重新打开" in skipped(second)[rows[0].pk]
    assert site_submission(rows[1]) is None
    assert do("submission", here, rows[1:]).done == 1


def test_while_submitted_neither_signature_nor_assessment_is_taken_back(here: Organization) -> None:
    rows = pupils(here, 1)
    signing, moral = do("signature", here, rows), do("moral", here, rows)
    do("submission", here, rows)
    for batch in (signing, moral):
        assert list(skipped(undo(batch)).values()) == ["已经上报县（市、区），请先撤回上报，再更正"]
    assert done("signature") == done("moral_assessment") == {rows[0].pk}


# completion by the county


def test_the_county_completes_whom_the_site_has_submitted_and_others_only_when_it_says_so(here: Organization) -> None:
    rows = submitted(here, 2)
    other = pupil(here, stage="signed")
    do("moral", here, [other])
    assert skipped(do("completion", here, [*rows, other])) == {other.pk: "报名点还没有上报"}
    assert do("completion", here, [other], unsubmitted=True).done == 1
    assert done("completion") == {row.pk for row in [*rows, other]}


def test_undoing_completion_skips_whom_the_city_has_reviewed_and_who_was_reopened_since(here: Organization) -> None:
    rows = submitted(here, 3)
    batch = do("completion", here, rows)
    by = actor(here, Party.COUNTY)
    reopen(rows[1].pk, reason="更正", by=by)
    complete_registration(rows[1].pk, by=by)
    make.season("submission")
    do("review", here, rows[:1])
    second = undo(batch)
    assert skipped(second) == {
        rows[0].pk: "市（州）已经终审，请在考生页上单独重新打开",
        rows[1].pk: "后来已经重新打开过，不用撤销",
    }
    assert done("completion") == {rows[0].pk, rows[1].pk}


# final review by the city


def test_the_city_reviews_and_takes_it_back_until_a_room_rests_on_it(here: Organization) -> None:
    rows = completed(here, 2)
    make.season("submission")
    batch = do("review", here, rows)
    assert batch.done == 2
    assert Submission.objects.filter(level="city").count() == 2
    seated = Registration.objects.get(pk=rows[0].pk)
    seated.done |= pack(["seat"])
    seated.save(update_fields=["done"])
    second = undo(batch)
    assert skipped(second) == {rows[0].pk: "已经编排考场，不能再撤销终审，请按信息变更办理"}
    assert done("final_review") == {rows[0].pk}
    again = do("review", here, rows[1:])
    assert again.done == 1
    assert Submission.objects.filter(level="city").count() == 3


# the preview and the report


def _nothing(here: Organization, row: Registration) -> None: ...


def _on_hold(here: Organization, row: Registration) -> None:
    place_hold(row, kind="reverification", steps=["signature"], reason="欠核验", by=operator(here))


def _reprinted(here: Organization, row: Registration) -> None:
    Registration.objects.filter(pk=row.pk).update(version=2)


def _assessed(here: Organization, row: Registration) -> None:
    assess_morals(row.pk, qualified=True, text=MORAL, by=operator(here))


def _submitted(here: Organization, row: Registration) -> None:
    _assessed(here, row)
    submit_registration(row.pk, by=operator(here))


def _completed(here: Organization, row: Registration) -> None:
    _submitted(here, row)
    complete_registration(row.pk, by=actor(here, Party.COUNTY))


def _too_late(here: Organization, row: Registration) -> None:
    make.season("tickets")


SITUATIONS: list[tuple[str, str, Callable[[Organization, Registration], None], str]] = [
    ("signature", "printed", _nothing, ""),
    ("signature", "saved", _nothing, "还没有打印现在的登记表"),
    ("signature", "printed", _reprinted, "打印后又改了"),
    ("signature", "printed", _on_hold, "欠核验"),
    ("signature", "printed", _too_late, "结束"),
    ("moral", "saved", _nothing, ""),
    ("moral", "saved", _too_late, "结束"),
    ("moral", "signed", _completed, "由县招考机构重新打开"),
    ("submission", "signed", _nothing, "还缺：思想品德考核意见"),
    ("submission", "signed", _assessed, ""),
    ("submission", "printed", _assessed, "还缺：登记表校对签字"),
    ("submission", "signed", _too_late, "还缺"),
    ("completion", "signed", _assessed, "报名点还没有上报"),
    ("completion", "signed", _nothing, "还缺：思想品德考核意见。办好以后才能完成确认"),
    ("completion", "signed", _submitted, ""),
    ("review", "signed", _submitted, "请先完成县区完成"),
    ("review", "signed", _completed, "开放"),
]


@pytest.mark.parametrize(("kind", "stage", "happens", "said"), SITUATIONS)
def test_what_is_foretold_is_what_the_report_says(
    here: Organization, kind: str, stage: str, happens: Callable[[Organization, Registration], None], said: str
) -> None:
    row = pupil(here, stage=stage)
    happens(here, row)
    row = Registration.objects.get(pk=row.pk)
    facts = facts_of([row], clock=season_clock(row.season_id))[row.pk]
    foretold = why_not(kind, facts, WHO[kind])
    seen = MoralAssessment.objects.filter(registration=row).order_by("-id").values_list("pk", flat=True).first()
    batch = do(kind, here, [row], seen={str(row.pk): seen or 0})
    assert skipped(batch).get(row.pk, "") == foretold
    assert said in foretold
    assert bool(said) == bool(foretold)


def test_what_is_done_is_neither_to_do_nor_to_skip(here: Organization) -> None:
    row = completed(here, 1)[0]
    row.refresh_from_db()
    facts = facts_of([row], clock=season_clock(row.season_id))[row.pk]
    found = {kind for kind in class_acts.KINDS if is_done(kind, facts)}
    assert found == {"class_print", "signature", "scan", "moral", "submission", "completion"}


# who may still, and whose word stands


def test_what_the_county_has_assessed_the_site_neither_replaces_nor_takes_back(here: Organization) -> None:
    [row] = pupils(here, 1)
    assess_morals(row.pk, qualified=False, text="考核中", by=actor(here, Party.COUNTY))
    with pytest.raises(Refused, match="由县（市、区）招考机构录入"):
        assess_morals(row.pk, qualified=True, text=MORAL, by=operator(here))
    with pytest.raises(Refused, match="由县（市、区）招考机构录入"):
        withdraw_assessment(row.pk, reason="录错了", by=operator(here))
    seen = {str(row.pk): MoralAssessment.objects.get().pk}
    assert "由县（市、区）招考机构录入" in skipped(do("moral", here, [row], seen=seen))[row.pk]
    assert HoldRow.objects.get(cleared_at=None).registration_id == row.pk
    assess_morals(row.pk, qualified=True, text=MORAL, by=actor(here, Party.COUNTY))
    withdraw_assessment(row.pk, reason="录错了", by=actor(here, Party.COUNTY))
    found = moral_of(row)
    assert found
    assert not found.qualified


def test_control_without_the_guard_the_site_lifts_the_countys_hold(
    here: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(morals, "_refuse_if_countys", lambda counts, by: None)
    [row] = pupils(here, 1)
    assess_morals(row.pk, qualified=False, text="考核中", by=actor(here, Party.COUNTY))
    withdraw_assessment(row.pk, reason="录错了", by=operator(here))
    assert not HoldRow.objects.filter(cleared_at=None).exists()
