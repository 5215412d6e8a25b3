"""A school's roster (R4) from a spreadsheet: XLSX, or CSV in UTF-8 or gb18030.

The header line is found by its words, wherever the columns stand. A line with a problem is
reported by its number and left out; the others can be taken. Every cell is text: a formula in a
CSV file is the text one sees, and an XLSX file gives the values, never the formulas.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from python_calamine import CalamineError, CalamineWorkbook

from baoming.shared.errors import Refused
from baoming.shared.text import clean_name, halfwidth, is_written

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 5_000
_MAX_UNPACKED = 60 * 1024 * 1024  # what an XLSX may grow to: it is a ZIP file
_MAX_CELL = 200  # characters; longer cells are cut, their line is refused for its length anyway
_HEADER_LINES = 10  # titles and notes may stand above the header

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "roll_number": ("学籍号", "全国学籍号", "学籍号码"),
    "name": ("姓名", "学生姓名", "考生姓名"),
    "sex": ("性别",),
    "class_name": ("班级", "班级名称", "所在班级"),
    "class_number": ("学号", "班内学号", "座号"),
    "teacher": ("班主任", "班主任姓名"),
}
_LABELS = {key: words[0] for key, words in _COLUMNS.items()}
_REQUIRED = ("roll_number", "name", "class_name")
_WIDTHS = {"name": 50, "class_name": 20, "class_number": 20, "teacher": 50}
_SEX = {"": "", "男": "1", "女": "2"}

Cell = object  # text, number, date, truth value or nothing, as the reader gives it


class RosterRefused(Refused):
    """The file as a whole cannot be read as a roster."""


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One pupil. `line` as a spreadsheet counts, from 1. `sex`: "1" 男, "2" 女, empty if not given."""

    line: int
    roll_number: str
    name: str
    class_name: str
    sex: str = ""
    class_number: str = ""
    teacher: str = ""


@dataclass(frozen=True, slots=True)
class RosterProblem:
    """Why a line was left out, and what to do."""

    line: int
    sentence: str


@dataclass(frozen=True, slots=True)
class RosterSheet:
    """What a file gives: pupils in the order of the file, and the lines left out."""

    rows: tuple[RosterRow, ...]
    problems: tuple[RosterProblem, ...]


def read_roster(data: bytes, *, filename: str) -> RosterSheet:
    """Return the pupils and the problems of a roster file; raise RosterRefused with what to do.

    The content decides what the file is; `filename` only helps to say what was wrong.
    """
    if not data:
        raise RosterRefused("这个文件是空的，请重新选择花名册文件")
    if len(data) > MAX_BYTES:
        raise RosterRefused("花名册文件不能超过5MB，请按班级分成几个文件")
    lines = _xlsx_lines(data) if data.startswith(b"PK\x03\x04") else _csv_lines(data, filename=filename)
    header, columns = _header(lines)
    body = [(number, cells) for number, cells in lines if number > header and any(map(_text, cells))]
    if len(body) > MAX_ROWS:
        raise RosterRefused(f"一次最多导入{MAX_ROWS}人，这个文件有{len(body)}人，请按班级分成几个文件")
    if not body:
        raise RosterRefused("表头下面没有学生，请填好以后再导入")
    return _sheet(body, columns)


def _xlsx_lines(data: bytes) -> list[tuple[int, list[Cell]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
            if "xl/workbook.xml" not in archive.namelist():
                raise RosterRefused("这不是表格文件，请用Excel或WPS另存为.xlsx再导入")
        if unpacked > _MAX_UNPACKED:
            raise RosterRefused("表格里的内容太多，请只保留花名册一张表再导入")
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        rows = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False, nrows=MAX_ROWS * 2)
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError, IndexError) as error:
        raise RosterRefused("表格打不开，可能已损坏或加了密码，请另存为没有密码的.xlsx再导入") from error
    return [(number, list(row)) for number, row in enumerate(rows, start=1)]


