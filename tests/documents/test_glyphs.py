"""Which characters print, and the cache of rare ones."""

import subprocess
import sys
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from baoming.documents import glyphs
from baoming.documents.glyphs import Typefaces, is_private


def test_ordinary_and_rare_names_are_all_there(tmp_path: Path) -> None:
    faces = Typefaces(cache=tmp_path)
    assert faces.missing("欧阳思远 阿依古丽·买买提 㛃䶮𬱖𰻝 Ab9，。（）—\n") == []
    assert list(tmp_path.iterdir()) == []  # the four faces had them
    assert faces.missing("𠮷") == []
    [made] = tmp_path.iterdir()
    assert ord("𠮷") in TTFont(made).getBestCmap()


def test_missing_names_each_character_once_in_order(tmp_path: Path) -> None:
    assert Typefaces(cache=tmp_path).missing("\U00030001王\ue000\U00030001") == ["\ue000", "\U00030001"]


@pytest.mark.parametrize(
    ("character", "private"),
    [
        ("\ue000", True),
        ("\uf8ff", True),
        ("\U000f0000", True),
        ("\U0010fffd", True),
        ("王", False),
        ("豈", False),
    ],
)
def test_private_means_the_three_areas(character: str, private: bool) -> None:
    assert is_private(character) is private


def test_the_cache_lies_in_the_projects_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BAOMING_HOME", str(tmp_path))
    assert glyphs.default_cache() == tmp_path / "fonts"
    monkeypatch.delenv("BAOMING_HOME")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert glyphs.default_cache() == tmp_path / "baoming" / "fonts"


def test_fonts_not_installed_say_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="npm ci"):
        Typefaces(node_modules=tmp_path, cache=tmp_path).missing("王")


def test_processes_may_build_the_cache_at_once(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from baoming.documents.glyphs import Typefaces;"
        "print(Typefaces(cache=pathlib.Path(sys.argv[1])).rare_font('𠮷'))"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    running = [subprocess.Popen(command, cwd=glyphs.PROJECT, stdout=subprocess.PIPE) for _ in range(3)]
    answers = {process.communicate(timeout=60)[0].decode().strip() for process in running}
    [made] = tmp_path.iterdir()  # no half-written file is left
    assert answers == {str(made)}
    assert ord("𠮷") in TTFont(made).getBestCmap()
