"""What a page may bring for rare characters: each piece draws what it says, and its address tells no character."""

import re
from functools import cache
from itertools import chain
from pathlib import Path

from fontTools.ttLib import TTFont

from baoming.documents.glyphs import default_faces
from baoming.documents.webfonts import FAMILY, SHEET, files, pieces
from baoming.shared.names import FEW_FONTS

RARE = set(chain.from_iterable(FEW_FONTS))
WEIGHT = 300_000  # bytes of one piece


@cache
def faces_of_pages() -> dict[str, Path]:
    return files(default_faces())


def declared(sheet: str) -> dict[str, set[int]]:
    """Return what the rules of a style sheet say: the file, and the characters it is fetched for."""
    rules = re.findall(r'font-family:"([^"]+)".*?url\(([^)]+)\).*?unicode-range:([^}]+)}', sheet)
    assert {family for family, _, _ in rules} == {FAMILY}
    spans = {name: re.findall(r"U\+(\w+)(?:-(\w+))?", ranges) for name, _, ranges in map(_turned, rules)}
    return {
        name: set(chain.from_iterable(range(int(a, 16), int(b or a, 16) + 1) for a, b in found))
        for name, found in spans.items()
    }


def _turned(rule: tuple[str, str, str]) -> tuple[str, str, str]:
    family, name, ranges = rule
    return name, family, ranges


def of_pages() -> dict[str, set[int]]:
    return declared(faces_of_pages()[SHEET].read_text("ascii"))


def not_drawn(said: dict[str, set[int]]) -> dict[str, set[int]]:
    """Return what a rule promises and its file does not hold."""
    held = {name: set(TTFont(faces_of_pages()[name], lazy=True).getBestCmap()) for name in said}
    return {name: codes - held[name] for name, codes in said.items() if codes - held[name]}


def test_each_piece_draws_all_that_its_rule_says() -> None:
    said = of_pages()
    assert set(said) == set(faces_of_pages()) - {SHEET}
    assert not_drawn(said) == {}


def test_control_a_character_that_the_file_has_not_is_found() -> None:
    assert not_drawn({"01.woff2": {0x9FA6, 0x30001}}) == {"01.woff2": {0x30001}}


def test_no_character_is_promised_twice_and_none_that_every_device_has() -> None:
    said = of_pages()
    assert sum(map(len, said.values())) == len(set().union(*said.values()))
    assert set().union(*said.values()) <= RARE


def test_what_papers_print_pages_show() -> None:
    faces = default_faces()
    printed = set(chain.from_iterable(chain.from_iterable(spans) for _, spans in faces.pieces))
    printed |= set(chain.from_iterable(TTFont(file, lazy=True).getBestCmap() for file in faces.regular))
    assert printed & RARE == set().union(*of_pages().values())
    assert {ord(one) for one in "𠮷𡈽𪚥𬱖𰻝鿫\U0002a700\U0002b740\U0002ceb0\U0002f800"} <= printed & RARE


def test_the_address_of_a_piece_tells_no_character() -> None:
    """A number in the row; whoever reads it knows that one of at least forty characters is shown."""
    said = of_pages()
    assert all(re.fullmatch(r"\d\d\.woff2", name) for name in said)
    assert min(map(len, said.values())) >= 40


def test_a_piece_is_small_enough_for_a_phone_and_the_commonest_is_the_smallest() -> None:
    weights = {name: path.stat().st_size for name, path in faces_of_pages().items()}
    assert max(weights.values()) < WEIGHT
    assert weights["01.woff2"] < 80_000  # the characters of the state's own table beyond the first plane
    assert {ord(one) for one in "𬱖𬍛𫍯𬘘"} <= of_pages()["01.woff2"]


def test_what_is_cut_is_the_same_on_each_machine(tmp_path: Path) -> None:
    """The address holds a hash of the content: another one would be fetched again by everybody."""
    second = pieces(default_faces())[1]
    one, other = second.file(tmp_path / "a"), second.file(tmp_path / "b")
    assert one.read_bytes() == other.read_bytes()
    assert one.name == other.name
    assert list((tmp_path / "a").iterdir()) == [one]
