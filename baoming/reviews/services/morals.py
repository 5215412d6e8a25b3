"""思想品德考核意见: what school and county say of the candidate's conduct (R21)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from baoming.audit.actors import Actor, Party
from baoming.audit.services import record
from baoming.registrations.journey import STEPS, State, require
from baoming.registrations.models import HoldRow, Registration
from baoming.registrations.queries import states_of
from baoming.registrations.services.steps import (
    clear_holds,
    complete_step,
    complete_steps,
    locked,
    place_hold,
    refuse_if_completed,
    refuse_if_stopped,
    return_step,
    state_now,
    written_reason,
)
from baoming.reviews.models import AssessmentWithdrawal, MoralAssessment
from baoming.reviews.queries import moral_context, newest_assessment, newest_assessments
from baoming.reviews.services.submissions import refuse_if_submitted
from baoming.seasons.queries import Clock, season_clock, season_now
from baoming.shared.errors import Invalid, NotOpen, Refused
from baoming.shared.queries import next_ids
from baoming.shared.services import insert, insert_many
from baoming.vault.services import keys

HOLD = "moral_assessment"  # kind of the hold that an unqualified assessment places
LONGEST = 200  # characters: what the sheet has room for
COUNTYS = "这份考核意见由县（市、区）招考机构录入，要更正或撤销请联系县（市、区）招考机构"


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of one locked person."""

    registration: Registration
    qualified: bool
    text: str


@transaction.atomic
def assess_morals(registration_id: UUID, *, qualified: bool, text: str, by: Actor) -> MoralAssessment:
    """Record the assessment, its text sealed; until completion a later one counts instead.

    The earlier ones stay, with text and author. One that is not qualified keeps completion held until
    another counts. What the county has written the site does not replace. Raises NotOpen, Refused, Invalid.
    """
    registration = locked(registration_id)
    state, clock = state_now(registration)
    said = Said(registration, qualified, text)
    _require(said, state, newest_assessment(registration), by)
    [assessment] = _new([said], by=by, at=clock.now)
    insert(assessment)
    complete_step(registration, "moral_assessment", by=by, at=clock.now)
    _hold_while_unqualified(assessment, by=by, at=clock.now)
    return assessment


@transaction.atomic
def assess_many(said: Sequence[Said], *, by: Actor) -> dict[UUID, MoralAssessment | Refused]:
    """As `assess_morals` for many locked people of one season at once, by the same rules.

    Whoever is refused has the refusal, and nothing is written of them.
    """
    if not said:
        return {}
    clock = season_clock(said[0].registration.season_id)
    refused = _refused(said, by=by, clock=clock)
    good = [one for one in said if one.registration.pk not in refused]
    made, people = _new(good, by=by, at=clock.now), [one.registration for one in good]
    insert_many(made)
    complete_steps(people, "moral_assessment", by=by, at=clock.now)
    held = _held_among(people)
    for assessment in made:
        if not assessment.qualified or assessment.registration_id in held:
            _hold_while_unqualified(assessment, by=by, at=clock.now)
    return {**refused, **{one.registration_id: one for one in made}}


def _refused(said: Sequence[Said], *, by: Actor, clock: Clock) -> dict[UUID, Refused]:
    people = [one.registration for one in said]
    states, counting = states_of(people, clock=clock), newest_assessments([row.pk for row in people])
    found = {}
    for one in said:
        try:
            _require(one, states[one.registration.pk], counting.get(one.registration.pk), by)
        except Refused as refusal:
            found[one.registration.pk] = refusal
    return found


def _require(said: Said, state: State, counts: MoralAssessment | None, by: Actor) -> None:
    """Raise unless `by` may say this now of a locked person, of whom `counts` is what was said last."""
    require("moral_assessment", by.kind, state)
    refuse_if_completed(said.registration)
    _refuse_if_countys(counts, by)
    written = said.text.strip()
    if not written:
        raise Invalid({"text": "请填写思想品德考核意见"})
    if len(written) > LONGEST:
        raise Invalid({"text": f"思想品德考核意见最多{LONGEST}个字，您填了{len(written)}个"})


def _new(said: Sequence[Said], *, by: Actor, at: datetime) -> list[MoralAssessment]:
    """Return rows that are not written yet, each text sealed to its own."""
    return [
        MoralAssessment(
            pk=pk,
            registration=one.registration,
            qualified=one.qualified,
            text_sealed=keys().seal(one.text.strip().encode(), context=moral_context(pk)),
            at=at,
            by_kind=by.kind,
            by_label=by.label,
        )
        for pk, one in zip(next_ids(MoralAssessment, len(said)), said, strict=True)
    ]


def _held_among(people: Sequence[Registration]) -> set[UUID]:
    rows = HoldRow.objects.filter(registration__in=people, kind=HOLD, cleared_at=None)
    return set(rows.values_list("registration", flat=True))


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
