"""One mechanism for every special case: what a kind asks, through which offices it goes, who may act on it now.

Kinds are season data (`cases.json`). This module reads them and answers without a database (R5, R15, R20–R27, R32).
Only the last office of a chain grants or refuses; those before it hand on or give back to whoever opened it.
Expected behaviour: tests/reviews/case_table.py, written by hand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from baoming.audit.actors import Party
from baoming.reviews.asked import Paper, Question
from baoming.reviews.decisions import Reason, reasons


class Act(StrEnum):
    """What can be done to an open or a decided case. The words stand on buttons and in the history."""

    FORWARD = "forward"
    GRANT = "grant"
    REFUSE = "refuse"
    RETURN = "return"
    SUPPLY = "supply"
    WITHDRAW = "withdraw"
    UNDO = "undo"
    RECEIVE = "receive"
    OBJECT = "object"


OPEN = "open"  # the first act of every case
ELIGIBILITY = "eligibility"  # the effect of kinds by which another office than the site judges eligibility
STOPPING = ("withdrawal", "admitted", "deceased")  # effects by which everything stops
LAPSED = "同意以后证件信息有变动，已失效"
RESUMED = "已同意，后来撤销中止，报名已恢复"
ACT_NAMES = {
    OPEN: "提出", Act.FORWARD: "同意，上报", Act.GRANT: "同意", Act.REFUSE: "不同意", Act.RETURN: "退回补正",
    Act.SUPPLY: "补正后再报", Act.WITHDRAW: "撤回", Act.UNDO: "撤销", Act.RECEIVE: "签收告知书", Act.OBJECT: "提出异议",
}  # fmt: skip


class State(StrEnum):
    WAITING = "waiting"
    RETURNED = "returned"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


STATE_NAMES = {
    State.WAITING: "办理中", State.RETURNED: "已退回补正", State.GRANTED: "已同意", State.REFUSED: "未同意",
    State.WITHDRAWN: "已撤回",
}  # fmt: skip
OPEN_STATES = (State.WAITING, State.RETURNED)
DECIDED = (State.GRANTED, State.REFUSED)


@dataclass(frozen=True, slots=True)
class Desk:
    """One office of a chain: what it does there, in how many days, and what it writes down."""

    by: Party
    title: str
    days: int
    asks: tuple[Question, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)  # of its acts, where "同意" does not say to what

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        asks = tuple(Question.of(one) for one in row.get("asks", ()))
        return cls(Party(row["by"]), row["title"], row["days"], asks, row.get("words", {}))

    def name_of(self, act: "Act") -> str:
        """Return an act of this office in words, as its button and the history say it."""
        return self.words.get(act, ACT_NAMES[act])


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of special case, as the season describes it."""

    key: str
    title: str
    help: str  # for whoever opens it: what it is for, what comes of it
    opens: tuple[Party, ...]
    chain: tuple[Desk, ...]
    reasons: Mapping[str, Reason]  # of giving back and of refusing
    asks: tuple[Question, ...] = ()
    papers: tuple[Paper, ...] = ()
    needs: tuple[str, ...] = ()  # steps of the journey that are done before
    after: str = ""  # the phase that must be over
    until: str = ""  # the phase after whose end none is opened and none granted
    holds: tuple[str, ...] | None = None  # the steps it keeps from being done; (): completion and tickets
    effect: str = "noted"  # what granting and refusing do beyond being known
    lasting: bool = False  # what was granted is not undone: it takes another case
    refused_holds: bool = False  # what was refused goes on keeping steps from being done
    two: bool = False  # who decides has done nothing else to it
    silent: bool = False  # nobody is told by SMS
    notice: bool = False  # the decision is given in writing, and its receipt signed
    objection_days: int = 0  # after the receipt
    basis: str = ""  # legal, on the notice

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        return cls(
            **{key: row[key] for key in _PLAIN if key in row},
            opens=tuple(Party(one) for one in row["opens"]),
            chain=tuple(Desk.of(one) for one in row["chain"]),
            reasons=reasons(row["reasons"]),
            asks=tuple(Question.of(one) for one in row.get("asks", ())),
            papers=tuple(Paper(**one) for one in row.get("papers", ())),
            needs=tuple(row.get("needs", ())),
            holds=tuple(row["holds"]) if "holds" in row else None,
        )

    @property
    def last(self) -> int:
        return len(self.chain) - 1


_PLAIN = (
    "key", "title", "help", "after", "until", "effect", "lasting", "refused_holds", "two", "silent", "notice",
    "objection_days", "basis",
)  # fmt: skip


def kinds(cases: Mapping[str, Any], eligibility: Mapping[str, Any]) -> dict[str, Kind]:
    """Return the kinds of the document `cases` by key, in its order.

    The rules of the document `eligibility` are judged by whoever grants it: each is ticked at the last desk (R5).
    """
    rules = eligibility["rules"]
    found = {row["key"]: Kind.of(row) for row in cases.get("kinds", ())}
    return {key: _judging(kind, rules) if kind.effect == ELIGIBILITY else kind for key, kind in found.items()}


