"""A new year is data only: every year that is shipped loads, and says what it does not know."""

from pathlib import Path

import pytest

import baoming
from baoming.registrations.form_queries import form_of
from baoming.schedule.models import Phase
from baoming.seasons.models import Season
from baoming.seasons.queries import data
from baoming.web.management.commands.load_season import load

pytestmark = pytest.mark.django_db
YEARS = sorted(
    int(path.parent.name) for path in (Path(baoming.__file__).parent / "seasons/data/43").glob("*/season.json")
)


def test_two_years_are_shipped() -> None:
    assert YEARS == [2023, 2025]


@pytest.mark.parametrize("year", YEARS)
def test_a_year_loads_with_all_its_documents(year: int) -> None:
    season = load("43", year, Season.Kind.PRACTICE)
    form = form_of(season)
    assert form.version.startswith(str(year))
    history = next(field for field in form.fields if field.key == "history")
    assert history.ends == f"{year}-06"
    opens = Phase.objects.get(season=season, key="sign_up").opens
    assert opens is not None
    assert opens.year == year - 1
    assert str(year) in data(season, "season")["name"]
    assert {row["key"] for row in data(season, "fees")} >= {"registration_fee", "exam_fee_main", "exam_fee_selective"}


def test_no_line_of_code_knows_a_year() -> None:
    """The years stand in data, in migrations of old and in examples of comments, nowhere else."""
    found = [
        f"{path.name}: {line.strip()}"
        for path in Path(baoming.__file__).parent.rglob("*.py")
        if "migrations" not in path.parts
        for line in path.read_text("utf-8").splitlines()
        if ("2023" in line or "2025" in line) and not line.lstrip().startswith(("#", '"""')) and "#" not in line
        and any(mark in line for mark in ("== 20", ">= 20", "< 20", "year = 20"))
    ]  # fmt: skip
    assert found == []
