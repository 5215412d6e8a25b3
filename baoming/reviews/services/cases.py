"""Special cases: opened, handed on, given back, decided, taken back (R15, R20–R27, R32)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from baoming.audit.actors import PARTY_NAMES, SYSTEM, Actor, Party
from baoming.forms.attached import Consent
from baoming.messages.services import send
from baoming.registrations.form_queries import bound_phone
from baoming.registrations.journey import STEPS
from baoming.registrations.models import Registration
from baoming.registrations.services.evidence import Pictures, keep_drafts, lost_of
from baoming.registrations.services.steps import (
    locked,
    refuse_if_stopped,
    require_two_hands,
    state_now,
)
from baoming.reviews.asked import Raw, clean
from baoming.reviews.case_queries import acts_of, asked_in, content_of, is_over, kind_of
from baoming.reviews.cases import (
    ACT_NAMES,
    DECIDED,
    OPEN,
    OPEN_STATES,
    STOPPING,
    Act,
    Kind,
    Standing,
    State,
    acts,
    after,
    due,
    holder,
)
from baoming.reviews.decisions import chosen, offered, written
from baoming.reviews.models import Case, CaseAct
from baoming.reviews.services.case_effects import EFFECTS
from baoming.reviews.services.case_papers import of_others, open_of, papers_there, purpose_of, take
from baoming.reviews.services.case_writing import hold, settle_holds, stand, write_act
from baoming.shared.errors import Changed, Invalid, NotOpen, Refused
from baoming.shared.moments import short
from baoming.shared.services import insert

_SPECIAL = f"确有特殊情况请联系{PARTY_NAMES[Party.COUNTY]}"
_OFFICES = (Act.FORWARD, Act.GRANT, Act.REFUSE, Act.RETURN)
_LOSING = (Act.WITHDRAW, Act.RECEIVE)  # what was asked for is gone; the time to object runs


def keep_papers(registration_id: UUID, kind_key: str, pictures: Pictures, consent: Consent, *, by: Actor) -> None:
    """Keep pictures of papers (paper → JPEG) for the case that `by` opens or supplies next: none is chosen anew.

    None are kept where one waits already: the button was pressed twice. Raises NotOpen where no such case can be
    opened now, and for who neither opens nor supplies it.
    """
    kind = kind_of(Registration.objects.select_related("season").get(pk=registration_id).season, kind_key)
    papers = {purpose_of(kind, key): jpeg for key, jpeg in pictures.items()}
    lost = lost_of(Registration(pk=registration_id), papers)  # before the lock: nobody waits for the storage
    with transaction.atomic():
        registration = locked(registration_id)
        there = open_of(registration, kind)
        now = _moment(registration, kind, Act.SUPPLY if there is not None and there.objected else None)
        if _may_hand_in(registration, kind, there, by, now=now):
            lost |= of_others(registration, kind)
            keep_drafts(registration, papers, consent, lost=lost, at=now, by=by.kind)


def _may_hand_in(registration: Registration, kind: Kind, there: Case | None, by: Actor, *, now: datetime) -> bool:
    """Whether papers of `by` would be taken by what it can do next. Raises NotOpen for who does not open this kind."""
    over = is_over(registration, kind)
    if there is not None and Act.SUPPLY in acts(kind, there.standing, by.kind, now=now, over=over):
        return True
    _require_opener(kind, by)
    return there is None


def _require_opener(kind: Kind, by: Actor) -> None:
    if by.kind not in kind.opens:
        raise NotOpen(f"{kind.title}由{_names(kind.opens)}提出")


def may_open_now(registration: Registration, kind: Kind) -> str:
    """Return why no such case can be opened for this person now, as a sentence; empty where one can."""
    try:
        _moment(registration, kind)
    except Refused as refusal:
        return str(refusal)
    return ""


@transaction.atomic
def open_case(registration_id: UUID, kind_key: str, *, raw: Raw, by: Actor) -> Case:
    """Open a case: what is asked is answered in `raw`, the papers were kept before. Safe to repeat.

    Raises NotOpen for who may not, too early or too late; Invalid by question or paper; Refused while another of
    its kind is open.
    """
    registration = locked(registration_id)
    kind = kind_of(registration.season, kind_key)
    _require_opener(kind, by)
    now = _moment(registration, kind)
    there = open_of(registration, kind)
    content = _asked(registration, kind, there, raw, by=by)
    if there is not None:
        return _same(there, content, by)
    at = Standing(State.WAITING, 0, by.kind)
    case = insert(Case(
        registration=registration, season_id=registration.season_id, path=registration.path, kind=kind.key,
        state=at.state, holder=holder(kind, at) or "", opener=by.kind, opened_at=now, since=now,
        due_at=due(kind, at, now),
    ))  # fmt: skip
    papers = take(registration, kind, before={}, by=by.kind)
    done = write_act(case, OPEN, registration, at=now, by=by, content=content, pictures=papers)
    EFFECTS[kind.effect].followed(registration, kind, case, done, by=by)
    hold(registration, case, kind, by=by)
    if by.kind is Party.CANDIDATE and kind.effect in STOPPING:
        _tell_own(registration, at=now)
    return case


@transaction.atomic
def act_on_case(
    case_id: UUID, act: Act, *, seen: int, by: Actor, reason: str = "", note: str = "", raw: Raw | None = None
) -> Case:
    """Do one act of `cases.acts` to a case: hand on, grant, refuse, give back, supply, withdraw, undo, receive, object.

    `seen`: the number of the newest act that the page showed; the same act sent twice is one. Raises NotOpen for
    who may not, after the kind's phase, and where the second of two people is the first; Changed where something
    happened since the page was made; Invalid by what is missing.
    """
    registration = locked(Case.objects.values_list("registration", flat=True).get(pk=case_id))
    case = Case.objects.select_for_update().get(pk=case_id)
    kind, history = kind_of(registration.season, case.kind), acts_of(case)
    now = _moment(registration, kind, act)
    if case.newest != seen:
        return _done_before(case, history[-1], act, seen=seen, by=by)
    _require(registration, kind, case, act, by=by, now=now)
    if not case.holder:
        _refuse_if_another(registration, kind, act)
    if kind.two and act in (Act.GRANT, Act.REFUSE):
        _require_other_hand(history, by)
    words = _said(kind, act, reason=reason, note=note, by=by)
    content = _content(registration, kind, case, act, raw or {}, by=by)
    before = case.standing
    stand(case, kind, after(kind, before, act, now=now), now=now)
    before_it = asked_in(history).pictures
    pictures = take(registration, kind, before=before_it, by=by.kind) if act is Act.SUPPLY else {}
    done = write_act(
        case, act, registration, at=now, by=by, content=content, pictures=pictures, desk=before.desk, **words
    )
    EFFECTS[kind.effect].followed(registration, kind, case, done, by=by)
    _follow(registration, case, kind, act, before, asked=content_of(asked_in(history)), by=by, at=now)
    return case


def cases_follow(registration: Registration) -> None:
    """Let a person's cases be seen where the person is now. Call after a move to another site."""
    Case.objects.filter(registration=registration).update(path=registration.path)


