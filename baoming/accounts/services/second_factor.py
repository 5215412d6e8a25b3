"""The authenticator of staff: set up once, asked at sign-in, replaced by a recovery code, taken away by others.

Whoever comes here has given the password already. Tries are counted before a code is looked at, for a browser
that has given a code of the account before apart from all others: a thief of the password does not use up its
owner's. The row is locked: of two browsers with the same code one comes in. A secret that is being set up is
its browser's alone and stands in no row: who has the password too is offered another, which dies unconfirmed.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from baoming.accounts import totp
from baoming.accounts.codes import CodeUnreadable, code_digest, new_activation_code
from baoming.accounts.models import Account, Device, RecoveryCode, SecondFactor
from baoming.accounts.services.buckets import give_back, put_back, take
from baoming.accounts.services.sign_in import digest_of
from baoming.accounts.throttling import CLAIM_ADDRESS, SECOND_FACTOR, Limit
from baoming.shared.errors import Invalid, Refused
from baoming.vault.services import keys

CODES = 10
GOOD_FOR = timedelta(hours=12)  # how long a browser that has given a code is not asked again
MISMATCH = "动态口令不对，或者已经用过一次。请等验证器显示下一个再填；也可以填一个没有用过的恢复码"
_NO_STEP = "动态口令不对，或者已经用过一次。这里只认验证器上的6位数字，恢复码不行；验证器丢了，请联系系统管理员重设"
_SET_UP = "这个账号已经绑定了验证器。换手机请联系系统管理员重设"
_UNSCANNED = "和验证器上显示的不一致。请确认扫的是这个二维码，手机时间是自动设置的，再填一次"


class LastTry(Invalid):
    """A wrong code that has used up the tries: somebody who has the password is guessing, or has lost the phone."""


def is_set_up(account: Account) -> bool:
    """Whether the account has an authenticator."""
    return SecondFactor.objects.filter(account=account).exists()


def codes_left(account: Account) -> int:
    """Return how many recovery codes have not been used."""
    return RecoveryCode.objects.filter(account=account, used_at=None).count()


def offer(account: Account) -> str:
    """Return a new secret, sealed for the account: one browser's to keep until it is confirmed."""
    return keys().seal(totp.new_secret().encode(), context=_offered(account))


def secret_of(account: Account, offered: str) -> str:
    """Return the secret of an offer, to be scanned."""
    return keys().unseal(offered, context=_offered(account)).decode()


@transaction.atomic
def confirm(account: Account, offered: str, typed: str) -> list[str]:
    """Take the first code of an offered secret; return the recovery codes, which nobody can show again.

    Tries are not counted: who has the offer has been shown its secret. Raises Invalid; Refused where
    another browser was faster.
    """
    secret = secret_of(account, offered)
    step = totp.matching_step(typed, secret, now=time.time(), after=0)
    if step is None:
        raise Invalid({"code": _UNSCANNED})
    if not _kept(account, secret, last_step=step):
        raise Refused(_SET_UP)
    return _new_codes(account)


def prove(account: Account, typed: str, *, device: str, address: str) -> bool:
    """Take a code of the authenticator, or a recovery code; return whether it was the latter.

    Each counts once. `device`: the browser's cookie, or empty. Raises TooMany, Invalid, and LastTry
    for the wrong code after which there is no try; the count outlives a refusal. A recovery code is counted by
    network address alone: nobody guesses 80 bits, and who has the password and uses up the tries of all
    new browsers leaves the owner this way in.
    """
    if (digest := _recovery_digest(typed)) is not None:
        budget = _recovery_budget(account, address)
        take(*budget)
        _use_recovery_code(account, digest)
        put_back(*budget)
        return True
    with _counted(account, device):
        _use_step(account, typed)
    return False


@contextmanager
def _counted(account: Account, device: str) -> Iterator[None]:
    """Take a try. A good code fills the budget again, a wrong one stays counted."""
    tries = _tries(account, device)
    was_last = take(*tries)
    try:
        yield
    except Invalid as wrong:
        if was_last:
            raise LastTry(wrong.fields) from None
        raise
    give_back(*tries)


