"""The form: what its pages take, what they refuse and how it is kept."""

import copy
import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baoming.forms.definition import FormDefinition, as_raw, content_hash
from baoming.forms.fields import Values
from tests.forms.samples import BOUND_PHONE, CODESETS, DIVISIONS, DOCUMENT, FILLED, FORM

INPUTS = [name for field in FORM.fields for name in field.inputs]
CODES = [code for field in FORM.fields if field.codes for code in field.codes.labels]
typed = st.one_of(
    st.text(st.characters(), max_size=150),  # surrogates and control characters among them
    st.sampled_from([*CODES, "43", "other", "430100", "430102", "410016", "１９９０００００００１"]),
)
browser = st.dictionaries(st.sampled_from([*INPUTS, "done", "address", "history.9.from"]), st.lists(typed, max_size=3))


def values(**changes: str | list[str]) -> Values:
    """The complete sample with some inputs changed; `address_city` stands for `address.city`."""
    kept, problems = FORM.clean(raw(**changes))
    assert problems == {}
    return kept


def raw(**changes: str | list[str]) -> dict[str, list[str]]:
    named = {input_of(key): value for key, value in changes.items()}
    return FILLED | {key: [value] if isinstance(value, str) else value for key, value in named.items()}


def input_of(key: str) -> str:
    """`address_city` is the input `address.city`, `members_0_unit` is `members.0.unit`."""
    return re.sub(
        r"^(address|school|members)_(?:(\d)_)?", lambda found: ".".join(filter(None, found.groups())) + ".", key
    )


def problem(name: str, typed: str | list[str]) -> str | None:
    """The sentence beside input `name` when all else is right; no other input is blamed."""
    _, problems = FORM.clean(raw(**{name: typed}), bound_phone=BOUND_PHONE)
    assert set(problems) <= {input_of(name)}
    return next(iter(problems.values()), None)


def test_the_sample_is_complete() -> None:
    kept, problems = FORM.clean(FILLED, bound_phone=BOUND_PHONE)
    assert problems == {}
    assert FORM.complete(kept, bound_phone=BOUND_PHONE) == {}
    assert kept["school"] == {"code": "0102001", "name": "长沙市芙蓉区第一中学"}
    assert kept["second_subjects"] == ["CHEMISTRY", "BIOLOGY"]
    assert "rewards" not in kept


