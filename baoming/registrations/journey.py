"""The journey of one registration: who does which step, in which phase, after what.

This table is the only place that says so. Pages draw it, services ask it (`require`), reports
count by it, docs/journey.md is printed from it. A registration's state is the set of steps it has
done, and the holds on it. Expected behaviour: tests/fixtures/journey.json, written by hand.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from baoming.audit.actors import PARTY_NAMES, Party
from baoming.schedule.windows import PhaseTime
from baoming.shared.errors import Closed, Held, NotOpen
from baoming.shared.moments import moment

VERSION = 1


class Trait(StrEnum):
    """What makes a step apply to a registration."""

    ALL = "all"
    DECLARES = "declares"
    SEASON_OPTION = "season option"
    ARTS_OR_SPORTS = "arts or sports"
    CULTURE_EXAM = "takes the culture exam or 对口"
    ANY_EXAM = "takes an exam"


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the table. A step stands after all that it names."""

    key: str
    zh: str
    actors: tuple[Party, ...]
    phases: tuple[str, ...]
    needs: tuple[str, ...] = ()  # done before this may start
    falls_with: tuple[str, ...] = ()  # what this attests to: undone when one of them is
    lasting: bool = False  # never undone by another step; undoing stops here
    lasting_once: str = ""  # the step that makes it so
    applies: Trait = Trait.ALL
    no_hold: bool = False  # asks for no hold at all, not only for none that names it
    verb: str = ""  # on the candidate's button
    come: str = ""  # of an office's step: where the candidate has to be for it, and what for
    again: str = ""  # on the button of a done step that may be done anew while its phase is open
    box: str = ""  # which of the eight official boxes it belongs to


_CANDIDATE, _SITE, _COUNTY, _CITY, _PROVINCE = (
    Party.CANDIDATE, Party.SITE, Party.COUNTY, Party.CITY, Party.PROVINCE,
)  # fmt: skip