@transaction.atomic
def _use_step(account: Account, typed: str) -> None:
    if not _is_new_step(account, typed):
        raise Invalid({"code": MISMATCH})


def _is_new_step(account: Account, typed: str) -> bool:
    """Whether the authenticator shows this code; from now on it is used. The row stays locked."""
    row = _locked(account)
    step = totp.matching_step(typed, _secret(row), now=time.time(), after=row.last_step) if row else None
    if row is None or step is None:
        return False
    row.last_step = step
    row.save(update_fields=["last_step"])
    return True


def _recovery_digest(typed: str) -> bytes | None:
    try:
        return code_digest(typed)
    except CodeUnreadable:
        return None


def _recovery_budget(account: Account, address: str) -> tuple[str, Limit]:
    return f"recovery-at:{address}", CLAIM_ADDRESS


def _use_recovery_code(account: Account, digest: bytes) -> None:
    good = RecoveryCode.objects.filter(account=account, digest=digest, used_at=None)
    if not good.update(used_at=timezone.now()):
        raise Invalid({"code": MISMATCH})


def renew_codes(account: Account, typed: str, *, device: str) -> list[str]:
    """Return ten new recovery codes for a code of the authenticator; the old ones are dead.

    No recovery code does: one that was found would beget ten. Raises as `prove`.
    """
    with _counted(account, device):
        return _renewed(account, typed)


@transaction.atomic
def _renewed(account: Account, typed: str) -> list[str]:
    if not _is_new_step(account, typed):
        raise Invalid({"code": _NO_STEP})
    return _new_codes(account)


@transaction.atomic
def reset(account: Account) -> None:
    """Take the authenticator away with all that rests on it; the next sign-in sets up a new one."""
    SecondFactor.objects.filter(account=account).delete()
    RecoveryCode.objects.filter(account=account).delete()
    Device.objects.filter(account=account).update(proved_at=None)


@transaction.atomic
def install(account: Account, secret: str) -> None:
    """Give an account without an authenticator one of a known secret. For the demo's commands only."""
    _kept(account, secret)


def was_proved(account: Account, device: str) -> bool:
    """Whether this browser has given a code of the account within the last hours."""
    since = timezone.now() - GOOD_FOR
    return bool(device) and Device.objects.filter(
        account=account, digest=digest_of(device), proved_at__gt=since
    ).exists()  # fmt: skip


def remember_proof(account: Account, device: str) -> None:
    """Let this browser, one of the account's own by now, not be asked again for some hours."""
    Device.objects.filter(account=account, digest=digest_of(device)).update(proved_at=timezone.now())


@transaction.atomic
def _new_codes(account: Account) -> list[str]:
    RecoveryCode.objects.filter(account=account).delete()
    codes = [new_activation_code() for _ in range(CODES)]
    RecoveryCode.objects.bulk_create(RecoveryCode(account=account, digest=code_digest(code)) for code in codes)
    return codes


def _tries(account: Account, device: str) -> tuple[str, Limit]:
    """Return the budget: this browser's if it has ever given a code (a password is not enough), else all others'."""
    digest = digest_of(device)
    own = bool(device) and Device.objects.filter(account=account, digest=digest, proved_at__isnull=False).exists()
    return f"factor:{account.pk}" + (f":{digest.hex()[:16]}" if own else ""), SECOND_FACTOR


def _locked(account: Account) -> SecondFactor | None:
    return SecondFactor.objects.select_for_update().filter(account=account).first()


def _kept(account: Account, secret: str, *, last_step: int = 0) -> bool:
    """Keep a secret for an account that has none, and say whether it was: of two at once one is."""
    row = SecondFactor(account=account)
    sealed = keys().seal(secret.encode(), context=_context(row))
    values = {"id": row.pk, "secret_sealed": sealed, "confirmed_at": timezone.now(), "last_step": last_step}
    return SecondFactor.objects.get_or_create(account=account, defaults=values)[1]


def _secret(row: SecondFactor) -> str:
    return keys().unseal(row.secret_sealed, context=_context(row)).decode()


def _offered(account: Account) -> str:
    return f"accounts_secondfactor.offer.{account.pk}"


def _context(row: SecondFactor) -> str:
    return f"accounts_secondfactor.secret.{row.pk}"