def test_an_empty_form_names_every_field_that_is_needed() -> None:
    kept, problems = FORM.clean({})
    assert kept == {}
    assert problems["registration_type"] == "请选择报考类型"
    assert problems["school.name"] == "请填写毕业学校"
    assert problems["postcode"] == "请填写邮政编码"
    assert problems["address.province"] == "请选择通讯地址"
    needed = {field.key for field in FORM.fields if not field.optional and field.condition is None}
    assert {key.partition(".")[0] for key in problems} == needed
    assert FORM.complete({}) == problems


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("registration_type", "", "请选择报考类型"),
        ("first_subject", "CHEMISTRY", "请在列出的选项中选择首选科目"),
        ("second_subjects", ["CHEMISTRY"], "再选科目要选2门，您选了1门"),
        ("second_subjects", ["CHEMISTRY", "CHEMISTRY"], "再选科目要选2门，您选了1门"),
        ("second_subjects", ["CHEMISTRY", "BIOLOGY", "POLITICS"], "再选科目要选2门，您选了3门"),
        ("second_subjects", ["CHEMISTRY", "HISTORY"], "请在列出的选项中选择再选科目"),
        ("language", "9", "请在列出的选项中选择应试语种"),
        ("political_status", "03\x00", "请在列出的选项中选择政治面貌"),
        ("school_name", "", "请填写毕业学校"),
        ("school_name", "一" * 31, "毕业学校最多30个字，您填了31个，请缩短"),
        (
            "school_name", "𰻝" * 16,
            "毕业学校太长（档案里最多60字节，汉字占2，生僻字占4），您填了64字节，请缩短",
        ),
        ("school_name", "一中\x00", "毕业学校里有看不见的控制字符，请删去重新输入，不要粘贴"),
        ("school_name", "一\x1b[31m中", "毕业学校里有看不见的控制字符，请删去重新输入，不要粘贴"),
        ("school_name", "一\n中", "毕业学校里有看不见的控制字符，请删去重新输入，不要粘贴"),
        ("school_name", "一\u202e中", "毕业学校里有看不见的控制字符，请删去重新输入，不要粘贴"),
        ("school_name", "一\u2028中", "毕业学校里有看不见的控制字符，请删去重新输入，不要粘贴"),
        ("school_name", "一\ud800中", "毕业学校里有看不见的控制字符，请删去重新输入，不要粘贴"),
        ("school_name", "一\U0002ffff中", "毕业学校里有看不见的控制字符，请删去重新输入，不要粘贴"),
        ("school_name", "一中😀", "毕业学校里有表情符号，请删去"),
        ("school_name", "一\ue000中", "毕业学校里有一个自造字，别处显示不出来，请联系报名点登记"),
        ("address_province", "44", "请选择通讯地址的省（区、市）"),
        ("address_city", "430000", "请选择通讯地址的市（州）"),
        ("address_county", "430202", "请选择长沙市的县（市、区）"),
        ("address_county", "", "请选择长沙市的县（市、区）"),
        ("address_township", "", "请填写乡镇或街道"),
        ("address_township", "街" * 31, "乡镇（街道）最多30个字，您填了31个"),
        ("address_township", "街\x07道", "乡镇（街道）里有看不见的控制字符，请删去重新输入，不要粘贴"),
        ("address_detail", " ", "请填写村、路和门牌号"),
        ("address_detail", "路" * 61, "通讯地址最多60个字，您填了61个，请缩短"),
        ("postcode", "41001", "邮政编码是6位数字，您填了5位"),
        ("postcode", "41001a", "邮政编码是6位数字，请只填数字"),
        ("postcode", "٤١٠٠١٦", "邮政编码是6位数字，请只填数字"),
        ("recipient", "<b>明</b>", "收件人里有“<”，姓名只填汉字、字母和间隔号“·”"),
        ("recipient", "=1+1", "收件人里有“=”，姓名只填汉字、字母和间隔号“·”"),
        ("recipient", "明1", "收件人里有“1”，姓名只填汉字、字母和间隔号“·”"),
        ("recipient", "明" * 51, "收件人最多50个字，您填了51个，请缩短"),
        ("second_phone", "1990000602", "手机号码是11位数字，您填了10位"),
        ("second_phone", "5550 0102", "第二联系电话请填11位手机号码，或带区号的固定电话"),
        ("second_phone", "没有", "第二联系电话请填11位手机号码，或带区号的固定电话"),
        ("second_phone", "199 0000 6021", "第二联系电话不能和短信手机相同"),
        ("second_phone", "+86 19900006021", "第二联系电话不能和短信手机相同"),
    ],
)  # fmt: skip
def test_bad_input_gets_a_sentence_that_says_what_to_do(name: str, typed: str | list[str], sentence: str) -> None:
    assert problem(name, typed) == sentence


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("postcode", " ４１０ ０１６ ", "410016"),
        ("second_phone", "１９９－００００－１１１１", "19900001111"),
        ("second_phone", "+86 199 0000 1111", "19900001111"),
        ("second_phone", "（0731）5550 0102", "073155500102"),
        ("second_phone", "010-55500102", "01055500102"),
        ("second_phone", "  ", None),
        ("recipient", "　欧阳•明 ", "欧阳·明"),
        (
            "recipient",
            "王\U00020bb7𰻝\U000323af",
            "王\U00020bb7𰻝\U000323af",
        ),  # the last: newer than Python 3.11
        ("members_0_unit", "<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("members_0_unit", "=HYPERLINK(1)", "=HYPERLINK(1)"),
        ("members_0_unit", "{{ 7 * 7 }} #eval", "{{ 7 * 7 }} #eval"),
        ("rewards", "2021年 三好学生\r\n2022年 二等奖\n", "2021年 三好学生 2022年 二等奖"),
    ],
)
def test_what_people_write_is_kept_in_one_spelling(name: str, typed: str, kept: str | None) -> None:
    shown = as_raw(values(**{name: typed})).get(input_of(name))
    assert shown == (None if kept is None else [kept])


