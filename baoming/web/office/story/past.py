"""What happened to a candidate, and apart from it who has looked."""

from typing import Any

from baoming.audit.queries import Act, story
from baoming.photos.geometry import Fault
from baoming.registrations.models import Registration
from baoming.shared.moments import stamp
from baoming.web.office.words import QUIET, VERBS, numbered

_VIEWS = 6  # of those who looked, the newest are named


def past(registration: Registration) -> dict[str, Any]:
    """Both lists, newest first, and how often the page was looked at."""
    acts = story(registration.pk)
    views = [act for act in acts if act.verb == "see_candidate"]
    return {
        "timeline": [_line(act) for act in acts if act.verb not in QUIET or act.details.get("faults")],
        "views": [_line(act) for act in views[:_VIEWS]],
        "viewed": len(views),
    }


def _line(act: Act) -> dict[str, str]:
    """One act as the page shows it."""
    title, version, number = VERBS[act.verb], act.details.get("version"), act.details.get("number")
    if faults := [Fault[name].said for name in act.details.get("faults", []) if name in Fault.__members__]:
        title = f"{title}：{'；'.join(faults)}"
    if version:
        title = f"{title}，{numbered(act.verb, version)}"
    elif number:
        title = f"{title} {number[:4]} {number[4:]}"
    return {"time": stamp(act.at), "title": title, "sub": act.label}
