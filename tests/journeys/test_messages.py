"""A notice that does not arrive: the candidate reads it in the portal, the site sees it and has it sent once more."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from launcher.stack import Stack
from tests.journeys import office, phone
from tests.journeys.test_one_candidate import PERSON, intake

pytestmark = pytest.mark.journey
TITLE, LOST = "两个密码已设置", "手机关机、欠费或没有信号"
PATIENT = 45  # looks, two seconds apart: a number gets one message a minute


def sender(page: Page, inbox: str, words: str) -> None:
    """Have the sender behave so, on its own page in another window."""
    control = page.context.new_page()
    control.goto(inbox)
    control.get_by_label("发送状况").select_option(words)
    control.get_by_role("button", name="改变").click()
    control.close()


def until(page: Page, there: Locator, press: Locator | None = None) -> None:
    """Look again until it is there; `press` what can be pressed meanwhile."""
    for _ in range(PATIENT):
        if there.count():
            break
        if press is not None and press.count():
            press.click()
        page.wait_for_timeout(2000)
        page.reload()
    expect(there.first).to_be_visible()


def test_a_lost_notice_is_read_seen_and_sent_again(desktop: Page, handset: Page, stack: Stack) -> None:
    office.go_to(desktop, "报名点审核、采集照片")
    code = intake(desktop, stack.url("reader"))
    phone.claim(handset, PERSON, code)
    phone.pay_fee(handset)
    phone.pass_person_check(handset)
    phone.bind_phone(handset, stack.url("sms"))
    sender(handset, stack.url("sms"), "接收后报告未送达")
    phone.set_passwords(handset)
    handset.get_by_role("link", name=re.compile("消息.*1条未读")).click()
    until(handset, handset.get_by_text(LOST))
    notice = handset.get_by_role("listitem").filter(has_text=TITLE)
    expect(notice).to_contain_text("您已设置登录密码和保存密码")
    expect(handset.get_by_role("listitem").filter(has_text="绑定手机的验证码")).to_contain_text("······")
    sender(handset, stack.url("sms"), "正常送达")
    resend(desktop)
    until(handset, notice.filter(has_text="已送达"))
    handset.get_by_role("button", name="都看过了").click()
    expect(handset.get_by_role("heading", name="都已看过")).to_be_visible()
    handset.get_by_role("link", name="回到我的报名").click()
    expect(handset.get_by_role("link", name="消息", exact=True)).to_be_visible()


def resend(desktop: Page) -> None:
    """The operator reads 未送达 on the candidate's page and presses 重发, until the minute's limit lets it."""
    with office.signed_in(desktop, "zhoumin") as site:
        office.find(site, PERSON.name)
        row = site.get_by_role("row").filter(has_text=TITLE)
        expect(row).to_contain_text("未送达")
        expect(row).to_contain_text(LOST)
        until(site, row.filter(has_text="已送达"), press=row.get_by_role("button", name="重发"))
