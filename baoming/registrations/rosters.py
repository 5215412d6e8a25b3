"""A school's roster (R4) from a spreadsheet: XLSX, or CSV in UTF-8 or gb18030.

The header line is found by its words, wherever the columns stand. A line with a problem is
reported by its number and left out; the others can be taken. Every cell is text: a formula in a
CSV file is the text one sees, and an XLSX file gives the values, never the formulas.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from baoming.shared.tables import Line, TableRefused, Terms, header_of, read_lines
from baoming.shared.text import clean_name, halfwidth, is_written

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 5_000

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

TERMS = Terms("花名册", "请按班级分成几个文件", MAX_BYTES, MAX_ROWS)


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
    """Return the pupils and the problems of a roster file; raise TableRefused with what to do.

    The content decides what the file is; `filename` only helps to say what was wrong.
    """
    lines = read_lines(data, filename=filename, terms=TERMS)
    header, columns = header_of(lines, _COLUMNS, _REQUIRED)
    body = [line for line in lines if line.number > header.number]
    if len(body) > MAX_ROWS:
        raise TableRefused(f"一次最多导入{MAX_ROWS}人，这个文件有{len(body)}人，请按班级分成几个文件")
    if not body:
        raise TableRefused("表头下面没有学生，请填好以后再导入")
    return _sheet(body, columns)


def _sheet(body: Sequence[Line], columns: Mapping[str, int]) -> RosterSheet:
    rows: list[RosterRow] = []
    problems: list[RosterProblem] = []
    first_lines: dict[str, int] = {}
    for line in body:
        number, cells = line.number, line.cells
        texts = {key: cells[index] if index < len(cells) else "" for key, index in columns.items()}
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
