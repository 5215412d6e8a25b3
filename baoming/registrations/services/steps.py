"""The lock, and the only two ways in which a step becomes done or undone."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from baoming.audit.actors import Actor, Party
from baoming.audit.services import record, record_many
from baoming.organizations.queries import independent
from baoming.registrations import journey
from baoming.registrations.models import HoldRow, Registration, Signature, StepLog
from baoming.registrations.queries import DEBT, STOPPED, state_of
from baoming.schedule.queries import season_for
from baoming.seasons.queries import Clock, season_now
from baoming.shared.errors import Held, Invalid, NotOpen
from baoming.shared.queries import kept_one
from baoming.shared.services import insert, insert_many, update, update_many

FROZEN = "报名信息已经冻结，等报名点和县（市、区）招考机构解除以后再办。请本人带身份证到报名点核对"
ONE_HAND = "两个账号里，一个的激活码在14天内由另一个或同一个人发放，不能算两个人办理。请由另一位工作人员办理"
_WRITTEN = ("done", "fallen", "current_step", "signed_version", "decider")  # what a step changes on the row
LONGEST_REASON = 60  # characters: what a voided print or signature has room for


def locked(registration_id: UUID) -> Registration:
    """Return the registration, its row locked until the transaction ends. All writes to a person are serial."""
    registration = _locked(registration_id)
    if registration is None:
        raise Registration.DoesNotExist
    return registration


@kept_one
def _locked(pk: UUID) -> QuerySet[Registration]:
    return Registration.objects.filter(pk=pk).select_for_update()


def state_now(registration: Registration) -> tuple[journey.State, Clock]:
    """Return the state and the season's clock that decide a step; sets the row's season. Call after `locked`."""
    registration.season, clock, extended = season_for(registration.season_id, registration.pk)
    return state_of(registration, clock=clock, extended=extended), clock


def require(key: str, registration: Registration, by: Actor) -> datetime:
    """Return the season's moment if `by` may do step `key` now; raise NotOpen. Call after `locked`."""
    state, clock = state_now(registration)
    journey.require(key, by.kind, state)
    return clock.now


def refuse_if_completed(registration: Registration) -> None:
    """Raise NotOpen once the county has completed: only its own act opens the person again (R22)."""
    if "completion" in registration.done_steps:
        raise NotOpen("县（市、区）已完成确认，如需更正请联系报名点，由县招考机构重新打开")


def written_reason(reason: str, act: str, *, longest: int = LONGEST_REASON) -> str:
    """Return why `act` (撤销签字) is done, as it is kept; raise Invalid when it says nothing or too much."""
    written = reason.strip()
    if not 1 <= len(written) <= longest:
        raise Invalid({"reason": f"请填写{act}的原因，最多{longest}个字"})
    return written


def refuse_if_stopped(registration: Registration) -> None:
    """Raise NotOpen once the registration has been stopped; for acts that no step of the journey gates."""
    if registration.stopped_at is not None:
        raise NotOpen(STOPPED)


def refuse_if_disputed(registration: Registration) -> None:
    """Raise NotOpen while the form is frozen; for acts that no step of the journey gates."""
    if registration.disputed_at is not None:
        raise Held(FROZEN)


def require_two_hands(first: str, by: Actor) -> None:
    """Raise NotOpen where `by` and the account `first` (an id) may be in one hand: for the second of an act by two."""
    if not independent(first, by.id):
        raise NotOpen(ONE_HAND)


def complete_step(registration: Registration, key: str, *, by: Actor, at: datetime, also: tuple[str, ...] = ()) -> None:
    """Mark step `key` done, undoing what falls with it when it is done anew. `also`: fields set for it, written too."""
    _do(registration, key, by=by, at=at)
    update(registration, *_WRITTEN, *also)
    insert(_done_line(registration, key, by=by, at=at))
    record(f"step:{key}", by=by, subject=registration.pk, path=registration.path)


