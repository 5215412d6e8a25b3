"""U1 whole: five hundred hostile files of ten seeds."""

from pathlib import Path

import pytest

from tests.registrations.test_hostile_files import book, check

__all__ = ["book"]


@pytest.mark.parametrize("seed", range(10))
def test_fifty_more_hostile_files_are_taken_clean_or_refused_with_a_reason(book: Path, seed: int) -> None:
    assert check(seed, book)["picture, HEIC"] != "taken"
