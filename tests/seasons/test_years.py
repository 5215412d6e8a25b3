"""A new year is data only: every year that is shipped loads, and says what it does not know."""

import ast
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
SEASONS = {str(year) for year in range(2020, 2041)}


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


def known_years(folder: Path) -> set[str]:
    """Return the modules of code that name a year, as a number or as four digits; comments and examples may."""
    found = set()
    for path in sorted(folder.rglob("*.py")):
        if "migrations" not in path.parts:
            values = [
                one.value for one in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(one, ast.Constant)
            ]
            if any(type(value) in (int, str) and str(value) in SEASONS for value in values):
                found.add(path.relative_to(folder).as_posix())
    return found


def test_no_line_of_code_knows_a_year() -> None:
    """The years stand in data, in migrations of old and in examples of comments; and which of them the demo shows."""
    assert known_years(Path(baoming.__file__).parent) == {"web/management/commands/load_demo.py"}


@pytest.mark.parametrize(
    "line", ["late = season.year >= 2025", "if season.year == 2023: pass", 'fees = {"2025": 1}', "range(2022, 2024)"]
)
def test_control_a_line_that_knows_a_year_is_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "fees.py").write_text(f"# 2023 is an example\n{line}\n")
    assert known_years(tmp_path) == {"fees.py"}
