"""R23: the eligibility review form of migrant workers' children, public, blank or filled on screen."""

import logging
import subprocess

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from baoming.continuity.services import pause_season
from baoming.documents.engine import page_count
from baoming.forms import cleaning
from baoming.reviews import review_forms
from tests import factories as make
from tests.seasons_kept import loaded

pytestmark = pytest.mark.django_db
NUMBER = "990001200508090249"  # nobody's
FILLED = {
    "name": "阿依古丽•买买提",
    "sex": "女",
    "ethnicity": "维吾尔族",
    "number": "990001 20050809 0249",
    "household": "新疆维吾尔自治区喀什地区样例县英吾斯塘乡",
    "address": "湖南省湘岭市青麓县解放东路一段1288号",
    "phone": "199 0000 0177",
    "graduation": "普通高中毕业",
    "school": "湘岭市青麓县民族中学",
    "roll": "G990001200508090249",
    "enrolled": "2020.09",
    "tests": "已参加，合格性考试9科合格",
    "type": "统一考试",
    "father_name": "买买提·吐尔逊江",
    "father_number": "99000119760412017" + "5",
    "father_unit": "青麓县恒通冷链物流有限公司",
    "father_permit": "990001202001120417",
    "father_since": "2018年1月",
    "father_phone": "19900000178",
    "evidence": ["户口簿", "学籍证明"],
}


def words(pdf: bytes) -> str:
    read = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True)
    return "".join(read.stdout.decode().replace("\u200b", "").split())


BOXES = {
    2023: ("县（市、区）招考机构审批意见", "同意报名"),
    2025: ("县（市、区）招考机构初审意见", "市（州）招考机构复审意见", "省教育考试院审定意见", "省教育考试院（盖章）"),
}


@pytest.mark.parametrize("year", BOXES)
def test_each_office_that_reviews_has_its_box_and_no_other(phone: Client, year: int) -> None:
    """R23: in 2023 the county alone, from 2025 on county, city and province, as the case itself goes."""
    loaded(year)
    text = words(phone.get("/review-form/blank/").content)
    for told in BOXES[year]:
        assert told in text
    assert ("省教育考试院" in text.replace("湖南省教育考试院", "")) == (year == 2025)
    assert "第1页共1页" in text
    said = phone.get("/review-form/").content.decode()
    assert ("市（州）招考机构复审" in said) == (year == 2025)
    filled = phone.post("/review-form/", FILLED)
    assert page_count(filled.content) == 1


