"""Texts of messages are season data: what each year ships is whole, and what a text may not be is refused at load."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from baoming.messages import templates
from baoming.messages.queries import texts
from baoming.messages.templates import OFFERED, TemplateRefused, check, covered, fill, is_code
from baoming.seasons.models import Season, SeasonData
from baoming.web.management.commands import load_season
from tests import factories as make

DATA = Path(templates.__file__).parent / "data" / "43"
YEARS = sorted(int(path.parent.name) for path in DATA.glob("*/messages.json"))
# ux.md section 5, the row SMS; the system's name is the demo's.
CODE_TEXT = "【高考报名】123456，用于绑定手机，10分钟内有效。工作人员不会索要。如非本人操作请联系报名点"
NOTICE = "passwords_set"


def shipped(year: int = 2023) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((DATA / str(year) / "messages.json").read_text("utf-8"))
    return read


def changed(key: str, text: str) -> dict[str, Any]:
    document = copy.deepcopy(shipped())
    document["templates"][key]["text"] = text
    return document


@pytest.mark.parametrize("year", YEARS)
def test_each_year_ships_every_message_marked_as_a_sample(year: int) -> None:
    document = shipped(year)
    check(document)
    assert document["templates"].keys() == OFFERED.keys()
    assert document["sample"] is True
    ids = [one["provider_ids"]["tencent"] for one in document["templates"].values()]
    assert len(ids) == len(set(ids))


def test_both_years_ship_texts() -> None:
    assert YEARS == [2023, 2025]


def test_a_code_is_told_in_the_words_of_the_standard() -> None:
    filled = fill(shipped(), "phone_code", {"code": "123456"})
    assert (filled.text, filled.words) == (CODE_TEXT, ("123456", "10"))


def test_the_inbox_covers_a_code_and_nothing_else() -> None:
    assert covered(CODE_TEXT, "phone_code").startswith("······，用于绑定手机，10分钟内有效")
    assert "123456" not in covered(CODE_TEXT, "phone_code")
    assert covered("【高考报名】请打0731-12345678", NOTICE) == "请打0731-12345678"


def test_seven_messages_carry_codes() -> None:
    assert sum(map(is_code, OFFERED)) == 7


REFUSED = {
    "unknown placeholder": (NOTICE, "您已设置密码{colour}", "不认识{colour}"),
    "a word of another message": (NOTICE, "您已设置密码{version}", "不认识{version}"),
    "a code in a notice": (NOTICE, "您已设置密码{code}", "不认识{code}"),
    "a name": (NOTICE, "{name}同学，您已设置密码", "不写个人信息，请删去{name}"),
    "an ID number": (NOTICE, "证件号{id_number}已设置密码", "不写个人信息，请删去{id_number}"),
    "a registration number": ("form_saved", "{registration_number}已保存", "不写个人信息"),
    "braces": (NOTICE, "您已设置密码{phone", "花括号没有成对"),
    "an attribute": (NOTICE, "您已设置密码{phone.__class__}", "不认识{phone.__class__}"),
    "a format": (NOTICE, "您已设置密码{phone:>9999}", "只写一个名称"),
    "a conversion": (NOTICE, "您已设置密码{phone!r}", "只写一个名称"),
    "twice": (NOTICE, "{phone}您已设置密码{phone}", "同一个名称只用一次"),
    "no code": ("phone_code", "用于绑定手机，{minutes}分钟内有效", "缺少{code}"),
    "no validity": ("phone_code", "{code}，用于绑定手机", "缺少{minutes}"),
    "a link": (NOTICE, "请打开https://baoming.cn核对", "不放链接"),
    "a bare address": (NOTICE, "请打开baoming.gov.cn核对", "不放链接"),
    "digits": (NOTICE, "请打07311234567", "不写号码"),
    "an own signature": (NOTICE, "【骗子】您已设置密码", "不写【】"),
    "two lines": (NOTICE, "您已设置\n密码", "写成一行"),
    "too long": (NOTICE, "您" * 129, "最长会有135个字"),
    "too long once filled": ("form_saved", "字" * 90 + "{changed}", "最长会有144个字"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_text_that_must_not_be_is_refused_with_a_sentence(case: str) -> None:
    key, text, why = REFUSED[case]
    with pytest.raises(TemplateRefused, match=f"短信模板{key}：") as refusal:
        check(changed(key, text))
    assert why in str(refusal.value)


def test_the_longest_text_is_taken() -> None:
    check(changed(NOTICE, "您" * 128))


@pytest.mark.parametrize(
    ("part", "value", "why"),
    [
        ("sign", "某", "短信签名"),
        ("sign", "【高考】", "短信签名"),
        ("sign", None, "短信签名"),
        ("templates", [], "按名称列出"),
        ("templates", {}, "缺少短信模板"),
    ],
)
def test_a_document_that_is_none_is_refused(part: str, value: object, why: str) -> None:
    with pytest.raises(TemplateRefused, match=why):
        check({**shipped(), part: value})


@pytest.mark.parametrize("one", ["x", {"title": "字"}, {"title": "", "text": "字"}, {"title": "字" * 21, "text": "字"},
                                 {"title": "字", "text": "字", "provider_ids": {"nobody": "1"}},
                                 {"title": "字", "text": "字", "provider_ids": {"tencent": "x"}}])  # fmt: skip
def test_a_template_of_another_shape_is_refused(one: object) -> None:
    document = shipped()
    with pytest.raises(TemplateRefused, match=NOTICE):
        check({**document, "templates": {**document["templates"], NOTICE: one}})


def test_a_message_that_nobody_sends_is_refused() -> None:
    document = shipped()
    with pytest.raises(TemplateRefused, match="系统不发这些短信，请删去模板：greeting"):
        check({**document, "templates": {**document["templates"], "greeting": document["templates"][NOTICE]}})


@pytest.fixture
def bad_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """The year's file says what it must not."""
    read = load_season.documents

    def changed_documents(province: str, year: int) -> dict[str, Any]:
        return {**read(province, year), "messages": changed(NOTICE, "{name}，您已设置密码")}

    monkeypatch.setattr(load_season, "documents", changed_documents)


@pytest.mark.django_db
@pytest.mark.usefixtures("bad_file")
def test_the_command_says_it_and_loads_nothing() -> None:
    with pytest.raises(CommandError, match="不写个人信息"):
        call_command("load_season", "43", "2023", "--kind", "demo")
    assert not Season.objects.exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("bad_file")
def test_control_without_the_check_it_would_be_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_season, "check_texts", lambda _: None)
    call_command("load_season", "43", "2023", "--kind", "demo")
    assert "{name}" in SeasonData.objects.get(key="messages").content["templates"][NOTICE]["text"]


@pytest.mark.django_db
def test_before_the_season_is_loaded_once_more_the_shipped_texts_are_sent() -> None:
    """A portal of this version beside a season of the former one: a save must not fail for want of a text."""
    season = make.season()
    SeasonData.objects.filter(season=season, key="messages").delete()
    assert texts(season) == shipped()


def test_no_text_of_a_message_stands_in_code() -> None:
    product = Path(templates.__file__).parent.parent
    assert [path.name for path in product.rglob("*.py") if "【高考报名】" in path.read_text("utf-8")] == []
