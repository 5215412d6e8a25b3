"""Eligibility that another office judges: what the acts of such a case do to the registration (R5, R23, R24).

Each act leaves a row beside those of the site, so that there is one line of decisions: who has the file, what fell,
what may be undone. Called by `services/cases.py` in the transaction of the act, after `locked`.
"""

from dataclasses import replace
from datetime import datetime

from baoming.audit.actors import Actor
from baoming.registrations.models import Registration, StepLog
from baoming.registrations.services.steps import complete_step, return_step, state_now
from baoming.reviews.case_queries import acts_of, asked_in, note_of, open_judging
from baoming.reviews.cases import OPEN, Act, Kind
from baoming.reviews.models import Case, CaseAct, EligibilityReview
from baoming.reviews.queries import standing_reviews
from baoming.reviews.services.corrections import open_again
from baoming.reviews.services.eligibility import (
    keep_review,
    refuse_other_document,
    require_judging,
    take_back_review,
    take_back_waiting,
)
from baoming.schedule.windows import PhaseTime
from baoming.shared.errors import Changed, NotOpen, Refused
from baoming.shared.moments import short

_STEP = "eligibility"
_IN_CASE = "原因见事项"  # it lies sealed there, and in no log
_IN_TIME = (None, Act.SUPPLY)  # the site's: opening, and handing in again
_NO_END = {"intake": PhaseTime(open=True, closes=None, opens=None, over=False)}
_Outcome = EligibilityReview.Outcome


def refuse_unless_judged_now(registration: Registration, kind: Kind, act: Act | None) -> None:
    """Raise NotOpen outside the time in which eligibility is judged; `act` None: a case is going to be opened.

    Then also where it has passed, and Refused where another such case is open: one office decides at a time.
    What was handed in in time is acted on by the offices after it, too: three levels take longer than intake lasts.
    """
    state = state_now(registration)[0]
    require_judging(registration, state if act in _IN_TIME else replace(state, phases={**state.phases, **_NO_END}))
    if act is not None:
        return
    if _STEP in registration.done_steps:
        raise NotOpen(f"资格审核已经通过，不用办{kind.title}。通过有误请先撤销通过")
    refuse_other_document(registration, kind.chain[-1].by)
    there = open_judging(registration)
    if there is not None and there.kind != kind.key:
        raise Refused(f"报考资格已经在另一件事项里报审（{short(there.opened_at)}），请在那一件里办，或先撤回")


def follow(registration: Registration, kind: Kind, case: Case, done: CaseAct, *, by: Actor) -> None:
    """Let the registration stand as the act says: with an office, passed, returned, or as before what is taken back."""
    match done.act:
        case Act.GRANT:
            _refuse_if_another_identity(registration, case)
            complete_step(registration, _STEP, by=by, at=done.at)
            keep_review(registration, _Outcome.PASSED, by=by, at=done.at, case=case)
            _let_the_site_go_on(registration, by=by, at=done.at)
        case Act.RETURN | Act.REFUSE:
            fell = return_step(registration, _STEP, by=by, at=done.at, reason=kind.reasons[done.reason].title)
            keep_review(
                registration, _Outcome.RETURNED, by=by, at=done.at, reason=done.reason, note=note_of(done), fell=fell,
                case=case,
            )  # fmt: skip
            if done.act == Act.RETURN:
                _let_the_site_go_on(registration, by=by, at=done.at)
        case Act.UNDO:
            _undo(registration, case, done, by=by)
        case Act.WITHDRAW:
            _withdraw(registration, case, done, by=by)
        case _:
            assert done.act in (OPEN, Act.SUPPLY, Act.FORWARD)
            if done.act == Act.FORWARD:
                _refuse_if_another_identity(registration, case)
            keep_review(registration, _Outcome.REFERRED, by=by, at=done.at, reason=kind.key, to=case.holder, case=case)


def _let_the_site_go_on(registration: Registration, *, by: Actor, at: datetime) -> None:
    """Let there be time for photo and number after a grant, for what is missing after a return, for this one person."""
    sign_up = () if "form" in registration.done_steps else ("sign_up",)
    open_again(registration, ("intake", *sign_up), by=by, at=at)


def _undo(registration: Registration, case: Case, done: CaseAct, *, by: Actor) -> None:
    last = next(iter(standing_reviews(registration)), None)
    if last is None or last.case_id != case.pk:
        raise Changed("这之后报考资格又有新的决定，请先看考生页上最新的决定")
    take_back_review(registration, last, by=by, at=done.at, reason=_IN_CASE)


def _withdraw(registration: Registration, case: Case, done: CaseAct, *, by: Actor) -> None:
    """Take back that it waits; what an office has returned stays returned, and is never the site's to pass."""
    take_back_waiting(registration, case.pk, by=by, at=done.at, reason=_IN_CASE)


def _refuse_if_another_identity(registration: Registration, case: Case) -> None:
    """Raise NotOpen where the card was taken in anew after the papers were: they prove what is no longer so."""
    asked = asked_in(list(acts_of(case)))
    anew = StepLog.objects.filter(registration=registration, step="identity", done=True, at__gt=asked.at)
    if anew.exists():
        raise NotOpen("材料报上来以后证件信息有变动，不能按原来的材料同意。请退回，由报名点按新的证件信息再报")
