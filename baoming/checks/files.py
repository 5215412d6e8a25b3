"""The file that goes to a register: a table in the encoding that its program reads (R34). No Django.

Nothing that a person's name holds is taken for a formula, and no line tells who stands in it but to us.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from uuid import UUID

from baoming.checks.kinds import Kind
from baoming.shared.cells import cell


class Encoding(StrEnum):
    """How the text is spelt: both hold every character of Unicode."""

    UTF8 = "utf-8-sig"  # with a mark, by which spreadsheets know it
    GB18030 = "gb18030"


ENCODING_NAMES = {Encoding.UTF8: "UTF-8（带BOM）", Encoding.GB18030: "GB18030"}


def token(line: UUID) -> str:
    """Return how a line is named in a file: a letter first, or a spreadsheet takes `12E4…` for a number."""
    return f"L{line.hex.upper()}"


def line_of(written: str) -> UUID | None:
    """Return the line that a token names; None for what is no token."""
    text = written.strip().upper()
    if len(text) != 33 or text[0] != "L":
        return None
    try:
        return UUID(hex=text[1:])
    except ValueError:
        return None


def table(kind: Kind, rows: Iterable[tuple[UUID, Mapping[str, str]]], *, encoding: Encoding) -> bytes:
    """Return the file of these lines, each with what is known by column; columns of no such kind are left out."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(kind.header)
    for line, person in rows:
        writer.writerow([token(line), *_cells([person[one] for one in kind.columns]), "", ""])
    return out.getvalue().encode(encoding)


def _cells(values: Sequence[str]) -> list[str]:
    return [cell(one) for one in values]