def test_a_matched_candidate_has_a_category_no_subjects_and_english() -> None:
    kept, problems = FORM.clean(raw(registration_type="VOCATIONAL_MATCHED", language="3"))
    assert set(problems) == {"vocational_category", "language"}
    assert problems["language"] == "按所选的报考类型，应试语种只能选英语，请重新选择"
    assert "first_subject" not in kept
    assert "second_subjects" not in kept
    matched = values(registration_type="VOCATIONAL_MATCHED", vocational_category="种植类")
    assert matched["vocational_category"] == "种植类"


def test_an_address_outside_the_province_stands_in_the_detail() -> None:
    assert problem("address_province", "other") is None
    kept = values(address_province="other", address_detail="广东省深圳市福田区1号")
    assert kept["address"] == {"province": "other", "detail": "广东省深圳市福田区1号"}
    rows = {row.key: row.text for section in FORM.display(kept) for row in section.rows}
    assert rows["address"] == "广东省深圳市福田区1号"
    _, problems = FORM.clean(raw(address_province="other", address_detail=""))
    assert problems == {"address.detail": "请从省、市写到门牌号"}


def test_an_address_tells_all_that_is_missing_at_once() -> None:
    _, problems = FORM.clean(raw(address_city="", address_county="", address_township=" ", address_detail=""))
    assert problems == {
        "address.city": "请选择通讯地址的市（州）",
        "address.county": "请选择通讯地址的县（市、区）",
        "address.township": "请填写乡镇或街道",
        "address.detail": "请填写村、路和门牌号",
    }
    named = {f"household.{part}": [""] for part in ("county", "township")}
    _, problems = FORM.clean(FILLED | named)
    assert problems == {"household.county": "请选择长沙市的县（市、区）", "household.township": "请填写乡镇或街道"}
    _, problems = FORM.clean(FILLED | {"household.city": [""]})
    assert problems == {"household.city": "请选择户籍所在地的市（州）"}


@settings(max_examples=300, deadline=None)
@given(browser, st.sampled_from(["", BOUND_PHONE]))
def test_no_input_breaks_a_page_and_what_is_kept_is_kept_again(given: dict[str, list[str]], bound_phone: str) -> None:
    kept, problems = FORM.clean(FILLED | given, bound_phone=bound_phone)
    assert all(problems.values())
    assert {name.partition(".")[0] for name in problems}.isdisjoint(kept)
    again, _ = FORM.clean(as_raw(kept), bound_phone=bound_phone)
    assert again == kept
    content_hash(kept)
    json.dumps(kept, ensure_ascii=False).encode("gb18030")


@given(browser)
def test_each_page_alone_takes_any_input(given: dict[str, list[str]]) -> None:
    for page in FORM.pages:
        kept, problems = page.clean(given)
        assert {name.partition(".")[0] for name in [*kept, *problems]} <= {field.key for field in page.fields}


def test_the_form_is_shown_in_official_words() -> None:
    sections = FORM.display(values())
    assert [section.title for section in sections] == [
        "报考类型",
        "选考科目与外语",
        "个人与学校",
        "户籍",
        "联系方式",
        "简历",
        "家庭成员",
        "特长与奖惩",
        "合理便利",
    ]
    rows = {row.label: row.text for section in sections for row in section.rows}
    assert rows["再选科目"] == "化学、生物学"
    assert rows["应试语种"] == "英语"
    assert rows["通讯地址"] == "湖南省长沙市芙蓉区马坡岭街道远大二路1238号6栋1204"
    assert rows["奖励和处分"] == ""
    assert "对口招生专业门类" not in rows


