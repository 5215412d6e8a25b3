"""One candidate from the desk to the signature where no browser runs a script: old phones, careful schools."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from launcher.stack import Stack
from launcher.tools import chromium
from standins.faces import face
from standins.people import people
from tests.journeys import leaks, office, phone
from tests.journeys.conftest import DESKTOP, FLAGS, PATIENCE, PHONE
from tests.journeys.paper import activation_code, print_out, squeezed
from tests.journeys.test_one_candidate import roster

pytestmark = pytest.mark.journey
PERSON = people()[0]
CARD = {
    "公民身份号码": PERSON.number,
    "出生日期": PERSON.birth.isoformat(),
    "住址": PERSON.address,
    "签发机关": PERSON.issuer,
    "有效期起日": PERSON.valid_from.isoformat(),
    "有效期止日": PERSON.valid_to.isoformat(),
}


@pytest.fixture
def school(playwright: Playwright, stack: Stack, tmp_path: Path) -> Iterator[Page]:
    """A school PC whose browser runs no script, and hands a PDF to the printer."""
    (tmp_path / "pc" / "Default").mkdir(parents=True)
    kept = {"plugins": {"always_open_pdf_externally": True}}
    (tmp_path / "pc" / "Default" / "Preferences").write_text(json.dumps(kept))
    context = playwright.chromium.launch_persistent_context(
        tmp_path / "pc", executable_path=chromium(), args=FLAGS, viewport=DESKTOP, locale="zh-CN",
        base_url=stack.url("office"), java_script_enabled=False,
    )  # fmt: skip
    context.set_default_timeout(PATIENCE)
    yield context.pages[0]
    context.close()


@pytest.fixture
def handset(playwright: Playwright, stack: Stack) -> Iterator[Page]:
    """A phone whose browser runs no script."""
    browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
    context = browser.new_context(
        viewport=PHONE, device_scale_factor=2, is_mobile=True, has_touch=True, locale="zh-CN",
        base_url=stack.url("candidate"), java_script_enabled=False,
    )  # fmt: skip
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    browser.close()


def test_a_candidate_is_taken_in_saves_and_signs(school: Page, handset: Page, stack: Stack) -> None:
    office.go_to(school, "报名点审核、采集照片")
    code = taken_in(school)
    sign_up(handset, code, stack.url("sms"))
    office.go_to(school, "核对报名登记表并签字")
    with office.signed_in(school, "zhoumin") as site:
        office.find(site, PERSON.name)
        assert "远大二路1238号6栋1204" in squeezed(print_out(site, "打印登记表（第1版）"))
        site.reload()
        site.get_by_role("button", name="考生已在第1版上签字").click()
        office.assess(site, "")
        expect(site.get_by_role("alert")).to_be_focused()
        office.assess(site, "遵纪守法，尊敬师长，团结同学。")
        expect(site.get_by_role("paragraph").filter(has_text="遵纪守法")).to_be_visible()


def taken_in(school: Page) -> str:
    """Where no script runs the reader cannot be asked: the card is typed, and its reading is owed."""
    with office.signed_in(school, "wangxiulan") as county:
        office.open_site(county, expected="60", first="01020001", last="01020600")
    with office.signed_in(school, "zhoumin") as site:
        office.import_roster(site, roster())
        site.get_by_role("link", name="受理", exact=True).click()
        expect(site.get_by_role("button", name="读卡")).to_have_count(0)
        site.get_by_role("link", name=f"手工录入：{PERSON.name}").click()
        office.type_card(site, CARD)
        site.get_by_label(PERSON.sex, exact=True).check()
        site.get_by_label("民族").select_option(label="汉族")
        site.get_by_role("button", name="核对无误，打开档案").click()
        office.matched(site)
        office.pass_review(site)
        office.take_photo(site, face(1, sex="男"))
        site.get_by_role("button", name=re.compile("发号")).click()
        code = activation_code(print_out(site, "打印通知单"))
    leaks.note(code)
    return code


def sign_up(handset: Page, code: str, inbox: str) -> None:
    """From the slip to the receipt, on the phone."""
    phone.claim(handset, PERSON, "0000-0000-0000-0000")
    expect(handset.get_by_role("alert")).to_be_focused()
    handset.get_by_label("激活码").fill(code)
    handset.get_by_role("button", name="登录").click()
    phone.pay_fee(handset)
    phone.pass_person_check(handset)
    phone.bind_phone(handset, inbox)
    phone.set_passwords(handset)
    phone.pledge(handset)
    phone.fill_form(handset)
    lines_come_and_go(handset)
    phone.save(handset, phone.LOGIN)  # the wrong one of the two
    expect(handset.get_by_text("内容还没有保存，已留在草稿里")).to_be_visible()
    phone.type_save_password(handset, phone.SAVE)
    expect(handset.get_by_role("heading", name="已保存第1版")).to_be_visible()


def lines_come_and_go(page: Page) -> None:
    """A line more of the history, filled and emptied again: what is empty is nobody's, and gone."""
    page.get_by_role("link", name=re.compile(r"修改\s*简历")).first.click()
    fifth = page.get_by_role("group", name="简历5")
    expect(fifth).to_have_count(0)
    page.get_by_role("group", name="简历4").get_by_label("在何地何校").fill("长沙市芙蓉区育才幼儿园")
    page.get_by_role("button", name="再加一段").click()
    expect(fifth).to_be_visible()
    page.get_by_role("group", name="简历4").get_by_label("在何地何校").fill("")
    page.get_by_role("button", name="存为草稿，回到核对").click()
    expect(page.get_by_text("育才幼儿园")).to_have_count(0)
    expect(page.get_by_text("育才小学")).to_be_visible()
