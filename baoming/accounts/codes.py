"""Codes people copy by hand: activation codes, SMS codes, the short code of a receipt."""

import hashlib
import re
import secrets

from baoming.shared.text import halfwidth

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # base32 without I, L, O, U
_MISREAD = str.maketrans("OIL", "011")
_ALOUD = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # 32 characters; none of 0, O, 1, I
_CODE_LENGTH = 16  # 16 × 5 = 80 bits (assurance T4)


class CodeUnreadable(ValueError):
    """What was typed cannot be an activation code. Carries its sentence."""


def new_activation_code() -> str:
    """Return a new activation code of 80 random bits, grouped for print: `4K7P-9QXM-2D3H-V8RT`."""
    return grouped("".join(secrets.choice(_CROCKFORD) for _ in range(_CODE_LENGTH)))


def grouped(code: str) -> str:
    """Return `code` in groups of four with hyphens, as slips show it."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def canonical_code(text: str) -> str:
    """Return the 16 characters of a typed activation code.

    Small letters, spaces, hyphens and full-width characters are taken; O is read as 0, I and L as 1.

    Raises:
        CodeUnreadable: it has another length, or characters no code has.
    """
    code = halfwidth(text).upper().translate(_MISREAD)
    if not re.fullmatch(f"[{_CROCKFORD}]{{{_CODE_LENGTH}}}", code):
        raise CodeUnreadable("激活码是16位字母和数字，印在报名序号条上，请对照填写")
    return code


def code_digest(code: str) -> bytes:
    """Return the 32 bytes kept instead of an activation code (canonical or as typed).

    A plain SHA-256 is enough: a slow hash protects secrets that can be guessed, and 80 random
    bits cannot. At 10^12 guesses a second, half of them take 19,000 years.
    """
    return hashlib.sha256(canonical_code(code).encode()).digest()


def receipt_code(content_hash: str) -> str:
    """Return four characters to read out on the telephone, from the first 20 bits of a hex digest.

    It names a saved version to a person beside its number; it proves nothing by itself.
    """
    bits = int(content_hash[:5], 16)
    return "".join(_ALOUD[bits >> shift & 31] for shift in (15, 10, 5, 0))


def sms_code() -> str:
    """Return six random digits."""
    return f"{secrets.randbelow(1_000_000):06d}"
