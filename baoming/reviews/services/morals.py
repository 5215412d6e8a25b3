"""思想品德考核意见: what school and county say of the candidate's conduct (R21)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from baoming.audit.actors import Actor, Party
from baoming.audit.services import record
from baoming.registrations.journey import STEPS
from baoming.registrations.services.steps import (
    clear_holds,
    complete_step,
    locked,
    place_hold,
    refuse_if_completed,
    refuse_if_stopped,
    require,
    return_step,
    written_reason,
)
from baoming.reviews.models import AssessmentWithdrawal, MoralAssessment
from baoming.reviews.queries import moral_context, newest_assessment
from baoming.reviews.services.submissions import refuse_if_submitted
from baoming.seasons.queries import season_now
from baoming.shared.errors import Invalid, NotOpen, Refused
from baoming.shared.queries import next_ids
from baoming.shared.services import insert
from baoming.vault.services import keys

HOLD = "moral_assessment"  # kind of the hold that an unqualified assessment places
LONGEST = 200  # characters: what the sheet has room for
COUNTYS = "这份考核意见由县（市、区）招考机构录入，要更正或撤销请联系县（市、区）招考机构"


@transaction.atomic
def assess_morals(registration_id: UUID, *, qualified: bool, text: str, by: Actor) -> MoralAssessment:
    """Record the assessment, its text sealed; until completion a later one counts instead.

    The earlier ones stay, with text and author. One that is not qualified keeps completion held until
    another counts. What the county has written the site does not replace. Raises NotOpen, Refused, Invalid.
    """
    registration = locked(registration_id)
    now = require("moral_assessment", registration, by)
    refuse_if_completed(registration)
    _refuse_if_countys(newest_assessment(registration), by)
    written = text.strip()
    if not written:
        raise Invalid({"text": "请填写思想品德考核意见"})
    if len(written) > LONGEST:
        raise Invalid({"text": f"思想品德考核意见最多{LONGEST}个字，您填了{len(written)}个"})
    [pk] = next_ids(MoralAssessment, 1)
    assessment = insert(
        MoralAssessment(
            pk=pk,
            registration=registration,
            qualified=qualified,
            text_sealed=keys().seal(written.encode(), context=moral_context(pk)),
            at=now,
            by_kind=by.kind,
            by_label=by.label,
        )
    )
    complete_step(registration, "moral_assessment", by=by, at=now)
    _hold_while_unqualified(assessment, by=by, at=now)
    return assessment


@transaction.atomic
def withdraw_assessment(registration_id: UUID, *, reason: str, by: Actor, assessment_id: int | None = None) -> None:
    """Take back the assessment that counts: the one before it counts again, or none.

    `assessment_id`: this one, and none written since. An act of site and county, whatever phase is open.
    Raises NotOpen after completion and once stopped, Refused once submitted or where nothing is to be taken
    back or the county has written it and a site asks, Invalid.
    """
    registration = locked(registration_id)
    if by.kind not in STEPS["moral_assessment"].actors:
        raise NotOpen("撤销思想品德考核意见由报名点或县（市、区）招考机构办理")
    refuse_if_stopped(registration)
    refuse_if_completed(registration)
    refuse_if_submitted(registration)
    written = written_reason(reason, "撤销考核意见")
    counts = newest_assessment(registration)
    if counts is None or assessment_id not in (None, counts.pk):
        raise Refused("这份考核意见已经另有更正或撤销，不用再撤销")
    _refuse_if_countys(counts, by)
    now = season_now(registration.season_id)
    insert(AssessmentWithdrawal(assessment=counts, reason=written, at=now, by_label=by.label))
    record("withdraw_assessment", by=by, subject=registration.pk, path=registration.path)
    before = newest_assessment(registration)
    if before is None:
        return_step(registration, "moral_assessment", by=by, at=now, reason=written)
        clear_holds(registration, HOLD, by=by, at=now)
    else:
        _hold_while_unqualified(before, by=by, at=now)


def _refuse_if_countys(counts: MoralAssessment | None, by: Actor) -> None:
    """Raise Refused where the assessment that counts is the county's and a site would change it."""
    if counts is not None and counts.by_kind == Party.COUNTY and by.kind is not Party.COUNTY:
        raise Refused(COUNTYS)


def _hold_while_unqualified(assessment: MoralAssessment, *, by: Actor, at: datetime) -> None:
    """Keep completion held while the assessment that counts is not qualified, and only then."""
    clear_holds(assessment.registration, HOLD, by=by, at=at)
    if not assessment.qualified:
        reason = "思想品德考核不合格，由县（市、区）招考机构处理"
        place_hold(assessment.registration, kind=HOLD, steps=["completion"], reason=reason, by=by)
