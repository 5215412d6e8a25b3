"""R27 in a real browser: somebody cannot come during the window, and is registered all the same.

The site types the card, a code comes by SMS, the photo is handed in by it before there is an account and looked at by
the site, the slip goes to the guardian and its code by SMS. The ticket waits until the card is read.
"""

import re
import time

from playwright.sync_api import Page, expect

from launcher.stack import Stack
from standins.faces import Look, Sex, draw, face
from tests.journeys import office, phone, ways
from tests.journeys.paper import activation_code, print_out
from tests.journeys.tickets import ticket_ready

PERSON = ways.CLASS[8]
SEX: Sex = "男" if PERSON.sex == "男" else "女"
MOTHERS, FATHERS = "19900007101", "19900007102"
NOBODYS = "7G2K-0000-0000-0000"


def story(desktop: Page, handset: Page, stack: Stack) -> None:
    inbox = stack.url("sms")
    ways.site_opens(desktop, stack)
    with office.signed_in(desktop, "zhoumin") as site:
        taken_in(site)
        send_code(site, MOTHERS)
    first = ways.ticket_sent(handset, inbox, MOTHERS, "交照片码")
    code_too_old(desktop, handset, first)
    with office.signed_in(desktop, "zhoumin") as site:
        send_code(site, FATHERS)
    opening(handset, first)
    expect(handset.get_by_role("alert")).to_contain_text("已经作废")
    second = ways.ticket_sent(handset, inbox, FATHERS, "交照片码")
    hand_in(handset, second)
    with office.signed_in(desktop, "zhoumin") as site:
        give_back(site)
    hand_in_again(handset, ways.ticket_sent(handset, inbox, FATHERS, "要重交"))
    with office.signed_in(desktop, "zhoumin") as site:
        printed = accept(site)
        send_slip(site)
    sms = ways.ticket_sent(handset, inbox, FATHERS, "激活码")
    phone.claim(handset, PERSON, printed)  # the paper's code is dead since the SMS
    expect(handset.get_by_role("alert")).to_contain_text("已经作废")
    ways.sign_up(handset, PERSON, sms, inbox)
    owes_until_read(desktop, handset, stack)


def taken_in(site: Page) -> None:
    """Typed with a wrong name, which the registers know; corrected, and judged."""
    ways.type_in(site, PERSON, reason="因故不能到场", name=f"闻人{PERSON.name}")
    ways.check_says(site, "系统核验不相符")
    ways.retype(site, PERSON)
    ways.check_says(site, "系统核验相符")
    office.pass_review(site)


def on_absent_page(site: Page) -> None:
    ways.at_the_desk(site, PERSON.name)
    site.get_by_role("link", name="因故不能到场：收照片、交通知单").click()


def send_code(site: Page, number: str) -> None:
    on_absent_page(site)
    button = site.get_by_role("button", name=re.compile("发交照片码"))
    site.get_by_label("收短信的手机").fill("123")
    button.click()
    expect(site.get_by_role("alert")).to_contain_text("手机号码是11位数字")
    site.get_by_label("收短信的手机").fill(number)
    button.click()
    expect(site.get_by_text("等交照片").first).to_be_visible()


def opening(handset: Page, code: str) -> None:
    """From the front page to the page of the code."""
    handset.goto("/")
    handset.get_by_role("link", name="第一次登录").click()
    handset.get_by_role("link", name="交照片").click()
    handset.get_by_label("考生的证件号码").fill(PERSON.number)
    handset.get_by_label("交照片码").fill(code)
    handset.get_by_role("button", name="下一步，选照片").click()


def code_too_old(desktop: Page, handset: Page, code: str) -> None:
    """A code that is nobody's, and the right one when the window is over."""
    opening(handset, NOBODYS)
    expect(handset.get_by_role("alert")).to_contain_text("不一致")
    office.go_to(desktop, "核对报名登记表并签字")
    opening(handset, code)
    expect(handset.get_by_role("alert")).to_contain_text("失效")
    office.go_to(desktop, "报名点审核、采集照片")


def choose(handset: Page, picture: bytes, *, label: str = "照片") -> None:
    file = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": picture}
    handset.get_by_label(label, exact=True).set_input_files(file)
    handset.get_by_role("button", name="上传，看一看").click()


