"""The registration form of a season (R13): its pages, what they take, what is kept and shown.

`FormDefinition.parse` reads the season's `form.json`. A page cleans what a browser sent; the
form says what is still missing, groups the values for sealing and hashing, shows and compares them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from baoming.forms import cleaning
from baoming.forms import rows as form_rows
from baoming.forms.cleaning import Mistake, Mistakes
from baoming.forms.fields import Condition, Field, Given, Value, Values
from baoming.forms.schools import UNLISTED, Schools, school
from baoming.forms.townships import Townships
from baoming.forms.words import headings, shares, shown, table
from baoming.organizations.divisions import Divisions
from baoming.seasons.codesets import CodeSet
from baoming.vault.digests import sm3_hex

Raw = Mapping[str, Sequence[str]]  # as a browser sends it: input name → values
Problems = dict[str, str]  # input name (the field's key; `address.county` for a part) → sentence

_CHOSEN = frozenset({"choice", "choices", "region"})
_FIRST_PART = {"region": "province", "school": "name"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the check page or the sheet. `text` is empty when an optional field was left empty.

    A field with columns has its lines under `headings` besides.
    """

    key: str
    label: str
    text: str
    page: str
    headings: Sequence[str] = ()
    shares: Sequence[int] = ()  # of the width, a heading each
    lines: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """The rows of one page, under its title; on the sheet in a band with those of other pages of the same `band`."""

    page: str
    title: str
    band: str
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
    band: str  # its title on the sheet
    question: str
    fields: tuple[Field, ...]
    divisions: Divisions
    province: str  # two digits; its divisions are loaded
    schools: Schools
    townships: Townships
    questions: tuple[tuple[Condition, str], ...] = ()  # in place of `question`, while their condition holds

    def asks(self, values: Mapping[str, Value]) -> str:
        """Return the question of the page, given the values of the pages before it."""
        return next((words for condition, words in self.questions if condition.holds(values)), self.question)

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
            if field.columns:
                lines, wrong = form_rows.lines(field, raw)
                problems |= {f"{field.key}.{part}": sentence for part, sentence in wrong.items()}
                values |= {field.key: lines} if lines else {}
                continue
            try:
                value = self._value(field, raw, before=before)
                if field.not_bound_phone and value and value == bound_phone:
                    raise Mistake(f"{field.label}不能和短信手机相同")
            except Mistakes as wrong_parts:
                told = wrong_parts.sentences.items()
                problems |= {f"{field.key}.{part}" if part else field.key: sentence for part, sentence in told}
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
            raise Mistake(f"请{verb}{field.label}", part=_FIRST_PART.get(field.kind, ""))
        match field.kind:
            case "choice":
                return cleaning.choice(field, given[-1], values=before)
            case "choices":
                return cleaning.choices(field, given, values=before)
            case "region":
                return cleaning.region(
                    field, _parts(field, raw), divisions=self.divisions, province=self.province,
                    listed=self.townships.chosen,
                )  # fmt: skip
            case "school":
                return school(field, _parts(field, raw), schools=self.schools)
            case "name":
                return cleaning.name(field, given[-1])
            case "phone":
                return cleaning.phone(field, given[-1])
            case "postcode":
                return cleaning.postcode(field, given[-1])
            case "month":
                return cleaning.month(field, given[-1])
            case _:
                return cleaning.text(field, given[-1])


