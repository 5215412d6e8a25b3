"""Whether one person is ready for an act of an office, and if not, why not: for the act itself and for its preview."""

from collections.abc import Callable
from dataclasses import dataclass

from baoming.audit.actors import Party
from baoming.registrations.journey import STEPS, State, require
from baoming.shared.errors import Changed, NotOpen, Refused


@dataclass(frozen=True, slots=True)
class Facts:
    """What must be known of one person to say which act of an office can be done."""

    state: State
    version: int = 0  # newest saved
    printed: int = 0  # version of the print that counts
    submitted: bool = False  # the site's submission stands


def refuse_if_incomplete(state: State, act: str) -> None:
    """Raise NotOpen, naming everything that must be done before the county can complete."""
    if state.stopped:
        raise NotOpen(state.stopped)
    if missing := state.missing("completion"):
        names = "、".join(STEPS[key].zh for key in missing)
        raise NotOpen(f"还缺：{names}。办好以后才能{act}", go=missing[0])


def why_not(kind: str, facts: Facts, by: Party, *, unsubmitted: bool = False) -> str:
    """Return why `by` cannot do this act now, in the words of its refusal; empty when it can.

    `unsubmitted`: the county completes also whom the site has not submitted.
    """
    try:
        _CHECKS[kind](facts, by)
        if kind == "completion" and not (facts.submitted or unsubmitted):
            raise Refused(UNSUBMITTED)
    except Refused as refusal:
        return str(refusal)
    return ""


def is_done(kind: str, facts: Facts) -> bool:
    """Whether this act has been done to the person already: nothing to skip, nothing to do."""
    done = facts.state.done
    if kind == "class_print":
        return 0 < facts.version == facts.printed
    if kind == "submission":
        return facts.submitted or "completion" in done
    return kind in _STEPS_OF and _STEPS_OF[kind] in done


UNSUBMITTED = "报名点还没有上报"
_STEPS_OF = {
    "signature": "signature",
    "scan": "signature",
    "moral": "moral_assessment",
    "completion": "completion",
    "review": "final_review",
}


def _print(facts: Facts, by: Party) -> None:
    if facts.state.stopped:
        raise NotOpen(facts.state.stopped)
    if facts.version == 0:
        raise NotOpen("考生还没有保存报名信息，保存以后才能打印登记表", go="form")
    if "photo" not in facts.state.done:
        raise NotOpen("还没有照片，请先采集照片，再打印登记表", go="photo")


def _sign(facts: Facts, by: Party) -> None:
    require("signature", by, facts.state)
    if facts.printed == 0:
        raise Refused("还没有打印现在的登记表，请先打印再签字")
    if facts.printed != facts.version:
        raise Changed("打印后又改了，请重新打印再签字")


def _assess(facts: Facts, by: Party) -> None:
    require("moral_assessment", by, facts.state)
    if "completion" in facts.state.done:
        raise NotOpen("县（市、区）已完成确认，如需更正请联系报名点，由县招考机构重新打开")


def _submit(facts: Facts, by: Party) -> None:
    refuse_if_incomplete(facts.state, "上报")
    require("completion", Party.COUNTY, facts.state)


def _complete(facts: Facts, by: Party) -> None:
    refuse_if_incomplete(facts.state, "完成确认")
    require("completion", by, facts.state)


def _review(facts: Facts, by: Party) -> None:
    require("final_review", by, facts.state)


_CHECKS: dict[str, Callable[[Facts, Party], None]] = {
    "class_print": _print,
    "signature": _sign,
    "moral": _assess,
    "submission": _submit,
    "completion": _complete,
    "review": _review,
}
