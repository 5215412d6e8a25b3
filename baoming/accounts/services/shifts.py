"""A shift (当班) at a shared desk: one operator, confirmed by the password at sign-in and by the PIN after each lock.

What a browser may do while it is locked is decided where sessions are looked up (web/sessions.py): nothing.
"""

from dataclasses import dataclass
from enum import Enum, auto

from django.contrib.auth.hashers import check_password
from django.db import transaction
from django.db.models.functions import Coalesce
from django.utils import timezone

from baoming.accounts.browsers import SHIFT, lock_reason
from baoming.accounts.models import Account, Session
from baoming.accounts.services import pins

TRIES = 5


class Answer(Enum):
    OPEN = auto()
    WRONG = auto()
    ENDED = auto()


@dataclass(frozen=True, slots=True)
class Unlocked:
    """`left`: tries, after a wrong one. `wrong`: those before the right one, since the lock.

    `anew`: the shift before was over, and another has begun.
    """

    answer: Answer
    left: int = 0
    wrong: int = 0
    anew: bool = False


@transaction.atomic
def begin(key: str) -> None:
    """Begin a shift in the session that lies under `key`."""
    now = timezone.now()
    Session.objects.filter(session_key=key).update(shift_at=now, seen_at=now, locked_at=None, wrong=0)


@transaction.atomic
def lock(key: str) -> bool:
    """Lock the session under `key`; return whether it was open until now."""
    now = timezone.now()
    opened = Session.objects.filter(session_key=key, locked_at=None)
    return bool(opened.update(locked_at=now, shift_at=Coalesce("shift_at", now), wrong=0))


@transaction.atomic
def unlock(account: Account, key: str, typed: str) -> Unlocked:
    """Open the locked session of `account` by its PIN, or by the password where none opens (pins.py).

    The session's row stays locked from the count to the answer: tries at once get no more answers than there are.
    The last wrong one ends the session. Nothing is raised, so that the count outlives a wrong try.
    """
    row = Session.objects.select_for_update(of=("self",)).filter(session_key=key, account=account).first()
    if row is None:
        return Unlocked(Answer.ENDED)
    now = timezone.now()
    if not lock_reason(shift_at=row.shift_at, seen_at=row.seen_at, locked_at=row.locked_at, now=now):
        return Unlocked(Answer.OPEN)  # by another page of the same browser
    if not _fits(account, typed):
        return _counted(row)
    anew = row.shift_at is None or now - row.shift_at >= SHIFT
    shift_at = now if anew else row.shift_at
    Session.objects.filter(pk=row.pk).update(shift_at=shift_at, seen_at=now, locked_at=None, wrong=0)
    return Unlocked(Answer.OPEN, wrong=row.wrong, anew=anew)


def _counted(row: Session) -> Unlocked:
    wrong = row.wrong + 1
    if wrong >= TRIES:
        Session.objects.filter(pk=row.pk).delete()
        return Unlocked(Answer.ENDED)
    Session.objects.filter(pk=row.pk).update(wrong=wrong, locked_at=row.locked_at or timezone.now())
    return Unlocked(Answer.WRONG, left=TRIES - wrong)


def _fits(account: Account, typed: str) -> bool:
    return pins.fits(account, typed) if pins.opens(account) else check_password(typed, account.password)
