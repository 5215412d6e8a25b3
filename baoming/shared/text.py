"""Small things done to text: width, masks, groups for reading."""

import re
import unicodedata

_SPACES = re.compile(r"[\s-]+")
_DOTS = "•‧・･．∙⋅●᛫"  # what keyboards offer for the separator of a name


def halfwidth(value: str) -> str:
    """Return `value` with full-width digits and letters as ASCII, without spaces and hyphens.

    For numbers and codes only: a name is never normalised.
    """
    return _SPACES.sub("", unicodedata.normalize("NFKC", value))


def clean_name(value: str) -> str:
    """Return a name as kept: outer spaces gone, separators as `·` (U+00B7), every other character untouched."""
    name = value.strip()
    for dot in _DOTS:
        name = name.replace(dot, "·")
    return name


def mask_document(number: str) -> str:
    """Return `430***********1234`: the first three and the last four characters."""
    if len(number) <= 7:
        return "*" * len(number)
    return number[:3] + "*" * (len(number) - 7) + number[-4:]


def mask_name(name: str) -> str:
    """Return `欧*远`, `李*`, `阿*提`: the first character and, of three and more, the last; its length stays hidden."""
    return f"{name[:1]}*{name[-1:] if len(name) > 2 else ''}"


def mask_phone(number: str) -> str:
    """Return `138****6021`."""
    return f"{number[:3]}****{number[-4:]}" if len(number) >= 11 else "*" * len(number)


def serial(number: int) -> str:
    """Return a registration number with its eight digits: 1020001 is `01020001`."""
    return f"{number:08d}"
