"""An operator leaves the desk and comes back, and another takes it over (R29), in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from baoming.web.management.commands.load_demo import PIN
from tests.journeys import office
from tests.journeys.test_site_day import CARD

pytestmark = pytest.mark.journey
OTHER, OWN = "902846", "changjiang-58"


def colleague(page: Page) -> str:
    """The county opens an account for a second operator of the site; return its code."""
    with office.signed_in(page, "chenhong") as county:
        office.open_site(county, expected="60", first="01030001", last="01030600")
        county.get_by_role("link", name="工作人员").click()
        county.get_by_label("姓名", exact=True).fill("谭欣")
        county.get_by_label("账号", exact=True).first.fill("tanxin")
        county.get_by_label("单位", exact=True).select_option(label="天心一中报名点")
        county.get_by_label("岗位", exact=True).first.select_option(label="报名点操作员")
        county.get_by_role("button", name="开设账号").click()
        found = re.search(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}", county.get_by_role("main").inner_text())
        assert found
        return found[0]


def test_a_desk_is_left_locked_taken_up_again_and_handed_over(desktop: Page) -> None:
    office.go_to(desktop, "报名点审核、采集照片")
    code = colleague(desktop)
    with office.signed_in(desktop, "liuyang"):
        desktop.goto("/desk/typing/")
        desktop.get_by_role("textbox", name="姓名", exact=True).fill("司马青云")
        office.type_card(desktop, CARD)
        leave_and_come_back(desktop)
        desktop.get_by_label("男", exact=True).check()
        desktop.get_by_label("民族").select_option(label="汉族")
        desktop.get_by_role("button", name="核对无误，打开档案").click()
        person = desktop.url
        expect(desktop.get_by_text("手工录入，欠读卡核验")).to_be_visible()
        in_another_page(desktop)
        desktop.goto(person)
        hand_over(desktop, code)
        desktop.goto(person)
        expect(desktop.get_by_role("heading", name="司马青云")).to_be_visible()
        expect(desktop.get_by_role("link", name="谭欣")).to_be_visible()


def leave_and_come_back(page: Page) -> None:
    """F9, a wrong PIN, Esc, the right one: the page is hidden, and what was typed is still there."""
    page.mouse.click(5, 5)
    page.keyboard.press("F9")
    expect(page.get_by_role("dialog", name="已锁定")).to_contain_text("刘洋（天心一中报名点）当班")
    for _ in range(3):
        page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="已锁定")).to_be_in_viewport()
    page.get_by_label("解锁口令").fill(OTHER)
    page.keyboard.press("Enter")
    expect(page.get_by_text("不对，请再填一次")).to_be_visible()
    page.get_by_label("解锁口令").fill(PIN)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_label("住址")).to_have_value(CARD["住址"])


def in_another_page(page: Page) -> None:
    """What is locked in one page is locked in all; the server shows nobody, and goes on where it was asked."""
    second = page.context.new_page()
    second.goto("/desk/")
    second.get_by_role("button", name="锁定").click()
    expect(page.get_by_role("dialog", name="已锁定")).to_be_visible()
    second.wait_for_timeout(500)
    second.goto("/candidates/")
    expect(second.get_by_role("heading", name="已锁定")).to_be_visible()
    assert "司马青云" not in second.content()
    second.get_by_label("当班口令").fill(PIN)
    second.get_by_role("button", name="解锁").click()
    expect(second.get_by_role("row", name=re.compile("司马青云"))).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    second.close()


def hand_over(page: Page, code: str) -> None:
    """换人: another operator signs in for the first time, and is asked to set a PIN."""
    page.get_by_role("button", name="锁定").click()
    page.get_by_role("link", name="换人登录").click()
    page.get_by_role("link", name="激活账号").click()
    page.get_by_label("账号").fill("tanxin")
    page.get_by_label("激活码").fill(code)
    page.get_by_label("新密码").fill(OWN)
    page.get_by_label("再填一次").fill(OWN)
    page.get_by_role("button", name="设置密码并登录").click()
    expect(page.get_by_role("heading", name="设置当班口令")).to_be_visible()
    page.get_by_label("当班口令", exact=True).fill(OTHER)
    page.get_by_label("再填一次当班口令").fill(OTHER)
    page.get_by_label("登录密码", exact=True).fill(OWN)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("link", name="谭欣")).to_be_visible()


def test_a_page_that_nobody_touches_for_a_quarter_of_an_hour_is_covered(desktop: Page) -> None:
    desktop.clock.install()
    with office.signed_in(desktop, "liuyang"):
        dialog = desktop.get_by_role("dialog", name="已锁定")
        desktop.goto("/desk/")
        desktop.clock.run_for("14:00")
        desktop.keyboard.press("Shift")  # somebody is there
        desktop.clock.run_for("14:00")
        expect(dialog).to_have_count(0)
        desktop.clock.run_for("01:10")
        expect(dialog).to_be_visible()
        desktop.get_by_label("解锁口令").fill(PIN)
        desktop.get_by_role("button", name="解锁").click()
        expect(dialog).to_have_count(0)