def complete_steps(registrations: Sequence[Registration], key: str, *, by: Actor, at: datetime) -> None:
    """As `complete_step` for many locked people, in three statements beside what falls."""
    for registration in registrations:
        _do(registration, key, by=by, at=at)
    update_many(registrations, *_WRITTEN)
    insert_many(_done_line(registration, key, by=by, at=at) for registration in registrations)
    record_many(f"step:{key}", by=by, subjects={one.pk: (one.path, {}) for one in registrations})


def _do(registration: Registration, key: str, *, by: Actor, at: datetime) -> None:
    """Make step `key` done on the row, which is not written yet; what falls with it is undone."""
    for fallen in journey.undone_by(key)[1:]:
        _undo(registration, fallen, by=by, at=at, reason=f"{journey.STEPS[key].zh}有变动")
    if key == "identity" and registration.approval_since is None:
        registration.decider = Party.SITE  # whoever judged the former identity: the site sees whose it is now
    registration.done |= journey.BITS[key]
    registration.fallen &= ~journey.BITS[key]
    _advance(registration)


def _done_line(registration: Registration, key: str, *, by: Actor, at: datetime) -> StepLog:
    return StepLog(registration=registration, step=key, done=True, at=at, by_kind=by.kind, by_label=by.label)


def return_step(registration: Registration, key: str, *, by: Actor, at: datetime, reason: str) -> list[str]:
    """Undo step `key` and all that falls with it; returns the keys that were undone.

    It is to be done again even if it had not been done: who returns a file that was never passed asks for more.
    """
    undone = [fallen for fallen in journey.undone_by(key) if _undo(registration, fallen, by=by, at=at, reason=reason)]
    registration.fallen |= journey.BITS[key]
    _advance(registration)
    update(registration, *_WRITTEN)
    return undone


def place_hold(registration: Registration, *, kind: str, steps: list[str], reason: str, by: Actor) -> HoldRow:
    """Keep `steps` from being done until the hold is cleared (an empty list: completion and tickets only).

    `kind` may name which of its family it is after a colon (`case:correction`): the event tells the family.
    """
    record(f"hold:{_family(kind)}", by=by, subject=registration.pk, path=registration.path)
    hold = insert(
        HoldRow(
            registration=registration,
            kind=kind,
            steps=steps,
            reason=reason,
            placed_at=season_now(registration.season_id),
            placed_by=by.label,
        )
    )
    _count_holds(registration)
    return hold


def clear_holds(registration: Registration, kind: str, *, by: Actor, at: datetime) -> int:
    """Clear every open hold of this kind; returns how many there were."""
    cleared = HoldRow.objects.filter(registration=registration, kind=kind, cleared_at=None).update(cleared_at=at)
    if cleared:
        _count_holds(registration)
        record(f"clear:{_family(kind)}", by=by, subject=registration.pk, path=registration.path)
    return cleared


def _family(kind: str) -> str:
    return kind.partition(":")[0]


def _count_holds(registration: Registration) -> None:
    """Keep on the row how many holds are open, for lists; called by the only two that open and clear them."""
    rows = list(HoldRow.objects.filter(registration=registration, cleared_at=None).values_list("kind", "placed_at"))
    owed = [placed_at for kind, placed_at in rows if kind == DEBT]
    registration.debts, registration.debt_since = len(owed), min(owed, default=None)
    registration.held = len(rows) - len(owed)
    registration.save(update_fields=["debts", "debt_since", "held"])


def _undo(registration: Registration, key: str, *, by: Actor, at: datetime, reason: str) -> bool:
    if key not in registration.done_steps:
        return False
    registration.done &= ~journey.BITS[key]
    registration.fallen |= journey.BITS[key]
    insert(
        StepLog(
            registration=registration,
            step=key,
            done=False,
            at=at,
            by_kind=by.kind,
            by_label=by.label,
            reason=reason,
        )
    )
    if key == "signature":
        registration.signed_version = 0
        Signature.objects.filter(registration=registration, voided_at=None).update(voided_at=at, void_reason=reason)
    record(f"undo:{key}", by=by, subject=registration.pk, path=registration.path)
    return True


def _advance(registration: Registration) -> None:
    registration.current_step = journey.current_step(registration.done_steps, registration.trait_set)
