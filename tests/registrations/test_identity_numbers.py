"""Identity numbers: what is taken, what is found, and what cannot be found."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from baoming.registrations.identity_numbers import (
    ImpossibleBirthDate,
    WrongCheckCharacter,
    WrongShape,
    birth_date,
    canonical,
    check_character,
    is_synthetic,
    problem,
    sex,
)

TODAY = date(2022, 11, 1)
# Specimen numbers printed in standards and announcements: nobody's.
SPECIMENS = (
    "11010519491231002X",
    "440524188001010014",
    "810000199408230021",
    "830000199201300022",
    "911124198108030024",
)
numbers = st.builds(
    lambda area, born, sequence: (first := f"99{area:04d}{born:%Y%m%d}{sequence:03d}") + check_character(first),
    st.integers(0, 9999),
    st.dates(date(1900, 1, 1), date(2022, 1, 1)),
    st.integers(0, 999),
)


@pytest.mark.parametrize("number", SPECIMENS)
def test_specimens_pass(number: str) -> None:
    assert canonical(number) == number
    assert problem(number, today=TODAY) is None


@pytest.mark.parametrize(
    "typed",
    [
        "11010519491231002x",
        " 110105 19491231 002X ",
        "110105-19491231-002X",
        "１１０１０５１９４９１２３１００２Ｘ",
        "110105491231002",
    ],
)
def test_every_usual_spelling_is_taken(typed: str) -> None:
    assert canonical(typed) == "11010519491231002X"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "请输入18位身份证号码，最后一位可能是X"),
        ("1101051949123100", "请输入18位身份证号码，最后一位可能是X"),
        ("1101051949123100X2", "请输入18位身份证号码，最后一位可能是X"),
        ("一一〇一〇五一九四九一二三一〇〇二X", "请输入18位身份证号码，最后一位可能是X"),
        ("11010519491231002X\x00", "请输入18位身份证号码，最后一位可能是X"),
        ("\ud800" * 18, "请输入18位身份证号码，最后一位可能是X"),
        ("٣" * 18, "请输入18位身份证号码，最后一位可能是X"),
        ("110105194912310021", "身份证号码有一位填错了，请对照证件逐位核对"),
        (
            "99000120230230001" + check_character("99000120230230001"),
            "身份证号码第7到14位不是一个日期，请对照证件核对",
        ),
        (
            "99000100000101001" + check_character("99000100000101001"),
            "身份证号码第7到14位不是一个日期，请对照证件核对",
        ),
        (
            "99000120221102001" + check_character("99000120221102001"),
            "身份证号码里的出生日期还没有到，请对照证件核对",
        ),
    ],
)
def test_each_mistake_has_its_sentence(typed: str, sentence: str) -> None:
    assert problem(typed, today=TODAY) == sentence


def test_a_birth_today_is_not_in_the_future() -> None:
    assert problem("99000120221101001" + check_character("99000120221101001"), today=TODAY) is None


@given(numbers, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_every_single_wrong_character_is_found(number: str, place: int, other: str) -> None:
    assume(number[place] != other)
    with pytest.raises((WrongCheckCharacter, WrongShape)):
        canonical(number[:place] + other + number[place + 1 :])


@given(numbers, st.integers(0, 16))
def test_every_swap_of_neighbours_is_found(number: str, place: int) -> None:
    assume(number[place] != number[place + 1])
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    with pytest.raises((WrongCheckCharacter, WrongShape)):
        canonical(swapped)


@given(numbers, st.integers(0, 6))
def test_a_swap_ten_places_apart_is_not_found_by_the_check(number: str, place: int) -> None:
    """The known limit: weights repeat after ten places. Only the card or the date shows it."""
    first = list(number[:17])
    first[place], first[place + 10] = first[place + 10], first[place]
    assert check_character("".join(first)) == number[17]


@given(st.text())
def test_nothing_typed_breaks_it(text: str) -> None:
    sentence = problem(text, today=TODAY)
    assert sentence is None or sentence.startswith(("请输入", "身份证号码"))


@given(numbers)
def test_a_canonical_number_stays_as_it_is(number: str) -> None:
    assert canonical(number) == number
    assert is_synthetic(number)


def test_a_number_says_birth_date_and_sex() -> None:
    assert birth_date("11010519491231002X") == date(1949, 12, 31)
    assert sex("11010519491231002X") == "2"
    assert sex("440524188001010014") == "1"
    with pytest.raises(ImpossibleBirthDate):
        birth_date("990001200502300135")


def test_only_reserved_areas_are_synthetic() -> None:
    assert is_synthetic("990001200503170135")
    assert is_synthetic("000000200503170135")
    assert not any(is_synthetic(number) for number in SPECIMENS)


@pytest.mark.parametrize("text", ["", "1" * 16, "1" * 18, "1234567890123456x", "１" * 17])
def test_the_check_character_wants_17_plain_digits(text: str) -> None:
    with pytest.raises(ValueError, match="17"):
        check_character(text)
