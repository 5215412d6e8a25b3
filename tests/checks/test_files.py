"""R34, R30: the file that goes to a register: the columns of its kind, in both encodings, with nothing live in it."""

import csv
import io
from uuid import UUID, uuid4

import pytest

from baoming.checks import files
from baoming.checks.files import Encoding, line_of, table, token
from baoming.checks.kinds import Checks, Kind, Outcome
from baoming.reviews.cases import kinds as case_kinds
from baoming.web.management.commands.load_season import documents

YEARS = ("2023", "2025")
WHO = {
    "name": "欧阳思远", "number": "990001200503171210", "sex": "男", "birth": "2005年3月17日",
    "address": "白鹭街道118号", "roll_number": "G990001200503171210",
}  # fmt: skip
# What each kind may hold of a person (R30, least data), and what its answers are called.
HOLDS = {
    "roll": (["姓名", "证件号码", "学籍号"], ["一致", "不一致", "查无"]),
    "household": (["姓名", "证件号码", "住址"], ["一致", "不一致", "查无"]),
    "police": (["姓名", "证件号码"], ["一致", "不一致", "查无"]),
    "other_province": (["姓名", "证件号码"], ["外省没有报名", "外省有报名"]),
}


def checks(year: str) -> Checks:
    return Checks.of(documents("43", year)["checks"])


def kind(key: str = "roll") -> Kind:
    return checks("2023").kinds[key]


def read(content: bytes, encoding: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(encoding))))


@pytest.mark.parametrize("year", YEARS)
def test_each_kind_holds_what_its_register_needs_and_no_more(year: str) -> None:
    found = checks(year)
    assert set(found.kinds) == set(HOLDS)
    for key, (columns, answers) in HOLDS.items():
        assert found.kinds[key].header == ("行标识", *columns, "结果", "说明")
        assert [one.title for one in found.kinds[key].codes] == answers


@pytest.mark.parametrize("year", YEARS)
def test_each_kind_opens_a_case_that_holds_and_is_cleared_in_writing(year: str) -> None:
    found = documents("43", year)
    cases = case_kinds(found["cases"], found["eligibility"])
    for one in checks(year).kinds.values():
        case = cases[one.case]
        assert case.holds == ()
        assert case.refused_holds
        assert all(desk.days > 0 for desk in case.chain)
        assert [question.needed for question in case.chain[-1].asks] == [True]


def test_a_code_is_known_by_itself_and_by_its_words() -> None:
    one = kind()
    assert [found.outcome for found in map(one.code_of, ("1", " 一致 ", "2", "查无")) if found] == [
        Outcome.MATCH, Outcome.MATCH, Outcome.MISMATCH, Outcome.MISSING,
    ]  # fmt: skip
    assert one.code_of("4") is None
    assert one.code_of("") is None


def test_a_column_that_no_file_may_hold_is_no_data_of_a_season() -> None:
    row = {"key": "x", "title": "x", "to": "x", "case": "x", "columns": ["name", "phone"], "codes": []}
    with pytest.raises(ValueError, match="phone"):
        Kind.of(row)


@pytest.mark.parametrize("encoding", list(Encoding))
def test_the_file_holds_the_line_and_the_columns_and_two_to_be_filled(encoding: Encoding) -> None:
    line = uuid4()
    content = table(kind(), [(line, WHO | {"name": "𠮷田龙"})], encoding=encoding)
    assert content.startswith(b"\xef\xbb\xbf") is (encoding is Encoding.UTF8)
    head, row = read(content, encoding)
    assert head == ["行标识", "姓名", "证件号码", "学籍号", "结果", "说明"]
    assert row == [token(line), "𠮷田龙", WHO["number"], WHO["roll_number"], "", ""]
    assert not any(WHO["address"] in cell for cell in row)


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+8", "-1", "@SUM(A1)", "\t=1"])
def test_a_name_is_never_a_formula(name: str) -> None:
    _, row = read(table(kind(), [(uuid4(), WHO | {"name": name})], encoding=Encoding.UTF8), "utf-8-sig")
    assert row[1] == f"'{name}"


def test_control_without_the_guard_the_formula_stands_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "cell", lambda text: text)
    _, row = read(table(kind(), [(uuid4(), WHO | {"name": "=1+1"})], encoding=Encoding.UTF8), "utf-8-sig")
    assert row[1] == "=1+1"


def test_a_token_names_its_line_alone_and_no_spreadsheet_takes_it_for_a_number() -> None:
    line = UUID("12345678-0000-4000-8000-00000000e001")
    assert token(line) == "L1234567800004000800000000000E001"
    assert line_of(f" {token(line).lower()} ") == line
    for wrong in ("", "L1", token(line)[1:], "X" + token(line)[1:], token(line) + "0", "L" + "G" * 32):
        assert line_of(wrong) is None
