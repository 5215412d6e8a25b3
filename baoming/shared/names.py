"""Names in pinyin: for order, search and initials. The name itself is never changed.

The stored key is a help for finding people, not a transcription: a wrong guess at a rare reading
costs a search by name or number, nothing else.
"""

import json
from pathlib import Path
from typing import Final

from pypinyin import lazy_pinyin

from baoming.shared.text import clean_name, without_dot

KEY_CHARACTERS: Final = 200  # of the kept key: fifty syllables of six letters would be more
# What a phone or a plain desktop may have no font for: more than the 27,000 that GB 18030-2000 asked of each product.
FEW_FONTS: Final = (range(0x4DB6, 0x4DC0), range(0x9FA6, 0xA000), range(0xF900, 0xFB00), range(0x20000, 0x40000))
_BLANK: Final = frozenset("?？*＊□■〓囗")  # typed for a character that no keyboard offers

_DATA: Final = json.loads(Path(__file__).with_name("data").joinpath("surnames.json").read_text("utf-8"))
_COMPOUND: Final[dict[str, str]] = _DATA["compound"]  # two characters, read as a whole
_SURNAMES: Final[dict[str, str]] = _DATA["single"]  # where the reading as a surname is not the usual one


def syllables(name: str) -> list[str]:
    """Return the syllables of a name, lower case, without tones; the dot of a long name is left out.

    A character without a known reading stands for itself, so that it still sorts and is found.
    """
    cleaned = clean_name(name)
    if "·" in cleaned:  # a transcribed name: its first character is no surname
        return _plain(cleaned)
    if compound := _COMPOUND.get(cleaned[:2]):
        return [*compound.split(), *_plain(cleaned[2:])]
    if len(cleaned) > 1 and (surname := _SURNAMES.get(cleaned[0])):
        return [surname, *_plain(cleaned[1:])]
    return _plain(cleaned)


def pinyin_key(name: str) -> str:
    """Return the key by which lists are ordered and names are found: 单小曾 is `shan xiao zeng`.

    At most 200 characters: a longer name is ordered and found by its beginning.
    """
    return " ".join(syllables(name))[:KEY_CHARACTERS].rstrip()


def initials(name: str) -> str:
    """Return the first letter of each syllable: 欧阳娜 is `oyn`."""
    return "".join(syllable[0] for syllable in syllables(name))


def same_name(typed: str, kept: str) -> bool:
    """Whether a typed name is the kept one: dot, blanks and case aside, and a blank sign for what no keyboard offers.

    For people who prove by other things that they are meant: a rare character may be typed as `？` or `*`.
    """
    ours, theirs = without_dot(kept), without_dot(typed)
    return len(ours) == len(theirs) and all(
        mine == other or mine.lower() == other.lower() or (other in _BLANK and is_rare(mine))
        for mine, other in zip(ours, theirs, strict=True)
    )


def is_rare(character: str) -> bool:
    """Whether ordinary input methods do not offer the character: not among the first 20,902 ideographs."""
    return not (ord(character) < 0x3400 or 0x4E00 <= ord(character) <= 0x9FA5)


def _plain(text: str) -> list[str]:
    read = " ".join(lazy_pinyin(text, v_to_u=False)) if text else ""
    return read.replace("·", " ").lower().split()
