"""R26 in a real browser: a card has run out. The site types it, the registers must agree, the new card is owed.

Every refusal on the way is met: registers that know another name, know nobody, do not answer; the old card read again.
"""

import re

from playwright.sync_api import Page, expect

from launcher.stack import Stack
from standins.faces import face
from standins.people import has_run_out
from tests.journeys import office, ways
from tests.journeys.tickets import ticket_ready

PERSON = next(person for person in ways.CLASS if has_run_out(person))
OWED = "需要到报名点读卡核验"


def story(desktop: Page, handset: Page, stack: Stack) -> None:
    ways.site_opens(desktop, stack)
    with office.signed_in(desktop, "zhoumin") as site:
        typed_until_it_agrees(site)
        office.pass_review(site)
        office.take_photo(site, face(1, sex="男" if PERSON.sex == "男" else "女"))
        code = ways.number_and_slip(site)
        the_old_card_ends_no_debt(site, stack.url("reader"))
    ways.sign_up(handset, PERSON, code, stack.url("sms"))
    handset.goto("/tasks/")
    expect(handset.get_by_text("带身份证到报名点读卡").first).to_be_visible()
    office.go_to(desktop, "核对报名登记表并签字")
    with office.signed_in(desktop, "zhoumin") as site:
        ways.confirm(site, PERSON.name)
    with office.signed_in(desktop, "wangxiulan") as county:
        office.find(county, PERSON.name)
        expect(county.get_by_text(OWED).first).to_be_visible()
        expect(county.get_by_role("button", name="完成县区确认")).to_have_count(0)
    assert not ticket_ready(stack, PERSON.name)
    with office.signed_in(desktop, "zhoumin") as site:
        the_new_card_does(site, stack.url("reader"))
    ways.complete(desktop, PERSON.name)
    handset.goto("/tasks/")
    expect(handset.get_by_text("带身份证到报名点读卡")).to_have_count(0)
    assert ticket_ready(stack, PERSON.name)


def typed_until_it_agrees(site: Page) -> None:
    """No record, another name, no answer: nothing goes on before the registers agree."""
    ways.type_in(site, PERSON, reason="二代证失效", name=f"端木{PERSON.name}")
    ways.check_says(site, "系统核验查无记录")
    expect(site.get_by_text("请考生带证件到公安机关核实").first).to_be_visible()
    expect(site.get_by_role("button", name="全部符合，通过")).to_have_count(0)
    site.get_by_role("button", name="重新核验").click()
    ways.check_says(site, "系统核验查无记录")
    ways.retype(site, PERSON, name=f"闻人{PERSON.name}")
    ways.check_says(site, "系统核验不相符")
    ways.retype(site, PERSON, name=f"百里{PERSON.name}")
    ways.check_says(site, "正在系统核验")
    expect(site.get_by_text("服务没有回应时会自动再问").first).to_be_visible()
    ways.retype(site, PERSON, number=PERSON.number[:-1] + ("0" if PERSON.number[-1] != "0" else "1"))
    expect(site.get_by_role("alert")).to_be_visible()  # a mistyped number is found before anybody is asked
    site.get_by_label("公民身份号码").fill(PERSON.number)
    site.get_by_role("button", name="核对无误，重新核验").click()
    ways.check_says(site, "系统核验相符")
    expect(site.get_by_text("手工录入，欠读卡核验")).to_be_visible()


def read_again(site: Page, reader: str, card: str) -> None:
    site.goto(reader)
    site.get_by_role("button", name=card).click()
    site.goto("/")
    ways.at_the_desk(site, PERSON.name)
    site.get_by_role("button", name=re.compile("补读身份证")).click()


def the_old_card_ends_no_debt(site: Page, reader: str) -> None:
    read_again(site, reader, f"放上{PERSON.name}的身份证")
    expect(site.get_by_role("alert")).to_contain_text("到期，不能用来核验")
    expect(site.get_by_text("手工录入，欠读卡核验")).to_be_visible()


def the_new_card_does(site: Page, reader: str) -> None:
    read_again(site, reader, f"放上{PERSON.name}换领的新证")
    expect(site.get_by_text("证件在有效期内")).to_be_visible()
    expect(site.get_by_role("button", name=re.compile("补读身份证"))).to_have_count(0)
