"""Decisions about eligibility: the site passes and returns, each is undone (R5).

What another office judges is a special case (`services/referrals.py`); the rows of both stand in one line.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from baoming.audit.actors import PARTY_NAMES, Actor, Party
from baoming.audit.services import record
from baoming.registrations import journey
from baoming.registrations.document_numbers import Kind
from baoming.registrations.households import outside
from baoming.registrations.models import Registration, StepLog
from baoming.registrations.queries import document_of, state_of
from baoming.registrations.services.steps import (
    complete_step,
    locked,
    refuse_if_completed,
    require,
    return_step,
    state_now,
)
from baoming.reviews.case_queries import open_judging
from baoming.reviews.cases import State
from baoming.reviews.decisions import chosen, may_undo, names, reasons, undoers, written
from baoming.reviews.models import Case, EligibilityReview
from baoming.reviews.queries import rests_unchanged, said_of, standing_reviews
from baoming.reviews.services.sealing import sealed
from baoming.reviews.services.submissions import drop_submission
from baoming.schedule.models import Extension
from baoming.schedule.services import extend_for_person
from baoming.seasons.queries import data, season_clock
from baoming.shared.errors import Changed, Invalid, NotOpen
from baoming.shared.moments import short
from baoming.shared.queries import next_ids
from baoming.shared.services import insert, update

MOST_HOURS = 72  # of a review opened for one person
IN_THE_CASE = "请打开考生页上的“事项”，在那里办"
_STEP = "eligibility"
_Outcome = EligibilityReview.Outcome


@transaction.atomic
def pass_eligibility(registration_id: UUID, *, checks: Collection[str], by: Actor, note: str = "") -> EligibilityReview:
    """Pass the review once every rule of the season has been judged 符合; `checks` holds their keys.

    For the site. Safe to repeat. `note`: needed of a card whose address is in another province, as a site does not
    pass migrants (R23). Raises Invalid, NotOpen.
    """
    registration = locked(registration_id)
    now = require(_STEP, registration, by)
    _refuse_others(by)
    refuse_other_document(registration, by.kind)
    if _STEP in registration.done_steps and (before := standing_reviews(registration)):
        return before[0]
    if (there := open_judging(registration)) is not None:
        raise NotOpen(f"报考资格还在{short(there.opened_at)}报审的事项里，不能在这里通过。不用报审的，先撤回那件事项")
    rules = data(registration.season, "eligibility")["rules"]
    if missing := [rule["title"] for rule in rules if rule["key"] not in checks]:
        raise Invalid({"checks": f"还有{len(missing)}条没有判断：{missing[0]}。逐条核对后再通过，不符合请退回"})
    said = _said_of_household(registration, note)
    complete_step(registration, _STEP, by=by, at=now)
    return keep_review(registration, _Outcome.PASSED, by=by, at=now, note=said)


@transaction.atomic
def return_eligibility(
    registration_id: UUID, *, reason: str, note: str, by: Actor, shown: Collection[str] | None = None
) -> EligibilityReview:
    """Return the file with one of the season's reasons; a passed review falls. Raises Invalid, NotOpen.

    `shown`: the steps that the page said would fall; Changed where it would be others by now. The same
    return twice is one. Refused once the county has completed, whoever asks: nobody sent upward loses
    eligibility unseen, the county reopens first.
    """
    registration = locked(registration_id)
    now = require(_STEP, registration, by)
    _refuse_others(by)
    refuse_if_completed(registration)
    found = reasons(data(registration.season, "eligibility")["reasons"])
    one = chosen(found, reason, field="reason", sentence="请选择一条退回理由，考生会看到它")
    said = written(note, field="note", sentence="", needed=False)
    falls = journey.falling(_STEP, registration.done_steps)
    if not falls and (before := _same(registration, _Outcome.RETURNED, reason, said)):
        return before
    refuse_if_other(falls, shown)
    fell = return_step(registration, _STEP, by=by, at=now, reason=one.title)
    drop_submission(registration, reason="资格审核已退回", by=by, at=now)
    record("return_eligibility", by=by, subject=registration.pk, path=registration.path, details={"reason": reason})
    return keep_review(registration, _Outcome.RETURNED, by=by, at=now, reason=reason, note=said, fell=fell)


@transaction.atomic
def undo_review(registration_id: UUID, *, review_id: int, reason: str, by: Actor) -> EligibilityReview:
    """Undo the newest decision about eligibility; the file stands as it did before it. Safe to repeat.

    A pass falls. What a return undid stands again only where the identity is still the one that was
    judged; else it is judged anew. Raises Invalid; NotOpen, also for what was decided in a special case that was not
    withdrawn; Changed where another decision came after.
    """
    registration = locked(registration_id)
    review = EligibilityReview.objects.filter(registration=registration, pk=review_id).first()
    if review is not None and review.undone_at is not None:
        return review
    said = written(reason, field="undo_reason", sentence="请填写撤销的原因，它会留在经过里")
    if review is None or standing_reviews(registration)[:1] != [review]:
        raise Changed("这之后又有新的决定，请先看最新的决定。撤销从最近的一个开始")
    withdrawn = review.case is not None and review.case.state == State.WITHDRAWN
    if review.case_id is not None and not withdrawn:
        raise NotOpen(f"这个决定是在考生的事项里作出的，{IN_THE_CASE}")
    decided, to = Party(review.by_kind), Party(review.to) if review.to else None
    if not may_undo(by.kind, decided=decided, to=to):
        raise NotOpen(f"这个决定由{names(undoers(decided=decided, to=to))}撤销")
    state, clock = state_now(registration)
    require_judging(registration, state)
    take_back_review(registration, review, by=by, at=clock.now, reason=said)
    if review.case_id is not None:  # nobody asks any more: what was answered by mistake is the site's to judge again
        take_back_waiting(registration, review.case_id, by=by, at=clock.now, reason=said)
    record(f"undo_review:{review.outcome}", by=by, subject=registration.pk, path=registration.path)
    return review


@transaction.atomic
def open_review(registration_id: UUID, *, hours: int, reason: str, by: Actor) -> Extension:
    """Open intake again for this one person, for the county: what is found later can then be decided.

    At most 72 hours. Raises Invalid; NotOpen for others, while it is open, and after completion.
    """
    registration = locked(registration_id)
    if by.kind is not Party.COUNTY:
        raise NotOpen(f"单人开放资格审核由{PARTY_NAMES[Party.COUNTY]}办理")
    refuse_if_completed(registration)
    clock = season_clock(registration.season_id)
    state = state_of(registration, clock=clock)
    if state.stopped:
        raise NotOpen(state.stopped)
    if state.open_phase(_STEP) is not None:
        raise NotOpen("资格审核现在是开放的，不用单独开放")
    if not 1 <= hours <= MOST_HOURS:
        raise Invalid({"hours": f"开放时间最长{MOST_HOURS}小时，请填1到{MOST_HOURS}"})
    said = written(reason, field="open_reason", sentence="请填写开放的原因")
    return extend_for_person(
        registration.season_id, "intake", subject=registration.pk, path=registration.path,
        opens=clock.now, closes=clock.now + timedelta(hours=hours), reason=said, by=by,
    )  # fmt: skip


def refuse_other_document(registration: Registration, office: Party) -> None:
    """Raise where somebody with another document than a resident's card would be decided by another than the city."""
    if registration.document_kind != Kind.RESIDENT and office is not Party.CITY:
        raise NotOpen(
            f"用其他身份证件报考由{PARTY_NAMES[Party.CITY]}审批，不能在这里通过。"
            "请报名点办“使用其他身份证件”，报上去审批"
        )


