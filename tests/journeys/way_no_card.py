"""R25 in a real browser: no second-generation card yet. Nothing is entered; who comes back with the card goes the way
of everybody, to the ticket."""

import re
from dataclasses import replace

from playwright.sync_api import Page, expect

from launcher.stack import Stack
from standins.faces import face
from tests.journeys import office, ways
from tests.journeys.paper import print_out, squeezed
from tests.journeys.tickets import ticket_ready

PERSON = ways.CLASS[7]


def story(desktop: Page, handset: Page, stack: Stack) -> None:
    ways.site_opens(desktop, stack)
    reads_at_home(handset)
    with office.signed_in(desktop, "zhoumin") as site:
        is_sent_away_with_a_slip(site)
        nothing_is_entered_for(site)
        comes_back(site, stack.url("reader"))
        office.pass_review(site)
        office.take_photo(site, face(3, sex="男" if PERSON.sex == "男" else "女"))
        code = ways.number_and_slip(site)
    ways.sign_up(handset, PERSON, code, stack.url("sms"))
    office.go_to(desktop, "核对报名登记表并签字")
    with office.signed_in(desktop, "zhoumin") as site:
        ways.confirm(site, PERSON.name)
    assert not ticket_ready(stack, PERSON.name)
    ways.complete(desktop, PERSON.name)
    assert ticket_ready(stack, PERSON.name)


def reads_at_home(handset: Page) -> None:
    """The first page leads to it, and so does the help that is kept without a network."""
    handset.goto("/help/")
    handset.get_by_role("link", name="看怎么办").click()
    expect(handset.get_by_role("heading", name="还没有身份证，或用其他证件")).to_be_visible()
    handset.goto("/")
    handset.get_by_role("link", name=re.compile("还没有身份证，或用其他证件")).click()
    for words in ("现在不能报名", "公安派出所", "临时居民身份证", "领证回执", "17:00以前到报名点采集"):
        expect(handset.get_by_text(words).first).to_be_visible()


def is_sent_away_with_a_slip(site: Page) -> None:
    site.get_by_role("link", name="受理", exact=True).click()
    site.get_by_role("link", name="其他证件", exact=True).click()
    site.get_by_role("link", name="还没有第二代身份证的，看告知内容").click()
    expect(site.get_by_text("不打开档案，也不用录入任何信息")).to_be_visible()
    expect(site.get_by_role("main").get_by_role("textbox")).to_have_count(0)
    expect(site.get_by_role("main").get_by_role("button")).to_have_count(0)
    slip = squeezed(print_out(site, "打印告知单", role="link"))
    for words in ("办理居民身份证告知单", "临时居民身份证", "领证回执", "17:00以前到报名点采集", "芙蓉"):
        assert words in slip, words
    assert PERSON.name not in slip


def nothing_is_entered_for(site: Page) -> None:
    """A temporary card, a receipt: typed entry knows no such reason, and a made-up number has no right check digit."""
    site.get_by_role("link", name="居民身份证", exact=True).click()
    reasons = site.get_by_role("group", name="为什么手工录入").get_by_role("radio")
    expect(reasons).to_have_count(2)
    made_up = PERSON.number[:-1] + ("0" if PERSON.number[-1] != "0" else "1")
    ways.fill_card(site, replace(PERSON, number=made_up), reason="因故不能到场")
    site.get_by_role("button", name="核对无误，打开档案").click()
    expect(site.get_by_role("alert")).to_contain_text("身份证号码有一位填错了")
    site.get_by_role("searchbox", name="查找考生").fill(PERSON.name)
    site.keyboard.press("Enter")
    expect(site.get_by_text(re.compile(f"查找“{PERSON.name}”，已建档的考生里没有"))).to_be_visible()


def comes_back(site: Page, reader: str) -> None:
    office.lay_card(site, reader, PERSON.name)
    office.read_card(site)
    expect(site.get_by_text("全省未见重复报名")).to_be_visible()
    expect(site.get_by_text("欠读卡核验")).to_have_count(0)
