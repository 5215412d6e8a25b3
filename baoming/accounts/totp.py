"""Time-based one-time codes of an authenticator (RFC 6238: SHA-1, six digits, thirty seconds), as rules."""

import re
from hmac import compare_digest

import pyotp

from baoming.shared.text import halfwidth

STEP = 30  # seconds
ISSUER = "招考信息管理"
_DRIFT = 1  # steps that a clock may be early or late
_DIGITS = re.compile(r"[0-9]{6}")


def new_secret() -> str:
    """Return a new secret of 160 random bits, in base32."""
    return pyotp.random_base32()


def address(secret: str, handle: str) -> str:
    """Return what an authenticator reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=handle, issuer_name=ISSUER)


def code_at(secret: str, step: int) -> str:
    """Return the code of one time step, counted from 1970."""
    return pyotp.HOTP(secret).at(step)


def matching_step(typed: str, secret: str, *, now: float, after: int) -> int | None:
    """Return the time step whose code was typed, None for no such step.

    Args:
        typed: full-width figures and spaces are taken.
        now: seconds since 1970; a step early or late is taken too.
        after: the last step whose code was used: no code counts twice.
    """
    code = halfwidth(typed)
    if not _DIGITS.fullmatch(code):
        return None
    here = int(now) // STEP
    steps = range(max(here - _DRIFT, after + 1), here + _DRIFT + 1)
    return next((step for step in steps if compare_digest(code_at(secret, step), code)), None)
