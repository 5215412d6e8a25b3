"""Moving a file to another site: with the file go its scope and its line on the roster (R4)."""

from dataclasses import dataclass
from datetime import datetime

from baoming.audit.actors import Actor
from baoming.organizations.models import Organization
from baoming.registrations import journey
from baoming.registrations.models import Registration, RosterEntry
from baoming.registrations.services.sheets import void_signed

NEWCOMERS = "转入"  # the class of those whom no class of the new site's school has
_WHY = "报名点已变动，登记表要重新打印、签字"


@dataclass(frozen=True, slots=True)
class Listed:
    """How the school lists the person: what a move takes and a way back gives again."""

    entry: int | None = None
    class_name: str = ""
    student_no: str = ""


def falls_by_move(registration: Registration, *, keeps_number: bool) -> list[str]:
    """Return which finished steps are to be done again at the new site."""
    gone = journey.falling("signature", registration.done_steps)
    if registration.number is not None and not keeps_number:
        return [*journey.falling("number", registration.done_steps), *gone]
    return gone


def move_to_site(
    registration: Registration, site: Organization, *, back: Listed | None = None, by: Actor, at: datetime
) -> Listed:
    """Move a `locked` registration to `site`; returns how it was listed before.

    Void with it: the sheets, which name the site, and what was signed on them. All else stays. The line
    on the roster follows, its class is that of the old school: at the new site the person is one of the
    newcomers, unless `back` tells the class they return to.
    """
    entry = RosterEntry.objects.select_for_update().filter(registration=registration).first()
    was = Listed(entry.pk if entry else None, registration.class_name, registration.student_no)
    now = back or Listed(was.entry, NEWCOMERS if was.class_name else "", "")
    registration.site, registration.path = site, site.path
    registration.class_name, registration.student_no = now.class_name, now.student_no
    registration.save(update_fields=["site", "path", "class_name", "student_no"])
    if entry is not None:
        entry.site, entry.path = site, site.path
        entry.class_name, entry.student_no = now.class_name, now.student_no
        entry.save(update_fields=["site", "path", "class_name", "student_no"])
    void_signed(registration, reason=_WHY, by=by, at=at)
    return was
