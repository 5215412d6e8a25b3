"""What has been sent upward for one person, and what of it all this office may take back now (R22)."""

from dataclasses import dataclass
from typing import Any

from baoming.registrations.journey import State
from baoming.registrations.models import Registration
from baoming.reviews.models import Submission
from baoming.reviews.queries import site_submission
from baoming.reviews.readiness import Facts, why_not
from baoming.web.access import OfficeRequest


@dataclass(frozen=True, slots=True)
class WayBack:
    """One act that can be taken back: its key, what the page calls it, and what follows."""

    key: str
    title: str
    effect: str


def of_person(request: OfficeRequest, registration: Registration, state: State) -> dict[str, Any]:
    """The site's submission, whether it can be sent now, and the ways back."""
    sent = site_submission(registration)
    facts = Facts(state, registration.version, registration.printed_version, submitted=sent is not None)
    open_now = sent is None and "completion" not in state.done and not why_not("submission", facts, request.actor.kind)
    return {
        "sent": sent,
        "may_submit": open_now and request.staff.may("submit"),
        "ways_back": [way for way, action in _ways(state, sent) if request.staff.may(action)],
    }


def _ways(state: State, sent: Submission | None) -> list[tuple[WayBack, str]]:
    """Return what can be taken back, newest first, each with the action of the role table."""
    if state.stopped:
        return []
    if "final_review" in state.done and "seat" not in state.done:
        return [(WayBack("review", "市州终审", "回到等市州终审，可以重新终审上报"), "final_review")]
    if "completion" in state.done:
        return []
    if sent is not None:
        effect = "签字和考核意见都留着，更正以后再上报"
        return [(WayBack("submission", f"报名点上报（第{sent.version}版）", effect), "submit")]
    ways = []
    if "signature" in state.done:
        ways.append((WayBack("signature", "签字", "打印的登记表仍然有效，可以重新登记签字"), "sign_sheet"))
    if "moral_assessment" in state.done:
        ways.append((WayBack("moral", "品德考核意见", "以前一份意见为准；没有前一份的，要重新考核"), "assess_morals"))
    return ways
