"""Rosters: what schools send, and what they are told."""

import io
import zipfile
from collections.abc import Sequence

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from baoming.registrations import rosters
from baoming.registrations.rosters import RosterSheet, read_roster
from baoming.shared.tables import TableRefused

HEADER = ["学籍号", "姓名", "性别", "班级", "学号", "班主任"]


def roll(serial: int) -> str:
    return f"G99000120050317{serial:04d}"


def pupil(serial: int, **changes: str) -> list[str]:
    given = {"roll": roll(serial), "name": f"欧阳{chr(0x4E00 + serial)}", "sex": "男", "klass": "高三（1）班"}
    given |= {"number": str(serial), "teacher": "王振华"} | changes
    return list(given.values())


def as_csv(*lines: Sequence[str], encoding: str = "utf-8", header: Sequence[str] = HEADER) -> bytes:
    return "\r\n".join(",".join(line) for line in [header, *lines]).encode(encoding)


def as_xlsx(*lines: Sequence[object]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as workbook:
        sheet = workbook.add_worksheet()
        for number, line in enumerate(lines):
            for column, value in enumerate(line):
                if isinstance(value, str):
                    sheet.write_string(number, column, value)
                else:
                    sheet.write(number, column, value)
    return file.getvalue()


def sentences(sheet: RosterSheet) -> list[tuple[int, str]]:
    return [(problem.line, problem.sentence) for problem in sheet.problems]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_file_is_read_in_the_encodings_that_occur(encoding: str) -> None:
    sheet = read_roster(as_csv(pupil(1), pupil(2, sex="女"), encoding=encoding), filename="高三1班.csv")
    assert sheet.problems == ()
    assert [(row.line, row.roll_number, row.sex) for row in sheet.rows] == [
        (2, roll(1), "1"),
        (3, roll(2), "2"),
    ]
    assert (sheet.rows[0].name, sheet.rows[0].class_name) == ("欧阳丁", "高三（1）班")
    assert (sheet.rows[0].class_number, sheet.rows[0].teacher) == ("1", "王振华")


def test_an_xlsx_file_with_a_title_other_columns_and_numbers_is_read() -> None:
    data = as_xlsx(
        ["长沙市芙蓉区第一中学高三花名册"],
        ["序号", "班级", "学生姓名*", "学号", "学籍号（19位）"],
        [1, "高三（1）班", "阿依古丽•买买提", 12, roll(1).lower()],
        [],
        [2, "高三（1）班", "欧阳明", 7.0, roll(2)],
    )
    sheet = read_roster(data, filename="花名册.xlsx")
    assert sheet.problems == ()
    assert [(row.line, row.name, row.class_number) for row in sheet.rows] == [
        (3, "阿依古丽·买买提", "12"),
        (5, "欧阳明", "7"),
    ]
    assert sheet.rows[0].roll_number == roll(1)
    assert (sheet.rows[0].sex, sheet.rows[0].teacher) == ("", "")


def test_tabs_separate_columns_too() -> None:
    data = as_csv(pupil(1)).replace(b",", b"\t")
    assert len(read_roster(data, filename="名单.txt").rows) == 1


def test_each_bad_line_is_told_by_number_and_the_good_ones_are_kept() -> None:
    sheet = read_roster(
        as_csv(
            pupil(1),
            pupil(2, name=" "),
            pupil(3, roll=""),
            pupil(1, name="另一人"),
            pupil(5, roll="G123"),
            pupil(6, sex="X"),
            pupil(7, name="明" * 51),
            pupil(8, roll="9.90001E+17"),
            pupil(9, klass="一班\x07"),
            pupil(10),
        ),
        filename="a.csv",
    )
    assert sentences(sheet) == [
        (3, "没有填姓名，请补上"),
        (4, "没有填学籍号，请补上"),
        (5, "学籍号和第2行相同，请核对后改正其中一行"),
        (6, "学籍号是1个字母加18位，请对照学籍系统核对"),
        (7, "性别请填“男”或“女”"),
        (8, "姓名最多50个字，这一行有51个，请缩短"),
        (9, "学籍号被表格软件改成了数字，请把这一列设为“文本”再填"),
        (10, "班级里有看不见的控制字符，请删去重新输入"),
    ]
    assert [row.line for row in sheet.rows] == [2, 11]


def test_a_roll_number_that_excel_made_a_number_is_told() -> None:
    sheet = read_roster(as_xlsx(HEADER, [990001200503170135, "欧阳明", "男", "1班", 1, ""]), filename="a.xlsx")
    assert sentences(sheet) == [(2, "学籍号被表格软件改成了数字，请把这一列设为“文本”再填")]


def test_a_formula_is_text() -> None:
    sheet = read_roster(as_csv(pupil(1, klass="=1+1", teacher="@SUM(A1)")), filename="a.csv")
    assert (sheet.rows[0].class_name, sheet.rows[0].teacher) == ("=1+1", "@SUM(A1)")


def test_a_line_break_inside_quotes_does_not_shift_the_line_numbers() -> None:
    data = as_csv(pupil(1, teacher='"王\n振华"'), pupil(2, name=""))
    assert sentences(read_roster(data, filename="a.csv")) == [
        (2, "班主任里有看不见的控制字符，请删去重新输入"),
        (4, "没有填姓名，请补上"),
    ]


def test_a_short_line_is_a_line_with_empty_cells() -> None:
    assert sentences(read_roster(as_csv([roll(1), "欧阳明"]), filename="a.csv")) == [(2, "没有填班级，请补上")]


def packed(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "filename", "words"),
    [
        (b"", "a.csv", "空的"),
        (b"x" * (rosters.MAX_BYTES + 1), "a.csv", "不能超过5MB"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.xls", "另存为.xlsx"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(20), "a.pdf", ".xlsx或.csv"),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), "a.csv", ".xlsx或.csv"),
        (as_csv(pupil(1)), "a.html", ".xlsx或.csv"),
        (packed("word/document.xml", b""), "a.xlsx", "不是表格文件"),
        (packed("xl/workbook.xml", b"<x"), "a.xlsx", "打不开"),
        (packed("xl/workbook.xml", bytes(70 * 1024 * 1024)), "a.xlsx", "内容太多"),
        (as_xlsx(HEADER)[:600], "a.xlsx", "打不开"),
        (as_csv(header=["姓名", "性别"]), "a.csv", "没有找到：学籍号、班级"),
        (as_csv(), "a.csv", "没有学生"),
        (as_csv(*[pupil(1)] * (rosters.MAX_ROWS + 1)), "a.csv", "一次最多导入5000人"),
        (as_xlsx(HEADER, *[pupil(1)] * (rosters.MAX_ROWS + 1)), "a.xlsx", "一次最多导入5000人"),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else None,
)
def test_another_file_is_refused_with_what_to_do(data: bytes, filename: str, words: str) -> None:
    with pytest.raises(TableRefused, match=words):
        read_roster(data, filename=filename)


def test_five_thousand_pupils_are_taken() -> None:
    lines = [pupil(serial) for serial in range(rosters.MAX_ROWS)]
    assert len(read_roster(as_csv(*lines), filename="a.csv").rows) == rosters.MAX_ROWS


@settings(deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"PK\x03\x04", as_csv(pupil(1)), as_xlsx(HEADER, pupil(1))]),
)
def test_no_bytes_break_the_reading(noise: bytes, start: bytes) -> None:
    try:
        sheet = read_roster(start + noise, filename="a.csv")
    except TableRefused:
        return
    assert sheet.rows or sheet.problems
