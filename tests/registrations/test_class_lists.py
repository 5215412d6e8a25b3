"""The list in front of a class's sheets, its order and its pages."""

import random

import pytest

from baoming.registrations.class_lists import ClassList, ListLine, PrintLine, SiteLine, list_order, page_lengths

# Written by hand: class, 学号, pinyin, as they stand on the list.
IN_ORDER = [
    ("高三（2）班", "1", "zhao"),
    ("高三（2）班", "02", "qian"),
    ("高三（2）班", "9", "sun"),
    ("高三（2）班", "10", "a yi gu li"),
    ("高三（2）班", "10", "li"),
    ("高三（2）班", "10A", "wu"),
    ("高三（2）班", "", "ou yang"),
    ("高三（2）班", "", "wang"),
    ("高三（10）班", "1", "bai"),
    ("", "3", "deng"),
    ("", "", "an"),
]


def test_class_then_number_then_pinyin_and_who_has_no_number_comes_last() -> None:
    mixed = list(IN_ORDER)
    random.Random(1).shuffle(mixed)
    assert sorted(mixed, key=lambda line: list_order(*line)) == IN_ORDER


@pytest.mark.parametrize(
    ("people", "pages"),
    [(0, [0]), (1, [1]), (26, [26]), (27, [26, 1]), (29, [26, 3]), (30, [29, 1]), (60, [29, 31]), (61, [29, 32]),
     (62, [29, 32, 1]), (100, [29, 35, 35, 1])],
)  # fmt: skip
def test_the_last_page_has_room_for_the_signatures_and_never_stands_empty(people: int, pages: list[int]) -> None:
    assert page_lengths(people) == pages


def a_list(missing: list[tuple[str, str]]) -> ClassList:
    line = ListLine(student_no="01", serial="99010001", name="欧阳思远", sex="男", version=3)
    return ClassList(
        title="高三（2）班", teacher="李强", site=SiteLine(code="9901-03", name="青麓县第一中学"), part=1, parts=1,
        print=PrintLine(at="2022-11-07 10:22", by="王振华"), code="5D0C12F4", lines=[line] * 30, missing=missing,
    )  # fmt: skip


def test_lines_are_numbered_through_and_the_missing_are_counted_and_named() -> None:
    drawn = a_list([("罗一鸣", "还没有照片"), ("向晚晴", "还没有保存")]).as_pages()
    assert [[line["no"] for line in page] for page in drawn["pages"]] == [[*range(1, 30)], [30]]
    assert (drawn["printed"], drawn["absent"], drawn["due"]) == (30, 2, 32)
    assert drawn["why"] == "罗一鸣（还没有照片）；向晚晴（还没有保存）"


def test_where_many_are_missing_the_rest_is_told_by_number() -> None:
    drawn = a_list([(f"学生{n}", "考生还没有保存报名信息，保存以后才能打印登记表") for n in range(40)]).as_pages()
    assert "学生0（" in drawn["why"]
    assert drawn["why"].endswith("；等40人，都在系统的办理结果里")
    assert len(drawn["why"]) < 180