@dataclass(frozen=True, slots=True)
class FormDefinition:
    """The form of one season. `version` names the data it was parsed from.

    `given`: what the card and the offices give besides; with the pages' fields it is the season's data standard.
    `confirmed`: keys of the fields that a save asks about once more, since the deadline makes them final.
    """

    version: str
    pages: tuple[Page, ...]
    divisions: Divisions
    given: tuple[Given, ...] = ()
    confirmed: tuple[str, ...] = ()

    @classmethod
    def parse(
        cls,
        document: Mapping[str, Any],
        *,
        codesets: Mapping[str, CodeSet],
        divisions: Divisions,
        schools: Schools | None = None,
        townships: Townships | None = None,
    ) -> Self:
        """Return the form declared by a `form.json`; raise ValueError, KeyError or TypeError if unsound."""
        meta = document["meta"]
        pages = tuple(
            Page(
                key=page["key"],
                title=page["title"],
                band=page.get("band", page["title"]),
                question=page["question"],
                fields=tuple(Field.parse(one, page=page["key"], codesets=codesets) for one in page["fields"]),
                divisions=divisions,
                province=meta["province"],
                schools=schools or Schools(),
                townships=townships or Townships(),
                questions=tuple((Condition.parse(one), one["question"]) for one in page.get("questions", ())),
            )
            for page in document["pages"]
        )
        form = cls(
            meta["version"],
            pages,
            divisions,
            tuple(Given(**one) for one in document.get("given", ())),
            tuple(document.get("confirmed", ())),
        )
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

    def warnings(self, values: Mapping[str, Value]) -> dict[str, str]:
        """Return field key → a sentence for what is kept and yet looks wrong: the candidate is asked, never refused."""
        found = {}
        for field in self.fields:
            address, code = values.get(field.beside), values.get(field.key)
            if isinstance(address, dict) and isinstance(code, str):
                starts = self.divisions.postcodes.get(address.get("city", ""), ())
                if starts and not code.startswith(tuple(starts)):
                    city = self.divisions.cities[address["city"]]
                    found[field.key] = f"{city}的邮政编码一般以{'或'.join(starts)}开头，请再核对一次"
        return found

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
                page.band,
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
        return shown(field, values, divisions=self.divisions)

    def _row(self, field: Field, values: Mapping[str, Value]) -> Row:
        row = Row(field.key, field.label, self.shown(field, values), field.page)
        if not field.columns:
            return row
        return replace(row, headings=headings(field), shares=shares(field), lines=table(field, values))

    def to_confirm(self, old: Mapping[str, Value], new: Mapping[str, Value]) -> str:
        """Return in words what a save of `new` after `old` asks about once more, empty if nothing of it changed."""
        asked = [field for field in self.fields if field.key in self.confirmed]
        if all(old.get(field.key) == new.get(field.key) for field in asked):
            return ""
        return " + ".join(text.replace("、", " + ") for field in asked if (text := self.shown(field, new)))

    def _check(self) -> None:
        seen: dict[str, Field] = {}
        for page in self.pages:
            _answered(page.key, [rule for rule, _ in page.questions], seen)
            for field in page.fields:
                rules = [field.condition] if field.condition else []
                _answered(field.key, [*rules, *(rule.condition for rule in field.narrowed)], seen)
                if field.key in seen:
                    raise ValueError(f"field {field.key} is declared twice")
                seen[field.key] = field
        names = [*(one.exchange for one in self.given), *(one.exchange for one in self.fields)]
        if self.given and (not all(names) or len(set(names)) != len(names)):  # earlier data have no exchange file
            raise ValueError("every field has a column of its own in the exchange file")
        for group in {field.group for field in self.fields}:
            kinds = {field.protection.partition(":")[::2] for field in self.fields if field.group == group}
            if len({kind if kind[0] == "sealed" else "plain" for kind in kinds}) > 1:
                raise ValueError(f"group {group} is sealed in one envelope, or not at all")


def _answered(key: str, rules: Sequence[Condition], seen: Mapping[str, Field]) -> None:
    """Raise ValueError unless each condition of page or field `key` asks what a field of `seen` may answer."""
    for rule in rules:
        asked = seen.get(rule.field)
        if asked is None or asked.codes is None or not rule.codes <= set(asked.codes.labels):
            raise ValueError(f"{key}: its condition asks what no earlier field answers")


def as_raw(values: Mapping[str, Value]) -> dict[str, list[str]]:
    """Return `values` as the inputs that give them: to fill a page in, and to clean them again."""
    raw: dict[str, list[str]] = {}
    for key, value in values.items():
        if isinstance(value, dict):
            raw |= {f"{key}.{part}": [text] for part, text in _typed(value).items()}
        elif isinstance(value, list):
            raw |= _lines(key, [one for one in value if isinstance(one, dict)])
            if codes := [one for one in value if isinstance(one, str)]:
                raw[key] = codes
        else:
            raw[key] = [value]
    return raw


def _lines(key: str, lines: Sequence[Mapping[str, str]]) -> dict[str, list[str]]:
    return {f"{key}.{place}.{part}": [text] for place, line in enumerate(lines) for part, text in line.items()}


def _typed(parts: Mapping[str, str]) -> Mapping[str, str]:
    """Return the parts as typed: a school is one that was looked for by its name and chosen, or said to be unlisted."""
    if parts.keys() == {"code", "name"}:
        return {"name": parts["name"], "code": parts["code"] or UNLISTED, "searched": parts["name"]}
    return parts


def _parts(field: Field, raw: Raw) -> dict[str, str]:
    return {part: next(iter(raw.get(f"{field.key}.{part}", ())), "") for part in field.parts}


def canonical_json(content: Mapping[str, Value]) -> bytes:
    """Return one spelling per content: keys in order, no spaces, UTF-8."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def content_hash(values: Mapping[str, Value]) -> str:
    """Return the SM3 digest of all values, 64 upper-case hex characters, as the sheet prints it."""
    return sm3_hex(canonical_json(values))