def hand_in(handset: Page, code: str) -> None:
    """What is no photo, one with faults, a good one; then the code is used up."""
    opening(handset, code)
    expect(handset.get_by_role("heading", name="交照片")).to_be_visible()
    assert PERSON.name not in handset.content()
    assert PERSON.number not in handset.content()
    choose(handset, b"this is no picture")
    expect(handset.get_by_role("alert")).to_contain_text("不是 JPG 或 PNG 照片")
    choose(handset, draw(1, sex=SEX, look=Look(backdrop=(200, 40, 40))).jpeg)
    expect(handset.get_by_text("背景不是规定的颜色")).to_be_visible()
    choose(handset, face(7, sex=SEX), label="换一张照片")
    expect(handset.get_by_text("系统没有查出问题")).to_be_visible()
    expect(handset.get_by_role("img", name="选好的照片")).to_be_visible()
    handset.get_by_role("button", name="就交这张").click()
    expect(handset.get_by_role("heading", name="照片已交到报名点")).to_be_visible()
    opening(handset, code)
    expect(handset.get_by_role("alert")).to_contain_text("已经用过")


def give_back(site: Page) -> None:
    """The site finds the photo among those that came, and returns it for a reason of the season's."""
    site.get_by_role("link", name="受理", exact=True).click()
    site.get_by_role("link", name=PERSON.name, exact=True).first.click()
    expect(site.get_by_role("img", name="交来的照片")).to_be_visible()
    site.get_by_role("button", name="退回重交").click()
    expect(site.get_by_role("alert")).to_contain_text("请选择一条退回的理由")
    deadline = time.monotonic() + 120  # no number gets two messages in a minute
    while site.get_by_text("等交照片").count() == 0 and time.monotonic() < deadline:
        site.get_by_label("不合格的，退回理由").select_option(index=1)
        site.get_by_role("button", name="退回重交").click()
        site.wait_for_timeout(3000)
    expect(site.get_by_text("等交照片").first).to_be_visible()


def hand_in_again(handset: Page, code: str) -> None:
    opening(handset, code)
    choose(handset, face(9, sex=SEX))
    handset.get_by_role("button", name="就交这张").click()
    expect(handset.get_by_role("heading", name="照片已交到报名点")).to_be_visible()


def accept(site: Page) -> str:
    """The photo is taken over, the number issued, the slip printed for the guardian; returns the code on it."""
    on_absent_page(site)
    site.get_by_role("button", name="采用这张照片").click()
    expect(site.get_by_text("已采用").first).to_be_visible()
    site.get_by_role("link", name="回到受理台").click()
    site.get_by_role("button", name=re.compile("发号")).click()
    expect(site.get_by_role("button", name="打印通知单")).to_have_count(0)  # it would go to nobody knows whom
    on_absent_page(site)
    site.get_by_label("不能到场的原因").fill("住院治疗，医院证明已收")
    site.get_by_role("button", name="打印通知单，交监护人").click()
    expect(site.get_by_role("alert")).to_contain_text("请填写监护人姓名")
    for label, words in (("监护人姓名", "欧阳明"), ("与考生的关系", "父亲"), ("看过的证件", "居民身份证")):
        site.get_by_label(label).fill(words)
    code = activation_code(print_out(site, "打印通知单，交监护人"))
    on_absent_page(site)
    expect(site.get_by_text("欧阳明（父亲，居民身份证）")).to_be_visible()
    return code


def send_slip(site: Page) -> None:
    """The code by SMS, once the phone may have another message: no number gets two in a minute."""
    deadline = time.monotonic() + 120
    while site.get_by_text("短信发送：").count() == 0 and time.monotonic() < deadline:
        site.get_by_label("不能到场的原因").fill("通知单没有送到")
        site.get_by_role("button", name="用短信发激活码").click()
        site.wait_for_timeout(3000)
    expect(site.get_by_text("短信发送：")).to_be_visible()


def owes_until_read(desktop: Page, handset: Page, stack: Stack) -> None:
    """The debt keeps the county from completing; the card, read at last, ends it."""
    office.go_to(desktop, "核对报名登记表并签字")
    handset.goto("/tasks/")
    expect(handset.get_by_text("带身份证到报名点读卡").first).to_be_visible()
    with office.signed_in(desktop, "zhoumin") as site:
        ways.confirm(site, PERSON.name)
    with office.signed_in(desktop, "wangxiulan") as county:
        office.find(county, PERSON.name)
        expect(county.get_by_role("button", name="完成县区确认")).to_have_count(0)
    assert not ticket_ready(stack, PERSON.name)
    with office.signed_in(desktop, "zhoumin") as site:
        office.lay_card(site, stack.url("reader"), PERSON.name)
        ways.at_the_desk(site, PERSON.name)
        site.get_by_role("button", name=re.compile("补读身份证")).click()
        expect(site.get_by_role("button", name=re.compile("补读身份证"))).to_have_count(0)
    ways.complete(desktop, PERSON.name)
    assert ticket_ready(stack, PERSON.name)