def test_a_season_without_the_kind_prints_the_countys_box(phone: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded()
    monkeypatch.setattr("baoming.web.candidate.papers.kinds_of", lambda _: {})
    assert "县（市、区）招考机构审批意见" in words(phone.get("/review-form/blank/").content)


@pytest.mark.parametrize(("year", "title"), [(2023, "湖南省2023年普通高等学校招生考试"), (2025, "湖南省2025年")])
def test_the_home_page_leads_to_a_blank_pdf_of_the_season(phone: Client, year: int, title: str) -> None:
    loaded(year)
    assert 'href="/review-form/"' in phone.get("/").content.decode()
    page = phone.get("/review-form/").content.decode()
    assert 'href="/review-form/blank/"' in page
    assert "系统不保存、不记录" in page
    answer = phone.get("/review-form/blank/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    text = words(answer.content)
    for told in (title, "外省户籍进城务工人员随迁子女报名资格审核表", "考生签名", "就读学校意见", "第1页共1页"):
        assert told in text
    assert page_count(answer.content) == 1


def test_what_was_typed_stands_on_the_paper_as_the_official_form_writes_it(phone: Client) -> None:
    make.season()
    answer = phone.post("/review-form/", FILLED)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["Content-Disposition"].startswith("attachment"), "the page with what was typed stays"
    assert answer["Cache-Control"] == "no-store"
    assert page_count(answer.content) == 1
    text = words(answer.content)
    for told in (
        "阿依古丽·买买提", "维吾尔族", NUMBER, "英吾斯塘乡", "解放东路一段1288号", "19900000177", "2020年9月",
        "合格性考试9科合格", "买买提·吐尔逊江", "990001197604120175", "2018年1月", "19900000178", "系统没有保存",
    ):  # fmt: skip
        assert told in text, told


def test_nothing_is_written_and_nothing_is_logged(phone: Client, caplog: pytest.LogCaptureFixture) -> None:
    make.season()
    caplog.set_level(logging.DEBUG)
    with CaptureQueriesContext(connection) as queries:
        assert phone.post("/review-form/", FILLED).status_code == 200
        assert phone.post("/review-form/", {**FILLED, "number": "1"}).status_code == 422
    asked = [query["sql"] for query in queries]
    said = caplog.text + " ".join(asked)
    assert not [one for one in asked if one.split()[0] in ("INSERT", "UPDATE", "DELETE", "WITH", "COPY")]
    assert [one for one in asked if one.startswith("SELECT")], "the control: statements are seen"
    assert not [one for one in ("阿依古丽", NUMBER, "19900000177", "英吾斯塘") if one in said]


@pytest.mark.parametrize(
    ("key", "typed", "sentence"),
    [
        ("name", "", "请填写姓名；其余的可以空着，打印后手填"),
        ("name", "A\x07", "控制字符"),
        ("name", "龙\ue000", "自造字"),
        ("number", "990001200508090248", "身份证号码有一位填错了，请对照证件逐位核对"),
        ("mother_number", "12", "请输入18位身份证号码，最后一位可能是X"),
        ("phone", "1234", "手机号码是11位数字，您填了4位"),
        ("enrolled", "去年", "学籍建立年月请填年和月"),
        ("school", "湘" * 31, "就读学校最多30个字，您填了31个，请缩短"),
        ("address", "😀", "表情符号"),
        ("tests", "已参加\u0c15", "打印后手写"),
        ("sex", "其他", "请在列出的选项中选择性别"),
        ("evidence", "<b>", "请在列出的选项中选择提交的材料"),
    ],
)
def test_what_cannot_be_taken_gets_a_sentence_at_its_field_and_loses_nothing(
    phone: Client, key: str, typed: str, sentence: str
) -> None:
    make.season()
    answer = phone.post("/review-form/", {**FILLED, key: typed})
    page = answer.content.decode()
    assert answer.status_code == 422
    message = page.partition(f'id="e-{key}">')[2].partition("</p>")[0]
    assert sentence in message
    kept = {name: value for name, value in FILLED.items() if name != key and isinstance(value, str)}
    assert not [name for name, value in kept.items() if f'value="{value}"' not in page]
    ticked = {"sex": 1, "graduation": 1, "type": 1, "evidence": 2}
    assert page.count(" checked") == sum(number for name, number in ticked.items() if name != key)


def test_control_without_the_look_into_the_fonts_the_press_refuses(
    phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.season()
    monkeypatch.setattr(review_forms, "missing", lambda text: [])
    with pytest.raises(AssertionError):
        test_what_cannot_be_taken_gets_a_sentence_at_its_field_and_loses_nothing(
            phone, "tests", "已参加\u0c15", "打印后手写"
        )


def test_control_without_the_cleaners_a_wrong_phone_is_printed(phone: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    make.season()
    monkeypatch.setattr(cleaning, "phone", lambda field, raw: raw)
    assert phone.post("/review-form/", {**FILLED, "phone": "1234"}).status_code == 200


def test_the_longest_of_everything_fits_one_page_and_templates_are_never_read_as_markup(phone: Client) -> None:
    make.season()
    longest = {one.key: "湘" * one.characters for part in review_forms.PARTS for one in part.fields if one.characters}
    answer = phone.post("/review-form/", {**FILLED, **longest, "tests": "#panic()[$x$]*_`<script>"})
    assert answer.status_code == 200
    assert page_count(answer.content) == 1
    text = words(answer.content)
    assert "#panic()[$x$]*_`<script>" in text
    assert text.count("湘") >= sum(one.characters for part in review_forms.PARTS for one in part.fields) - 30


def test_only_a_name_is_asked_for(phone: Client) -> None:
    make.season()
    assert "欧阳思远" in words(phone.post("/review-form/", {"name": "欧阳思远"}).content)


def test_a_pause_of_the_season_does_not_stop_a_paper(phone: Client) -> None:
    season = make.season("sign_up")
    pause_season(season.pk, reason="支付平台故障", until=None, extends=False, by=make.PROVINCE)
    assert phone.post("/claim/").status_code == 503
    assert phone.post("/review-form/", FILLED).status_code == 200
