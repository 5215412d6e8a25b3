"""What a PIN (当班口令) of the desk must be. Nothing here hashes or keeps."""

import re
from collections.abc import Iterable

LENGTH = 6
_ROWS = ("01234567890", "09876543210")
_RUN = 4  # so many digits in a row are a sequence
_DIFFERENT = 3
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_CENTURIES = ("19", "20")


def problem(pin: str, *, own: Iterable[str] = ()) -> str:
    """Return what is wrong with a PIN in one sentence; empty where it can be taken.

    `own`: what is known of the person, as the account's name, of which no four digits in a row may stand in it. Whose
    birthday a date is nobody here knows: no date at all can be taken, which leaves nine PINs of ten.
    """
    if not re.fullmatch(r"[0-9]{6}", pin):
        return "当班口令是6位数字，请用数字键填写"
    if len(set(pin)) < _DIFFERENT or _repeats(pin) or _runs(pin):
        return "这个口令太容易被猜到，请不要用重复或连续的数字"
    if _is_date(pin):
        return "当班口令不要用日期，例如生日，请换一个"
    digits = [re.sub(r"[^0-9]", "", piece) for piece in own]
    if any(piece in text for piece in _pieces(pin) for text in digits):
        return "当班口令里不要有您账号里的数字，请换一个"
    return ""


def _repeats(pin: str) -> bool:
    """Whether it is a piece written again (123123, 272727), or every digit stands twice (112233)."""
    again = any(pin == pin[:size] * (LENGTH // size) for size in (1, 2, 3))
    return again or pin[::2] == pin[1::2] or pin == pin[::-1]


def _runs(pin: str) -> bool:
    return any(piece in row for piece in _pieces(pin) for row in _ROWS) or bool(re.search(r"(.)\1\1\1", pin))


def _is_date(pin: str) -> bool:
    """Whether it reads as yymmdd, mmddyy, ddmmyy, yyyymm or mmyyyy."""
    one, two, three = pin[:2], pin[2:4], pin[4:]
    day = _is_day(two, three) or _is_day(one, two) or _is_day(two, one)
    return day or (one in _CENTURIES and _is_month(three)) or (two in _CENTURIES and _is_month(one))


def _is_day(month: str, day: str) -> bool:
    return _is_month(month) and 1 <= int(day) <= _DAYS[int(month) - 1]


def _is_month(month: str) -> bool:
    return 1 <= int(month) <= len(_DAYS)


def _pieces(pin: str) -> list[str]:
    return [pin[start : start + _RUN] for start in range(LENGTH - _RUN + 1)]
