"""The form in an exchange file: one text a column, named as the archive of candidates names it, and back.

A value of several parts has a column for each (TXDZ_CITY), a line of a history too (JL1_FROM). Codes are written, not
labels; several codes stand in one column, divided by commas unless the archive wants them packed. What was written is
read again by the form's own rules. No text is a formula there: see shared/cells.py.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from baoming.forms.definition import FormDefinition, Problems, as_raw
from baoming.forms.fields import Field, Value
from baoming.forms.schools import UNLISTED
from baoming.shared.cells import cell, plain

Record = dict[str, str]  # column → text; a column without a value is empty


def columns(form: FormDefinition) -> list[str]:
    """Return the columns of the form's fields, in the form's order."""
    return [column for field in form.fields for column in columns_of(field)]


def record(form: FormDefinition, values: Mapping[str, Value]) -> Record:
    """Return a saved form as one record of the file."""
    raw = as_raw(values) | _schools(form, values)
    return {
        column: cell(("" if field.packed else ",").join(raw.get(name, ())))
        for field in form.fields
        for column, name in _pairs(field)
    }


def read(form: FormDefinition, given: Mapping[str, str]) -> tuple[dict[str, Value], Problems]:
    """Return the values that a record of the file holds, and by column what is wrong with it.

    Columns that no field has are left alone: the card's and the office's own are not the form's.
    """
    names = {name: column for field in form.fields for column, name in _pairs(field)}
    raw = {name: _typed(form, name, plain(given.get(column, ""))) for name, column in names.items()}
    for field in form.fields:
        if field.kind == "school":  # as somebody who looked it up by its name and chose it
            raw[f"{field.key}.searched"] = raw[f"{field.key}.name"]
            raw[f"{field.key}.code"] = [raw[f"{field.key}.code"][0] or UNLISTED]
    values, problems = form.clean(raw)
    return values, {names.get(name, name): sentence for name, sentence in problems.items()}


@dataclass(frozen=True, slots=True)
class Overflow:
    """A text that does not fit the archive's column. `size` and `most` in bytes of gb18030."""

    label: str
    column: str
    size: int
    most: int

    def __str__(self) -> str:
        return f"{self.size}字节，档案列宽{self.most}字节"


def too_wide(form: FormDefinition, given: Mapping[str, str]) -> list[Overflow]:
    """Return which texts do not fit the archive's columns, in the order of the data standard.

    `given`: field key → text of what card and office gave. Nothing is cut: the file keeps the whole text.
    """
    sizes = ((one, len(given.get(one.key, "").encode("gb18030"))) for one in form.given)
    return [Overflow(one.label, one.exchange, size, one.bytes) for one, size in sizes if one.bytes and size > one.bytes]


def columns_of(field: Field) -> list[str]:
    """Return the columns of one field."""
    return [column for column, _ in _pairs(field)]


def _pairs(field: Field) -> Iterator[tuple[str, str]]:
    """Yield column and input name of each part of a field."""
    if field.columns:
        for place in range(field.most):
            for one in field.columns:
                yield f"{field.exchange}{place + 1}_{one.key.upper()}", f"{field.key}.{place}.{one.key}"
    elif field.kind == "school":
        yield f"{field.exchange}DM", f"{field.key}.code"
        yield f"{field.exchange}MC", f"{field.key}.name"
    elif field.parts:
        for part in field.parts:
            yield f"{field.exchange}_{part.upper()}", f"{field.key}.{part}"
    else:
        yield field.exchange, field.key


def _schools(form: FormDefinition, values: Mapping[str, Value]) -> dict[str, list[str]]:
    """Return code and name as they are kept: a school that the list lacks has no code."""
    kept = {field.key: values.get(field.key) for field in form.fields if field.kind == "school"}
    return {f"{key}.code": [value["code"]] for key, value in kept.items() if isinstance(value, dict)}


def _typed(form: FormDefinition, name: str, text: str) -> list[str]:
    """Return the column's text as the inputs of the form would send it."""
    field = next((one for one in form.fields if one.key == name and one.kind == "choices"), None)
    if field is None:
        return [text]
    if field.packed:
        return [text[at : at + field.packed] for at in range(0, len(text), field.packed)]
    return text.split(",")
