"""U1 at the doors, whole: three hundred hostile files of six seeds for each page and command that takes a file."""

from itertools import product
from pathlib import Path

import pytest

from tests.web.doors import DOORS, TAKEN
from tests.web.test_upload_doors import Open, book, check, files

__all__ = ["book"]
pytestmark = pytest.mark.django_db
CASES = [pytest.param(seed, door, id=f"{seed}-{door.__name__}") for seed, door in product(range(6), DOORS)]


@pytest.mark.parametrize(("seed", "door"), CASES)
def test_fifty_more_hostile_files_are_taken_clean_or_refused_with_a_reason(
    seed: int, door: Open, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = check(door, files(seed), book, monkeypatch)
    assert len(found) == 50
    assert TAKEN not in {said for name, said in found.items() if name.endswith(("bomb", "HEIC", "cut off"))}
