"""Setting and forgetting the PIN (当班口令) of one who works at a shared desk. Nobody can show or set another's."""

from collections.abc import Sequence
from contextlib import suppress

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils import timezone

from baoming.accounts.models import Account, Pin
from baoming.accounts.pins import problem
from baoming.accounts.services.buckets import look, put_back, refusals, take
from baoming.accounts.throttling import PIN_DAY, Limit
from baoming.shared.errors import Invalid, TooMany
from baoming.shared.text import halfwidth


def has_pin(account: Account) -> bool:
    """Whether the account has a PIN."""
    return Pin.objects.filter(account=account).exists()


def opens(account: Account) -> bool:
    """Whether the PIN opens a desk: there is one, and the day's wrong ones are not used up; else the password does."""
    if not has_pin(account):
        return False
    with suppress(TooMany), refusals():
        look(*_wrong(account))
        return True
    return False


def fits(account: Account, typed: str) -> bool:
    """Whether this is the PIN. A wrong one costs a try of the day, over all locks and browsers of the account."""
    hashed = Pin.objects.filter(account=account).values_list("hashed", flat=True).first()
    with suppress(TooMany), refusals():
        take(*_wrong(account))  # before the hash: at once no more are looked at than there are
        if hashed and check_password(halfwidth(typed), hashed):
            put_back(*_wrong(account))
            return True
    return False


def _wrong(account: Account) -> tuple[str, Limit]:
    return f"pin:{account.pk}", PIN_DAY


def require_good(pin: str, *, own: Sequence[str]) -> None:
    """Raise Invalid where this cannot be a PIN; nothing is hashed."""
    if sentence := problem(halfwidth(pin), own=own):
        raise Invalid({"pin": sentence})


@transaction.atomic
def set_pin(account: Account, pin: str, *, own: Sequence[str] = ()) -> None:
    """Set or change the PIN of one who has just given the password. Raises Invalid."""
    own = [account.handle, *own]
    require_good(pin, own=own)
    values = {"hashed": make_password(halfwidth(pin)), "set_at": timezone.now()}
    Pin.objects.update_or_create(account=account, defaults=values)


@transaction.atomic
def forget_pin(account: Account) -> None:
    """Take the PIN away with the password it was set by."""
    Pin.objects.filter(account=account).delete()
