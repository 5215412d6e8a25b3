"""Keys are made once, beside an empty place; never beside a database that was sealed with others."""

from pathlib import Path

import pytest

from launcher.home import KeysLost, make_keys


def test_keys_are_made_once_and_kept(tmp_path: Path) -> None:
    first = make_keys(tmp_path / "keys")
    vault = (tmp_path / "keys" / "vault.json").read_bytes()
    assert make_keys(tmp_path / "keys") == first
    assert (tmp_path / "keys" / "vault.json").read_bytes() == vault


def test_lost_keys_are_not_replaced_beside_a_database(tmp_path: Path) -> None:
    make_keys(tmp_path / "keys")
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("18")
    make_keys(tmp_path / "keys")  # with its keys the place is sound
    (tmp_path / "keys" / "vault.json").unlink()
    with pytest.raises(KeysLost, match="Put it back from your backup"):
        make_keys(tmp_path / "keys")
    assert not (tmp_path / "keys" / "vault.json").exists()
