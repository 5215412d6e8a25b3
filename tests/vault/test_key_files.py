"""The key file: private, whole, and never poorer than before."""

import os
from pathlib import Path

import pytest

from baoming.vault.sealing import KeyFileUnsafe, KeyRing


def test_a_ring_comes_back_from_its_file(tmp_path: Path) -> None:
    ring, path = KeyRing.generate().rotated(algorithm="AES-256-GCM"), tmp_path / "keys.json"
    ring.save(path)
    assert KeyRing.load(path) == ring
    assert path.stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path) == ["keys.json"]


def test_a_file_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    KeyRing.generate().save(path)
    path.chmod(0o640)
    with pytest.raises(KeyFileUnsafe, match="600"):
        KeyRing.load(path)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"version": 2}', "\x00"])
def test_a_damaged_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(KeyFileUnsafe, match="backup"):
        KeyRing.load(path)


def test_a_rotated_ring_replaces_the_old_one_but_a_foreign_ring_does_not(tmp_path: Path) -> None:
    ring, path = KeyRing.generate(), tmp_path / "keys.json"
    ring.save(path)
    ring.rotated().save(path)
    assert KeyRing.load(path).current == "k2"
    for poorer in (ring, KeyRing.generate()):
        with pytest.raises(KeyFileUnsafe, match="does not"):
            poorer.save(path)
    assert KeyRing.load(path).current == "k2"


def test_of_two_that_make_the_file_at_once_the_second_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "keys.json"
    first = KeyRing.generate()
    first.save(path)
    monkeypatch.setattr(Path, "exists", lambda self: False)  # as it looked a moment before
    with pytest.raises(FileExistsError):
        KeyRing.generate().save(path)
    monkeypatch.undo()
    assert KeyRing.load(path) == first
    assert os.listdir(tmp_path) == ["keys.json"]
