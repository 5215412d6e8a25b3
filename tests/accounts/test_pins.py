"""What a PIN of the desk must be: written as sentences first, from what people choose and others guess."""

import pytest

from baoming.accounts.pins import problem

GUESSED = [
    "123456", "000000", "654321", "012345", "567890", "890123", "111112", "112233", "121212", "123123", "272727",
    "998877", "101010", "123321", "135531", "911119", "234519",
]  # fmt: skip
GOOD = ["385217", "902846", "271828", "520739", "123907", "778341"]


@pytest.mark.parametrize("pin", GUESSED)
def test_what_others_guess_is_no_pin(pin: str) -> None:
    assert "太容易被猜到" in problem(pin)


@pytest.mark.parametrize("pin", ["", "38521", "3852170", "38521a", "３８５２１７", "385 17", "385217\n"])
def test_six_digits_and_nothing_else(pin: str) -> None:
    assert "6位数字" in problem(pin)


@pytest.mark.parametrize("pin", GOOD)
def test_what_takes_guessing_is_one(pin: str) -> None:
    assert problem(pin) == ""


@pytest.mark.parametrize(
    ("pin", "own"), [("385217", "19938521704"), ("851990", "1990-05-17"), ("907385", "zhou7385"), ("199005", "1990-05")]
)
def test_nothing_of_the_own_phone_date_or_account_stands_in_it(pin: str, own: str) -> None:
    assert "账号、手机号码或日期" in problem(pin, own=[own])
    assert problem(pin, own=["zhou12", "13"]) == ""
