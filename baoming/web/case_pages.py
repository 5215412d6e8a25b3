"""Special cases as both portals show them: what was asked, the papers, how it went, and what can be done now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest

from baoming.audit.actors import PARTY_NAMES, Actor, Party
from baoming.forms.attached import Consent
from baoming.registrations.models import Registration
from baoming.registrations.services.evidence import read_each
from baoming.reviews.asked import Question, shown
from baoming.reviews.case_queries import acts_of, asked_in, content_of, decision_in, is_over, kind_of, note_of
from baoming.reviews.cases import (
    ACT_NAMES,
    ELIGIBILITY,
    OPEN,
    STATE_NAMES,
    STOPPING,
    Act,
    Kind,
    State,
    acts,
    fallen,
    holder,
)
from baoming.reviews.models import Case, CaseAct
from baoming.reviews.services.case_effects import EFFECTS
from baoming.reviews.services.cases import keep_papers
from baoming.shared.errors import Invalid, Refused
from baoming.web.uploads import sent_files

TOO_LARGE = "几张照片合计超过12MB，没有收到。请一张一张上传，已经上传的会留着"
TONES = {State.WAITING: "doing", State.RETURNED: "problem", State.GRANTED: "done", State.REFUSED: "problem",
         State.WITHDRAWN: "later"}  # fmt: skip
ORDER = (Act.FORWARD, Act.GRANT, Act.RECEIVE, Act.SUPPLY, Act.RETURN, Act.REFUSE, Act.OBJECT, Act.UNDO, Act.WITHDRAW)


@dataclass(frozen=True, slots=True)
class Told:
    """One act of the history in words."""

    title: str
    by: str
    at: datetime
    reason: str
    note: str
    facts: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Shown:
    """One case as a page shows it to one party."""

    case: Case
    kind: Kind
    state: str
    tone: str
    who: str  # in words; empty once nobody has it
    asked: list[tuple[str, str]]
    changes: list[tuple[str, str, str]]  # what, old, new
    papers: list[tuple[str, str]]  # title, id of the picture
    history: list[Told]
    acts: list[Act]
    asks: tuple[Question, ...]  # of the office that has it
    late: bool  # the time of its kind is over: it can only be ended
    decision: CaseAct | None
    said: str  # beside the decision
    undoing: str  # what else it means to undo a grant, in words
    undone: str  # what undoing takes back, as its button said it
    words: Mapping[Act, str]  # what stands on the buttons
    stopped: bool  # everything has stopped by it: the stop is undone on the person's page
    objects_until: datetime | None  # once the receipt was signed


def show_case(registration: Registration, case: Case, *, by: Actor, now: datetime) -> Shown:
    """Return a case for `by`, with the acts that the rules allow."""
    kind, history = kind_of(registration.season, case.kind), acts_of(case)
    no_more = fallen_of(registration, kind, case)
    at, asking = case.standing, asked_in(history)
    content, decision, over = content_of(asking), decision_in(history), is_over(registration, kind)
    allowed = frozenset() if no_more else acts(kind, at, by.kind, now=now, over=over)
    has = holder(kind, at)
    return Shown(
        case=case, kind=kind, state=no_more or STATE_NAMES[at.state],
        tone="later" if no_more else TONES[at.state], undoing=EFFECTS[kind.effect].undoing,
        undone=_word(kind, history[-1]), words={act: kind.chain[at.desk].name_of(act) for act in Act},
        stopped=kind.effect in STOPPING and at.state is State.GRANTED and registration.stopped_at is not None,
        who=PARTY_NAMES[has] if has else "",
        asked=shown(kind.asks, content.get("answers", {})),
        changes=EFFECTS[kind.effect].shown(registration, content.get("extra", {})),
        papers=[(one.title, asking.pictures[one.key]) for one in kind.papers if one.key in asking.pictures],
        history=[_told(kind, act) for act in history],
        acts=[act for act in ORDER if act in allowed],
        asks=kind.chain[at.desk].asks, late=over and not at.objected,
        decision=decision, said=note_of(decision) if decision else "",
        objects_until=at.received + timedelta(days=kind.objection_days) if at.received else None,
    )  # fmt: skip


def fallen_of(registration: Registration, kind: Kind, case: Case) -> str:
    """Return `fallen` of a case of this registration."""
    eligible, stopped = ELIGIBILITY in registration.done_steps, registration.stopped_at is not None
    return fallen(kind, case.standing.state, eligible=eligible, stopped=stopped)


def _told(kind: Kind, act: CaseAct) -> Told:
    office = act.act in (Act.FORWARD, Act.GRANT)
    answers = content_of(act).get("answers", {}) if office else {}
    desk = kind.chain[act.desk]
    title = _word(kind, act)
    return Told(
        title=f"{desk.title}：{title}" if act.act in (Act.FORWARD, Act.GRANT, Act.REFUSE, Act.RETURN) else title,
        by=act.by_label, at=act.at, note=note_of(act), facts=shown(desk.asks, answers),
        reason=kind.reasons[act.reason].title if act.reason in kind.reasons else "",
    )  # fmt: skip


def _word(kind: Kind, act: CaseAct) -> str:
    return ACT_NAMES[OPEN] if act.act == OPEN else kind.chain[act.desk].name_of(Act(act.act))


def todo_of(shown_case: Shown) -> str:
    """Return what the person is to do after a case was given back, as the season says it."""
    last = shown_case.case
    reason = next((act.reason for act in reversed(acts_of(last)) if act.act == Act.RETURN), "")
    known = shown_case.kind.reasons.get(reason)
    return known.todo if known else ""


def sent_raw(request: HttpRequest) -> dict[str, list[str]]:
    """Return what a form of questions sent."""
    return {name: request.POST.getlist(name) for name in request.POST}


def take_papers(
    request: HttpRequest, registration: Registration, kind: Kind, consent: Consent, *, ticked: str, by: Actor
) -> dict[str, str]:
    """Keep the pictures that were sent, each for itself; return what is wrong with the others. Raises NotOpen."""
    keys = [one.key for one in kind.papers]
    if not keys:
        return {}
    try:
        files = sent_files(request, keys, too_large=TOO_LARGE)
    except Invalid as refusal:
        return refusal.fields
    if not files:
        return {}
    pictures, errors = read_each(files, consent, ticked=ticked)
    if pictures:
        keep_papers(registration.pk, kind.key, pictures, consent, by=by)
    return errors


def errors_of(refusal: Refused) -> dict[str, str]:
    """Return what a page says of a refusal: at the fields, or of the act as a whole."""
    return refusal.fields if isinstance(refusal, Invalid) else {"act": str(refusal)}


def preview(registration: Registration, kind: Kind) -> tuple[list[tuple[str, str, str]], str]:
    """Return what would be asked for beyond the questions, and why nothing would; both empty where nothing is."""
    extra, problems = EFFECTS[kind.effect].read(registration, {})
    return EFFECTS[kind.effect].shown(registration, extra), problems.get("changes", "")


def typed_of(raw: Mapping[str, Sequence[str]], shown_content: Mapping[str, object]) -> dict[str, list[str]]:
    """Return what stands in the fields: what was typed, or else what was asked before."""
    if raw:
        return {key: list(value) for key, value in raw.items()}
    return {
        key: [str(one) for one in value] if isinstance(value, list) else [str(value)]
        for key, value in shown_content.items()
    }


def may_open(kinds: Mapping[str, Kind], party: Party) -> list[Kind]:
    """Return the kinds that a party may open, in the season's order."""
    return [kind for kind in kinds.values() if party in kind.opens]
