"""Checking name and password, the same for known and unknown names (T7)."""

import hashlib
import re
import secrets
from contextlib import suppress

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from baoming.accounts.models import Account, Device
from baoming.accounts.services.buckets import give_back, look, put_back, refusals, take
from baoming.accounts.throttling import SIGN_IN_ADDRESS, SIGN_IN_OWN_DEVICE, SIGN_IN_UNKNOWN_DEVICE, TOLD
from baoming.shared.errors import Refused, TooMany

_NOBODY = make_password(secrets.token_urlsafe(16))  # hashed against when nobody has the name: same time spent
_COOKIE = re.compile(r"[A-Za-z0-9_-]{43}")  # what token_urlsafe(32) gives


class WrongCredentials(Refused):
    """Name and password do not fit; which of the two is not said."""


class LastTry(WrongCredentials):
    """The wrong password that has used up the tries, of the account that was named or of the network address.

    Raised at most once an hour for each, and for names that nobody has as well: it is told to the audit, whose
    rows are no measure of how often somebody guesses, and the work does not tell who is registered.
    """

    def __init__(self, sentence: str, *, account: Account | None, by_address: bool) -> None:
        super().__init__(sentence)
        self.account, self.by_address = account, by_address


def check(handle: str, password: str, *, kind: str, device: str, address: str, sentence: str) -> Account:
    """Return the account that `handle` and `password` belong to.

    `device` is the cookie of a browser that has signed in before, or empty. A known device has a
    budget of its own and never meets the address's, so that nobody can lock an owner out. Others
    pay from the account's and from the address's; a success puts back what it took.

    Empty buckets refuse before the hash (W2), by a look that locks nothing. The try is taken after the
    hash, and only then is there an answer: tries at once get no more answers than the bucket has, and
    nobody behind the same address waits for another's hash, as they would for a row that is locked
    until the request's transaction ends. Raises TooMany, WrongCredentials or LastTry; the counts stay when
    the request is refused: they are written outside any inner block.
    """
    account = Account.objects.filter(handle=handle, kind=kind).first()
    own = account is not None and is_own_device(account, device)
    key, limit = (f"own:{handle}:{digest_of(device).hex()[:16]}", SIGN_IN_OWN_DEVICE) if own else (
        f"in:{handle}", SIGN_IN_UNKNOWN_DEVICE)  # fmt: skip
    mine, shared = (key[:120], limit), (f"at:{address}", SIGN_IN_ADDRESS)
    for bucket in (mine,) if own else (mine, shared):
        look(*bucket)
    fits = check_password(password, account.password if account else _NOBODY)
    used_up = [bucket for bucket in ((mine,) if own else (mine, shared)) if take(*bucket)]
    if account is None or not fits or not account.is_active:
        if used_up and is_news(used_up[0][0]):
            raise LastTry(sentence, account=account, by_address=used_up[0] == shared)
        raise WrongCredentials(sentence)
    give_back(*mine)
    if not own:
        put_back(*shared)
    return account


def is_news(key: str) -> bool:
    """Whether nothing was told of `key` in the last hour; now it is. Of two who ask at one instant one is told so."""
    with suppress(TooMany), refusals():
        take(f"told:{key}"[:120], TOLD)
        return True
    return False


def is_own_device(account: Account, device: str) -> bool:
    """Whether this browser has signed in to the account before."""
    return bool(device) and Device.objects.filter(account=account, digest=digest_of(device)).exists()


@transaction.atomic
def remember_device(account: Account, device: str) -> str:
    """Return the cookie that makes this browser one of the account's own devices.

    A browser keeps its cookie: classmates and siblings who share it keep a budget each.
    """
    device = device if _COOKIE.fullmatch(device) else secrets.token_urlsafe(32)
    Device.objects.bulk_create([Device(account=account, digest=digest_of(device))], ignore_conflicts=True)
    return device


def digest_of(device: str) -> bytes:
    """Return what is kept of a browser's cookie."""
    return hashlib.sha256(device.encode()).digest()
