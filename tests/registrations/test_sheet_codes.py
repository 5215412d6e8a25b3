"""The code on a sheet: what it says, and what is read back from it."""

import pytest
from segno import make

from baoming.registrations.sheet_codes import print_code, read_code
from tests.registrations.sheet_samples import PRINT_ID, SIGNATURE, code

SAYS = "HTTPS://BM.EXAMPLE.CN/V/BM1.F.23.99010023.3.AA5872B60D7A6091.5D0C12F4."


def test_the_code_is_an_address_that_says_which_print_of_which_version_of_whose_form() -> None:
    text = code("99010023")
    assert text.startswith(SAYS)
    read = read_code(text)
    assert read is not None
    assert (read.year, read.number, read.version) == (23, 99010023, 3)
    assert (read.hash, read.print, read.signature) == ("AA5872B60D7A6091", print_code(PRINT_ID), SIGNATURE)
    assert read.signed == SAYS.rpartition("/")[2].rstrip(".")


def test_what_follows_the_last_bar_is_enough_and_small_letters_are_taken() -> None:
    text = code("99010023")
    assert read_code(text) == read_code(text.rpartition("/")[2]) == read_code(f" {text.lower()}\n")


def test_it_packs_as_capitals_and_stays_below_fifty_modules_a_side() -> None:
    drawn = make(code("99010023"), error="m", micro=False)
    assert drawn.mode == "alphanumeric"
    assert drawn.symbol_size(border=0)[0] <= 49


@pytest.mark.parametrize(
    "text",
    ["", ".", "/", "BM1.F.23.99010023.3.P2", "欧阳思远", "²" * 8, "A" * 100_000, SAYS, code("99010023")[:-1],
     code("99010023") + "A", code("99010023").replace("BM1", "BM2"), code("99010023").replace(".3.", ".-3."),
     code("99010023").replace("99010023", "９９０１００２３")],
)  # fmt: skip
def test_what_is_no_whole_code_of_ours_is_nothing(text: str) -> None:
    assert read_code(text) is None
