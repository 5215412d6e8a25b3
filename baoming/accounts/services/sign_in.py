"""Checking name and password, the same for known and unknown names (T7)."""

import hashlib
import secrets

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from baoming.accounts.models import Account, Device
from baoming.accounts.services.buckets import give_back, take
from baoming.accounts.throttling import SIGN_IN_ADDRESS, SIGN_IN_OWN_DEVICE, SIGN_IN_UNKNOWN_DEVICE
from baoming.shared.errors import Refused

_NOBODY = make_password(secrets.token_urlsafe(16))  # hashed against when nobody has the name: same time spent


class WrongCredentials(Refused):
    """Name and password do not fit; which of the two is not said."""


def check(handle: str, password: str, *, kind: str, device: str, address: str, sentence: str) -> Account:
    """Return the account that `handle` and `password` belong to; tries are counted before the hash (W2).

    `device` is the cookie of a browser that has signed in before, or empty. A known device has a
    budget of its own, so that nobody can lock an owner out. Raises TooMany or WrongCredentials.
    The counts stay when the request is refused: they are written before, outside any inner block.
    """
    account = Account.objects.filter(handle=handle, kind=kind).first()
    own = account is not None and is_own_device(account, device)
    key, limit = (f"own:{handle}:{_digest(device).hex()[:16]}", SIGN_IN_OWN_DEVICE) if own else (
        f"in:{handle}", SIGN_IN_UNKNOWN_DEVICE)  # fmt: skip
    take(f"at:{address}", SIGN_IN_ADDRESS)
    take(key[:120], limit)
    fits = check_password(password, account.password if account else _NOBODY)
    if account is None or not fits or not account.is_active:
        raise WrongCredentials(sentence)
    give_back(key[:120], limit)
    return account


def is_own_device(account: Account, device: str) -> bool:
    """Whether this browser has signed in to the account before."""
    return bool(device) and Device.objects.filter(account=account, digest=_digest(device)).exists()


@transaction.atomic
def remember_device(account: Account, device: str) -> str:
    """Return the cookie that makes this browser one of the account's own devices."""
    if is_own_device(account, device):
        return device
    device = secrets.token_urlsafe(32)
    Device.objects.create(account=account, digest=_digest(device))
    return device


def _digest(device: str) -> bytes:
    return hashlib.sha256(device.encode()).digest()
