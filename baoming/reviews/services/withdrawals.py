"""中止报名: the county grants it as a special case, of who gives up, is admitted or has died; and the way back."""

from uuid import UUID

from django.db import transaction

from baoming.audit.actors import PARTY_NAMES, Actor, Party
from baoming.audit.services import record
from baoming.registrations.services.steps import locked
from baoming.reviews.decisions import written
from baoming.reviews.models import Withdrawal
from baoming.reviews.services.case_writing import reopen_cases
from baoming.reviews.services.corrections import open_again
from baoming.reviews.services.sealing import sealed
from baoming.seasons.queries import season_clock, season_now
from baoming.shared.errors import NotOpen


@transaction.atomic
def withdraw(registration_id: UUID, *, reason: str, by: Actor) -> Withdrawal:
    """Stop the registration: no step is done any more, none falls, and a fee paid stays paid. Safe to repeat.

    For the county, which has granted the case `reason`, in no phase: who gives up may do so at any time, also once
    completed and sent upward; the city's next batch tells of it. Raises NotOpen.
    """
    registration = locked(registration_id)
    if registration.stopped_at is not None:
        return Withdrawal.objects.get(registration=registration, undone_at=None)
    if by.kind is not Party.COUNTY:
        raise NotOpen(f"中止报名由{PARTY_NAMES[Party.COUNTY]}决定")
    now = season_now(registration.season_id)
    registration.stopped_at = now
    registration.save(update_fields=["stopped_at"])
    record("withdraw", by=by, subject=registration.pk, path=registration.path, details={"reason": reason})
    return Withdrawal.objects.create(
        registration=registration, reason=reason, at=now, by_kind=by.kind, by_label=by.label
    )


@transaction.atomic
def undo_withdrawal(registration_id: UUID, *, reason: str, by: Actor) -> None:
    """Let the registration go on where it stood, for the county, with the cases that held it. Raises NotOpen, Invalid.

    Where time is over for what is missing up to the city's review, it opens for seven days for this person.
    """
    registration = locked(registration_id)
    if by.kind is not Party.COUNTY:
        raise NotOpen(f"撤销中止由{PARTY_NAMES[Party.COUNTY]}办理")
    if registration.stopped_at is None:
        raise NotOpen("这份报名没有中止，不用撤销")
    said = written(reason, field="undo_reason", sentence="请填写撤销的原因，它会留在经过里")
    clock = season_clock(registration.season_id)
    stop = Withdrawal.objects.get(registration=registration, undone_at=None)
    stop.undone_at, stop.undone_by, stop.undo_sealed = clock.now, by.label, sealed(stop, said, "undo_sealed")
    stop.save(update_fields=["undone_at", "undone_by", "undo_sealed"])
    stopped_at, registration.stopped_at = registration.stopped_at, None
    registration.save(update_fields=["stopped_at"])
    record("undo_withdrawal", by=by, subject=registration.pk, path=registration.path)
    reopen_cases(registration, stopped_at=stopped_at, at=clock.now)
    if "final_review" not in registration.done_steps:
        open_again(registration, ("confirmation", "submission"), by=by, at=clock.now)