def _judging(kind: Kind, rules: Sequence[Mapping[str, Any]]) -> Kind:
    """Let the last desk tick the rules; `of`: what a rule reads where it is another in this kind than at the site."""
    options = {rule["key"]: rule.get("of", {}).get(kind.key, rule["title"]) for rule in rules}
    ticks = Question(
        "rules", "报考条件，逐条核对", "符合的打勾；有一条不符合就不能同意", options, many=True, every=True
    )
    last = replace(kind.chain[-1], asks=(*kind.chain[-1].asks, ticks))
    return replace(kind, chain=(*kind.chain[:-1], last))


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one case stands."""

    state: State
    desk: int  # place in the chain: of the office that has it, or that gave it back or decided it
    opener: Party
    forwarded: bool = False  # the last act was handing on: the office before may still take it back
    received: datetime | None = None  # when the receipt of the decision was signed
    objected: bool = False  # once only


def acts(kind: Kind, at: Standing, by: Party, *, now: datetime, over: bool) -> frozenset[Act]:
    """Return what `by` may do to a case at this moment. Buttons and services ask here.

    `over`: the time of its kind has ended (`until`). What it keeps from being done would be kept for ever, so that
    it may still be ended; nothing is granted any more, and an objection made in time is answered all the same.
    """
    found = {*_office_acts(kind, at, by)}
    if by in _speakers(kind, at):
        found |= _speaker_acts(kind, at, now=now)
    return frozenset(found & _late(at) if over else found)


def _late(at: Standing) -> frozenset[Act]:
    """Return what may be done after the time of a kind, by whoever may do it at all."""
    return _ENDING | {Act.GRANT, Act.SUPPLY} if at.objected else _ENDING


_ENDING = frozenset({Act.FORWARD, Act.REFUSE, Act.WITHDRAW, Act.RECEIVE, Act.OBJECT})


def asks_save_password(kind: Kind, act: Act | None) -> bool:
    """Whether a candidate proves again that it is they: to stop everything, or to take a request back (None: to open).

    Whoever finds a session open would else do lasting harm with it.
    """
    return act is Act.WITHDRAW or (act is None and kind.effect in STOPPING)


def fallen(kind: Kind, state: State, *, eligible: bool, stopped: bool) -> str:
    """Return why a grant counts no more although nobody has taken it back, in words; empty where it counts.

    `eligible`: the step of eligibility is done; it falls with the identity that was judged.
    """
    if state is not State.GRANTED:
        return ""
    if kind.effect == ELIGIBILITY and not eligible:
        return LAPSED
    return RESUMED if kind.effect in STOPPING and not stopped else ""


def holder(kind: Kind, at: Standing) -> Party | None:
    """Return who must act next; None once it is decided or withdrawn."""
    if at.state is State.WAITING:
        return kind.chain[at.desk].by
    return at.opener if at.state is State.RETURNED else None


def holding(kind: Kind, at: Standing) -> bool:
    """Whether a case keeps steps from being done: while it is open, and refused where the kind says so."""
    keeps = at.state in OPEN_STATES or (at.state is State.REFUSED and kind.refused_holds)
    return kind.holds is not None and keeps


def due(kind: Kind, at: Standing, since: datetime) -> datetime | None:
    """Return until when the office that has it should have acted; None while it is with no office."""
    return since + timedelta(days=kind.chain[at.desk].days) if at.state is State.WAITING else None


def after(kind: Kind, at: Standing, act: Act, *, now: datetime) -> Standing:
    """Return where a case stands after an act that `acts` allows."""
    stands = replace(at, forwarded=False, received=None)
    match act:
        case Act.UNDO:
            return replace(stands, state=State.WAITING, desk=at.desk - (at.state is State.WAITING))
        case Act.FORWARD:
            return replace(stands, desk=at.desk + 1, forwarded=True)
        case Act.SUPPLY:
            return replace(stands, state=State.WAITING)
        case Act.OBJECT:
            return replace(stands, state=State.WAITING, desk=kind.last, objected=True)
        case Act.RECEIVE:
            return replace(stands, received=now)
        case _:
            return replace(stands, state=_BECOMES[act])


_BECOMES = {
    Act.GRANT: State.GRANTED, Act.REFUSE: State.REFUSED, Act.RETURN: State.RETURNED, Act.WITHDRAW: State.WITHDRAWN,
}  # fmt: skip


def _office_acts(kind: Kind, at: Standing, by: Party) -> set[Act]:
    office = kind.chain[at.desk].by
    if at.state is State.WAITING:
        before = kind.chain[at.desk - 1].by if at.forwarded and at.desk else None
        found = {Act.UNDO} if by is before else set()
        if by is not office:
            return found
        found |= {Act.GRANT, Act.REFUSE} if at.desk == kind.last else {Act.FORWARD}
        return found if by is at.opener else found | {Act.RETURN}
    if at.state is State.WITHDRAWN or by is not office or at.received is not None:
        return set()
    return set() if at.state is State.GRANTED and kind.lasting else {Act.UNDO}


def _speakers(kind: Kind, at: Standing) -> tuple[Party, ...]:
    """Return who speaks for the request: whoever opened it. A candidate's own the site speaks for too, on paper, and
    what it entered for them is theirs."""
    both = (Party.CANDIDATE, Party.SITE)
    return both if at.opener in both and {*both} <= {*kind.opens} else (at.opener,)


def _speaker_acts(kind: Kind, at: Standing, *, now: datetime) -> set[Act]:
    if at.state in OPEN_STATES:
        found = {Act.SUPPLY} if at.state is State.RETURNED else set()
        return found if at.objected else found | {Act.WITHDRAW}  # what was decided is not taken back by objecting
    if at.state not in DECIDED or not kind.notice:
        return set()
    if at.received is None:
        return {Act.RECEIVE}
    in_time = now < at.received + timedelta(days=kind.objection_days)
    return {Act.OBJECT} if in_time and not at.objected else set()
