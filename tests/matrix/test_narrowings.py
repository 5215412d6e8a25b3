"""A new narrowing of a query to an area or a person fails the build until narrowings.tsv says what becomes of it.

Whether each is missed when it is taken away is asked by night (tests/nightly/test_narrowings.py).
"""

from pathlib import Path

import pytest
from django.test import Client

from tests.matrix import narrowings as places
from tests.matrix.narrowings import Narrowing, narrowings, without
from tests.matrix.tables import table
from tests.web.conftest import office
from tests.web.test_second_person import Office, counted_next_door

__all__ = ["office"]
LISTED = [row["narrowing"] for row in table("narrowings.tsv")]


def test_every_narrowing_is_listed_once() -> None:
    assert sorted(map(str, narrowings())) == sorted(LISTED)


@pytest.mark.parametrize(
    "line",
    [
        "return Photo.objects.filter(registration__path__gte=path)", "return Photo.objects.get(subject=path)",
        "return Photo.objects.within(path)", "return Photo.objects.filter(Q(file__path=path) | Q(kept=None))",
    ],
)  # fmt: skip
def test_control_one_that_is_not_listed_is_found(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "baoming").mkdir()
    (tmp_path / "baoming/townships.py").write_text(f"def theirs(path):\n    {line}\n")
    monkeypatch.setattr(places, "ROOT", tmp_path)
    with pytest.raises(AssertionError, match=r"townships\.theirs 0"):
        test_every_narrowing_is_listed_once()


@pytest.mark.django_db
def test_control_one_that_is_taken_away_is_missed(office: Client) -> None:
    case = Office()
    case.reset_save()
    assert counted_next_door(case) == {}
    with without(Narrowing("baoming.registrations.second_queries", "_people", 0, "within")):
        assert counted_next_door(case) == {"重设保存密码": 1}
    assert counted_next_door(case) == {}
