"""A site's day in a real browser (R4–R8): roster, typed card, review, photo, number, slip, story."""

import re

import pytest
from playwright.sync_api import Page, expect

from baoming.registrations.identity_numbers import check_character
from standins.faces import Look, draw, face
from tests.journeys import office
from tests.journeys.paper import print_out, squeezed

pytestmark = pytest.mark.journey

FIRST_17 = "99000120050317913"
CARD = {
    "公民身份号码": FIRST_17 + check_character(FIRST_17),
    "出生日期": "2005-03-17",
    "住址": "湘岭市青麓县白鹭街道书院路118号3栋2单元601室",
    "签发机关": "青麓县公安局",
    "有效期起日": "2021-03-18",
    "有效期止日": "2031-03-18",
}
NAMES = ["司马青云", "阿依古丽·买买提", "刘㛃", *(f"考生{number}" for number in range(57))]


def roster() -> bytes:
    lines = ["学籍号,姓名,性别,班级,学号,班主任"]
    rows = enumerate(NAMES, 1)
    lines += [f"G99000120050317{number:04d},{name},男,高三（5）班,{number:02d},李强" for number, name in rows]
    return "\n".join(lines).encode()


def test_a_pupil_goes_from_the_roster_to_a_slip(desktop: Page) -> None:
    office.go_to(desktop, "报名点审核、采集照片")
    with office.signed_in(desktop, "chenhong") as county:
        office.open_site(county, expected="60", first="01030001", last="01030600")
        expect(county.get_by_role("table")).to_contain_text("01030001 — 01030600")
    with office.signed_in(desktop, "liuyang") as site:
        office.import_roster(site, roster())
        site.get_by_role("link", name="受理", exact=True).click()
        site.get_by_role("link", name="手工录入：司马青云").click()
        office.type_card(site, {**CARD, "出生日期": "2005-03-18"})
        site.get_by_label("男", exact=True).check()
        site.get_by_label("民族").select_option(label="汉族")
        site.get_by_role("button", name="核对无误，打开档案").click()
        expect(site.get_by_role("alert")).to_contain_text("出生日期和身份证号码不一致")
        office.type_card(site, CARD)
        site.get_by_role("button", name="核对无误，打开档案").click()
        office.matched(site)
        office.pass_review(site)
        office.take_photo(site, draw(1, sex="男", look=Look(blur=6, backdrop=(200, 40, 40))).jpeg)
        expect(site.get_by_text("请擦净镜头，对准面部，拿稳再拍")).to_be_visible()
        expect(site.get_by_text("背景不是规定的颜色")).to_be_visible()
        expect(site.get_by_role("button", name=re.compile("发号"))).to_have_count(0)
        office.take_photo(site, face(1, sex="男"), label="重拍一张")
        expect(site.get_by_text("头部大小、位置")).to_be_visible()
        site.get_by_role("button", name=re.compile("发号")).click()
        expect(site.get_by_role("img", name="报名序号 01030001")).to_be_visible()
        assert "01030001" in squeezed(print_out(site, "打印通知单"))
        site.get_by_role("link", name="考生", exact=True).click()
        expect(site.get_by_role("row", name=re.compile("司马青云"))).to_contain_text("报名费")
    with office.signed_in(desktop, "zhoumin") as neighbour:
        neighbour.get_by_role("link", name="考生", exact=True).click()
        expect(neighbour.get_by_role("row", name=re.compile(NAMES[0]))).to_have_count(0)
