"""Cells, headers and lines of a kind, without a database (R21, R32)."""

import json
from datetime import date
from pathlib import Path

import pytest

import baoming
from baoming.audit.actors import Party
from baoming.imports.kinds import Column, Kind, kinds, limits, read_value
from baoming.imports.sheets import Sheet, bad_lines, read_sheet
from baoming.reviews.services.morals import LONGEST
from baoming.shared.tables import HEADER_LINES, TableRefused, Terms, read_lines
from tests import factories as make
from tests.imports.files import GOOD, PHYSICAL, csv, xlsx
from tests.imports.value_table import VALUES

DATA = Path(baoming.__file__).parent
TERMS = Terms("体检结果", "请分成几个文件", 1024 * 1024, 5)
YEARS = ("2023", "2025")
TODAY = date(2023, 3, 5)
NUMBER = make.number(1, birth="20050316")
RESIDENCE, FOREIGN = (make.number(1, birth="20050316", area=area) for area in ("819999", "900999"))


def document(year: str = "2023") -> dict[str, object]:
    found: dict[str, object] = json.loads((DATA / f"imports/data/43/{year}/imports.json").read_text("utf-8"))
    return found


def physical() -> Kind:
    return kinds(document())["physical"]


def read(content: bytes, filename: str = "体检.csv") -> Sheet:
    return read_sheet(read_lines(content, filename=filename, terms=TERMS), physical(), most=TERMS.rows, today=TODAY)


def one(*values: str, number: str = "01020001", name: str = "欧阳思远") -> list[str]:
    return [number, name, *(values or GOOD)]


@pytest.mark.parametrize(("kind", "more", "cell", "value", "words"), VALUES)
def test_each_cell_is_its_value_or_a_sentence(
    kind: str, more: dict[str, object], cell: str, value: str, words: str
) -> None:
    found, problem = read_value(Column.of({"key": "x", "title": "栏目", "type": kind, **more}), cell)
    assert found == value
    assert words in problem
    assert bool(problem) == bool(words)
    assert len(cell) < 4 or cell not in problem  # what stands there is nobody else's to read


@pytest.mark.parametrize("year", YEARS)
def test_the_seasons_kinds_name_what_there_is(year: str) -> None:
    found = kinds(document(year))
    phases = {one["key"] for one in json.loads((DATA / f"schedule/data/43/{year}/phases.json").read_text("utf-8"))}
    cases = json.loads((DATA / f"reviews/data/43/{year}/cases.json").read_text("utf-8"))["kinds"]
    answers = {"check_roll", "check_household", "check_police", "check_other_province"}
    assert set(found) == {"moral", "physical", "scores", "bonus", "special_plan", *answers}
    assert limits(document(year)).rows >= 10_000
    for kind in found.values():
        assert {kind.after, kind.until} - {""} <= phases
        assert kind.case in {"", *(one["key"] for one in cases)}
        assert set(kind.by) <= {Party.SITE, Party.COUNTY, Party.CITY, Party.PROVINCE}
        titles = [word for words in kind.words.values() for word in words]
        assert len(titles) == len(set(titles))
    assert found["bonus"].case == "bonus"
    assert found["special_plan"].case == "special_plan"
    assert found["moral"].columns[1].longest == LONGEST


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_a_csv_file_is_read_in_the_encodings_that_occur(encoding: str) -> None:
    [row] = read(csv(one(), encoding=encoding)).rows
    assert (row.number, row.name, row.problems) == (1020001, "欧阳思远", [])
    assert row.values == {
        "date": GOOD[0],
        "height": "172.5",
        "weight": "61",
        "colour": "normal",
        "conclusion": "fit",
    }


