"""The shape of the code: rules stay pure, files and functions stay short."""

import ast
from pathlib import Path

import pytest

PRODUCT = Path(__file__).parents[1] / "baoming"
NOT_RULES = {"models", "queries", "services", "tasks", "apps", "jobs", "providers", "migrations", "management"}
FORBIDDEN = ("django", "psycopg", "procrastinate")
# Django asks for a class of its own in each; they decide nothing.
FRAMEWORK = {"accounts/hashers.py", "shared/indexes.py"}
MAX_FILE, MAX_FUNCTION = 500, 60


def modules() -> list[Path]:
    return sorted(path for path in PRODUCT.rglob("*.py") if "migrations" not in path.parts)


def is_rule(path: Path) -> bool:
    """A rule is every module of a domain package that is none of the named kinds."""
    parts = path.relative_to(PRODUCT).with_suffix("").parts
    plain = {part.rpartition("_")[2] for part in parts[1:]}
    here = str(path.relative_to(PRODUCT))
    return len(parts) > 1 and parts[0] not in {"web", "config"} and not plain & NOT_RULES and here not in FRAMEWORK


def imported(source: str) -> set[str]:
    """Return the top names of every module that `source` imports."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        found |= {name.split(".")[0] for name in names}
    return found


@pytest.mark.parametrize("path", [path for path in modules() if is_rule(path)], ids=lambda path: path.stem)
def test_a_rule_knows_no_framework(path: Path) -> None:
    assert not imported(path.read_text("utf-8")).intersection(FORBIDDEN)


def test_the_check_sees_a_framework() -> None:
    assert imported("from django.db import models\nimport psycopg.sql") == {"django", "psycopg"}


def test_no_file_and_no_function_is_too_long() -> None:
    long = []
    for path in modules():
        text = path.read_text("utf-8")
        if text.count("\n") > MAX_FILE:
            long.append(str(path))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= MAX_FUNCTION:
                long.append(f"{path}:{node.name}")
    assert long == []
