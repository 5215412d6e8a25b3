"""The list of townships and streets (乡镇、街道) that an address is chosen from, county by county.

Each province imports its own (`manage.py import_townships`); where a county has no list, the name is typed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from baoming.forms.cleaning import Mistake

_ENDINGS = ("街道办事处", "街道", "民族乡", "乡", "镇")  # left away by who types; the first match is taken off


@dataclass(frozen=True, slots=True)
class Townships:
    """Names by county code, in the order of the list."""

    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Self:
        """Return the lists of a `townships.json`; raise ValueError if a name comes twice in a county."""
        names = {county: tuple(listed) for county, listed in document["townships"].items()}
        if any(len(set(listed)) != len(listed) or not listed for listed in names.values()):
            raise ValueError("a county's list is empty, or a name comes twice in it")
        return cls(names)

    def of(self, county: str) -> tuple[str, ...]:
        """Return the names of a county, none where its list is not loaded."""
        return self.names.get(county, ())

    def chosen(self, county: str, typed: str) -> str:
        """Return the official name of what was typed or chosen; as typed in a county without a list. Raises Mistake.

        Who types 马坡岭 means 马坡岭街道, unless a 马坡岭镇 is there too.
        """
        listed = self.of(county)
        if not listed or typed in listed:
            return typed
        like = [name for name in listed if _bare(name) == _bare(typed)]
        if len(like) != 1:
            raise Mistake(f"所选的县（市、区）没有“{typed}”，请在列出的乡镇（街道）里选择")
        return like[0]


def _bare(name: str) -> str:
    ending = next((one for one in _ENDINGS if name.endswith(one) and name != one), "")
    return name.removesuffix(ending)
