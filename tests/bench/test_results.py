"""What `make bench` keeps can be read by a program, and says what it holds for."""

import json
from datetime import date

import pytest

from bench.results import FOLDER, Figure, as_json, machine, rounded

KEYS = {"journey_cpu_ratio", "request_cpu_ratio", "numbers_per_s", "numbers_ratio"}


def check(content: dict[str, dict[str, object]]) -> None:
    for row in content.values():
        assert set(row) == {"value", "unit", "baseline", "machine", "date"}
        assert isinstance(row["value"], float)
        assert all(isinstance(row[name], str) for name in ("unit", "baseline", "machine"))
        date.fromisoformat(str(row["date"]))


def test_the_kept_figures_have_the_promised_keys_and_a_baseline() -> None:
    content = json.loads((FOLDER / "latest.json").read_text("utf-8"))
    check(content)
    assert set(content) >= KEYS
    assert all(content[key]["baseline"] for key in KEYS)


def test_a_figure_says_what_it_holds_for() -> None:
    content = as_json({"a": Figure(1.23456, "ratio", "b")}, machine=machine("18.4"), day=date(2023, 1, 2))
    check(content)
    assert content["a"]["value"] == 1.23
    assert "PostgreSQL 18.4" in str(content["a"]["machine"])


@pytest.mark.parametrize(("value", "kept"), [(0.118863, 0.119), (12.345, 12.3), (1957.6, 1958.0), (0.0, 0.0)])
def test_three_digits_count(value: float, kept: float) -> None:
    assert rounded(value) == kept
