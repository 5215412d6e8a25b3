"""Worklists: at which stage a registration stands, under which tab, and in one sentence what it waits for.

A stage is told from the steps that are done and from nothing else. PostgreSQL keeps it beside them in a
column of its own (`Registration.stage`), so that tabs are counted and filled from an index.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from baoming.audit.actors import PARTY_NAMES, Party
from baoming.registrations.journey import BITS, STEPS
from baoming.schedule.windows import PhaseTime
from baoming.shared.moments import short

# (the step that is waited for, the stage): a registration stands at the first whose step is not done.
STAGES = (
    ("number", "intake"), ("form", "form"), ("signature", "sign"), ("moral_assessment", "moral"),
    ("completion", "complete"), ("final_review", "review"),
)  # fmt: skip
SENT = "sent"  # the stage after the last of them
STOPPED = "stopped"  # the stage of whoever has withdrawn, whatever was done
_ALL = (*(stage for _, stage in STAGES), SENT, STOPPED)


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab: the stages it gathers. Counted by `Counts`, filled by the same stages."""

    key: str
    title: str
    stages: tuple[str, ...] = ()


TABS = {
    tab.key: tab
    for tab in (
        Tab("all", "全部", _ALL),
        Tab("intake", "采集中", ("intake",)),
        Tab("approval", "待审批"),
        Tab("form", "待填报", ("form",)),
        Tab("early", "采集填报", ("intake", "form")),
        Tab("sign", "待签字", ("sign",)),
        Tab("moral", "待品德考核", ("moral",)),
        Tab("below", "县区办理中", ("intake", "form", "sign", "moral", "complete")),
        Tab("complete", "待县区完成", ("complete",)),
        Tab("review", "待市州终审", ("review",)),
        Tab("handed", "县区已完成", ("review", "sent")),
        Tab("sent", "已终审", ("sent",)),
        Tab("stopped", "中止", ("stopped",)),
        Tab("problem", "有问题"),
        Tab("debts", "欠核验"),
    )
}
_OF = {  # what each office has to do stands on a tab of its own, the rest is gathered
    Party.SITE: ("all", "intake", "approval", "form", "sign", "moral", "complete", "handed", "stopped"),
    Party.COUNTY: ("all", "early", "approval", "sign", "moral", "complete", "review", "sent", "stopped"),
    Party.CITY: ("all", "below", "approval", "review", "sent", "stopped"),
    Party.PROVINCE: ("all", "below", "approval", "review", "sent", "stopped"),
}
APART = ("problem", "debts")
_ACROSS = {"approval": "approvals", "problem": "problems", "debts": "debts"}  # tabs that gather no stages


def tabs_of(viewer: Party) -> list[Tab]:
    """Return the tabs of an office in their order; what is apart comes last."""
    return [TABS[key] for key in (*_OF[viewer], *APART)]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many people stand at each stage of one list, and how many of them all stand on tabs across."""

    stages: Mapping[str, int]
    approvals: int = 0
    problems: int = 0
    debts: int = 0

    def under(self, tab: Tab) -> int:
        """How many stand under `tab`."""
        if tab.key in _ACROSS:
            found: int = getattr(self, _ACROSS[tab.key])
            return found
        return sum(self.stages.get(stage, 0) for stage in tab.stages)


def stage_of(done: int, *, stopped: bool = False) -> str:
    """Return the stage of a registration whose finished steps are the bit set `done`."""
    if stopped:
        return STOPPED
    return next((stage for step, stage in STAGES if not done & BITS[step]), SENT)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the sentence on one person is told from. `holds`: reasons of those that are no debts."""

    done: int
    fallen: int = 0
    version: int = 0
    printed_version: int = 0
    holds: Sequence[str] = ()
    debts: int = 0
    photo: str = ""  # what an examination of the photo left: faulty, retake
    stopped: bool = False
    decider: Party = Party.SITE  # of eligibility
    referred: bool = False  # the decider has been asked, and has not answered
    submitted: bool = True  # the site's submission stands: asked of those who wait for the county alone


@dataclass(frozen=True, slots=True)
class Stuck:
    """Where a person is stuck. `quiet`: it is others' to act, or a date that has not come."""

    words: str
    quiet: bool = False


def closed(step: str, phases: Mapping[str, PhaseTime]) -> str:
    """Return when step `step` opens or that it has ended, as a sentence; empty while it is open."""
    times = [phases[phase] for phase in STEPS[step].phases if phase in phases]
    if any(time.open for time in times):
        return ""
    if openings := [time.opens for time in times if time.opens]:
        return f"{STEPS[step].zh}{short(min(openings))}开放"
    ends = [time.closes for time in times if time.closes]
    return f"{STEPS[step].zh}已于{short(max(ends))}结束" if ends else ""