def close_open_cases(registration: Registration, *, at: datetime) -> None:
    """Withdraw, by the system and without an SMS, every open case of somebody who has stopped: nothing waits for them.

    What they keep from being done is kept no longer; `reopen_cases` finds by `at`, the moment of the stop, those that
    come back with the person. Call in the transaction that stops, after `locked`.
    """
    for case in Case.objects.select_for_update().filter(registration=registration, state__in=OPEN_STATES):
        kind, before = kind_of(registration.season, case.kind), case.standing
        stand(case, kind, after(kind, before, Act.WITHDRAW, now=at), now=at)
        done = write_act(
            case, Act.WITHDRAW, registration, at=at, by=SYSTEM, content={}, pictures={}, desk=before.desk,
            note="报名已中止，不再办理",
        )  # fmt: skip
        EFFECTS[kind.effect].followed(registration, kind, case, done, by=SYSTEM)
        settle_holds(registration, case, kind, before, by=SYSTEM, at=at)


def _moment(registration: Registration, kind: Kind, act: Act | None = None) -> datetime:
    """Return the season's moment if cases of this kind are dealt with now; raise NotOpen. Call after `locked`.

    `act` None: one is going to be opened, which the kind's time must allow; what it allows of the others, `acts` says.
    """
    if act in (Act.WITHDRAW, Act.RECEIVE):  # what ends a case is always in time
        return state_now(registration)[1].now
    refuse_if_stopped(registration)
    state, clock = state_now(registration)
    if kind.after and not state.phases[kind.after].over:
        raise NotOpen(f"现在还可以由考生本人修改，不用办{kind.title}。修改时间结束以后再提出")
    if act is None and kind.until and state.phases[kind.until].over:
        raise NotOpen(f"{kind.title}的办理时间已经结束。{_SPECIAL}")
    if missing := [STEPS[key].zh for key in kind.needs if key not in state.done]:
        raise NotOpen(f"请先完成{missing[0]}，再办{kind.title}")
    EFFECTS[kind.effect].moment(registration, kind, act)
    return clock.now


