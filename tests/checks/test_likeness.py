"""R6: when two registrations look like one person's; pairs written by hand, with what they have in common."""

from dataclasses import replace
from datetime import date

import pytest

from baoming.checks import likeness
from baoming.checks.likeness import Like, Person, alike, marks, nearly
from tests import factories as make

WHO = Person("欧阳思远", "ou yang si yuan", date(2005, 3, 17), "1", make.number(121))


def number(text: str) -> str:
    """An identity number of these 17 digits."""
    return text + make.check_character(text)


ONE = number("99000120050317121")
# What another person has, and what both have in common.
TABLE = [
    ({"number": number("99000120050317123")}, [Like.PERSON, Like.DIGIT]),
    ({"number": number("99000120050317211")}, [Like.PERSON, Like.DIGIT]),
    ({"number": number("98000120050317121"), "sex": "1"}, [Like.PERSON, Like.DIGIT]),
    ({"number": number("99000120050371121"), "birth": date(2005, 7, 1)}, [Like.DIGIT]),
    ({"number": number("99000120050317999")}, [Like.PERSON]),
    ({"number": number("99000120050317999"), "name": "欧阳·思远"}, [Like.PERSON]),
    ({"number": number("99000120050317999"), "sex": "2"}, []),
    ({"number": number("99000120050317999"), "birth": date(2005, 3, 18)}, []),
    ({"number": number("99000120050317123"), "name": "欧阳思源"}, [Like.DIGIT]),  # the same sound
    ({"number": number("99000120050317123"), "name": "李明", "sound": "li ming"}, []),  # by chance
    ({"number": number("99000120050317999"), "name": "李明", "sound": "li ming", "photo": "a"}, [Like.PHOTO]),
    ({"number": number("99000120050317999"), "birth": date(2004, 1, 1), "phone": "b"}, [Like.PHONE]),
    ({"number": number("99000120050317999"), "name": "李明", "sound": "li ming", "phone": "b"}, []),
]


@pytest.mark.parametrize(("changes", "found"), TABLE)
def test_what_two_people_have_in_common(changes: dict[str, object], found: list[Like]) -> None:
    one = replace(WHO, number=ONE, photo="a", phone="b")
    other = replace(one, **{"photo": "", "phone": "", **changes})  # type: ignore[arg-type]
    assert sorted(alike(one, other)) == sorted(found)
    assert alike(one, other) == alike(other, one)
    if found:
        assert set(marks(one)) & set(marks(other)), "who is alike is found by a mark"


NEAR = [
    ("99000120050317121", "99000120050317121", False),
    ("99000120050317121", "99000120050317131", True),
    ("99000120050317121", "99000120050317112", True),  # two neighbours changed over
    ("99000120050317121", "09000120050317121", True),
    ("99000120050317121", "99000210050317121", True),  # over the border between area and birth
    ("99000120050317121", "99000120050317212", False),
    ("99000120050317121", "99000120050318122", False),  # two digits, not each other's
]


@pytest.mark.parametrize(("one", "other", "near"), NEAR)
def test_one_digit_or_two_neighbours(one: str, other: str, near: bool) -> None:
    assert nearly(number(one), number(other)) is near


def test_every_single_slip_and_every_swap_shares_a_mark() -> None:
    plain = ONE[:17]
    slips = {plain[:at] + digit + plain[at + 1 :] for at in range(17) for digit in "0123456789"}
    swaps = {plain[:at] + plain[at + 1] + plain[at] + plain[at + 2 :] for at in range(16)}
    mine = set(marks(replace(WHO, number=ONE)))
    for other in (slips | swaps) - {plain}:
        theirs = replace(WHO, number=number(other), birth=date(1999, 1, 1), sex="2")
        assert nearly(ONE, theirs.number)
        assert mine & set(marks(theirs)), other


def test_control_without_the_borders_a_swap_over_one_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(likeness, "_PARTS", ((0, 6), (6, 14), (14, 17)))
    one, other = replace(WHO, number=ONE), replace(WHO, number=number("99000210050317121"), birth=date(1999, 1, 1))
    swapped = replace(other, number=number(ONE[:5] + ONE[6] + ONE[5] + ONE[7:17]))
    assert nearly(one.number, swapped.number)
    assert not set(marks(one)) & set(marks(swapped))


PASSES = ["H99990123", "99990123", "UTO430005031799"]


@pytest.mark.parametrize("plain", PASSES)
def test_every_slip_in_a_pass_shares_a_mark(plain: str) -> None:
    slips = {plain[:at] + digit + plain[at + 1 :] for at in range(len(plain)) for digit in "0123456789"}
    swaps = {plain[:at] + plain[at + 1] + plain[at] + plain[at + 2 :] for at in range(len(plain) - 1)}
    mine = set(marks(replace(WHO, number=plain)))
    for slip in (slips | swaps) - {plain}:
        theirs = replace(WHO, number=slip, birth=date(1999, 1, 1), sex="2")
        assert alike(replace(WHO, number=plain), theirs) == [Like.DIGIT]
        assert mine & set(marks(theirs)), slip
