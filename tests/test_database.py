"""The database that runs copy is made anew whenever something that forms it has changed."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import database
from tests.environment import ROOT


def brought_along() -> set[Path]:
    """Every module of ours that a migration imports, and whatever those import in their turn."""
    found: set[Path] = set()
    left = set(ROOT.glob("baoming/*/migrations/*.py"))
    while left:
        path = left.pop()
        found.add(path)
        modules = (ROOT / f"{name.replace('.', '/')}.py" for name in imported(path.read_text("utf-8")))
        left |= {module for module in modules if module.exists()} - found
    return found


def imported(source: str) -> Iterator[str]:
    """Yield each module of ours that may be meant, wherever it is imported and however many in a line."""
    for node in ast.walk(ast.parse(source)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
        if isinstance(node, ast.ImportFrom):
            names = [str(node.module), *(f"{node.module}.{name}" for name in names)]
        yield from (name for name in names if name.startswith("baoming."))


def test_whatever_a_migration_imports_has_the_copies_made_anew() -> None:
    assert brought_along() <= set(database.formed_by())


def test_control_each_of_a_line_is_seen_and_what_a_function_imports() -> None:
    lines = "from baoming.shared import (\n    money,\n    paths,\n)\n\ndef late():\n    import baoming.audit.actors"
    assert {"baoming.shared.money", "baoming.shared.paths", "baoming.audit.actors"} <= set(imported(lines))


def test_control_a_module_left_out_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    shorter = tuple(pattern for pattern in database.FORMED_BY if pattern != "baoming/shared/*.py")
    monkeypatch.setattr(database, "FORMED_BY", shorter)
    assert ROOT / "baoming" / "shared" / "row_rules.py" in brought_along() - set(database.formed_by())


def test_a_changed_migration_changes_the_fingerprint(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = database._fingerprint()
    assert database._fingerprint() == before
    migration = tmp_path / "baoming" / "accounts" / "migrations" / "0001_initial.py"
    migration.parent.mkdir(parents=True)
    monkeypatch.setattr(database, "ROOT", tmp_path)
    migration.write_text("a")
    first = database._fingerprint()
    migration.write_text("b")
    assert len({before, first, database._fingerprint()}) == 3
