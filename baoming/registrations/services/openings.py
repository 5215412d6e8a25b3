"""Keeping a phase open for one person, so that there is time for what is to be done again."""

from datetime import datetime

from baoming.audit.actors import Actor
from baoming.registrations.models import Registration
from baoming.registrations.queries import state_of
from baoming.schedule.services import extend_for_person


def keep_open(registration: Registration, phase: str, *, until: datetime, reason: str, by: Actor, at: datetime) -> None:
    """Let `phase` be open for this one person until `until` at least; where it is longer open already, nothing is done.

    One that is over opens at `at`; of one that rests or is still to come, the end alone is another.
    """
    time = state_of(registration).phases[phase]
    if time.closes is not None and time.closes >= until:
        return
    comes = not time.open and time.opens is not None and time.closes is not None
    extend_for_person(
        registration.season_id, phase, subject=registration.pk, path=registration.path,
        opens=time.closes if comes and time.closes else at, closes=until, reason=reason, by=by,
    )  # fmt: skip