def _csv_lines(data: bytes, *, filename: str) -> list[tuple[int, list[Cell]]]:
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise RosterRefused("这是旧版.xls表格，请在Excel或WPS里另存为.xlsx再导入")
    text = _decoded(data)
    if text is None or not filename.lower().endswith((".csv", ".txt", ".xlsx")):
        raise RosterRefused("花名册要用.xlsx或.csv文件，请在Excel或WPS里另存为其中一种再导入")
    first = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if "\t" in first else ",")
    lines: list[tuple[int, list[Cell]]] = []
    try:
        start = 1
        for row in reader:
            lines.append((start, list(row)))
            start = reader.line_num + 1
    except csv.Error as error:
        raise RosterRefused("CSV文件里引号不成对，请另存为.xlsx再导入") from error
    return lines


def _decoded(data: bytes) -> str | None:
    """Return the text of a CSV file, None if it is no text."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\x00" in text else text
    return None


def _header(lines: Sequence[tuple[int, list[Cell]]]) -> tuple[int, dict[str, int]]:
    """Return the number of the header line, and column key → index."""
    found: dict[str, int] = {}
    for number, cells in lines[:_HEADER_LINES]:
        words = [re.sub(r"[\s*（(].*$", "", _text(cell)) for cell in cells]
        columns = {key: words.index(word) for key, names in _COLUMNS.items() for word in names if word in words}
        if all(key in columns for key in _REQUIRED):
            return number, columns
        if len(columns) > len(found):
            found = columns
    lacking = "、".join(_LABELS[key] for key in _REQUIRED if key not in found)
    raise RosterRefused(f"表头里没有找到：{lacking}。请在第一行写上这些列名再导入")


def _sheet(body: Sequence[tuple[int, list[Cell]]], columns: Mapping[str, int]) -> RosterSheet:
    rows: list[RosterRow] = []
    problems: list[RosterProblem] = []
    first_lines: dict[str, int] = {}
    for number, cells in body:
        texts = {key: _text(cells[index]) if index < len(cells) else "" for key, index in columns.items()}
        row = _row(number, texts)
        sentences = list(_problems(row, texts))
        earlier = first_lines.setdefault(row.roll_number, number)
        if row.roll_number and earlier != number:
            sentences.append(f"学籍号和第{earlier}行相同，请核对后改正其中一行")
        problems += [RosterProblem(number, sentence) for sentence in sentences]
        if not sentences:
            rows.append(row)
    return RosterSheet(tuple(rows), tuple(problems))


def _row(number: int, texts: Mapping[str, str]) -> RosterRow:
    return RosterRow(
        line=number,
        roll_number=halfwidth(texts["roll_number"]).upper(),
        name=clean_name(texts["name"]),
        class_name=texts["class_name"],
        sex=_SEX.get(texts.get("sex", ""), ""),
        class_number=texts.get("class_number", ""),
        teacher=clean_name(texts.get("teacher", "")),
    )


def _problems(row: RosterRow, texts: Mapping[str, str]) -> Iterator[str]:
    """Yield what is wrong with one line by itself."""
    yield from (f"没有填{_LABELS[key]}，请补上" for key in _REQUIRED if not getattr(row, key))
    if re.fullmatch(r"[0-9.]+E\+?[0-9]+", row.roll_number):
        yield "学籍号被表格软件改成了数字，请把这一列设为“文本”再填"
    elif row.roll_number and not re.fullmatch(r"[A-Z][0-9]{17}[0-9X]", row.roll_number):
        yield "学籍号是1个字母加18位，请对照学籍系统核对"
    if texts.get("sex", "") not in _SEX:
        yield "性别请填“男”或“女”"
    for key, width in _WIDTHS.items():
        value = getattr(row, key)
        if len(value) > width:
            yield f"{_LABELS[key]}最多{width}个字，这一行有{len(value)}个，请缩短"
        if not all(map(is_written, value)):
            yield f"{_LABELS[key]}里有看不见的控制字符，请删去重新输入"


def _text(cell: Cell) -> str:
    """Return a cell as people see it: 12.0 is `12`, a long number stays in its E notation."""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.14E}"
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    return "" if cell is None else str(cell).strip()[:_MAX_CELL]
