"""What happened to a candidate, and apart from it who has looked."""

from typing import Any

from baoming.audit.models import Event
from baoming.audit.queries import story
from baoming.registrations.models import Registration
from baoming.registrations.photo_geometry import Fault
from baoming.shared.moments import stamp
from baoming.web.office.words import QUIET, VERBS


def past(registration: Registration) -> dict[str, Any]:
    """Both lists, newest first."""
    events = story(registration.pk, limit=100)
    return {
        "timeline": [_line(event) for event in events if event.verb not in QUIET or event.details.get("faults")],
        "views": [_line(event) for event in events if event.verb == "see_candidate"],
    }


def _line(event: Event) -> dict[str, str]:
    """One event as the page shows it."""
    title, version, number = VERBS[event.verb], event.details.get("version"), event.details.get("number")
    if faults := [Fault[name].said for name in event.details.get("faults", []) if name in Fault.__members__]:
        title = f"{title}：{'；'.join(faults)}"
    said = f"{title}，第{version}版" if version else f"{title} {number[:4]} {number[4:]}" if number else title
    return {"time": stamp(event.at), "title": said, "sub": event.actor_label}
