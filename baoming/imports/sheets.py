"""From the lines of a file to the rows of a kind: which columns, whose row, which values, what is wrong (R21, R32)."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from baoming.checks.files import line_of
from baoming.checks.kinds import LINE
from baoming.imports.kinds import NAME, PERSON_WORDS, PROBLEM, FoundBy, Kind, read_value
from baoming.registrations.document_numbers import canonical_any
from baoming.shared.cells import cell, plain
from baoming.shared.tables import Line, TableRefused, header_of, titled
from baoming.shared.text import clean_name, halfwidth


@dataclass(slots=True)
class Row:
    """One line. `number`: 报名序号, 0 for none; `document`: canonical, empty for none; `problems`: sentences."""

    line: int
    cells: tuple[str, ...]
    number: int = 0
    document: str = ""
    token: UUID | None = None  # of the line of a list that went out
    name: str = ""
    values: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a file gives: its header, its rows in order, and the titles of columns that nobody reads."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    unread: tuple[str, ...]


def read_sheet(lines: Sequence[Line], kind: Kind, *, most: int, today: date) -> Sheet:
    """Return the rows of a file of this kind; raise TableRefused with what to do where it is none.

    What is wrong with one line stands in its `problems`; the others are good. At most `most` rows. `today`: by the
    season's clock, for what has been done already.
    """
    words = kind.words
    needed = [*([NAME] if kind.named else []), *(one.key for one in kind.columns if one.needed)]
    header, columns = header_of(lines, words, needed, one_of=kind.found_by)
    titles = [titled(one) for one in header.cells]
    _refuse_if_twice(titles, words)
    body = [line for line in lines if line.number > header.number]
    if not body:
        raise TableRefused("表头下面没有内容，请填好以后再导入")
    if len(body) > most:
        raise TableRefused(f"一次最多导入{most}行，这个文件超过了，请分成几个文件")
    width = len(header.cells)
    rows = tuple(_row(line, kind, columns, width, today) for line in body)
    known = {*(word for ones in words.values() for word in ones), PROBLEM, ""}
    unread = tuple(one for one in titles if one not in known)
    return Sheet(header.cells, rows, unread)


def columns_of(header: Sequence[str], kind: Kind) -> set[str]:
    """Return the keys of the columns that a file with this header has."""
    titles = {titled(one) for one in header}
    return {key for key, ones in kind.words.items() if not titles.isdisjoint(ones)}


def over_standing(
    values: Mapping[str, str], there: Mapping[str, str] | None, kind: Kind, columns: set[str]
) -> dict[str, str]:
    """Return what a line comes to over what counts now: a column that the file has not says nothing, so it stays.

    `columns`: those that the file has. A cell that is empty says that there is nothing, and clears.
    """
    silent = {one.key for one in kind.columns} - columns
    return {key: value for key, value in (there or {}).items() if key in silent} | dict(values)


def _refuse_if_twice(titles: Sequence[str], words: Mapping[str, Sequence[str]]) -> None:
    """Raise TableRefused where two columns say the same: nobody knows which of them counts."""
    for ones in words.values():
        there = [one for one in titles if one in ones]
        if len(there) > 1:
            raise TableRefused(f"表头里“{there[0]}”这一项有{len(there)}列，请只保留一列再导入")


def _row(line: Line, kind: Kind, columns: Mapping[str, int], width: int, today: date) -> Row:
    cells = (*line.cells, *[""] * (width - len(line.cells)))
    row = Row(line.number, cells)
    formulas = {key for key, place in columns.items() if place in line.formulas}
    texts = {key: cells[place] for key, place in columns.items()}
    _person(row, texts, formulas, kind)
    wrong = set[str]()
    for column in kind.columns:
        if column.key in columns:
            value, problem = read_value(column, texts[column.key], formula=column.key in formulas, today=today)
            if problem:
                row.problems.append(problem)
                wrong.add(column.key)
            elif value:
                row.values[column.key] = value
    row.problems += kind.lacking(row.values, wrong=wrong)
    if not row.values and not row.problems:
        row.problems.append("这一行没有填任何内容，请补上或删去这一行")
    return row


def _person(row: Row, texts: Mapping[str, str], formulas: set[str], kind: Kind) -> None:
    """Read whose line it is. A formula is no person: what it came to may be old."""
    for key, ones in PERSON_WORDS.items():
        text = plain(texts.get(key, ""))
        if key in formulas or (text.startswith("=") and text == texts.get(key)):
            row.problems.append(f"{ones[0]}是公式，请改成公式算出来的值再导入")
        elif text:
            _READ[key](row, text)
    if not row.problems and not (row.number or row.document or row.token):
        row.problems.append("没有填报名序号或证件号码，请补上" if kind.named else f"没有填{LINE}，请补上")
    if not row.problems and kind.named and not row.name:
        row.problems.append("没有填姓名，请补上")


def _number(row: Row, text: str) -> None:
    digits = halfwidth(text)
    if digits.isascii() and digits.isdigit() and len(digits) <= 8 and int(digits):
        row.number = int(digits)
    else:
        row.problems.append("报名序号是8位数字，请对照报名登记表核对")


def _document(row: Row, text: str) -> None:
    if "E+" in text:
        row.problems.append("证件号码被表格软件改成了数字，请把这一列设为“文本”再填")
        return
    try:
        row.document = canonical_any(text)
    except ValueError as error:
        row.problems.append(str(error))


def _line(row: Row, text: str) -> None:
    row.token = line_of(text)
    if row.token is None:
        row.problems.append(f"{LINE}不是导出的名单里的样子，请用导出的文件填写结果")


def _name(row: Row, text: str) -> None:
    row.name = clean_name(text)


_READ = {FoundBy.NUMBER.value: _number, FoundBy.DOCUMENT.value: _document, FoundBy.LINE.value: _line, NAME: _name}


def bad_lines(header: Sequence[str], lines: Iterable[tuple[Sequence[str], str]]) -> bytes:
    """Return a CSV file of lines (cells, sentence) in the columns of the file they come from, with the column 问题.

    UTF-8 with a mark, as Excel opens it; nothing in it begins a formula, and read again it is what it was.
    """
    kept = [place for place, title in enumerate(header) if titled(title) != PROBLEM]
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow([*(cell(header[place]) for place in kept), PROBLEM])
    for cells, sentence in lines:
        writer.writerow([*(cell(cells[place]) for place in kept), cell(sentence)])
    return file.getvalue().encode("utf-8-sig")
