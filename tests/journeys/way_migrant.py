"""R23 in a real browser: a household in another province. The form from the home page, its papers, the county decides.

Every refusal on the way is met: a form with a wrong number, a case without papers, an office that has not its turn,
rules that are not all ticked, a paper that is missing, a number before the grant. Three offices one after the other,
as in 2025: tests/reviews/test_referrals.py.
"""

import re

from playwright.sync_api import FilePayload, Page, expect

from launcher.stack import Stack
from standins.faces import face
from tests.journeys import office, ways
from tests.journeys.paper import squeezed, words_of
from tests.journeys.tickets import ticket_ready
from tests.registrations import attached

PERSON = next(person for person in ways.CLASS if person.address.startswith("贵州省"))
TITLE = "外省户籍随迁子女"
RULES = ("户籍不在湖南省", "有高中阶段学籍", "不是高校在校生", "未被暂停参加高考", "是证件上的本人")


def story(desktop: Page, handset: Page, stack: Stack) -> None:
    ways.site_opens(desktop, stack)
    the_form_is_filled_on_the_phone(handset)
    with office.signed_in(desktop, "zhoumin") as site:
        office.lay_card(site, stack.url("reader"), PERSON.name)
        office.read_card(site)
        case = the_site_hands_it_up(site)
    the_city_has_not_its_turn(desktop, case)
    the_county_gives_it_back(desktop)
    with office.signed_in(desktop, "zhoumin") as site:
        the_site_supplies(site)
    the_county_grants(desktop)
    with office.signed_in(desktop, "zhoumin") as site:
        ways.at_the_desk(site, PERSON.name)
        code = ways.number_and_slip(site)
    ways.sign_up(handset, PERSON, code, stack.url("sms"))
    the_candidate_reads_how_it_went(handset)
    assert not ticket_ready(stack, PERSON.name)
    office.go_to(desktop, "核对报名登记表并签字")
    with office.signed_in(desktop, "zhoumin") as site:
        ways.confirm(site, PERSON.name)
    ways.complete(desktop, PERSON.name)
    assert ticket_ready(stack, PERSON.name)


def the_form_is_filled_on_the_phone(handset: Page) -> None:
    handset.goto("/")
    handset.get_by_role("link", name=re.compile("报名资格审核表")).click()
    handset.get_by_label("姓名（必填）", exact=True).fill(PERSON.name)
    mistyped = PERSON.number[:-1] + ("0" if PERSON.number[-1] != "0" else "1")
    handset.get_by_label("公民身份号码", exact=True).first.fill(mistyped)
    handset.get_by_role("button", name="生成PDF").click()
    expect(handset.get_by_role("alert")).to_contain_text("审核表还没有生成，填过的内容都在")
    handset.get_by_label("公民身份号码", exact=True).first.fill(PERSON.number)
    handset.get_by_role("radio", name="普通高中毕业").check()
    with handset.expect_download() as made:
        handset.get_by_role("button", name="生成PDF").click()
    said = squeezed(words_of(made.value))
    for words in (PERSON.name, "报名资格审核表", "县（市、区）招考机构审批意见", "指定报名点"):
        assert words in said, words


def photographed(words: str) -> FilePayload:
    return {"name": "paper.jpg", "mimeType": "image/jpeg", "buffer": attached.paper(words)}


