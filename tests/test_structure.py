"""The shape of the code: rules stay pure, files and functions stay short, nothing of a machine comes along."""

import ast
import shutil
import subprocess
from pathlib import Path

import pytest

PRODUCT = Path(__file__).parents[1] / "baoming"
NOT_RULES = {"models", "queries", "services", "tasks", "apps", "jobs", "providers", "migrations", "management"}
FORBIDDEN = ("django", "psycopg", "procrastinate")
# Django asks for a class of its own in each; they decide nothing.
FRAMEWORK = {"accounts/hashers.py", "shared/indexes.py"}
MAX_FILE, MAX_FUNCTION = 500, 60
WITH_GIT = shutil.which("git") is not None


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


def git(folder: Path, *arguments: str) -> list[str]:
    whoever = ["-c", "safe.directory=*"]  # a checkout may be another user's than the tests'
    ran = subprocess.run(["git", *whoever, "-C", folder, *arguments], check=True, capture_output=True, text=True)
    return ran.stdout.splitlines()


def kept_though_ignored(folder: Path) -> list[str]:
    """Return what is part of the project and of a machine alike: a checkout would put it over the machine's own."""
    return git(folder, "ls-files", "--cached", "--ignored", "--exclude-standard")


@pytest.mark.skipif(not (WITH_GIT and (PRODUCT.parent / ".git").exists()), reason="unpacked from an archive")
def test_what_each_machine_makes_for_itself_is_no_part_of_the_project() -> None:
    assert kept_though_ignored(PRODUCT.parent) == []


@pytest.mark.skipif(not WITH_GIT, reason="no git here")
def test_control_a_link_to_an_environment_that_is_added_by_force_is_found(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text((PRODUCT.parent / ".gitignore").read_text())
    (tmp_path / ".venv").symlink_to(tmp_path / "elsewhere")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "--force", ".venv", ".gitignore")
    assert kept_though_ignored(tmp_path) == [".venv"]
