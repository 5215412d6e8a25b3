"""The personal history and the family: lines of several columns (domain section 5: history, family)."""

import pytest

from tests.forms.samples import FILLED, FORM, as_inputs

HISTORY, MEMBERS = FORM.page("history"), FORM.page("family")
SENIOR = {"from": "2020-09", "to": "2023-06", "unit": "芙蓉一中", "post": "学生", "witness": "周明"}
JUNIOR = {"from": "2017-09", "to": "2020-06", "unit": "育才初中", "post": "学生", "witness": "李文"}
PRIMARY = {"from": "2011-09", "to": "2017-06", "unit": "育才小学", "post": "学生", "witness": "陈桂芳"}


def history(*lines: dict[str, str]) -> tuple[object, dict[str, str]]:
    kept, problems = HISTORY.clean(as_inputs("history", lines))
    return kept.get("history"), problems


def test_three_periods_that_meet_are_kept_newest_first_whatever_their_order() -> None:
    assert history(PRIMARY, SENIOR, JUNIOR) == ([SENIOR, JUNIOR, PRIMARY], {})


@pytest.mark.parametrize("typed", ["2020.9", "2020-09", "202009", "2020年9月", "２０２０．０９", " 2020 - 9 "])
def test_a_month_is_read_in_every_spelling(typed: str) -> None:
    assert history(SENIOR | {"from": typed}, JUNIOR, PRIMARY) == ([SENIOR, JUNIOR, PRIMARY], {})


@pytest.mark.parametrize(
    "typed", ["2020", "2020-13", "20-09", "九月", "2020-09-01", "1820-09", "\x00", "２０２０-００"]
)
def test_what_is_no_month_says_how_to_write_one(typed: str) -> None:
    kept, problems = history(SENIOR | {"from": typed}, JUNIOR, PRIMARY)
    assert (kept, problems) == (None, {"history.0.from": "起始年月请填年和月，例如2020年9月填2020.09"})


@pytest.mark.parametrize(
    ("lines", "problems"),
    [
        ((), {"history.0.from": "请填写简历，至少3段"}),
        ((SENIOR, JUNIOR), {"history.2.from": "请填写简历，至少3段，您填了2段"}),
        (
            (SENIOR, JUNIOR | {"to": "2020-05"}, PRIMARY),
            {"history.1.to": "到2020.09之间空了4个月，请补一段，在家、务工也要写"},
        ),
        ((SENIOR, JUNIOR | {"to": "2020-10"}, PRIMARY), {"history.1.to": "和2020.09开始的一段重叠，请核对起止年月"}),
        ((SENIOR | {"to": "2022-06"}, JUNIOR, PRIMARY), {"history.0.to": "最近一段要到2023.06为止，您填的是2022.06"}),
        ((SENIOR | {"to": "2023-07"}, JUNIOR, PRIMARY), {"history.0.to": "最近一段要到2023.06为止，您填的是2023.07"}),
        ((SENIOR, JUNIOR, PRIMARY | {"to": "2011-09"}), {
            "history.2.to": "止于2011.09，不晚于起始的2011.09，请核对",
        }),
        ((SENIOR | {"unit": "", "witness": "周1"}, JUNIOR, PRIMARY), {
            "history.0.unit": "请填写在何地何校（单位）学习或工作",
            "history.0.witness": "证明人里有“1”，姓名只填汉字、字母和间隔号“·”",
        }),
    ],
)  # fmt: skip
def test_a_history_without_gap_or_overlap_up_to_the_june_of_the_exam(
    lines: tuple[dict[str, str], ...], problems: dict[str, str]
) -> None:
    kept, found = history(*lines)
    assert kept is None
    assert found == problems


def test_the_summer_between_two_schools_is_no_gap_and_the_same_month_no_overlap() -> None:
    meeting = JUNIOR | {"to": "2020-09"}
    assert history(SENIOR, meeting, PRIMARY) == ([SENIOR, meeting, PRIMARY], {})


def test_empty_lines_between_others_are_nobody() -> None:
    kept, problems = HISTORY.clean(as_inputs("history", (SENIOR, {}, {"from": " "}, JUNIOR, PRIMARY)))
    assert (kept, problems) == ({"history": [SENIOR, JUNIOR, PRIMARY]}, {})


def test_more_lines_than_the_form_has_are_not_read() -> None:
    raw = as_inputs("history", (SENIOR, JUNIOR, PRIMARY)) | {"history.8.from": ["1999-09"], "history.x.from": ["y"]}
    assert HISTORY.clean(raw) == ({"history": [SENIOR, JUNIOR, PRIMARY]}, {})


@pytest.mark.parametrize(
    ("line", "problems"),
    [
        ({}, {"members.0.relation": "请填写家庭成员"}),
        ({"relation": "MOTHER", "name": "王秀英"}, {"members.0.phone": "请填写联系电话"}),
        ({"relation": "UNCLE", "name": "王秀英", "phone": "19900000001"}, {
            "members.0.relation": "请在列出的选项中选择关系",
        }),
        ({"name": "王秀英", "phone": "19900000001"}, {"members.0.relation": "请选择关系"}),
    ],
)  # fmt: skip
def test_one_member_of_the_family_is_needed(line: dict[str, str], problems: dict[str, str]) -> None:
    assert MEMBERS.clean(as_inputs("members", (line,))) == ({}, problems)


def test_lines_are_shown_and_compared_in_words() -> None:
    values, _ = FORM.clean(FILLED)
    rows = {row.key: row for section in FORM.display(values) for row in section.rows}
    assert rows["history"].headings == ["起止年月", "在何地何校（单位）学习或工作", "任职", "证明人"]
    assert rows["history"].lines[0] == ["2020.09—2023.06", "长沙市芙蓉区第一中学", "学生", "周明"]
    assert rows["members"].text == "母亲，阿依古丽·买买提，19900001234"
    other, _ = FORM.clean(FILLED | {"members.0.phone": ["19900001235"]})
    assert [(one.label, one.new) for one in FORM.differences(values, other)] == [
        ("家庭成员", "母亲，阿依古丽·买买提，19900001235")
    ]