# Every step that somebody is waited for, in order: who acts, what they are asked, what others read.
_WAY = (
    ("eligibility", "请审核报考资格", "等报名点审核报考资格"),
    ("photo", "请采集照片", "等报名点采集照片"),
    ("number", "请分配报名序号", "等报名点分配报名序号"),
    ("registration_fee", "", "等考生缴报名费"),
    ("person_check", "", "等考生做实人认证"),
    ("phone", "", "等考生绑定手机"),
    ("passwords", "", "等考生设置密码"),
    ("pledge", "", "等考生签承诺书"),
    ("form", "", "等考生填报并保存"),
    ("signature", "请打印登记表", "等报名点打印登记表"),
    ("moral_assessment", "请录入品德考核意见", "等报名点录入品德考核意见"),
    ("completion", "请完成县区确认", "等县（市、区）完成确认"),
    ("final_review", "请终审", "等市（州）终审"),
)
# What needs an office although the number was issued, in the order in which it is told: who acts, and what others read.
_FALLEN = (
    ("eligibility", "资格审核已退回，请重新审核", "资格审核已退回，等{}重新审核"),
    ("photo", "照片要重拍", "照片要重拍，等{}重新采集"),
    ("number", "报名序号已作废，请重新分配", "报名序号已作废，等{}重新分配"),
)
_RETURNED_ABOVE = ("资格审核已退回，请补正后再报", "资格审核已退回，等{}补正后再报")
_PHOTOS = {"faulty": ("照片有问题，请处理", "照片有问题，等{}处理"), "retake": _FALLEN[1][1:]}
_ANEW = {  # of those who had got further before
    "completion": ("重新打开过，改好后请再完成确认", "重新打开过，等县（市、区）再完成确认"),
    "final_review": ("请重新终审", "等市（州）重新终审"),
}
_SUBMIT = ("请上报县（市、区）", "等报名点上报")
_SUBMIT_ANEW = ("重新打开过，改好后请再上报", "重新打开过，等报名点再上报")


def stuck(facts: Facts, viewer: Party, phases: Mapping[str, PhaseTime]) -> Stuck:
    """Return in one sentence what this person waits for, as `viewer` reads it."""
    if facts.stopped:
        return Stuck("报名已中止", quiet=True)
    if facts.holds:
        return Stuck(facts.holds[0])
    if given_back := _given_back(facts, viewer):
        return given_back
    step, asked, waited = next((row for row in _WAY if not facts.done & BITS[row[0]]), ("", "", ""))
    if not step:
        return Stuck("已终审，报名办完", quiet=True)
    if facts.printed_version and facts.printed_version < facts.version:
        prints = viewer in STEPS["signature"].actors
        return Stuck("打印后又改了，请重打" if prints else "打印后又改了，等报名点重打", quiet=not prints)
    if step == "completion" and facts.debts:
        return Stuck("补读身份证后才能完成县区确认")
    if late := closed(step, phases):
        return Stuck(late, quiet="结束" not in late)
    if step == "signature" and facts.printed_version:
        return Stuck("等考生重新签字" if facts.fallen & BITS["signature"] else "等考生到场签字", quiet=True)
    anew = bool(facts.fallen & BITS[step])
    if step == "completion" and not facts.submitted:
        return _to_do(_SUBMIT_ANEW if anew else _SUBMIT, viewer is Party.SITE)
    if step == "eligibility":
        if facts.decider is not Party.SITE:
            waited = f"等{PARTY_NAMES[facts.decider]}审批报考资格"
        return _to_do((asked, waited), viewer is facts.decider)
    return _to_do(_ANEW[step] if anew and step in _ANEW else (asked, waited), viewer in STEPS[step].actors)


def _given_back(facts: Facts, viewer: Party) -> Stuck | None:
    """Tell what was given back, or found to be wrong, after it had been done: it is told before what comes next."""
    for step, asked, waited in _FALLEN:
        if facts.fallen & BITS[step] and not (step == "eligibility" and facts.referred):
            above = step == "eligibility" and facts.decider is not Party.SITE  # by whoever judges it in a case
            words = _RETURNED_ABOVE if above else (asked, waited)
            return _to_do((words[0], words[1].format(PARTY_NAMES[Party.SITE])), viewer is Party.SITE)
    if facts.photo in _PHOTOS:
        asked, waited = _PHOTOS[facts.photo]
        return _to_do((asked, waited.format(PARTY_NAMES[Party.SITE])), viewer is Party.SITE)
    return None


def _to_do(words: tuple[str, str], acts: bool) -> Stuck:
    """What whoever acts is asked, and what others read."""
    asked, waited = words
    return Stuck(asked) if acts and asked else Stuck(waited, quiet=True)
