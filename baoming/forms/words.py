"""What was filled in, as people read it: codes by their labels, addresses in one piece, periods with dots."""

from collections.abc import Mapping

from baoming.forms.cleaning import ELSEWHERE
from baoming.forms.fields import Field, Value
from baoming.organizations.divisions import Divisions

_NOTHING: Value = ""


def shown(field: Field, values: Mapping[str, Value], *, divisions: Divisions) -> str:
    """Return the value of `field` in words, empty if there is none."""
    value = values.get(field.key, _NOTHING)
    if field.columns:
        return "；".join("，".join(word for word in line if word) for line in table(field, values))
    if isinstance(value, dict):
        return value["name"] if field.kind == "school" else address(value, divisions=divisions)
    if isinstance(value, list):
        return "、".join(_label(field, str(code)) for code in value)
    return _label(field, value)


def table(field: Field, values: Mapping[str, Value]) -> list[list[str]]:
    """Return the lines of a field with columns, each as the words under `headings`."""
    value = values.get(field.key, _NOTHING)
    lines = [line for line in value if isinstance(line, dict)] if isinstance(value, list) else []
    return [_line(field, line) for line in lines]


def headings(field: Field) -> list[str]:
    """Return the headings of its table; two months beside each other are one period."""
    labels = [one.label for one in field.columns]
    return ["起止年月", *labels[2:]] if field.rule == "history" else labels


def shares(field: Field) -> list[int]:
    """Return how wide each heading stands on the sheet, in parts of the whole."""
    widths = [one.share for one in field.columns]
    return [widths[0] + widths[1], *widths[2:]] if field.rule == "history" else widths


def address(parts: Mapping[str, str], *, divisions: Divisions) -> str:
    """Return an address in one piece, from the province on."""
    if parts["province"] == ELSEWHERE:
        return parts.get("detail", "") or parts.get("township", "")
    city, county = parts["city"], parts["county"]
    names = (divisions.cities.get(city, city), divisions.county_name(city, county) or county)
    return "".join((divisions.province, *names, parts["township"], parts.get("detail", "")))


def _line(field: Field, line: Mapping[str, str]) -> list[str]:
    words = [_label(one, line.get(one.key, "")) for one in field.columns]
    return ["—".join(words[:2]), *words[2:]] if field.rule == "history" else words


def _label(field: Field, value: str) -> str:
    if field.kind == "month":
        return value.replace("-", ".")
    return field.codes.labels.get(value, value) if field.codes else value
