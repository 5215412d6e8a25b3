"""Codes: hard to guess, easy to copy."""

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baoming.accounts import codes
from baoming.accounts.codes import (
    CodeUnreadable,
    canonical_code,
    code_digest,
    new_activation_code,
    receipt_code,
    sms_code,
)


def test_an_activation_code_has_80_bits_in_four_groups() -> None:
    made = {new_activation_code() for _ in range(500)}
    assert len(made) == 500
    assert all(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}", code) for code in made)
    assert len(set("".join(made))) == 33  # all 32 characters occur, and the hyphen


@pytest.mark.parametrize(
    "typed",
    [
        "10AB-CDEF-GHJK-MNPQ",
        "ioab cdef ghjk mnpq",
        "LOABCDEFGHJKMNPQ",
        " １０ＡＢ－ＣＤＥＦ－ＧＨＪＫ－ＭＮＰＱ ",
    ],
)
def test_a_code_is_read_as_people_copy_it(typed: str) -> None:
    assert canonical_code(typed) == "10ABCDEFGHJKMNPQ"
    assert code_digest(typed) == code_digest("10ABCDEFGHJKMNPQ")


@pytest.mark.parametrize("typed", ["", "10AB-CDEF-GHJK", "10AB-CDEF-GHJK-MNPU", "1" * 17, "é" * 16, "\x00" * 16])
def test_what_is_no_code_gets_a_sentence(typed: str) -> None:
    with pytest.raises(CodeUnreadable, match="激活码是16位字母和数字"):
        canonical_code(typed)


@given(st.text())
def test_no_text_breaks_the_reading(text: str) -> None:
    with suppress(CodeUnreadable):
        assert len(canonical_code(text)) == 16


def test_other_codes_have_other_digests() -> None:
    assert code_digest("10ABCDEFGHJKMNPQ") != code_digest("10ABCDEFGHJKMNPR")
    assert len(code_digest("10ABCDEFGHJKMNPQ")) == 32


@given(st.binary(min_size=32, max_size=32))
def test_a_receipt_code_can_be_read_out(digest: bytes) -> None:
    code = receipt_code(digest.hex().upper())
    assert re.fullmatch(r"[2-9A-HJ-NP-Z]{4}", code)
    assert code == receipt_code(digest.hex())


def test_receipt_codes_use_all_twenty_bits() -> None:
    assert receipt_code("00000" + "F" * 59) == "2222"
    assert receipt_code("FFFFF" + "0" * 59) == "ZZZZ"
    assert len({receipt_code(f"{1 << bit:05x}") for bit in range(20)}) == 20


def test_an_sms_code_has_six_digits_also_when_small(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(re.fullmatch(r"[0-9]{6}", sms_code()) for _ in range(50))
    monkeypatch.setattr(codes.secrets, "randbelow", lambda limit: 42 if limit == 1_000_000 else -1)
    assert sms_code() == "000042"
