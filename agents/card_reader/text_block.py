"""The 256 bytes of text on the chip of an identity card, as the fields that the office portal takes (R6, R24).

UTF-16LE, each field of a fixed width and padded with spaces. The mark at byte 248 says whose card it is: none for
residents, J for residents of Hong Kong, Macao and Taiwan, I for foreigners (2017). Of Y, foreigners since 2023, the
layout is not known. A name's character beyond the first plane is two units; a name cut between them is no text.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

SIZE: Final = 256
_MARK_AT: Final = 248
Layout = tuple[tuple[str, int], ...]  # field and bytes, in order; "" is left out
LAYOUTS: Final[Mapping[str, Layout]] = {
    "": (
        ("name", 30), ("sex", 2), ("ethnicity", 4), ("birth", 16), ("address", 70), ("number", 36), ("issuer", 30),
        ("valid_from", 16), ("valid_to", 16), ("", 36),
    ),
    "J": (  # widths not confirmed by an official text
        ("name", 30), ("sex", 2), ("", 4), ("birth", 16), ("address", 70), ("number", 36), ("issuer", 30),
        ("valid_from", 16), ("valid_to", 16), ("pass_number", 18), ("issue_count", 4), ("", 6), ("mark", 2), ("", 6),
    ),
    "I": (
        ("english_name", 120), ("sex", 2), ("number", 30), ("nationality", 6), ("chinese_name", 30),
        ("valid_from", 16), ("valid_to", 16), ("birth", 16), ("version", 4), ("authority", 8), ("mark", 2), ("", 6),
    ),
}  # fmt: skip
_DATES = ("birth", "valid_from", "valid_to")
_LONG_TERM = "长期"
Card = dict[str, str | None]


class UnknownCard(ValueError):
    """The chip is of a kind whose layout is not known: the card is typed. `mark` says which."""

    def __init__(self, mark: str) -> None:
        super().__init__(f"no layout for cards of mark {mark!r}")
        self.mark = mark


def decode(block: bytes) -> Card:
    """Return the fields of a text block by name: dates as 2005-03-17, 长期 as None, `mark` where there is one.

    Raises:
        UnknownCard: another kind of card.
        ValueError: not 256 bytes, no text, or a date that is none.
    """
    if len(block) != SIZE:
        raise ValueError(f"{len(block)} bytes instead of {SIZE}")
    mark = block[_MARK_AT : _MARK_AT + 2].decode("utf-16-le").strip(" \0")
    if mark not in LAYOUTS:
        raise UnknownCard(mark)
    fields = _fields(block, LAYOUTS[mark])
    card: Card = {key: (_date(text) if key in _DATES else text) for key, text in fields.items()}
    return _foreigners(card) if mark == "I" else card


def encode(card: Mapping[str, str | None]) -> bytes:
    """Return the block that `decode` reads so: for the simulator. Raises ValueError for a text that is too long."""
    layout = LAYOUTS[card.get("mark") or ""]
    return b"".join(_padded(key, card.get(key) if key else "", size) for key, size in layout)


def _fields(block: bytes, layout: Layout) -> dict[str, str]:
    found, at = {}, 0
    for key, size in layout:
        text = block[at : at + size].decode("utf-16-le").strip(" \0")
        at += size
        if key:
            found[key] = text
    return found


def _foreigners(card: Card) -> Card:
    """Return a foreigner's card as others are: one name, the Chinese one where there is one, and who issued it."""
    english, chinese, authority = (card.pop(key) for key in ("english_name", "chinese_name", "authority"))
    return {**card, "name": chinese or english, "issuer": f"受理机关代码{authority}"}


def _date(text: str) -> str | None:
    if text == _LONG_TERM:
        return None
    if len(text) != 8 or not text.isdigit():
        raise ValueError("a date of other than eight digits")
    return date(int(text[:4]), int(text[4:6]), int(text[6:])).isoformat()


def _padded(key: str, text: str | None, size: int) -> bytes:
    if key in _DATES:
        text = text.replace("-", "") if text else _LONG_TERM
    content = (text or "").encode("utf-16-le")
    if len(content) > size:
        raise ValueError(f"{key} takes {size} bytes")
    return content + " ".encode("utf-16-le") * ((size - len(content)) // 2)