def the_site_hands_it_up(site: Page) -> str:
    """From the card to the case; returns its address."""
    expect(site.get_by_text("身份证住址在贵州省")).to_be_visible()
    site.get_by_role("link", name=TITLE).first.click()
    site.get_by_role("button", name="提出").click()
    expect(site.get_by_role("alert")).to_contain_text("请上传户口簿（首页和本人页）的照片")
    site.get_by_label("户籍所在的省（区、市）").fill("贵州省")
    site.get_by_label("毕业类别").select_option(label="普通高中毕业")
    site.get_by_label("在湘学籍和学业水平考试").fill("2020年9月建立学籍，合格性考试9科合格")
    site.get_by_label("父（母）在湘居住、务工情况").fill("2018年1月起居住")
    for place, paper in enumerate(("报名资格审核表", "户口簿", "父（母）居住证", "学籍证明")):
        site.get_by_label(re.compile(f"上传：{re.escape(paper)}")).set_input_files(photographed(f"PAPER {place}"))
    site.get_by_role("button", name="提出").click()
    expect(site.get_by_role("heading", name=f"{TITLE}：{PERSON.name}")).to_be_visible()
    case = site.url
    ways.at_the_desk(site, PERSON.name)
    expect(site.get_by_text("审批以前本报名点不能通过，也不能发号")).to_be_visible()
    expect(site.get_by_role("button", name="全部符合，通过")).to_have_count(0)
    office.take_photo(site, face(1, sex="男" if PERSON.sex == "男" else "女"))
    expect(site.get_by_role("button", name=re.compile("发号"))).to_have_count(0)
    return case


def the_city_has_not_its_turn(desktop: Page, case: str) -> None:
    with office.signed_in(desktop, "zhangli") as city:
        city.get_by_role("link", name="事项", exact=True).click()
        expect(city.get_by_text("没有等本机构办理的事项")).to_be_visible()
        city.goto(case)
        expect(city.get_by_text("由县（市、区）招考机构办理，本机构现在不用办")).to_be_visible()
        expect(city.get_by_role("button", name="同意", exact=True)).to_have_count(0)


def open_case(page: Page) -> None:
    page.get_by_role("link", name="事项", exact=True).click()
    page.get_by_role("link", name=re.compile(f"{TITLE}.*{PERSON.name}")).click()


def the_county_gives_it_back(desktop: Page) -> None:
    with office.signed_in(desktop, "wangxiulan") as county:
        expect(county.get_by_text("1件事项等本机构办理")).to_be_visible()
        open_case(county)
        expect(county.get_by_role("figure")).to_have_count(4)
        county.get_by_role("button", name="同意", exact=True).click()
        expect(county.get_by_role("alert")).to_contain_text("还有5条没有勾选")
        county.get_by_text("退回补正、不同意").click()
        county.get_by_role("button", name="退回补正", exact=True).click()
        expect(county.get_by_role("alert")).to_contain_text("请选择退回补正的理由")
        county.get_by_label("理由（考生会看到）").select_option(label="证明材料不齐")
        county.get_by_label("说明（考生会看到）").fill("缺父（母）务工证明")
        county.get_by_role("button", name="退回补正", exact=True).click()
        expect(county.get_by_text("已退回补正，由报名点办理")).to_be_visible()


def the_site_supplies(site: Page) -> None:
    ways.at_the_desk(site, PERSON.name)
    expect(site.get_by_text("县（市、区）招考机构退回：证明材料不齐")).to_be_visible()
    expect(site.get_by_text("缺父（母）务工证明")).to_be_visible()
    site.get_by_role("link", name="补正后再报").click()
    site.get_by_label(re.compile("上传：父（母）务工证明")).set_input_files(photographed("WORK"))
    site.get_by_role("button", name="补正后再报").click()
    expect(site.get_by_text("办理中，由县（市、区）招考机构办理")).to_be_visible()


def the_county_grants(desktop: Page) -> None:
    with office.signed_in(desktop, "wangxiulan") as county:
        open_case(county)
        expect(county.get_by_role("figure")).to_have_count(5)
        for rule in RULES:
            county.get_by_role("checkbox", name=re.compile(rule)).check()
        county.get_by_role("button", name="同意", exact=True).click()
        expect(county.get_by_text("已同意").first).to_be_visible()


def the_candidate_reads_how_it_went(handset: Page) -> None:
    handset.goto("/tasks/")
    handset.get_by_role("link", name=re.compile("申请与变更")).click()
    handset.get_by_role("link", name=re.compile(TITLE)).click()
    for told in ("已同意", "缺父（母）务工证明", "退回补正", "补正后再报"):
        expect(handset.get_by_text(re.compile(told)).first).to_be_visible()
