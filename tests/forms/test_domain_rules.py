"""The rules of domain section 5 (data standard of 报名登记表), a test each, for both seasons.

`RULES` is written from that section's table, row by row. The last tests hold it against the tests: no rule without
one, no test without a rule. Each guard has its control: the rule taken out of the season's data, or its function
replaced, and the same test fails.
"""

import inspect
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import combinations, product
from typing import Any

import pytest
from django.test import Client, override_settings

from baoming.forms import cleaning, exchange
from baoming.forms import rows as form_rows
from baoming.forms.definition import FormDefinition
from baoming.forms.fields import Field
from baoming.forms.rows import _periods as periods
from baoming.registrations.rosters import RosterRow, _problems
from baoming.registrations.services import forms
from baoming.shared.errors import NotOpen
from tests import factories as make
from tests.forms.domain import DOCUMENTS, RULES, Change, filled, labels, one, parsed, refused, without
from tests.forms.samples import FILLED, as_inputs
from tests.registrations.test_save_form import candidate, deadline, save, type_in


@pytest.fixture(params=DOCUMENTS, ids=str)
def form(request: pytest.FixtureRequest) -> FormDefinition:
    return parsed(request.param)


@pytest.fixture
def phone() -> Iterator[Client]:
    with override_settings(PORTAL="candidate", ROOT_URLCONF="baoming.config.urls_candidate"):
        yield Client()


# card


def test_card(form: FormDefinition) -> None:
    card = ["姓名", "性别", "民族", "出生日期", "证件号码", "住址", "签发机关", "有效期", "照片"]
    given = [one.label for one in form.given if one.by == "card" or one.key == "photo"]
    assert [label for label in given if label != "证件类型"] == card  # the kind of document is what was read, not on it
    assert {one.label for one in form.fields}.isdisjoint({*given, "公民身份号码"})
    keys = {one.key: ["别人"] for one in form.given} | {one.exchange: ["别人"] for one in form.given}
    assert form.clean(filled(form) | keys) == form.clean(filled(form))


# exam


def test_combinations(form: FormDefinition) -> None:
    assert labels(form, "first_subject") == ["物理", "历史"]
    assert labels(form, "second_subjects") == ["思想政治", "地理", "化学", "生物学"]
    second = one(form, "second_subjects")
    taken = set()
    for size in range(5):
        for first, rest in product(one(form, "first_subject").choices({}), combinations(second.choices({}), size)):
            if "second_subjects" not in refused(form, first_subject=first, second_subjects=list(rest)):
                taken.add((first, rest))
    assert len(taken) == 12


def test_languages(form: FormDefinition) -> None:
    assert sorted(labels(form, "language")) == sorted(["英语", "俄语", "日语", "法语", "德语", "西班牙语"])
    assert refused(form, language="9") == {"language": "请在列出的选项中选择应试语种"}


MATCHED = {"registration_type": "VOCATIONAL_MATCHED", "vocational_category": "种植类"}


def test_matched_english(form: FormDefinition) -> None:
    assert refused(form, **MATCHED, language="1") == {}
    for language in "23456":
        sentence = "按所选的报考类型，应试语种只能选英语，请重新选择"
        assert refused(form, **MATCHED, language=language) == {"language": sentence}


def test_matched_category(form: FormDefinition) -> None:
    assert len(labels(form, "vocational_category")) == 16
    assert one(form, "vocational_category").kind == "choice"
    named = refused(form, registration_type="VOCATIONAL_MATCHED")
    assert named == {"vocational_category": "请选择对口招生专业门类"}
    kept, _ = form.clean(filled(form, **MATCHED))
    assert "first_subject" not in kept


def test_oral_listening_paper(form: FormDefinition) -> None:
    assert refused(form, oral="") == {"oral": "请选择外语口试"}
    given = {one.exchange: one.by for one in form.given}
    assert given["WYTL"] == given["YSJZDM"] == "province"
    assert "计入总分" in one(form, "language").hint


