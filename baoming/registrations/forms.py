"""The registration form of a season (R13): its pages, what they take, what is kept and shown.

`FormDefinition.parse` reads the season's `form.json`. A page cleans what a browser sent; the
form says what is still missing, groups the values for sealing and hashing, shows and compares them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from baoming.organizations.divisions import Divisions
from baoming.registrations import form_cleaning as cleaning
from baoming.registrations.form_cleaning import ELSEWHERE, Mistake
from baoming.registrations.form_fields import REGION_PARTS, Field, Value, Values
from baoming.seasons.codesets import CodeSet
from baoming.vault.digests import sm3_hex

Raw = Mapping[str, Sequence[str]]  # as a browser sends it: input name → values
Problems = dict[str, str]  # input name (the field's key; `address.county` for a part) → sentence

_CHOSEN = frozenset({"choice", "choices", "region"})


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the check page or the sheet. `text` is empty when an optional field was left empty."""

    key: str
    label: str
    text: str
    page: str


@dataclass(frozen=True, slots=True)
class Section:
    """The rows of one page, under its title."""

    page: str
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that two versions show differently; an absent value is an empty text."""

    key: str
    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the form: the fields asked together."""

    key: str
    title: str
    question: str
    fields: tuple[Field, ...]
    divisions: Divisions
    province: str  # two digits; its divisions are loaded

    def clean(
        self, raw: Raw, *, known: Mapping[str, Value] | None = None, bound_phone: str = ""
    ) -> tuple[Values, Problems]:
        """Return what can be kept of `raw`, and a sentence for each input to mend.

        `known`: values of earlier pages, which conditions may ask. `bound_phone`: the phone bound
        by SMS, which a second phone must not repeat. Inputs that are no field are ignored.
        """
        values: Values = {}
        problems: Problems = {}
        for field in self.fields:
            before = {**(known or {}), **values}
            if not field.applies(before):
                continue
            try:
                value = self._value(field, raw, before=before)
                if field.not_bound_phone and value and value == bound_phone:
                    raise Mistake(f"{field.label}不能和短信手机相同")
            except Mistake as mistake:
                problems[f"{field.key}.{mistake.part}" if mistake.part else field.key] = str(mistake)
            else:
                if value:
                    values[field.key] = value
        return values, problems

    def _value(self, field: Field, raw: Raw, *, before: Mapping[str, Value]) -> Value:
        """Return the value of one field, empty if it is optional and left empty; raise Mistake."""
        given = [one for name in field.inputs for one in raw.get(name, ()) if one.strip()]
        if not given:
            if field.optional:
                return ""
            verb = "选择" if field.kind in _CHOSEN else "填写"
            raise Mistake(f"请{verb}{field.label}", part=REGION_PARTS[0] if field.kind == "region" else "")
        match field.kind:
            case "choice":
                return cleaning.choice(field, given[-1], values=before)
            case "choices":
                return cleaning.choices(field, given, values=before)
            case "region":
                parts = {part: next(iter(raw.get(f"{field.key}.{part}", ())), "") for part in REGION_PARTS}
                return cleaning.region(field, parts, divisions=self.divisions, province=self.province)
            case "name":
                return cleaning.name(field, given[-1])
            case "phone":
                return cleaning.phone(field, given[-1])
            case "postcode":
                return cleaning.postcode(field, given[-1])
            case "text":
                return cleaning.text(field, given[-1])


