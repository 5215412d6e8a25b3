"""Tables that people hand in: XLSX, or CSV in UTF-8 or gb18030, read as lines of text (R4, R21, R32).

The one way in which the product reads such a file. It runs in the process that opens files (registrations/apart.py);
what a line means is told elsewhere. Every cell is text as people see it; an XLSX file gives the values of its
formulas, and says where they stand.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from python_calamine import CalamineError, CalamineWorkbook

from baoming.shared.errors import Refused

HEADER_LINES = 10  # titles and notes may stand above the header
_MAX_UNPACKED = 60 * 1024 * 1024  # what an XLSX may grow to: it is a ZIP file
_MAX_CELL = 500  # characters; longer cells are cut, their line is refused for its length anyway
_FORMULA = re.compile(rb'<(?:\w+:)?c\s(?:[^>]*\s)?r="([A-Z]{1,3})(\d{1,7})"[^>]*>\s*<(?:\w+:)?f[\s/>]')

Cell = object  # text, number, date, truth value or nothing, as the reader gives it


class TableRefused(Refused):
    """The file as a whole cannot be read."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a file may be. `called`: what it is, in sentences; `smaller`: how to make it smaller."""

    called: str
    smaller: str
    bytes: int
    rows: int  # below the header


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is not empty. `number` as a spreadsheet counts, from 1; `formulas`: places of cells, from 0."""

    number: int
    cells: tuple[str, ...]
    formulas: tuple[int, ...] = ()


def read_lines(data: bytes, *, filename: str, terms: Terms, most: int = 0) -> list[Line]:
    """Return the lines of a file that hold anything, in its order; raise TableRefused with what to do.

    The content decides what the file is; `filename` only helps to say what was wrong. `most`: more lines than these
    are not read, one too many says as much as all of them; 0 for all of a CSV, and twice what `terms` allow of an XLSX.
    Lines that hold nothing do not count.
    """
    if not data:
        raise TableRefused(f"这个文件是空的，请重新选择{terms.called}文件")
    if len(data) > terms.bytes:
        raise TableRefused(f"{terms.called}文件不能超过{terms.bytes // 1024 // 1024}MB，{terms.smaller}")
    if data.startswith(b"PK\x03\x04"):
        return list(islice(_xlsx_lines(data, terms), most or terms.rows * 2))
    return list(islice(_csv_lines(data, filename, terms), most or None))


def header_of(
    lines: Sequence[Line], words: Mapping[str, Sequence[str]], needed: Sequence[str], *, one_of: Sequence[str] = ()
) -> tuple[Line, dict[str, int]]:
    """Return the header line, and column key → place, wherever the columns stand.

    `words`: key → the titles that a column may have, the first of them told to people. Raises TableRefused, naming
    all that lacks, where one of `needed` is not there or none of `one_of`.
    """
    wanted = [*((key,) for key in needed), *([tuple(one_of)] if one_of else [])]
    found: dict[str, int] = {}
    for line in lines:
        if line.number > HEADER_LINES:
            break
        titles = [titled(cell) for cell in line.cells]
        columns = {key: titles.index(word) for key, ones in words.items() for word in ones if word in titles}
        if all(any(key in columns for key in keys) for keys in wanted):
            return line, columns
        if len(columns) > len(found):
            found = columns
    lacking = ["或".join(words[key][0] for key in keys) for keys in wanted if not any(key in found for key in keys)]
    raise TableRefused(f"表头里没有找到：{'、'.join(lacking)}。请在第一行写上这些列名再导入")


def titled(cell: str) -> str:
    """Return a column's title without what forms add to it: a mark, a unit, a note in brackets."""
    return re.sub(r"[\s*（(].*$", "", cell)


def _xlsx_lines(data: bytes, terms: Terms) -> Iterator[Line]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
            if "xl/workbook.xml" not in archive.namelist():
                raise TableRefused("这不是表格文件，请用Excel或WPS另存为.xlsx再导入")
            if unpacked > _MAX_UNPACKED:
                raise TableRefused(f"表格里的内容太多，请只保留{terms.called}一张表再导入")
            workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
            rows = workbook.get_sheet_by_index(0).iter_rows()  # one by one, however far apart they stand
            formulas = _formulas(archive)
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError, IndexError, EOFError) as error:
        raise TableRefused("表格打不开，可能已损坏或加了密码，请另存为没有密码的.xlsx再导入") from error
    for number, row in enumerate(rows, start=1):
        cells = tuple(map(_text, row))
        if any(cells) or number in formulas:
            yield Line(number, cells, tuple(formulas.get(number, ())))


def _formulas(archive: zipfile.ZipFile) -> dict[int, list[int]]:
    """Return where formulas stand on the first sheet: line → places. The reader gives only what they came to."""
    found: dict[int, list[int]] = {}
    for letters, number in _FORMULA.findall(archive.read(_first_sheet(archive))):
        place = 0
        for letter in letters:
            place = place * 26 + letter - 64
        found.setdefault(int(number), []).append(place - 1)
    return found


def _first_sheet(archive: zipfile.ZipFile) -> str:
    """Return the name of the file that holds the first sheet. Raises ValueError, as for a damaged file."""
    sheet = re.search(rb'<(?:\w+:)?sheet\s[^>]*?r:id="([^"]+)"', archive.read("xl/workbook.xml"))
    relations = archive.read("xl/_rels/workbook.xml.rels") if sheet else b""
    for relation in re.findall(rb"<(?:\w+:)?Relationship\s[^>]*>", relations):
        if sheet and b'Id="' + sheet[1] + b'"' in relation and (target := re.search(rb'Target="/?([^"]+)"', relation)):
            name = target[1].decode()
            name = name if name.startswith("xl/") else f"xl/{name}"
            if name in archive.namelist():
                return name
    raise ValueError("no first sheet")


def _csv_lines(data: bytes, filename: str, terms: Terms) -> Iterator[Line]:
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise TableRefused("这是旧版.xls表格，请在Excel或WPS里另存为.xlsx再导入")
    text = _decoded(data)
    if text is None or not filename.lower().endswith((".csv", ".txt", ".xlsx")):
        raise TableRefused(f"{terms.called}要用.xlsx或.csv文件，请在Excel或WPS里另存为其中一种再导入")
    first = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if "\t" in first else ",")
    try:
        start = 1
        for row in reader:
            cells = tuple(map(_text, row))
            if any(cells):
                yield Line(start, cells)
            start = reader.line_num + 1
    except csv.Error as error:
        raise TableRefused("CSV文件里引号不成对，请另存为.xlsx再导入") from error


def _decoded(data: bytes) -> str | None:
    """Return the text of a CSV file, None if it is no text."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\x00" in text else text
    return None


def _text(cell: Cell) -> str:
    """Return a cell as people see it: 12.0 is `12`, 85.5 is `85.5`, a long number stays in its E notation."""
    if isinstance(cell, float):
        return f"{cell:.10f}".rstrip("0").rstrip(".") if abs(cell) < 1e15 else f"{cell:.14E}"
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    return "" if cell is None else str(cell).strip()[:_MAX_CELL]