def test_also(form: FormDefinition) -> None:
    field = one(form, "also")
    assert (field.kind, field.optional) == ("choices", True)
    assert refused(form, also=["HIGHER_VOC_SINGLE", "PUBLIC_TEACHER"]) == {}


@pytest.mark.django_db
def test_locked() -> None:
    row = candidate()
    type_in(row)
    make.at(deadline() - timedelta(seconds=1))
    save(row)
    type_in(row, FILLED | {"language": ["2"]})
    make.at(deadline())
    with pytest.raises(NotOpen, match="请向报名点申请信息变更"):
        save(row)
    row.refresh_from_db()
    assert row.version == 1


# person


def test_category(form: FormDefinition) -> None:
    assert set(labels(form, "candidate_category")) == {a + b for a, b in product(("城镇", "农村"), ("应届", "往届"))}


def test_no_party(form: FormDefinition) -> None:
    sentence = "没有加入任何党派和共青团的，政治面貌请选群众，不选无党派民主人士"
    assert refused(form, political_status="12") == {"political_status": sentence}
    assert "群众" in labels(form, "political_status")
    assert "无党派民主人士" not in labels(form, "political_status")


def test_other_secondary(form: FormDefinition) -> None:
    for type_, kind in (("HIGHER_VOC_SINGLE", "VOC_FIVE_YEAR"), ("SPECIAL_SINGLE", "JUVENILE")):
        person = {"registration_type": type_, "admission_kind": kind}
        assert refused(form, **person, graduation_category="5") == {}
        assert set(refused(form, **person, graduation_category="0")) == {"graduation_category"}
    ordinary = {"registration_type": "SPECIAL_SINGLE", "admission_kind": "RECOMMENDED"}
    assert refused(form, **ordinary, graduation_category="0") == {}
    assert set(refused(form, registration_type="SPECIAL_SINGLE", admission_kind="VOC_FIVE_YEAR")) == {"admission_kind"}


def test_school(form: FormDefinition) -> None:
    kept, _ = form.clean(filled(form))
    assert kept["school"] == {"code": "0102001", "name": "长沙市芙蓉区第一中学"}
    assert exchange.columns_of(one(form, "school")) == ["BYXXDM", "BYXXMC"]


@pytest.mark.parametrize(
    "number", ["99000120050317001X", "9990001200503170011", "GG90001200503170011", "G99000120050317"]
)
def test_roll_number(number: str) -> None:
    def told(typed: str) -> list[str]:
        row = RosterRow(2, typed, "王明", "高三（1）班")
        return list(_problems(row, {"roll_number": typed, "name": row.name, "class_name": row.class_name}))

    assert told("G99000120050317001X") == []
    assert len("G99000120050317001X") == 19
    assert told(number) == ["学籍号是1个字母加18位，请对照学籍系统核对"]


def test_features(form: FormDefinition) -> None:
    field = one(form, "features")
    assert field.codes
    assert {len(code) for code in field.codes.labels} == {2}
    values, problems = form.clean(filled(form, features=["05", "01"]))
    assert problems == {}
    assert exchange.record(form, values)["KSTZ"] == "0105"
    assert exchange.read(form, exchange.record(form, values)) == (values, {})
    assert exchange.record(form, form.clean(filled(form))[0])["KSTZ"] == ""
    assert refused(form, features=["1"]) == {"features": "请在列出的选项中选择考生特征"}


def test_household_disability_class(form: FormDefinition) -> None:
    assert labels(form, "household_type") == ["农村", "城镇"]
    assert one(form, "household").short
    assert "class_name" in {one.key for one in form.given}
    named = refused(form, asks_accommodation="YES")
    assert named["disability"] == "请选择残障类别"


# contact


def test_address(form: FormDefinition) -> None:
    empty = {name: "" for name in FILLED if name.startswith("address.")} | {"postcode": "", "recipient": ""}
    assert set(refused(form, **empty)) == {"address.province", "postcode", "recipient"}
    sentence = "没有000000这个邮政编码，请填您收信地址的邮政编码，不知道的可以问当地邮局"
    assert refused(form, postcode="000000") == {"postcode": sentence}


