"""What a PIN (当班口令) of the desk must be. Nothing here hashes or keeps."""

import re
from collections.abc import Iterable

LENGTH = 6
_ROWS = ("01234567890", "09876543210")
_RUN = 4  # so many digits in a row are a sequence
_DIFFERENT = 3
_OWN = 4  # shorter pieces of own data occur in any PIN


def problem(pin: str, *, own: Iterable[str] = ()) -> str:
    """Return what is wrong with a PIN in one sentence; empty where it can be taken.

    `own`: what is known of the person (account, phone, dates), of which no four digits in a row may stand in it.
    """
    if not re.fullmatch(r"[0-9]{6}", pin):
        return "当班口令是6位数字，请用数字键填写"
    if len(set(pin)) < _DIFFERENT or _repeats(pin) or _runs(pin):
        return "这个口令太容易被猜到，请不要用重复或连续的数字"
    digits = [re.sub(r"[^0-9]", "", piece) for piece in own]
    if any(piece in text for piece in _pieces(pin) for text in digits):
        return "当班口令里不要有您的账号、手机号码或日期里的数字，请换一个"
    return ""


def _repeats(pin: str) -> bool:
    """Whether it is a piece written again (123123, 272727), or every digit stands twice (112233)."""
    again = any(pin == pin[:size] * (LENGTH // size) for size in (1, 2, 3))
    return again or pin[::2] == pin[1::2] or pin == pin[::-1]


def _runs(pin: str) -> bool:
    return any(piece in row for piece in _pieces(pin) for row in _ROWS) or bool(re.search(r"(.)\1\1\1", pin))


def _pieces(pin: str) -> list[str]:
    return [pin[start : start + _RUN] for start in range(LENGTH - _RUN + 1)]
