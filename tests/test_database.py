"""The database that runs copy is made anew whenever something that forms it has changed."""

import re
from pathlib import Path

import pytest

from tests import database
from tests.environment import ROOT

IMPORTED = re.compile(r"^(?:from|import) (baoming[\w.]*)(?: import (\w+))?", re.MULTILINE)


def brought_along() -> set[Path]:
    """Every module of ours that a migration imports, and whatever those import in their turn."""
    found: set[Path] = set()
    left = set(ROOT.glob("baoming/*/migrations/*.py"))
    while left:
        path = left.pop()
        found.add(path)
        for module, name in IMPORTED.findall(path.read_text()):
            base = ROOT / module.replace(".", "/")
            left |= {file for file in (base.with_suffix(".py"), base / f"{name}.py") if file.exists()} - found
    return found


def test_whatever_a_migration_imports_has_the_copies_made_anew() -> None:
    assert brought_along() <= set(database.formed_by())


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