def test_second_phone(form: FormDefinition) -> None:
    page = form.page("contact")
    own = {name: FILLED[name] for field in page.fields for name in field.inputs if name in FILLED}
    assert page.clean(own, bound_phone="19900006021")[1] == {}
    named = page.clean(own | {"second_phone": ["19900006021"]}, bound_phone="19900006021")[1]
    assert named == {"second_phone": "第二联系电话不能和短信手机相同"}


@pytest.mark.django_db
def test_phone_stays(phone: Client) -> None:
    row = candidate()
    phone.force_login(row.account)
    assert "短信手机 199****6021，录取前请不要停用" in phone.get("/form/contact").content.decode()


# history


def history(form: FormDefinition, *changes: dict[str, str]) -> tuple[Any, dict[str, str]]:
    ends = one(form, "history").ends
    year = int(ends[:4])
    lines = [
        {"from": f"{year - 3}-09", "to": ends, "unit": "芙蓉一中", "post": "学生", "witness": "周明"},
        {"from": f"{year - 6}-09", "to": f"{year - 3}-06", "unit": "育才初中", "post": "学生", "witness": "李文"},
        {"from": f"{year - 12}-09", "to": f"{year - 6}-06", "unit": "育才小学", "post": "学生", "witness": "陈桂芳"},
    ]
    typed = [line | change for line, change in zip(lines, [*changes, {}, {}, {}], strict=False)]
    kept, problems = form.page("history").clean(as_inputs("history", typed[: len(lines)]))
    return kept.get("history"), problems


def test_three_rows(form: FormDefinition) -> None:
    assert [column.key for column in one(form, "history").columns] == ["from", "to", "unit", "post", "witness"]
    kept, problems = history(form)
    assert (len(kept), problems) == (3, {})
    empty = dict.fromkeys(("from", "to", "unit", "post", "witness"), "")
    assert history(form, {}, {}, empty)[1] == {"history.2.from": "请填写简历，至少3段，您填了2段"}


def test_newest_first(form: FormDefinition) -> None:
    kept, _ = history(form)
    turned = as_inputs("history", list(reversed(kept)))
    assert form.page("history").clean(turned)[0]["history"] == kept
    assert [line["from"] for line in kept] == sorted((line["from"] for line in kept), reverse=True)


def test_no_gap(form: FormDefinition) -> None:
    year = int(one(form, "history").ends[:4])
    _, problems = history(form, {}, {"to": f"{year - 3}-05"})
    assert problems == {"history.1.to": f"到{year - 3}.09之间空了4个月，请补一段，在家、务工也要写"}


def test_no_overlap(form: FormDefinition) -> None:
    year = int(one(form, "history").ends[:4])
    _, problems = history(form, {}, {"to": f"{year - 3}-10"})
    assert problems == {"history.1.to": f"和{year - 3}.09开始的一段重叠，请核对起止年月"}


def test_ends_in_june(form: FormDefinition) -> None:
    ends = one(form, "history").ends
    assert ends[4:] == "-06"
    for month in ("-05", "-07"):
        typed = ends[:4] + month
        sentence = f"最近一段要到{ends.replace('-', '.')}为止，您填的是{typed.replace('-', '.')}"
        assert history(form, {"to": typed})[1] == {"history.0.to": sentence}


# family

FATHER = {"relation": "FATHER", "name": "王建国", "phone": "19900000001"}
GUARDIAN = {"relation": "GUARDIAN", "name": "王秀英", "phone": "19900000002"}


def family(form: FormDefinition, *lines: dict[str, str]) -> tuple[Any, dict[str, str]]:
    kept, problems = form.page("family").clean(as_inputs("members", lines))
    return kept.get("members"), problems


def test_members(form: FormDefinition) -> None:
    assert [column.label for column in one(form, "members").columns] == ["关系", "姓名", "工作单位", "职务", "联系电话"]
    assert family(form, FATHER, FATHER | {"relation": "MOTHER"})[1] == {}


