"""Activation of staff accounts: nobody but their owner ever knows a password (T5)."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from baoming.accounts.codes import CodeUnreadable, code_digest, new_activation_code
from baoming.accounts.models import Account, Invitation, Session
from baoming.accounts.passwords import PasswordPolicy, missing
from baoming.accounts.services.buckets import put_back, take
from baoming.accounts.services.pins import forget_pin
from baoming.accounts.throttling import CLAIM_ADDRESS
from baoming.shared.errors import Invalid

GOOD_FOR = timedelta(days=7)
MISMATCH = "账号或激活码不一致，请核对后再试。激活码只能用一次，七天内有效"


@transaction.atomic
def invite(account: Account) -> str:
    """Return a new activation code. The password, the PIN and older codes are dead from now on, sessions end."""
    account.set_unusable_password()
    account.save(update_fields=["password"])
    forget_pin(account)
    now = timezone.now()
    Invitation.objects.filter(account=account, used_at=None).update(used_at=now)
    end_sessions(account)
    code = new_activation_code()
    Invitation.objects.create(account=account, digest=code_digest(code), made_at=now)
    return code


def end_sessions(account: Account, *, keep: str = "") -> None:
    """Sign the account out everywhere, from the next request on; `keep`: the one row that stays, by its key."""
    Session.objects.filter(account=account).exclude(session_key=keep).delete()


def activate(handle: str, code: str, password: str, *, own: Sequence[str] = (), address: str) -> Account:
    """Set the first password of an account by its code. Raises TooMany, Invalid by field.

    Tries are counted by address alone: the code has 80 bits. The count outlives a refusal.
    """
    budget = (f"activate:{address}", CLAIM_ADDRESS)
    take(*budget)
    account = _activated(handle, code, password, own=[handle, *own])
    put_back(*budget)
    return account


@transaction.atomic
def _activated(handle: str, code: str, password: str, *, own: Sequence[str]) -> Account:
    try:
        digest = code_digest(code)
    except CodeUnreadable:
        raise Invalid({"code": MISMATCH}) from None
    good = Invitation.objects.select_for_update().filter(
        digest=digest, used_at=None, made_at__gt=timezone.now() - GOOD_FOR, account__handle=handle
    )
    found = good.filter(account__kind=Account.Kind.STAFF, account__is_active=True).first()
    if found is None:
        raise Invalid({"code": MISMATCH})
    if problems := missing(password, policy=PasswordPolicy(shortest=8, longest=64), own=own):
        raise Invalid({"password": "；".join(problems)})
    account = found.account
    account.set_password(password)
    account.save(update_fields=["password"])
    found.used_at = timezone.now()
    found.save(update_fields=["used_at"])
    return account
