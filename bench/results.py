"""Figures: printed as `key: value`, kept in results/latest.json."""

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

FOLDER = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value. `baseline`: what it is measured by, with that one's own value; empty where there is none."""

    value: float
    unit: str
    baseline: str = ""


def machine(postgres: str) -> str:
    """Return what the figures hold for: processor, cores, versions. Neither names nor places."""
    return f"{_processor()}, {os.cpu_count()} cores, PostgreSQL {postgres}, Python {platform.python_version()}"


def as_json(figures: Mapping[str, Figure], *, machine: str, day: date) -> dict[str, dict[str, object]]:
    """Return the content of latest.json."""
    also = {"machine": machine, "date": day.isoformat()}
    return {key: {**asdict(figure), "value": rounded(figure.value), **also} for key, figure in figures.items()}


def rounded(value: float) -> float:
    """Return three digits that count, or the whole number if it has more."""
    return float(f"{value:.3g}") if abs(value) < 1000 else float(round(value))


def write(figures: Mapping[str, Figure], table: str, *, machine: str, day: date) -> None:
    """Print the figures and keep them, with the table of the journey's lines."""
    content = as_json(figures, machine=machine, day=day)
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "latest.json").write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
    (FOLDER / "journey.tsv").write_text(table, "utf-8")
    for key, row in content.items():
        print(f"{key}: {row['value']:g}")


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