def test_guardian(form: FormDefinition) -> None:
    assert family(form, GUARDIAN) == ([GUARDIAN], {})
    kept, problems = family(form, FATHER, GUARDIAN)
    assert kept is None
    assert set(problems) == {"members.1.relation"}
    assert problems["members.1.relation"].startswith("父母都没有监护权的才填监护人")


# text, arts, names


def test_texts(form: FormDefinition) -> None:
    kept, problems = form.clean(filled(form, strengths="长跑\r\n短跑", rewards="2021年三好学生"))
    assert (kept["strengths"], kept["rewards"], problems) == ("长跑 短跑", "2021年三好学生", {})


def test_moral(form: FormDefinition) -> None:
    given = {one.label: one.by for one in form.given}
    assert given["思想品德考核意见"] == "site, county"
    assert "思想品德考核意见" not in {one.label for one in form.fields}


def test_piece() -> None:
    form = parsed(2025)
    music = {"specialty_exam": "ARTS", "arts_category": "音乐类", "music_direction": "A2"}
    assert refused(form, **music) == {"music_piece": "请填写乐器、唱法和曲目"}
    assert refused(form, **music, music_piece="民族唱法《长城谣》") == {}
    assert "不一致的计0分" in one(form, "music_piece").hint


def test_names(form: FormDefinition) -> None:
    kept, problems = form.clean(filled(form, recipient="王𠮷䶮·𰻝"))
    assert (kept["recipient"], problems) == ("王𠮷䶮·𰻝", {})
    assert exchange.record(form, kept)["SJR"] == "王𠮷䶮·𰻝"


# each rule has its test, and each test its rule; the controls


def _tests() -> Iterator[str]:
    for name, test in inspect.getmembers(sys.modules[__name__], inspect.isfunction):
        if name.startswith("test_") and test.__module__ == __name__ and "control" not in name:
            yield name.removeprefix("test_")


def test_control_each_rule_of_the_section_is_named_by_a_test_and_no_test_stands_alone() -> None:
    named = [test for group in RULES.values() for test in group.values()]
    assert sorted(named) == sorted(_tests())
    assert list(RULES) == ["card", "exam", "person", "contact", "history", "family", "text", "arts/sports", "names"]


def _standing(key: str, *rules: str) -> Change:
    return lambda document: without(document, key, *rules)


@pytest.mark.parametrize(
    ("test", "change"),
    [
        (test_matched_english, _standing("language", "narrowed")),
        (test_languages, _standing("language", "only", "narrowed")),
        (test_no_party, _standing("political_status", "instead")),
        (test_other_secondary, _standing("graduation_category", "narrowed")),
        (test_other_secondary, _standing("admission_kind", "narrowed")),
        (test_features, _standing("features", "packed")),
        (test_guardian, _standing("members.relation", "alone")),
        (test_second_phone, _standing("second_phone", "not_bound_phone")),
    ],
)
def test_control_without_its_rule_in_the_data_the_test_fails(
    test: Callable[[FormDefinition], None], change: Change
) -> None:
    for year in DOCUMENTS:
        test(parsed(year))
        with pytest.raises(AssertionError):
            test(parsed(year, change))


def test_control_without_the_check_of_periods_a_gap_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert form_rows._periods is periods
    monkeypatch.setattr(form_rows, "_periods", lambda *_: {})
    for test in (test_no_gap, test_no_overlap, test_ends_in_june):
        with pytest.raises(AssertionError):
            test(parsed(2023))


def test_control_without_the_count_of_choices_more_combinations_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    def any_number(field: Field, raw: list[str], *, values: Any) -> list[str]:
        return [code for code in field.choices(values) if code in raw]

    monkeypatch.setattr(cleaning, "choices", any_number)
    with pytest.raises(AssertionError):
        test_combinations(parsed(2023))


@pytest.mark.django_db
def test_control_without_the_clock_a_save_passes_after_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "require", lambda *_: deadline())
    with pytest.raises(pytest.fail.Exception):
        test_locked()