def _said_of_household(registration: Registration, note: str) -> str:
    """Return the note, trimmed. Raises Invalid without one where the card's address is in another province."""
    other = outside(document_of(registration).address, province=registration.season.province)
    sentence = (
        f"身份证住址在{other}，没有通过。户籍也在外省的，办“外省户籍随迁子女”报上级审批；"
        "户口簿已经是本省的，在这里写明户口簿上的住址，再通过"
    )
    return written(note, field="note", sentence=sentence, needed=bool(other))


def refuse_if_other(falls: Collection[str], shown: Collection[str] | None) -> None:
    """Raise Changed where something else would fall than the page has said."""
    if shown is not None and set(shown) != set(falls):
        raise Changed("这名考生刚刚有变动，会受影响的步骤和页面上写的不同，还没有办。请核对后再办一次")


def _refuse_others(by: Actor) -> None:
    """Raise NotOpen for the office that a file was referred to: it decides in the case."""
    if by.kind is not Party.SITE:
        raise NotOpen(f"报上来审批的报考资格，{IN_THE_CASE}")


def require_judging(registration: Registration, state: journey.State) -> None:
    """Raise NotOpen unless eligibility can be decided now, by whichever office. Call after `locked`."""
    refuse_if_completed(registration)
    journey.require(_STEP, Party(registration.decider), state)


