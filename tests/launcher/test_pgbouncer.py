"""Which PgBouncer the bench starts."""

from pathlib import Path

import pytest

from launcher import pgbouncer


def program(folder: Path, version: str) -> str:
    folder.mkdir()
    one = folder / "pgbouncer"
    one.write_text(f"#!/bin/sh\necho '{version}'\n")
    one.chmod(0o755)
    return str(one)


@pytest.mark.parametrize(
    ("version", "new"),
    [("PgBouncer 1.18.0", False), ("PgBouncer 1.21.0", False), ("PgBouncer 1.22.0", True), ("PgBouncer 2.0.1", True)],
)
def test_prepared_statements_are_handed_on_from_1_22(tmp_path: Path, version: str, new: bool) -> None:
    assert pgbouncer.hands_on(program(tmp_path / "bin", version)) is new


def test_a_program_that_says_no_version_is_too_old(tmp_path: Path) -> None:
    assert not pgbouncer.hands_on(program(tmp_path / "bin", "no"))


def test_a_new_one_goes_before_an_old_one_of_the_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = program(tmp_path / "system", "PgBouncer 1.18.0")
    monkeypatch.setenv("PATH", f"{tmp_path / 'system'}:/usr/bin:/bin")
    monkeypatch.setattr(pgbouncer, "BUILT", tmp_path / "nothing")
    assert pgbouncer.program() == old
    built = program(tmp_path / "built", "PgBouncer 1.24.1")
    monkeypatch.setattr(pgbouncer, "BUILT", Path(built))
    assert pgbouncer.program() == built