def _require(registration: Registration, kind: Kind, case: Case, act: Act, *, by: Actor, now: datetime) -> None:
    """Raise NotOpen unless the rules allow `act`; the sentence says who has it, or what can be done instead."""
    over = is_over(registration, kind)
    allowed = acts(kind, case.standing, by.kind, now=now, over=over)
    if act in allowed:
        return
    if over and act in acts(kind, case.standing, by.kind, now=now, over=False):
        instead = "或".join(f"“{ACT_NAMES[one]}”" for one in sorted(allowed))
        todo = f"现在可以{instead}" if instead else _SPECIAL
        raise NotOpen(f"{kind.title}的办理时间已经结束，不能再{ACT_NAMES[act]}。{todo}")
    if case.holder and act in _OFFICES and by.kind.value != case.holder:
        raise NotOpen(f"这件事现在由{PARTY_NAMES[Party(case.holder)]}办理，请等其办完")
    name = "已经决定" if State(case.state) in DECIDED else "现在的办理状态"
    raise NotOpen(f"这件事{name}，不能{ACT_NAMES[act]}。请刷新页面核对")


def _refuse_if_another(registration: Registration, kind: Kind, act: Act) -> None:
    """Raise Refused where a closed case would be opened again beside one of its kind that was opened since."""
    if act in (Act.UNDO, Act.OBJECT):
        there = open_of(registration, kind)
        if there is not None:
            raise Refused(f"这之后又提出了一件同类的事项（{short(there.opened_at)}），正在办理，请在那一件里办")


def _done_before(case: Case, last: CaseAct, act: Act, *, seen: int, by: Actor) -> Case:
    """Return the case where the newest act is this very one: a button pressed twice. Raises Changed for all else."""
    if (last.number, last.act, last.by_id) == (seen + 1, act.value, by.id):
        return case
    raise Changed("这件事刚刚有新的办理，您的操作还没有生效，请看过最新的情况再办")


def _require_other_hand(history: list[CaseAct], by: Actor) -> None:
    """Raise NotOpen where whoever decides has had a hand in it before: the sentence says which."""
    own = [one.act for one in history if one.by_id == by.id]
    if {OPEN, Act.SUPPLY}.intersection(own):
        raise NotOpen("这件事要两个人办理，提出的人自己不能决定，请由另一位工作人员决定")
    if own:
        done = "、".join(f"“{ACT_NAMES[act]}”" for act in dict.fromkeys(own))
        raise NotOpen(
            f"这件事要两个人办理，您已经办过{done}，再决定要由另一位工作人员办理。没有另一位的，请提出的人撤回以后另行提出"
        )
    for one in history:
        require_two_hands(one.by_id, by)


