"""The list of schools that a candidate looks their own up in: code and official name (BYXXDM, BYXXMC).

Each province imports its own; without a list the name is typed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from baoming.forms import cleaning
from baoming.forms.cleaning import Mistake
from baoming.forms.fields import Field
from baoming.shared.names import initials

SHOWN = 12  # schools offered at once
UNLISTED = "other"  # the code of a school that the list lacks; kept as an empty one


@dataclass(frozen=True, slots=True)
class Schools:
    """All schools of a season by their code, in the order of the list."""

    names: Mapping[str, str] = field(default_factory=dict)
    letters: Mapping[str, str] = field(default_factory=dict)  # code → initials of the name

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Self:
        """Return the schools of a `schools.json`; raise ValueError if a code or a name comes twice."""
        rows = document["schools"]
        names = {row["code"]: row["name"] for row in rows}
        if len(names) != len(rows) or len(set(names.values())) != len(rows):
            raise ValueError("a school's code or name comes twice")
        return cls(names, {code: initials(name).lower() for code, name in names.items()})

    def like(self, typed: str) -> dict[str, str]:
        """Return code → name of schools whose name holds every character of `typed` in this order, best first.

        So 芙蓉一中 finds 长沙市芙蓉区第一中学. Letters are taken as initials: csfr finds it too.
        """
        return {code: self.names[code] for code in self._found(typed)[:SHOWN]}

    def more_like(self, typed: str) -> bool:
        """Return whether more schools are like `typed` than are offered."""
        return len(self._found(typed)) > SHOWN

    def _found(self, typed: str) -> list[str]:
        wanted = "".join(typed.split()).lower()
        if not wanted:
            return []
        found = [(_distance(wanted, name, self.letters[code]), code) for code, name in self.names.items()]
        best = sorted((distance, place, code) for place, (distance, code) in enumerate(found) if distance is not None)
        return [code for _, _, code in best]


def _distance(wanted: str, name: str, letters: str) -> int | None:
    """Return how far a name is from what was typed, None if it is another one."""
    if wanted in name:
        return 0 if wanted == name else 1
    where = letters if wanted.isascii() else name
    if where.startswith(wanted):
        return 1
    rest = iter(where)
    return 2 if all(character in rest for character in wanted) else None


def school(field: Field, raw: Mapping[str, str], *, schools: Schools) -> dict[str, str]:
    """Return code and name: chosen of those offered, or typed exactly; an empty code where the list lacks it."""
    try:
        typed = cleaning.text(field, raw["name"])
    except Mistake as mistake:
        raise Mistake(str(mistake), part="name") from None
    if not typed:
        raise Mistake(f"请填写{field.label}", part="name")
    code = raw["code"].strip() if raw["searched"].strip() == typed else ""  # offered for another name: not meant
    if code in schools.names:
        return {"code": code, "name": schools.names[code]}
    listed = next((code for code, name in schools.names.items() if name == typed), "")
    if listed or code == UNLISTED or not schools.names:
        return {"code": listed, "name": typed}
    if schools.like(typed):
        raise Mistake("名单里有相近的学校，请选出您的学校；都不是，请选“名单里没有”", part="code")
    raise Mistake("名单里没有找到这所学校，请核对名称；没有写错，请选“名单里没有”", part="code")
