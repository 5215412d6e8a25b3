"""When two registrations look like one person's. Pure: what is compared, and what is found to be alike (R6, R25).

Candidates come from equal keys alone, never from comparing everybody with everybody: `marks` says under which keys a
person is found, `alike` what two people who share one really have in common. A number that differs in one digit counts
only together with the same sound of the name: among 700,000 people chance alone makes tens of thousands of such pairs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from baoming.shared.text import without_dot

_PARTS = ((0, 6), (6, 14), (14, 17), (5, 7), (13, 15))  # of 17 digits: area, birth, sequence, and the two borders
_DIGITS, _SHORTEST = 17, 8  # a resident's number without its check character; the shortest pass


class Like(StrEnum):
    """What two registrations have in common."""

    PERSON = "person"
    DIGIT = "digit"
    PHOTO = "photo"
    PHONE = "phone"


LIKE_NAMES = {
    Like.PERSON: "姓名、出生日期、性别相同",
    Like.DIGIT: "姓名读音相同，号码只差一位或相邻两位颠倒",
    Like.PHOTO: "照片是同一张",
    Like.PHONE: "姓名、手机号码相同",
}


@dataclass(frozen=True, slots=True)
class Person:
    """What is compared of one registration. `photo`: its digest; `phone`: its blind index, as hexadecimal text."""

    name: str
    sound: str  # the name in pinyin
    birth: date
    sex: str
    number: str
    photo: str = ""
    phone: str = ""


def marks(person: Person) -> Iterator[str]:
    """Yield what a person is found by; whoever is alike shares at least one of them."""
    name = without_dot(person.name)
    yield f"person|{name}|{person.birth:%Y%m%d}|{person.sex}"
    for rest in _without_a_part(person.number):
        yield f"digit|{person.sound}|{rest}"
    if person.photo:
        yield f"photo|{person.photo}"
    if person.phone:
        yield f"phone|{name}|{person.phone}"


def alike(one: Person, other: Person) -> list[Like]:
    """Return what two people have in common, the weightiest first; empty for two who only share a key by chance."""
    same_name = without_dot(one.name) == without_dot(other.name)
    found = {
        Like.PHOTO: bool(one.photo) and one.photo == other.photo,
        Like.PERSON: same_name and (one.birth, one.sex) == (other.birth, other.sex),
        Like.DIGIT: one.sound == other.sound and nearly(one.number, other.number),
        Like.PHONE: same_name and bool(one.phone) and one.phone == other.phone,
    }
    return [like for like, holds in found.items() if holds]


def _thirds(length: int) -> tuple[tuple[int, int], ...]:
    """Return the parts of a number of another document: its thirds, and their two borders."""
    low, high = length // 3, 2 * length // 3
    return ((0, low), (low, high), (high, length), (low - 1, low + 1), (high - 1, high + 1))


def nearly(one: str, other: str) -> bool:
    """Whether two numbers differ in one digit, or in two neighbours changed over; the check character follows them."""
    if len(one) != len(other) or len(one) < _SHORTEST:
        return False
    left, right = _plain(one), _plain(other)
    wrong = [place for place, (a, b) in enumerate(zip(left, right, strict=True)) if a != b]
    if len(wrong) == 1:
        return True
    if len(wrong) != 2 or wrong[1] != wrong[0] + 1:
        return False
    first, second = wrong
    return left[first] == right[second] and left[second] == right[first]


def _plain(number: str) -> str:
    """Without the check character, which another digit changes too."""
    return number[:17] if len(number) == 18 else number


def _without_a_part(number: str) -> Iterator[str]:
    """Yield a number without each of its parts: two that differ in one digit, or two neighbours, share one of these.

    Five keys and not thirty-three, and none of them names the digit that is wrong.
    """
    if len(number) < _SHORTEST:
        return
    plain = _plain(number)
    for low, high in _PARTS if len(plain) == _DIGITS else _thirds(len(plain)):
        yield f"{low}|{plain[:low]}|{plain[high:]}"
