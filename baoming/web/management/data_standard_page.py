"""docs/data-standard.md, from the seasons' own declarations."""

from collections.abc import Sequence
from pathlib import Path

import baoming
from baoming.forms.definition import FormDefinition, Page
from baoming.forms.exchange import columns_of
from baoming.forms.fields import Field, Given
from baoming.organizations.divisions import Divisions
from baoming.registrations.form_queries import code_sets
from baoming.web.management.commands.load_season import documents

_HEAD = """# The data standard

Printed by `make docs` from `baoming/forms/data/<province>/<year>/form.json`; do not edit. Each field is
declared there once: pages, checks, sheet, exchange file and this page are drawn from it, and a new year is a new file.

- **Column**: name in the exchange file. Bold: the archive of candidates has it; else it is ours until the province
  says. A value of parts has a column for each part (`TXDZ_CITY`), a line of a history too (`JL1_FROM`).
- **Width**: characters / bytes in gb18030. A name wider than the archive's column is reported, not cut.
- **Kept**: *plain code* for counting, *plain searchable*, or *sealed* in an envelope of its group.
- What the candidate fills in changes with every save until the deadline, then by a correction that the site opens
  (R20), then by a case. What is given changes by a case.
- 样例: depends on what was not found for this province and year; a real season cannot go live with it.
"""


def data_standard_page() -> str:
    """Return docs/data-standard.md."""
    root = Path(baoming.__file__).parent / "forms" / "data"
    places = sorted((path.parent.parent.name, int(path.parent.name)) for path in root.glob("*/*/form.json"))
    return _HEAD + "".join(_season(province, year) for province, year in places)


def _season(province: str, year: int) -> str:
    content = _form(province, year)
    heads = ["key", "field", "column", "given by", "phase", "width", "kept", "mask", "source"]
    given = _table(heads, [_given(one) for one in content.given])
    pages = "".join(f"\n### {page.title}　`{page.key}`\n\n{_page(page)}" for page in content.pages)
    return f"\n## {province} · {year}, version {content.version}\n\n### Given by card and offices\n\n{given}{pages}"


def _form(province: str, year: int) -> FormDefinition:
    """Return the form as its files have it now; what is told of it here needs no divisions."""
    nowhere = Divisions(province="", cities={}, counties={})
    return FormDefinition.parse(documents(province, year)["form"], codesets=code_sets(), divisions=nowhere)


def _page(page: Page) -> str:
    heads = ["key", "field", "column", "kind", "width", "asked", "kept", "source"]
    return _table(heads, [cells for field in page.fields for cells in _field(field)])


def _field(field: Field) -> list[list[str]]:
    label = field.label + ("（样例）" if field.sample else "")
    cells = [f"`{field.key}`", label, _columns(field), _kind(field),
             _width(field.characters, field.bytes), _asked(field), field.protection, field.source]  # fmt: skip
    inner = [[f"`{field.key}.{one.key}`", one.label, f"{field.exchange}n_{one.key.upper()}", _kind(one),
              _width(one.characters, one.bytes), "optional" if one.optional else "", "", ""]
             for one in field.columns]  # fmt: skip
    return [cells, *inner]


def _given(one: Given) -> list[str]:
    return [f"`{one.key}`", one.label, _column(one.exchange), one.by, one.phase, _width(one.characters, one.bytes),
            one.protection, one.mask, one.source]  # fmt: skip


def _kind(field: Field) -> str:
    many = f", {field.exactly}" if field.exactly else f", up to {field.most}" if field.most else ""
    return f"{field.kind}{many}: {field.codes.name}" if field.codes else f"{field.kind}{many}"


def _asked(field: Field) -> str:
    rule = field.condition
    when = f"if {rule.field} is {', '.join(sorted(rule.codes))}" if rule else ""
    return ", ".join(filter(None, ["optional" if field.optional else "", when]))


def _columns(field: Field) -> str:
    if field.columns:
        return f"{field.exchange}1…{field.most}_"
    return ", ".join(map(_column, columns_of(field)))


def _column(name: str) -> str:
    return f"**{name}**" if name in code_sets()["NacisFields"].labels else name


def _width(characters: int, size: int) -> str:
    return f"{characters} / {size}" if size else ""


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"
