"""Setting and forgetting the PIN (当班口令) of one who works at a shared desk. Nobody can show or set another's."""

from collections.abc import Sequence

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from baoming.accounts.models import Account, Pin
from baoming.accounts.pins import problem
from baoming.shared.errors import Invalid
from baoming.shared.text import halfwidth


def has_pin(account: Account) -> bool:
    """Whether the account has a PIN."""
    return Pin.objects.filter(account=account).exists()


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