@dataclass(frozen=True, slots=True)
class FormDefinition:
    """The form of one season. `version` names the data it was parsed from."""

    version: str
    pages: tuple[Page, ...]
    divisions: Divisions

    @classmethod
    def parse(cls, document: Mapping[str, Any], *, codesets: Mapping[str, CodeSet], divisions: Divisions) -> Self:
        """Return the form declared by a `form.json`; raise ValueError, KeyError or TypeError if unsound."""
        meta = document["meta"]
        pages = tuple(
            Page(
                key=page["key"],
                title=page["title"],
                question=page["question"],
                fields=tuple(Field.parse(one, page=page["key"], codesets=codesets) for one in page["fields"]),
                divisions=divisions,
                province=meta["province"],
            )
            for page in document["pages"]
        )
        form = cls(meta["version"], pages, divisions)
        form._check()
        return form

    @property
    def fields(self) -> tuple[Field, ...]:
        """All fields in their order."""
        return tuple(field for page in self.pages for field in page.fields)

    def page(self, key: str) -> Page:
        """Return the page `key`; raise KeyError."""
        for page in self.pages:
            if page.key == key:
                return page
        raise KeyError(key)

    def clean(self, raw: Raw, *, bound_phone: str = "") -> tuple[Values, Problems]:
        """Clean all pages at once, each with what the pages before it gave."""
        values: Values = {}
        problems: Problems = {}
        for page in self.pages:
            kept, wrong = page.clean(raw, known=values, bound_phone=bound_phone)
            values |= kept
            problems |= wrong
        return values, problems

    def complete(self, values: Mapping[str, Value], *, bound_phone: str = "") -> Problems:
        """Return what hinders a save of `values`; an empty answer means they can be saved."""
        return self.clean(as_raw(values), bound_phone=bound_phone)[1]

    def groups(self, values: Mapping[str, Value]) -> dict[str, bytes]:
        """Return group → canonical JSON of its values: one envelope each; groups without a value too."""
        kept: dict[str, Values] = {field.group: {} for field in self.fields}
        for field in self.fields:
            if field.key in values:
                kept[field.group][field.key] = values[field.key]
        return {group: canonical_json(content) for group, content in kept.items()}

    def is_sealed(self, group: str) -> bool:
        """Return whether `group` is kept sealed."""
        return any(field.protection.startswith("sealed:") for field in self.fields if field.group == group)

    def display(self, values: Mapping[str, Value]) -> list[Section]:
        """Return the form as people read it: fields that do not apply are left out."""
        return [
            Section(
                page.key,
                page.title,
                tuple(self._row(field, values) for field in page.fields if field.applies(values)),
            )
            for page in self.pages
        ]

    def differences(self, old: Mapping[str, Value], new: Mapping[str, Value]) -> list[Difference]:
        """Return the fields whose values differ, in the order of the form."""
        return [
            Difference(field.key, field.label, self.shown(field, old), self.shown(field, new))
            for field in self.fields
            if old.get(field.key) != new.get(field.key)
        ]

    def shown(self, field: Field, values: Mapping[str, Value]) -> str:
        """Return the value of `field` in words, empty if there is none."""
        value = values.get(field.key, "")
        if isinstance(value, dict):
            return self._address(value)
        labels = field.codes.labels if field.codes else {}
        if isinstance(value, list):
            return "、".join(labels.get(code, code) for code in value)
        return labels.get(value, value)

    def _row(self, field: Field, values: Mapping[str, Value]) -> Row:
        return Row(field.key, field.label, self.shown(field, values), field.page)

    def _address(self, parts: Mapping[str, str]) -> str:
        if parts["province"] == ELSEWHERE:
            return parts["detail"]
        city, county = parts["city"], parts["county"]
        names = (self.divisions.cities.get(city, city), self.divisions.county_name(city, county) or county)
        return "".join((self.divisions.province, *names, parts["township"], parts["detail"]))

    def _check(self) -> None:
        seen: dict[str, Field] = {}
        for field in self.fields:
            rules = [field.condition] if field.condition else []
            for rule in [*rules, *(rule for rule, _ in field.narrowed)]:
                asked = seen.get(rule.field)
                if asked is None or asked.codes is None or not rule.codes <= set(asked.codes.labels):
                    raise ValueError(f"field {field.key}: its condition asks what no earlier field answers")
            if field.key in seen:
                raise ValueError(f"field {field.key} is declared twice")
            seen[field.key] = field
        for group in {field.group for field in self.fields}:
            kinds = {field.protection.partition(":")[::2] for field in self.fields if field.group == group}
            if len({kind if kind[0] == "sealed" else "plain" for kind in kinds}) > 1:
                raise ValueError(f"group {group} is sealed in one envelope, or not at all")


def as_raw(values: Mapping[str, Value]) -> dict[str, list[str]]:
    """Return `values` as the inputs that give them: to fill a page in, and to clean them again."""
    raw: dict[str, list[str]] = {}
    for key, value in values.items():
        if isinstance(value, dict):
            raw |= {f"{key}.{part}": [text] for part, text in value.items()}
        else:
            raw[key] = list(value) if isinstance(value, list) else [value]
    return raw


def canonical_json(content: Mapping[str, Value]) -> bytes:
    """Return one spelling per content: keys in order, no spaces, UTF-8."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def content_hash(values: Mapping[str, Value]) -> str:
    """Return the SM3 digest of all values, 64 upper-case hex characters, as the sheet prints it."""
    return sm3_hex(canonical_json(values))