def test_columns_stand_anywhere_and_others_are_said() -> None:
    header = ["体检结论", "学校", "姓名*", "身份证号", "身高（cm）", "体重", "色觉", "体检日期", "问题"]
    line = ["合格", "一中", "欧阳思远", NUMBER, "172.5", "61", "正常", "2023-03-05", "上次的问题"]
    sheet = read(csv(line, header=header))
    assert sheet.unread == ("学校",)
    assert (sheet.rows[0].problems, sheet.rows[0].document) == ([], NUMBER)
    assert sheet.rows[0].values["conclusion"] == "fit"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("99000120050316001X", ""),  # one character wrong: the right one is not told
        (NUMBER.lower(), NUMBER),
        ("h99990001", "H99990001"),
        ("99990001", "99990001"),
        (RESIDENCE, RESIDENCE),
        ("UTO990020050316", "UTO990020050316"),
        (f"{FOREIGN[:6]} {FOREIGN[6:]}", FOREIGN),
        ("H9999000101", ""),  # as printed until 2013, with the two digits of its renewals
        ("H9999", ""),
        ("9.9E+17", ""),
    ],
)
def test_a_number_of_any_kind_of_document_says_whose_line_it_is(typed: str, kept: str) -> None:
    [row] = read(csv([typed, "欧阳思远", *GOOD], header=["证件号码", *PHYSICAL[1:]])).rows
    assert row.document == kept
    assert bool(row.problems) == (not kept)
    assert typed not in "".join(row.problems)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "是空的"),
        (csv(header=PHYSICAL), "没有内容"),
        (csv(one(), header=[*PHYSICAL[:-1], "结论"]), "没有找到：体检结论"),
        (csv(one(), header=["学号", *PHYSICAL[1:]]), "没有找到：报名序号或证件号码"),
        (csv(one(), header=["学号", *PHYSICAL[1:-1], "结论"]), "没有找到：体检结论、报名序号或证件号码。"),
        (csv([*one(), "173"], header=[*PHYSICAL, "身高"]), "“身高”这一项有2列"),
        (csv([*one(), "1"], header=[*PHYSICAL, "报名号"]), "“报名序号”这一项有2列"),
        (csv(*[one()] * 6), "一次最多导入5行"),
        (csv(one(), encoding="utf-16"), "要用.xlsx或.csv文件"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), "旧版.xls"),
        (b"PK\x03\x04" + bytes(100), "打不开"),
        (b"x" * (TERMS.bytes + 1), "不能超过1MB"),
        (b'a,"b\nc', "没有找到"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_gets_a_sentence(content: bytes, words: str) -> None:
    with pytest.raises(TableRefused, match=words):
        read(content)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (one(number=""), "没有填报名序号或证件号码"),
        (one(number="0102-A"), "报名序号是8位数字"),
        (one(number="123456789"), "报名序号是8位数字"),
        (one(name=""), "没有填姓名"),
        (one(number="=A1"), "报名序号是公式"),
        (one("2023-03-05", "1725", "61", "正常", "合格"), "身高超出范围"),
        (one("2023-03-05", "=170+2", "61", "正常", "合格"), "身高是公式"),
        (one("2023-03-06", "172", "61", "正常", "合格"), "体检日期晚于今天"),
        (one("2023-03-05", "172", "61", "正常", "专业受限"), "体检结论是“专业受限”的，要填受限专业"),
        (one("2023-03-06", "172", "61", "正常", "专业受限"), "体检日期晚于今天，请核对；体检结论是“专业受限”的"),
    ],
)
def test_a_bad_line_gets_a_sentence(line: list[str], words: str) -> None:
    [row] = read(csv(line)).rows
    assert words in "；".join(row.problems)


def test_a_formula_of_a_spreadsheet_is_found_though_its_value_is_in_order() -> None:
    content = xlsx(["01020001", "欧阳思远", "2023-03-05", "=170+2.5", 61, "正常", "合格"])
    [row] = read(content, "体检.xlsx").rows
    assert "身高是公式，请改成公式算出来的值再导入" in row.problems


@pytest.mark.parametrize("most", [0, TERMS.rows + HEADER_LINES + 1])
def test_empty_lines_of_a_spreadsheet_push_no_line_out(most: int) -> None:
    """However far apart they stand, lines are read or the file is refused: none is dropped in silence (R21)."""

    def spread(*counts: int) -> Sheet:
        lines = [line for count in counts for line in [*[one()] * count, *[[]] * 40]]
        found = read_lines(xlsx(*lines), filename="体检.xlsx", terms=TERMS, most=most)
        return read_sheet(found, physical(), most=TERMS.rows, today=TODAY)

    assert [row.line for row in spread(3, 2).rows] == [2, 3, 4, 45, 46]
    with pytest.raises(TableRefused, match="一次最多导入5行"):
        spread(3, 2, 1)


def test_control_without_the_look_for_formulas_it_passes_as_a_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("baoming.shared.tables._formulas", lambda archive: {})
    content = xlsx(["01020001", "欧阳思远", "2023-03-05", "=170+2.5", 61, "正常", "合格"])
    [row] = read(content, "体检.xlsx").rows
    assert not any("公式" in one for one in row.problems)


def test_a_spreadsheet_gives_numbers_and_leading_zeros_as_people_see_them() -> None:
    content = xlsx([1020001, "欧阳思远", "2023-03-05", 172.5, 61, "正常", "合格"])
    [row] = read(content, "体检.xlsx").rows
    assert (row.number, row.values["height"], row.values["weight"], row.problems) == (1020001, "172.5", "61", [])


def test_bad_lines_come_back_in_the_same_columns_and_begin_no_formula() -> None:
    cells = ["01020001", "=cmd|'/c calc'!A1", "2023-03-05", "1725", "+61", "@正常", "合格"]
    file = bad_lines(PHYSICAL, [(cells, "身高超出范围")]).decode("utf-8-sig")
    head, line = file.splitlines()
    assert head == ",".join([*PHYSICAL, "问题"])
    assert line == "01020001,'=cmd|'/c calc'!A1,2023-03-05,1725,'+61,'@正常,合格,身高超出范围"
    again = read(file.encode("utf-8-sig"))
    assert again.rows[0].name == "=cmd|'/c calc'!A1"
    assert again.unread == ()
    twice = bad_lines(again.header, [(again.rows[0].cells, "还是不对")]).decode("utf-8-sig")
    assert twice.splitlines()[0] == head


def test_control_without_the_guard_a_cell_begins_a_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("baoming.imports.sheets.cell", lambda text: text)
    file = bad_lines(PHYSICAL, [(["=1+1", *one()[1:]], "错")]).decode("utf-8-sig")
    assert file.splitlines()[1].startswith("=1+1")
