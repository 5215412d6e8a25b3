"""Numbers of every kind of identity document that one may register with: spelling, check, and what a number says (R24).

| kind | number | says |
|---|---|---|
| 居民身份证 | 18 characters, MOD 11-2 (15 before 1999) | birth, sex |
| 港澳居民来往内地通行证 | H or M and 8 digits | region |
| 台湾居民来往大陆通行证 | 8 digits | – |
| 港澳台居民居住证 | 18 characters of area 810000, 820000 or 830000, MOD 11-2 | birth, sex, region |
| 外国人永久居留身份证 | 3 letters and 12 digits | – |
| the same, from 2023 on | 18 characters that begin with 9, MOD 11-2 | birth |

No two kinds share a spelling, so that whoever signs in types a number and need not say of which kind it is. Numbers
of practice are of area 99 and so begin with 9 as a foreigner's do; but no province of theirs has the number 99.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import Final, Literal

from baoming.registrations import identity_numbers
from baoming.registrations.identity_numbers import ImpossibleBirthDate, WrongCheckCharacter, check_character
from baoming.shared.text import halfwidth


class Kind(StrEnum):
    """Kinds of identity documents."""

    RESIDENT = "resident"
    HM_PERMIT = "hm_permit"
    TW_PERMIT = "tw_permit"
    RESIDENCE = "residence"
    FOREIGN = "foreign"


TITLES: Final[Mapping[Kind, str]] = {
    Kind.RESIDENT: "居民身份证",
    Kind.HM_PERMIT: "港澳居民来往内地通行证",
    Kind.TW_PERMIT: "台湾居民来往大陆通行证",
    Kind.RESIDENCE: "港澳台居民居住证",
    Kind.FOREIGN: "外国人永久居留身份证",
}
LABELS: Final[Mapping[Kind, str]] = dict.fromkeys(Kind, "证件号码") | {Kind.RESIDENT: "公民身份号码"}
SHAPES: Final[Mapping[Kind, str]] = {  # what to type
    Kind.RESIDENT: "18位，最后一位可能是X",
    Kind.HM_PERMIT: "H或M加8位数字，不含换证次数",
    Kind.TW_PERMIT: "8位数字",
    Kind.RESIDENCE: "18位，以810000、820000或830000开头",
    Kind.FOREIGN: "旧版3个字母加12位数字；2023版18位，以9开头",
}
LONGEST: Final = 18
REGIONS: Final[Mapping[str, str]] = {"81": "香港", "82": "澳门", "83": "台湾", "H": "香港", "M": "澳门"}
_PERMIT = re.compile(r"[HM][0-9]{8}")
_PERMIT_WITH_COUNT = re.compile(r"[HM][0-9]{10}")  # as printed until 2013: the last two say how often it was renewed
_TAIWAN = re.compile(r"[0-9]{8}")
_RESIDENCE = re.compile(r"8(?:10000|20000|30000|19999|29999|39999)[0-9]{11}[0-9X]")  # …9999: nobody has one
_FOREIGN_OLD = re.compile(r"[A-Z]{3}[0-9]{12}")
_FOREIGN_NEW = re.compile(r"9[0-9]{16}[0-9X]")
_SYNTHETIC = {
    Kind.HM_PERMIT: re.compile(r"[HM]9999[0-9]{4}"),  # given out in order; of a hundred million none is near the end
    Kind.TW_PERMIT: re.compile(r"9999[0-9]{4}"),
    Kind.RESIDENCE: re.compile(r"8[123]9999.*"),
    Kind.FOREIGN: re.compile(r"UTO.*|900999.*"),  # UTO: no country (ICAO 9303); nor has any the number 999
}
# Codes of JY/T 1001 SFZJLX, as far as open sources tell them (codesets.json IdDocumentType).
_EXCHANGE = {Kind.RESIDENT: "1", Kind.TW_PERMIT: "8", Kind.FOREIGN: "9", Kind.RESIDENCE: "C"}


class WrongShape(ValueError):
    """Not a number of this kind."""

    def __init__(self, kind: Kind) -> None:
        super().__init__(f"{TITLES[kind]}的号码是{SHAPES[kind]}，请对照证件核对")


class OfAnotherKind(ValueError):
    """A number of another kind of document."""

    def __init__(self, kind: Kind) -> None:
        super().__init__(f"这是{TITLES[kind]}的号码，请改选这种证件再录入")


def canonical(kind: Kind, text: str) -> str:
    """Return the number as kept: upper case, half width, no spaces or hyphens.

    Raises:
        ValueError: with the sentence that says what to mend; names the other kind where the number is of one.
    """
    typed = halfwidth(text).upper()
    other = kind_of(typed)
    if other not in (None, kind):
        raise OfAnotherKind(other)
    return _CANONICAL[kind](typed)


def canonical_any(text: str) -> str:
    """Return the canonical number of whichever kind it is of; raise ValueError for what is none."""
    typed = halfwidth(text).upper()
    return _CANONICAL[kind_of(typed) or Kind.RESIDENT](typed)


def kind_of(text: str) -> Kind | None:
    """Return which kind a number is of by its spelling alone, None for what is no number."""
    if _PERMIT.fullmatch(text):
        return Kind.HM_PERMIT
    if _TAIWAN.fullmatch(text):
        return Kind.TW_PERMIT
    if _RESIDENCE.fullmatch(text):
        return Kind.RESIDENCE
    if is_foreign(text) and not text.startswith("99"):
        return Kind.FOREIGN
    return Kind.RESIDENT if re.fullmatch(r"[0-9]{15}|[0-9]{17}[0-9X]", text) else None


def is_foreign(text: str) -> bool:
    """Whether a number is spelled as one of a foreigner's card, of either form."""
    return bool(_FOREIGN_OLD.fullmatch(text) or _FOREIGN_NEW.fullmatch(text))


