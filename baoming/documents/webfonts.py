"""Faces for the screen: what draws rare characters where a phone or a desktop has no font for them.

Ordinary text is the device's own. For the rest there is a style sheet of pieces, of which a browser fetches what it
needs: first what Noto draws, cut out once per machine, then HanaMin in the pieces that npm delivers. A piece is named
by its place in the row: its address says that one of some hundred characters is shown, and not which.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path

from fontTools.ttLib import TTFont

from baoming.documents.glyphs import Typefaces, keep
from baoming.shared.names import FEW_FONTS

SHEET, FAMILY = "faces.css", "Rare Han"
_RULE = '@font-face{{font-family:"{}";font-display:swap;src:url({}) format("woff2");unicode-range:{}}}\n'
_UNUSED = ["BASE", "GDEF", "GPOS", "GSUB", "STAT", "vhea", "vmtx"]  # of a line of Han characters, left to right


@dataclass(frozen=True)
class Piece:
    """A font file, and those of its characters that pages need it for."""

    source: Path
    codes: frozenset[int]

    def file(self, cache: Path) -> Path:
        """Return the woff2: the package's own, or one that is cut out of a whole font and kept in `cache`."""
        if self.source.suffix == ".woff2":
            return self.source
        wanted = sorted(self.codes)
        mark = hashlib.sha256(f"{self.source.stat().st_size} {wanted}".encode()).hexdigest()[:12]
        target = cache / f"{self.source.stem}-{mark}.woff2"
        if not target.exists():
            _cut(self.source, wanted, target)
        return target


def pieces(faces: Typefaces) -> list[Piece]:
    """Return the pieces in their order; each draws what none before it does."""
    rare, found = set(chain.from_iterable(FEW_FONTS)), []
    for source, codes in _sources(faces):
        if own := rare & codes:
            found.append(Piece(source, frozenset(own)))
            rare -= own
    return found


def files(faces: Typefaces) -> dict[str, Path]:
    """Return the files for a page by their names, the style sheet first. What is cut, and the sheet, is made now."""
    row = {f"{place:02}.woff2": piece for place, piece in enumerate(pieces(faces), 1)}
    sheet = faces.cache / SHEET
    text = "".join(_RULE.format(FAMILY, name, _ranges(sorted(piece.codes))) for name, piece in row.items())
    keep(sheet, lambda file: file.write(text.encode("ascii")))
    return {SHEET: sheet, **{name: piece.file(faces.cache) for name, piece in row.items()}}


def _sources(faces: Typefaces) -> Iterator[tuple[Path, set[int]]]:
    """Sans before serif, as pages are set; HanaMin, which is drawn like serif, for what is left."""
    for file in reversed(faces.regular):
        yield file, set(TTFont(file, lazy=True).getBestCmap())
    for piece, spans in faces.pieces:
        yield piece, set(chain.from_iterable(spans))


def _cut(source: Path, codes: list[int], target: Path) -> None:
    from fontTools import subset  # noqa: PLC0415  it takes a second to load, and each piece is cut once a machine

    options = subset.Options(flavor="woff2", layout_features=[], hinting=False)
    options.drop_tables += _UNUSED
    font = subset.load_font(str(source), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=codes)
    cutter.subset(font)
    keep(target, partial(subset.save_font, font, options=options))


def _ranges(codes: list[int]) -> str:
    """Write sorted codes as a style sheet does: `U+20-7e,U+a5`."""
    starts = [code for before, code in zip([-2, *codes], codes, strict=False) if code != before + 1]
    ends = [code for code, after in zip(codes, [*codes[1:], -2], strict=True) if after != code + 1]
    return ",".join(f"U+{a:x}" if a == b else f"U+{a:x}-{b:x}" for a, b in zip(starts, ends, strict=True))