JOURNEY = (
    Step("identity", "证件采集", (_SITE,), ("intake",), lasting=True, box="身"),
    Step("eligibility", "报考资格审核", (_SITE, _COUNTY, _CITY, _PROVINCE), ("intake",), needs=("identity",),
         falls_with=("identity",), box="审"),
    Step("photo", "照片采集", (_SITE,), ("intake",), needs=("identity",), box="照"),
    Step("number", "分配报名序号", (_SITE,), ("intake",), needs=("eligibility", "photo"), lasting=True, box="号"),
    Step("registration_fee", "报名费", (_CANDIDATE,), ("sign_up",), needs=("number",), lasting=True,
         verb="去缴报名费", box="费"),
    Step("person_check", "实人认证", (_CANDIDATE, _SITE), ("sign_up",), needs=("registration_fee",), lasting=True,
         verb="去做实人认证", box="证"),
    Step("phone", "绑定手机", (_CANDIDATE,), ("sign_up",), needs=("person_check",), lasting=True,
         verb="去绑定手机", box="证"),
    Step("passwords", "设置登录密码和保存密码", (_CANDIDATE,), ("sign_up",), needs=("phone",), lasting=True,
         verb="去设置密码", box="证"),
    Step("pledge", "诚信考试承诺书", (_CANDIDATE,), ("sign_up",), needs=("passwords",), lasting=True,
         verb="去阅读承诺书", box="填"),
    Step("form", "报名信息", (_CANDIDATE,), ("sign_up", "proof_correction"), needs=("pledge",),
         verb="去填报", again="修改报名信息", box="填"),
    Step("declarations", "优惠加分和专项计划申报", (_CANDIDATE,), ("declarations",), needs=("form",), lasting=True,
         applies=Trait.DECLARES, verb="去申报"),
    Step("household", "户口簿", (_CANDIDATE, _SITE), ("household",), needs=("form",), applies=Trait.SEASON_OPTION,
         verb="去上传户口簿"),
    Step("specialty", "专业统考报考", (_CANDIDATE,), ("specialty",), needs=("form",), lasting=True,
         lasting_once="specialty_fee", applies=Trait.ARTS_OR_SPORTS, verb="去报考专业统考"),
    Step("specialty_fee", "专业统考报名考务费", (_CANDIDATE,), ("specialty",), needs=("specialty",), lasting=True,
         applies=Trait.ARTS_OR_SPORTS, verb="去缴专业统考报名考务费"),
    Step("signature", "登记表校对签字", (_SITE,), ("confirmation",), needs=("form", "photo"),
         falls_with=("form", "photo", "identity"), come="到报名点核对登记表、签字", box="签"),
    Step("moral_assessment", "思想品德考核意见", (_SITE, _COUNTY), ("confirmation",), needs=("number",), lasting=True),
    Step("completion", "县区完成", (_COUNTY,), ("confirmation",),
         needs=("eligibility", "signature", "moral_assessment", "household"), falls_with=("signature",), no_hold=True),
    Step("final_review", "市州终审", (_CITY,), ("submission",), needs=("completion",), falls_with=("completion",)),
    Step("exam_fee", "高考考试费", (_CANDIDATE,), ("exam_fee",), needs=("form",), lasting=True,
         applies=Trait.CULTURE_EXAM, verb="去缴高考考试费"),
    Step("specialty_seat", "专业统考编排", (_PROVINCE,), ("arrangement",), needs=("specialty_fee",), lasting=True,
         applies=Trait.ARTS_OR_SPORTS),
    Step("seat", "考场编排", (_PROVINCE,), ("arrangement",), needs=("final_review",), lasting=True,
         applies=Trait.ANY_EXAM),
    Step("specialty_ticket", "专业考试证", (_CANDIDATE, _SITE), ("specialty_tickets",), needs=("specialty_seat",),
         falls_with=("photo", "identity", "specialty_seat"), applies=Trait.ARTS_OR_SPORTS, no_hold=True,
         verb="去打印专业考试证"),
    Step("admission_ticket", "准考证", (_CANDIDATE, _SITE), ("tickets",),
         needs=("final_review", "seat", "exam_fee"), falls_with=("photo", "identity", "seat"),
         applies=Trait.ANY_EXAM, no_hold=True, verb="去打印准考证"),
)  # fmt: skip
STEPS = {step.key: step for step in JOURNEY}
BITS = {step.key: 1 << place for place, step in enumerate(JOURNEY)}
# The eight official boxes of the candidate's head, in the official order (ux.md rule 1).
BOXES = (
    ("审", "资格审核"), ("身", "身份采集"), ("照", "照片采集"), ("号", "报名序号"),
    ("费", "缴报名费"), ("证", "实人认证"), ("填", "填报信息"), ("签", "签字确认"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hold:
    """Something that keeps steps from being done until an office clears it."""

    steps: frozenset[str]  # empty: names no step, yet counts where a step asks for no hold at all
    reason: str
    todo: str = ""  # what the candidate does to end it; empty: nothing, an office does


@dataclass(frozen=True, slots=True)
class State:
    """All that the journey needs to know of one registration at one moment."""

    done: frozenset[str]
    phases: Mapping[str, PhaseTime]
    traits: frozenset[Trait] = frozenset()
    holds: tuple[Hold, ...] = field(default=())
    only: Mapping[str, Party] = field(default_factory=dict)  # of a step's actors, the one who acts for this person
    stopped: str = ""  # why nothing is done any more, as a sentence: the candidate has withdrawn

    def actors(self, key: str) -> tuple[Party, ...]:
        """Return who may do step `key` for this person: where the table names several, perhaps one of them."""
        return (self.only[key],) if key in self.only else STEPS[key].actors

    def applies(self, key: str) -> bool:
        trait = STEPS[key].applies
        return trait is Trait.ALL or trait in self.traits

    def missing(self, key: str) -> list[str]:
        """Return the needs of step `key` that apply and are not done, in the table's order."""
        return [need for need in STEPS[key].needs if self.applies(need) and need not in self.done]

    def holds_on(self, key: str) -> list[Hold]:
        return [hold for hold in self.holds if STEPS[key].no_hold or key in hold.steps]

    def open_phase(self, key: str) -> PhaseTime | None:
        """Return the time of the phase in which step `key` can be done now, the longest where there are two."""
        times = [self.phases[phase] for phase in STEPS[key].phases if phase in self.phases]
        open_now = [time for time in times if time.open]
        return max(open_now, key=_end, default=None)


def _end(time: PhaseTime) -> float:
    return time.closes.timestamp() if time.closes else 0.0


def require(key: str, actor: Party, state: State) -> None:
    """Return if `actor` may do step `key` now; raise NotOpen, saying why not and who must act."""
    step, actors = STEPS[key], state.actors(key)
    if state.stopped:
        raise NotOpen(state.stopped)
    if actor not in actors:
        raise NotOpen(f"{step.zh}由{_names(actors)}办理")
    if not state.applies(key):
        raise NotOpen(f"{step.zh}不适用于这名考生")
    if missing := state.missing(key):
        raise NotOpen(_first_finish(step, missing[0], actor), go=missing[0])
    if state.open_phase(key) is None:
        raise _phase_closed(step, state)
    if holds := state.holds_on(key):
        raise Held(f"{holds[0].reason}，办结后才能继续{step.zh}")


def with_booklet_at_site(phases: Mapping[str, PhaseTime]) -> Mapping[str, PhaseTime]:
    """Return the times of somebody whose household booklet is with the site: it may look as long as it confirms, too.

    The table's phase is the one in which booklets are handed in; what comes on its last day is looked at after it.
    """
    uploads, confirmation = phases.get("household"), phases.get("confirmation")
    if uploads is None or confirmation is None or not confirmation.open:
        return phases
    later = max((time for time in (uploads, confirmation) if time.open), key=_end)
    return {**phases, "household": later}


def undone_by(key: str) -> list[str]:
    """Return the steps to do again when step `key` is returned or done anew, itself first."""
    undone = {key}
    for step in JOURNEY:
        if not step.lasting and undone.intersection(step.falls_with):
            undone.add(step.key)
    return [key, *(step.key for step in JOURNEY if step.key in undone and step.key != key)]


def falling(key: str, done: Iterable[str]) -> list[str]:
    """Return which of the steps `done` are to be done again when step `key` is returned now."""
    there = set(done)
    return [fallen for fallen in undone_by(key) if fallen in there]


def waiting_for(key: str, state: State) -> list[str]:
    """Return the steps not done yet that cannot start while step `key` is open, in the table's order."""
    return [
        step.key for step in JOURNEY if key in step.needs and step.key not in state.done and state.applies(step.key)
    ]


def rests_on(key: str) -> list[str]:
    """Return every step that must have been done before `key`, in the table's order."""
    found: set[str] = set()
    for step in reversed(JOURNEY):
        if step.key == key or step.key in found:
            found.update(step.needs)
    return [step.key for step in JOURNEY if step.key in found]


def pack(done: Iterable[str]) -> int:
    """Return the bit set kept on the registration row."""
    return sum(BITS[key] for key in set(done))


def unpack(bits: int) -> frozenset[str]:
    return frozenset(key for key, bit in BITS.items() if bits & bit)


def current_step(done: frozenset[str], traits: frozenset[Trait]) -> str:
    """Return the first step that applies and is not done; empty when all is done."""
    state = State(done=done, phases={}, traits=traits)
    return next((step.key for step in JOURNEY if state.applies(step.key) and step.key not in done), "")


def _names(actors: tuple[Party, ...]) -> str:
    return "或".join(PARTY_NAMES[actor] for actor in actors)


def _first_finish(step: Step, need: str, actor: Party) -> str:
    before = STEPS[need]
    if actor in before.actors or actor is not Party.CANDIDATE:
        return f"请先完成{before.zh}，再办理{step.zh}"
    return f"{before.zh}由{_names(before.actors)}办理，办好以后才能办理{step.zh}，现在不用您操作"


def _phase_closed(step: Step, state: State) -> NotOpen:
    times = [state.phases[phase] for phase in step.phases if phase in state.phases]
    if openings := [(time.opens, time.resting) for time in times if time.opens]:
        opens, resting = min(openings)
        if resting:
            return Closed(f"{step.zh}现在不在办理时间，{moment(opens)}继续办理", why="resting")
        return Closed(f"{step.zh}{moment(opens)}开放，到时再来办理", why="early")
    if ends := [time.closes for time in times if time.closes]:
        return Closed(f"{step.zh}已于{moment(max(ends))}结束。如确有错误，请向报名点申请信息变更", why="over")
    return NotOpen(f"{step.zh}现在没有开放，需要时请联系报名点")