def is_old_form(number: str) -> bool:
    """Whether a foreigner's number is of the form before 2023."""
    return _FOREIGN_OLD.fullmatch(number) is not None


def problem(kind: Kind, text: str, *, today: date) -> str | None:
    """Return the sentence that says what to mend in a typed number, or None if it can be taken."""
    if kind is Kind.RESIDENT and kind_of(halfwidth(text).upper()) in (None, Kind.RESIDENT):
        return identity_numbers.problem(text, today=today)
    try:
        born = birth_date(kind, canonical(kind, text))
    except ValueError as error:
        return str(error)
    return "证件号码里的出生日期还没有到，请对照证件核对" if born and born > today else None


def birth_date(kind: Kind, number: str) -> date | None:
    """Return the birth date that a canonical number says, None where its kind says none."""
    says = kind in (Kind.RESIDENT, Kind.RESIDENCE) or (kind is Kind.FOREIGN and not is_old_form(number))
    return identity_numbers.birth_date(number) if says else None


def sex(kind: Kind, number: str) -> Literal["1", "2"] | None:
    """Return the code of GB/T 2261.1 that a canonical number says, None where its kind says none.

    A foreigner's new number is modelled on a resident's; that its 17th digit says the sex stands in no source.
    """
    return identity_numbers.sex(number) if kind in (Kind.RESIDENT, Kind.RESIDENCE) else None


def region(kind: Kind, number: str) -> str:
    """Return 香港, 澳门 or 台湾, empty for residents and foreigners."""
    if kind is Kind.TW_PERMIT:
        return "台湾"
    if kind is Kind.HM_PERMIT:
        return REGIONS[number[0]]
    return REGIONS[number[:2]] if kind is Kind.RESIDENCE else ""


def is_synthetic(kind: Kind, number: str) -> bool:
    """Return whether nobody can have this number: kept for practice and tests, and refused in a real season."""
    if kind is Kind.RESIDENT:
        return identity_numbers.is_synthetic(number)
    return _SYNTHETIC[kind].fullmatch(number) is not None


def exchange_code(kind: Kind, number: str) -> str:
    """Return the code of 证件类型 in the exchange file (JY/T 1001 SFZJLX)."""
    return _EXCHANGE.get(kind) or ("6" if number.startswith("H") else "7")


def permit_problem(residence: str, permit: str) -> str | None:
    """Return what is wrong with the pass number that a residence card states, None if nothing is.

    `residence`: canonical, says of which region the pass must be.
    """
    where = region(Kind.RESIDENCE, residence)
    kind = Kind.TW_PERMIT if where == "台湾" else Kind.HM_PERMIT
    try:
        number = canonical(kind, permit)
    except ValueError:
        return f"居住证背面印有通行证号码（{SHAPES[kind]}），请对照填写"
    if region(kind, number) != where:
        return f"居住证是{where}居民的，通行证号码却是{region(kind, number)}居民的，请对照证件核对"
    return None


def _resident(text: str) -> str:
    return identity_numbers.canonical(text)


def _permit(text: str) -> str:
    if _PERMIT_WITH_COUNT.fullmatch(text):
        raise ValueError("只填字母和前8位数字，最后两位是换证次数，不用填")
    return _shaped(Kind.HM_PERMIT, _PERMIT, text)


def _taiwan(text: str) -> str:
    return _shaped(Kind.TW_PERMIT, _TAIWAN, text)


def _residence(text: str) -> str:
    return _checked(_shaped(Kind.RESIDENCE, _RESIDENCE, text))


def _foreign(text: str) -> str:
    if _FOREIGN_OLD.fullmatch(text):  # its last digit is a check, by a rule that no source tells
        return text
    return _checked(_shaped(Kind.FOREIGN, _FOREIGN_NEW, text))


def _shaped(kind: Kind, shape: re.Pattern[str], text: str) -> str:
    if not shape.fullmatch(text):
        raise WrongShape(kind)
    return text


def _checked(number: str) -> str:
    if number[17] != check_character(number[:17]):
        raise WrongCheckCharacter("证件号码有一位填错了，请对照证件逐位核对")
    try:
        identity_numbers.birth_date(number)
    except ImpossibleBirthDate:
        raise ImpossibleBirthDate("证件号码第7到14位不是一个日期，请对照证件核对") from None
    return number


_CANONICAL: Final[Mapping[Kind, Callable[[str], str]]] = {
    Kind.RESIDENT: _resident,
    Kind.HM_PERMIT: _permit,
    Kind.TW_PERMIT: _taiwan,
    Kind.RESIDENCE: _residence,
    Kind.FOREIGN: _foreign,
}
