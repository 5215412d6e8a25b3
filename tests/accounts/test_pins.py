"""What a PIN of the desk must be: written as sentences first, from what people choose and others guess."""

import pytest

from baoming.accounts import pins
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
    "pin",
    ["850517", "000229", "051785", "170585", "310799", "198505", "200812", "051985", "122008", "991231", "010190"],
)
def test_a_date_however_it_is_written_is_no_pin(pin: str) -> None:
    """yymmdd, mmddyy, ddmmyy, yyyymm, mmyyyy: a colleague knows the birthday, and the system does not."""
    assert "不要用日期" in problem(pin)


@pytest.mark.parametrize(
    "pin", ["851332", "850732", "321385", "198513", "201385", "139585", "003185", "850230", "182085"]
)
def test_what_is_no_day_of_any_calendar_is_no_date(pin: str) -> None:
    assert problem(pin) == ""


def test_most_pins_are_left() -> None:
    """Less than a tenth of a million are dates: what is left is guessed no faster."""
    dates = sum(pins._is_date(f"{number:06}") for number in range(10**6))
    assert 80_000 < dates < 100_000


def test_control_without_the_rule_a_birthday_is_a_pin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pins, "_is_date", lambda pin: False)
    assert problem("850517") == ""


@pytest.mark.parametrize(("pin", "own"), [("385217", "19938521704"), ("851990", "1990-05-17"), ("907385", "zhou7385")])
def test_nothing_of_the_own_account_stands_in_it(pin: str, own: str) -> None:
    assert "您账号里的数字" in problem(pin, own=[own])
    assert problem(pin, own=["zhou12", "13"]) == ""