def _said(kind: Kind, act: Act, *, reason: str, note: str, by: Actor) -> dict[str, str]:
    """Return reason and note as they are kept. Raises Invalid."""
    if act in (Act.REFUSE, Act.RETURN):
        sentence = f"请选择{ACT_NAMES[act]}的理由，考生会看到它"
        chosen(offered(kind.reasons, by.kind), reason, field="reason", sentence=sentence)
        needed = reason == "other"
    else:
        reason, needed = "", act in (Act.WITHDRAW, Act.UNDO, Act.OBJECT)
    return {
        "reason": reason,
        "note": written(note, field="note", sentence=f"请写明{ACT_NAMES[act]}的原因", needed=needed),
    }


def _content(registration: Registration, kind: Kind, case: Case, act: Act, raw: Raw, *, by: Actor) -> dict[str, Any]:
    """Return what is kept with the act beyond reason and note. Raises Invalid by question."""
    if act is Act.SUPPLY:
        return _asked(registration, kind, case, raw, by=by)
    if act not in (Act.FORWARD, Act.GRANT):
        return {}
    answers, problems = clean(kind.chain[case.desk].asks, raw)
    if problems:
        raise Invalid(problems)
    return {"answers": answers} if answers else {}


def _asked(registration: Registration, kind: Kind, case: Case | None, raw: Raw, *, by: Actor) -> dict[str, Any]:
    """Return what is asked for, complete. Raises Invalid by question, paper or what the effect asks."""
    answers, problems = clean(kind.asks, raw)
    extra, more = EFFECTS[kind.effect].read(registration, raw)
    there = papers_there(registration, kind, case, by=by.kind)
    lacking = {one.key: f"请上传{one.title}的照片" for one in kind.papers if one.needed and one.key not in there}
    if found := {**problems, **more, **lacking}:
        raise Invalid(found)
    return {"answers": answers, "extra": extra}


def _same(there: Case, content: Mapping[str, Any], by: Actor) -> Case:
    """Return the open case where it is the very one that is opened again. Raises Refused for another."""
    first = acts_of(there)
    if len(first) == 1 and first[0].by_id == by.id and content_of(first[0]) == content:
        return there
    raise Refused(f"已经有一件同类的事项在办理（{short(there.opened_at)}提出），请在那一件里补充，或先撤回")


def _follow(
    registration: Registration, case: Case, kind: Kind, act: Act, before: Standing, *, asked: Mapping[str, Any],
    by: Actor, at: datetime,
) -> None:  # fmt: skip
    """Do what the act brings with it: holds, the effect of a grant, the news to the candidate."""
    if act is Act.GRANT:
        EFFECTS[kind.effect].granted(registration, asked.get("extra", {}), by=by, at=at)
    elif before.state is State.GRANTED and case.standing.state is not State.GRANTED:
        EFFECTS[kind.effect].undone(registration, by=by, at=at)
    settle_holds(registration, case, kind, before, by=by, at=at)
    if registration.stopped_at is not None:
        close_open_cases(registration, at=registration.stopped_at)
    if act in (Act.GRANT, Act.REFUSE, Act.RETURN) and not kind.silent:
        _tell(registration, act)
    if by.kind is Party.CANDIDATE and act in _LOSING:
        _tell_own(registration, at=at)


def _tell(registration: Registration, act: Act) -> None:
    """Tell the bound phone that there is news. Of what kind stands behind the sign-in: an SMS is read by others."""
    if not (number := bound_phone(registration)):
        return
    template = "case_returned" if act is Act.RETURN else "case_decided"
    phone = registration.site.phone
    send(template, season=registration.season, recipient=registration.pk, number=number, phone=phone)


def _tell_own(registration: Registration, *, at: datetime) -> None:
    """Tell the bound phone of an act by which the candidate loses something: another may have found a session open."""
    if number := bound_phone(registration):
        phone = registration.site.phone
        send(
            "case_own", season=registration.season, recipient=registration.pk, number=number, at=short(at), phone=phone
        )


def _names(parties: tuple[Party, ...]) -> str:
    return "或".join(PARTY_NAMES[party] for party in parties)