def test_versions_are_compared_in_words() -> None:
    new = values(second_subjects=["GEOGRAPHY", "CHEMISTRY"], strengths="", rewards="二等奖")
    differences = FORM.differences(values(), new)
    assert [(one.label, one.old, one.new) for one in differences] == [
        ("再选科目", "化学、生物学", "地理、化学"),
        ("特长", "长跑", ""),
        ("奖励和处分", "", "二等奖"),
    ]
    assert FORM.differences(new, new) == []


def test_groups_are_sealed_apart_and_unchanged_ones_stay_byte_for_byte() -> None:
    before, after = FORM.groups(values()), FORM.groups(values(postcode="410000"))
    assert set(before) == {"exam", "person", "contact", "family", "needs"}
    assert [group for group in before if before[group] != after[group]] == ["contact"]
    assert [group for group in before if FORM.is_sealed(group)] == ["contact", "family", "needs"]
    assert json.loads(before["exam"])["first_subject"] == "PHYSICS"
    merged = {key: value for group in before.values() for key, value in json.loads(group).items()}
    assert merged == values()


def test_the_hash_follows_the_content_not_the_order() -> None:
    one = values()
    other = dict(reversed(one.items()))
    assert content_hash(one) == content_hash(other)
    assert content_hash(one) != content_hash(values(postcode="410000"))
    assert len(content_hash(one)) == 64
    assert content_hash(one) == content_hash(one).upper()


def test_every_field_says_where_it_comes_from_and_samples_are_marked() -> None:
    assert len(FORM.pages) == 9
    assert all(field.source and field.protection and field.exchange for field in FORM.fields)
    assert len({field.exchange for field in FORM.fields}) == len(FORM.fields)
    assert {field.key for field in FORM.fields if field.sample} == {
        "registration_type", "vocational_category", "oral", "specialty_exam", "arts_categories", "also",
        "candidate_category", "graduation_category", "household_type", "history", "disability",
            "admission_kind", "features",
    }  # fmt: skip


def damaged(place: tuple[int, int], **changes: Any) -> dict[str, Any]:
    """The form's document with one field changed, `place` = page and field."""
    document: dict[str, Any] = copy.deepcopy(DOCUMENT)
    document["pages"][place[0]]["fields"][place[1]].update(changes)
    return document


@pytest.mark.parametrize(
    ("place", "changes"),
    [
        ((0, 0), {"codes": "NoSuchSet"}),
        ((0, 0), {"kind": "checkbox"}),
        ((0, 0), {"kind": "text"}),
        ((0, 0), {"protection": "secret"}),
        ((0, 0), {"lable": "报考类型"}),
        ((0, 1), {"condition": {"field": "language", "in": ["1"]}}),
        ((0, 1), {"condition": {"field": "registration_type", "in": ["NONE"]}}),
        ((1, 1), {"exactly": 0}),
        ((1, 2), {"only": ["7"]}),
        ((1, 2), {"key": "first_subject"}),
        ((2, 2), {"instead": {"99": "选群众"}}),
        ((2, 3), {"packed": 3}),
        ((2, 4), {"bytes": 0}),
        ((4, 1), {"protection": "plain code"}),
        ((4, 1), {"protection": "sealed:family"}),
        ((5, 0), {"columns": []}),
        ((5, 0), {"least": 9}),
        ((5, 0), {"ends": ""}),
        ((5, 0), {"kind": "text", "characters": 9, "bytes": 9}),
        ((8, 2), {"most": 0}),
    ],
)
def test_an_unsound_declaration_is_refused_when_it_is_loaded(place: tuple[int, int], changes: dict[str, Any]) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        FormDefinition.parse(damaged(place, **changes), codesets=CODESETS, divisions=DIVISIONS)


def test_a_question_that_asks_a_later_field_is_refused() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["pages"][0]["questions"] = [{"field": "language", "in": ["1"], "question": "？"}]
    with pytest.raises(ValueError, match="exam: its condition asks what no earlier field answers"):
        FormDefinition.parse(document, codesets=CODESETS, divisions=DIVISIONS)


def test_pages_are_found_by_key() -> None:
    assert FORM.page("contact").title == "联系方式"
    with pytest.raises(KeyError):
        FORM.page("none")
