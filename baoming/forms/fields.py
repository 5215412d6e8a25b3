"""The fields of a form, each declared once, in the season's `form.json`.

A field says its official label, exchange name, page, group (sealed and hashed together), kind,
code set, widths, protection, condition and source; pages, sheets and exports are drawn from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self, get_args

from baoming.seasons.codesets import CodeSet

Kind = Literal["choice", "choices", "text", "name", "phone", "postcode", "month", "region", "school", "rows"]
Protection = Literal[
    "plain code", "plain searchable", "sealed:identity", "sealed:contact", "sealed:family", "sealed:needs"
]  # fmt: skip
# choices: codes in the set's order; region and school: their parts; rows: a line each, by the columns' keys
Value = str | list[str] | dict[str, str] | list[dict[str, str]]
Values = dict[str, Value]  # by field key; what does not apply or is left empty is absent

REGION_PARTS = ("province", "city", "county", "township", "detail")
SCHOOL_PARTS = ("name", "code", "searched")  # the last: the name that the offered schools were found by


@dataclass(frozen=True, slots=True)
class Given:
    """One field of the data standard that the candidate does not fill in. Widths as of a `Field`, of the archive."""

    key: str
    label: str
    exchange: str
    by: str  # card, site, county: who gives it
    phase: str  # in which; later by a case alone
    protection: Protection
    characters: int
    bytes: int
    mask: Literal["", "name", "document", "phone"]  # how screens show it
    source: str


@dataclass(frozen=True, slots=True)
class Condition:
    """True when field `field` (an earlier one) has one of the codes `codes`."""

    field: str
    codes: frozenset[str]

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Self:
        return cls(document["field"], frozenset(document["in"]))

    def holds(self, values: Mapping[str, Value]) -> bool:
        """Return whether it holds for the values given so far."""
        value = values.get(self.field)
        return isinstance(value, str) and value in self.codes


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the data standard. Widths: characters as people count, bytes in gb18030."""

    key: str
    label: str
    group: str
    kind: Kind
    protection: Protection
    source: str
    page: str
    exchange: str = ""
    codes: CodeSet | None = None
    instead: Mapping[str, str] = field(default_factory=dict)  # codes that are not to be chosen → what to choose
    alone: Mapping[str, str] = field(default_factory=dict)  # of a column: codes that suffer no other beside them → why
    packed: int = 0  # of `choices`: the width of a code in the exchange file, where they stand without a comma
    exactly: int = 0  # how many of `choices`
    most: int = 0  # of `choices` any number up to this; of `rows`
    least: int = 0  # of `rows`
    columns: tuple["Field", ...] = ()  # of `rows`
    rule: Literal["", "history"] = ""  # what the rows must keep together
    ends: str = ""  # of a history: the month that its newest period ends with, 2023-06
    gap: int = 0  # of a history: months that may lie between two periods
    share: int = 1  # of a column: its part of the sheet's width
    aside: str = ""  # the unit of `choices`: 门, 项
    characters: int = 0
    bytes: int = 0
    optional: bool = False
    lines: bool = False  # a text of several lines is taken, joined by spaces
    short: bool = False  # of a region: it ends with the township
    not_bound_phone: bool = False
    beside: str = ""  # of a postcode: the address that it is for, whose city says how it begins
    hint: str = ""
    condition: Condition | None = None
    narrowed: tuple["Narrowed", ...] = ()
    sample: bool = False  # 样例: depends on what was not found for this province and year

    @classmethod
    def parse(cls, document: Mapping[str, Any], *, page: str, codesets: Mapping[str, CodeSet]) -> Self:
        """Return the field declared by `document`; raise ValueError, KeyError or TypeError if unsound."""
        given = {key: value for key, value in document.items() if key not in ("only", "codes")}
        inherited = {"group": document["group"], "protection": document["protection"], "source": document["source"]}
        given["columns"] = tuple(
            cls.parse({**inherited, **column}, page=page, codesets=codesets) for column in document.get("columns", [])
        )
        codes = _codes(document, codesets=codesets)
        given["condition"] = Condition.parse(document["condition"]) if "condition" in document else None
        given["narrowed"] = tuple(
            Narrowed(Condition.parse(rule), codes.narrowed(tuple(rule["only"])), rule.get("hint", ""))
            for rule in document.get("narrowed", [])
            if codes
        )
        field = cls(**given, page=page, codes=codes)
        field._check()
        return field

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the inputs of this field on its page."""
        return tuple(f"{self.key}.{part}" for part in self.parts) or (self.key,)

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts that the value is made of, as inputs name them; none for a value of one piece."""
        match self.kind:
            case "region":
                return REGION_PARTS[:-1] if self.short else REGION_PARTS
            case "school":
                return SCHOOL_PARTS
            case "rows":
                return tuple(f"{row}.{column.key}" for row in range(self.most) for column in self.columns)
            case _:
                return ()

    def applies(self, values: Mapping[str, Value]) -> bool:
        """Return whether the field is asked, given the values of the fields before it."""
        return self.condition is None or self.condition.holds(values)

    def choices(self, values: Mapping[str, Value]) -> Mapping[str, str]:
        """Return code → label of what may be chosen now."""
        rule = self._narrowing(values)
        codes = rule.codes if rule else self.codes
        return {code: label for code, label in codes.labels.items() if code not in self.instead} if codes else {}

    def hint_for(self, values: Mapping[str, Value]) -> str:
        """Return the hint, given the values before it: a rule that narrows the choices may say why."""
        rule = self._narrowing(values)
        return (rule.hint if rule else "") or self.hint

    def _narrowing(self, values: Mapping[str, Value]) -> "Narrowed | None":
        return next((rule for rule in self.narrowed if rule.condition.holds(values)), None)

    def _check(self) -> None:
        if self.kind not in get_args(Kind) or self.protection not in get_args(Protection):
            raise ValueError(f"field {self.key}: unknown kind or protection")
        if (self.codes is not None) != (self.kind in ("choice", "choices")):
            raise ValueError(f"field {self.key}: choices, and only they, name a code set")
        if self.kind in ("text", "name", "region", "school") and not (self.characters and self.bytes):
            raise ValueError(f"field {self.key}: text has a width in characters and in bytes")
        if not {*self.instead, *self.alone} <= set(self.codes.labels if self.codes else ()):
            raise ValueError(f"field {self.key}: a rule names a code that it has not")
        if self.packed and any(len(code) != self.packed for code in (self.codes.labels if self.codes else ())):
            raise ValueError(f"field {self.key}: codes that stand without a comma have one width")
        if self.kind == "choices" and not (self.exactly or self.most):
            raise ValueError(f"field {self.key}: choices say how many")
        if (self.kind == "rows") != bool(self.columns) or any(one.columns or one.parts for one in self.columns):
            raise ValueError(f"field {self.key}: rows, and only they, have columns, and columns have none")
        if self.kind == "rows" and not 0 < self.least <= self.most:
            raise ValueError(f"field {self.key}: rows say how many, at least and at most")
        if (self.rule == "history") != bool(self.ends and self.gap):
            raise ValueError(f"field {self.key}: a history says when it ends and how far apart its periods may lie")


@dataclass(frozen=True, slots=True)
class Narrowed:
    """While `condition` holds, only `codes` may be chosen; `hint` says why."""

    condition: Condition
    codes: CodeSet
    hint: str = ""


def _codes(document: Mapping[str, Any], *, codesets: Mapping[str, CodeSet]) -> CodeSet | None:
    if "codes" not in document:
        return None
    codes = codesets[document["codes"]]
    return codes.narrowed(tuple(document["only"])) if "only" in document else codes