def keep_review(
    registration: Registration,
    outcome: EligibilityReview.Outcome,
    *,
    by: Actor,
    at: datetime,
    reason: str = "",
    note: str = "",
    to: str = "",
    fell: Collection[str] = (),
    case: Case | None = None,
) -> EligibilityReview:
    """Write a decision, and who decides from now on. `case`: by whose act. Call after `locked`."""
    [pk] = next_ids(EligibilityReview, 1)
    review = EligibilityReview(
        pk=pk, registration=registration, outcome=outcome, reason=reason, to=to, fell=[*fell],
        at=at, by_kind=by.kind, by_label=by.label, case=case,
    )  # fmt: skip
    review.note_sealed = sealed(review, note)
    insert(review)
    _place(registration)
    return review


def take_back_review(
    registration: Registration, review: EligibilityReview, *, by: Actor, at: datetime, reason: str
) -> None:
    """Let the newest decision count no more: what it did is undone with it. Call after `locked`. Raises NotOpen."""
    _take_back(registration, review, by=by, at=at, reason=f"撤销{review.get_outcome_display()}")  # why lies sealed
    review.undone_at, review.undone_by = at, by.label
    review.undo_sealed = sealed(review, reason, "undo_sealed")
    update(review, "undone_at", "undone_by", "undo_sealed")
    _place(registration)


def take_back_waiting(registration: Registration, case_id: UUID, *, by: Actor, at: datetime, reason: str) -> None:
    """Let it wait for nobody any more in this case; what an office has answered stands. Call after `locked`."""
    for row in [*standing_reviews(registration)]:
        if row.case_id != case_id or row.outcome != _Outcome.REFERRED:
            return
        take_back_review(registration, row, by=by, at=at, reason=reason)


def _place(registration: Registration) -> None:
    """Write on the registration who decides, and since when it waits for an office that it was referred to."""
    last = next(iter(standing_reviews(registration)), None)
    waits = last is not None and last.outcome == _Outcome.REFERRED
    registration.decider = last.to if last is not None and waits else _judge(registration, last)
    registration.approval_since = last.at if last is not None and waits else None
    update(registration, "decider", "approval_since")


def _judge(registration: Registration, last: EligibilityReview | None) -> str:
    """Return who decides next: who did last, but the site of what nobody has judged, or whose identity was changed."""
    if last is None or last.by_kind == Party.SITE:
        return Party.SITE
    if _STEP in registration.done_steps:
        return last.by_kind
    fell = last.outcome == _Outcome.PASSED
    return Party.SITE if fell or _is_another(registration, last) else last.by_kind


def _is_another(registration: Registration, last: EligibilityReview) -> bool:
    """Whether the identity was taken in anew since it was handed up: the answer is about one that is no longer so."""
    handed_up = (row.at for row in standing_reviews(registration) if row.outcome == _Outcome.REFERRED)
    log = StepLog.objects.filter(registration=registration, step="identity", done=True)
    return log.filter(at__gt=next(handed_up, last.at)).exists()


def _same(registration: Registration, outcome: str, reason: str, note: str) -> EligibilityReview | None:
    """Return the newest decision if it is this very one: a button pressed twice decides once."""
    last = next(iter(standing_reviews(registration)), None)
    if last is None or (last.outcome, last.reason, said_of(last)) != (outcome, reason, note):
        return None
    return last


def _take_back(registration: Registration, review: EligibilityReview, *, by: Actor, at: datetime, reason: str) -> None:
    if review.outcome == _Outcome.PASSED:
        if _STEP not in registration.done_steps:
            raise NotOpen("证件信息有变动，资格审核本来就要重新办，不用撤销通过")
        return_step(registration, _STEP, by=by, at=at, reason=reason)
        drop_submission(registration, reason="资格审核通过已撤销", by=by, at=at)
    elif review.outcome == _Outcome.RETURNED and _STEP in review.fell and rests_unchanged(registration):
        complete_step(registration, _STEP, by=by, at=at)
