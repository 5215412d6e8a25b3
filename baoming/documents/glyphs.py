"""Which characters can be printed, and the font files that print them.

Four Noto faces serve ordinary text. A character they lack (𠮷) is looked for in HanaMin, which npm
delivers as some two hundred woff2 pieces: only a piece that is needed becomes a TTF, once per machine.
"""

import os
import re
from collections.abc import Callable, Iterator
from functools import cache, cached_property
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from fontTools.ttLib import TTFont

PROJECT = Path(__file__).resolve().parents[2]
_FACES = (
    "noto-serif-sc/400Regular",
    "noto-serif-sc/700Bold",
    "noto-sans-sc/400Regular",
    "noto-sans-sc/700Bold",
)
_PIECE = re.compile(r"url\((HanaMin[^)]+?)\.woff2\).*?unicode-range: ([^;]+);", re.S)
_FIRST_CJK = 0x2E80
_LAYOUT = frozenset("\n")  # says where a line ends; no font draws it


def default_cache() -> Path:
    """Return `$BAOMING_HOME/fonts`, else a folder of the user's own cache."""
    if home := os.environ.get("BAOMING_HOME"):
        return Path(home) / "fonts"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "baoming" / "fonts"


def is_private(character: str) -> bool:
    """Return whether Unicode leaves the character to private agreement: no font may guess what it is."""
    code = ord(character)
    return 0xE000 <= code <= 0xF8FF or code >= 0xF0000


class Typefaces:
    """The font files of one machine. Safe to share between threads and processes."""

    def __init__(self, *, node_modules: Path | None = None, cache: Path | None = None) -> None:
        self._packages = node_modules or PROJECT / "node_modules"
        self.cache = cache or default_cache()

    @property
    def folders(self) -> list[Path]:
        """The folders a compiler reads: the four faces, and the rare pieces turned to TTF so far."""
        return [*(self._packages / "@expo-google-fonts" / face for face in _FACES), self.cache]

    @property
    def absent(self) -> list[Path]:
        """Where a font package should be and is not; looking makes nothing."""
        rare = self._packages / "hanamin" / "HanaMin.css"
        return [
            *(face for face in self.folders[:4] if not any(face.glob("*.ttf"))),
            *([] if rare.is_file() else [rare]),
        ]

    def missing(self, text: str) -> list[str]:
        """Return the characters of `text` that no font draws, sorted, each once."""
        rare = set(text) - self._common - _LAYOUT
        return sorted(character for character in rare if self.rare_font(character) is None)

    def rare_fonts(self, text: str) -> set[Path]:
        """Return the HanaMin files (made now if need be) for the characters the four faces lack."""
        found = (self.rare_font(character) for character in set(text) - self._common)
        return {path for path in found if path is not None}

    def rare_font(self, character: str) -> Path | None:
        """Return the TTF of the HanaMin piece that draws `character`, or None."""
        if ord(character) < _FIRST_CJK or is_private(character):
            return None
        for piece, spans in self.pieces:
            if any(ord(character) in span for span in spans) and ord(character) in self._cmap_of(piece):
                return self._converted(piece)
        return None

    @property
    def regular(self) -> list[Path]:
        """The files of the regular weights that are there: serif, then sans."""
        return [file for folder in self.folders[:4] if folder.name == "400Regular" for file in folder.glob("*.ttf")]

    @cached_property
    def pieces(self) -> list[tuple[Path, list[range]]]:
        """HanaMin's files with what each draws, as its style sheet says."""
        hanamin = self._packages / "hanamin"
        css = (hanamin / "HanaMin.css").read_text("utf-8")
        return [(hanamin / f"{name}.woff2", list(_spans(ranges))) for name, ranges in _PIECE.findall(css)]

    @cached_property
    def _common(self) -> frozenset[str]:
        """What the regular faces draw, in serif or sans: the compiler falls back from one to the other."""
        if len(self.regular) < 2:
            raise FileNotFoundError(f"fonts missing below {self._packages}: run `npm ci`")
        codes = {code for file in self.regular for code in TTFont(file, lazy=True).getBestCmap()}
        return frozenset(chr(code) for code in codes if not is_private(chr(code)))

    @cached_property
    def _cmaps(self) -> dict[Path, frozenset[int]]:
        return {}

    def _cmap_of(self, piece: Path) -> frozenset[int]:
        if piece not in self._cmaps:
            self._cmaps[piece] = frozenset(TTFont(piece, lazy=True).getBestCmap())
        return self._cmaps[piece]

    def _converted(self, piece: Path) -> Path:
        target = self.cache / f"{piece.stem}.ttf"
        if not target.exists():
            font = TTFont(piece)
            font.flavor = None
            keep(target, font.save)
        return target


def keep(target: Path, save: Callable[[IO[bytes]], object]) -> None:
    """Write a file of the cache, whole or not at all.

    Two processes may come at once: each writes its own file, and a rename is all or nothing.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=target.parent, suffix=".part", delete=False) as part:
        save(part)
    os.chmod(part.name, 0o644)
    os.replace(part.name, target)


def _spans(ranges: str) -> Iterator[range]:
    """Read `U+20-7e, U+a5`, the unicode-range of a style sheet."""
    for item in ranges.split(","):
        first, _, last = item.strip().removeprefix("U+").partition("-")
        yield range(int(first, 16), int(last or first, 16) + 1)


@cache
def default_faces() -> Typefaces:
    """The fonts beside the project, with the cache in its usual place."""
    return Typefaces()


def missing(text: str) -> list[str]:
    """Return the characters of `text` that no installed font draws, sorted, each once."""
    return default_faces().missing(text)
