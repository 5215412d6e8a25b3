"""Resident identity numbers (公民身份号码): spelling, check character, and what a number says.

What the check character finds: every single wrong character and every swap of two different
neighbours. What it cannot find: a swap of two digits ten places apart (they have the same
weight), about one in eleven of all other mistakes, and anything in an old number of 15 digits,
which has none. A number that passes is well formed; whose it is, only the card says.
"""

import re
from datetime import date
from typing import Literal

from baoming.shared.text import halfwidth

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"  # indexed by the weighted sum modulo 11
_SYNTHETIC = re.compile(r"000000|99\d{4}")  # area codes that no division has or will have


class WrongShape(ValueError):
    """Not 18 (or the old 15) characters of an identity number."""

    def __init__(self) -> None:
        super().__init__("请输入18位身份证号码，最后一位可能是X")


class WrongCheckCharacter(ValueError):
    """The last character does not belong to the first 17: something was mistyped."""

    def __init__(self, sentence: str = "身份证号码有一位填错了，请对照证件逐位核对") -> None:
        super().__init__(sentence)


class ImpossibleBirthDate(ValueError):
    """Digits 7 to 14 are no day of the calendar, or one still to come."""

    def __init__(self, sentence: str = "身份证号码第7到14位不是一个日期，请对照证件核对") -> None:
        super().__init__(sentence)


def check_character(first_17: str) -> str:
    """Return the 18th character of a resident identity number.

    Args:
        first_17: 6 digits of area, 8 of birth date (YYYYMMDD), 3 of sequence.
    Returns:
        One of 0-9 or X (always upper case).
    Raises:
        ValueError: `first_17` is not 17 ASCII digits.
    Source:
        GB 11643-1999, the MOD 11-2 check of ISO 7064:1983.
    """
    if len(first_17) != 17 or not (first_17.isascii() and first_17.isdigit()):
        raise ValueError("expected 17 digits")
    total = sum(int(digit) * weight for digit, weight in zip(first_17, _WEIGHTS, strict=True))
    return _CHECK_CHARACTERS[total % 11]


def canonical(text: str) -> str:
    """Return the number as kept: 18 ASCII characters, X in upper case.

    Spaces, hyphens, full-width characters and a small x are taken; an old number of 15 digits
    (until 1999, births of the 1900s) gets its century and check character.

    Raises:
        WrongShape, WrongCheckCharacter, ImpossibleBirthDate: all are ValueError, each with its sentence.
    """
    number = halfwidth(text).upper()
    if re.fullmatch(r"[0-9]{15}", number):
        number = number[:6] + "19" + number[6:]
        number += check_character(number)
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        raise WrongShape
    if number[17] != check_character(number[:17]):
        raise WrongCheckCharacter
    birth_date(number)
    return number


def birth_date(number: str) -> date:
    """Return the birth date in a canonical `number`; raise ImpossibleBirthDate."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise ImpossibleBirthDate from None


def sex(number: str) -> Literal["1", "2"]:
    """Return the code of GB/T 2261.1 in a canonical `number`: 1 男 (odd sequence), 2 女 (even)."""
    return "1" if int(number[16]) % 2 else "2"


def is_synthetic(number: str) -> bool:
    """Return whether nobody can have this number: area 000000 or 99xxxx, kept for practice and tests."""
    return _SYNTHETIC.fullmatch(number[:6]) is not None


def problem(text: str, *, today: date) -> str | None:
    """Return the sentence that says what to mend in a typed number, or None if it can be taken."""
    try:
        number = canonical(text)
    except ValueError as error:
        return str(error)
    if birth_date(number) > today:
        return "身份证号码里的出生日期还没有到，请对照证件核对"
    return None
