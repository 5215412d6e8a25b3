"""Small things done to text: width, names, masks, groups for reading."""

import json
import re
import unicodedata
from pathlib import Path

NAME_CHARACTERS = 50  # that a name may have at least, everywhere (ux.md, rule 26)

_SPACES = re.compile(r"[\s-]+")
_DOTS = "•‧・･．∙⋅●᛫\u0387⸱⸳․﹒ꞏ▪"  # what keyboards, fonts and old files offer for the separator of a name
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_FULL_STOP = re.compile(f"(?<=[{_HAN}])\\.(?=[{_HAN}])")  # the nearest key; between Han characters it is nothing else
_GETA = "〓"  # the printers' mark for a character that is not at hand
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_MOVED: dict[str, str] = json.loads(Path(__file__).with_name("data").joinpath("private_use.json").read_text())[
    "characters"
]
_TO_UNICODE = {int(old[2:], 16): chr(int(new[2:], 16)) for old, new in _MOVED.items()}
_TO_DOT = str.maketrans(dict.fromkeys(_DOTS, "·"))
_NO_DOT = str.maketrans(dict.fromkeys("· \u3000\xa0"))


def halfwidth(value: str) -> str:
    """Return `value` with full-width digits and letters as ASCII, without spaces and hyphens.

    For numbers and codes only: a name is never normalised.
    """
    return _SPACES.sub("", unicodedata.normalize("NFKC", value))


def clean_name(value: str) -> str:
    """Return a name as kept: outer spaces gone, separators as `·` (U+00B7), every other character untouched.

    A private-use character stands for the character Unicode has since, where a standard says which
    (data/private_use.json); others stay as they are. Nothing is normalised: 﨑 stays 﨑.
    """
    return _FULL_STOP.sub("·", unmapped(value.strip()).translate(_TO_DOT))


def unmapped(name: str) -> str:
    """Return a name with the characters of GBK's private area where Unicode has them since."""
    return name.translate(_TO_UNICODE)


def without_dot(name: str) -> str:
    """Return a cleaned name without dot and blanks: how names are compared and found."""
    return clean_name(name).translate(_NO_DOT)


def name_problem(name: str, *, label: str = "姓名") -> str:
    """Return what is wrong with a cleaned name that is not empty; empty if nothing is.

    Characters are asked by code point, not by what this Python has a name for: Unicode adds ideographs each year.
    """
    if len(name) > NAME_CHARACTERS:
        return f"{label}最多{NAME_CHARACTERS}个字，现在有{len(name)}个，请对照证件核对"
    if not all(is_written(character) for character in name):
        return f"{label}里有换行等看不见的字符，请删去重新输入"
    return ""


def is_written(character: str) -> bool:
    """Whether the character can stand in a name: all but controls, format marks and code points that are none."""
    kind, code = unicodedata.category(character), ord(character)
    if kind == "Cn":  # not known to this Python: an ideograph of a newer Unicode, or nothing at all
        return 0x20000 <= code < 0x40000 and code & 0xFFFE != 0xFFFE
    return kind not in _INVISIBLE


def mask_document(number: str) -> str:
    """Return `430***********1234`: the first three and the last four characters; `H******78` of a pass."""
    if len(number) <= 7:
        return "*" * len(number)
    if len(number) < 12:  # else what is hidden could be tried out
        return number[:1] + "*" * (len(number) - 3) + number[-2:]
    return number[:3] + "*" * (len(number) - 7) + number[-4:]


def mask_name(name: str) -> str:
    """Return `欧*远`, `李*`, `阿*提`: the first character and, of three and more, the last; its length stays hidden.

    A private-use character has no shape that a screen knows: `〓` stands for it.
    """
    first, last = (_GETA if unicodedata.category(one) == "Co" else one for one in (name[:1] or " ", name[-1:] or " "))
    return f"{first.strip()}*{last if len(name) > 2 else ''}"


def mask_phone(number: str) -> str:
    """Return `138****6021`."""
    return f"{number[:3]}****{number[-4:]}" if len(number) >= 11 else "*" * len(number)


def serial(number: int) -> str:
    """Return a registration number with its eight digits: 1020001 is `01020001`."""
    return f"{number:08d}"


# A scheme, www., or an ending that people type; of other endings nobody knows whether they are none.
_ADDRESS = re.compile(
    r"[a-z]{3,5}:/|www[.。]|[a-z0-9-][.。](?:cn|com|net|org|top|xyz|vip|cc|info|site|club|shop|link|app|ltd|wang)(?![a-z0-9])"
)


def has_address(text: str) -> bool:
    """Whether a text names an address of the web or of mail, in letters of any width."""
    return _ADDRESS.search(unicodedata.normalize("NFKC", text).lower()) is not None
