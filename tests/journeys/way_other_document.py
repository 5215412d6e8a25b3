"""R24 in a real browser: a residence card. The site hears why, reads it and hands it up; the city decides, then all
goes the normal way, the person check at the site, to the ticket. Every refusal on the way is met."""

import re

from playwright.sync_api import Page, expect

from launcher.stack import Stack
from standins.faces import face
from standins.others import OTHERS, Other
from tests.journeys import office, phone, ways
from tests.journeys.paper import print_out, squeezed
from tests.journeys.tickets import ticket_ready

PERSON = next(one for one in OTHERS if one.kind == "residence")
TAIWAN = next(one for one in OTHERS if one.kind == "tw_permit")
STATEMENT = "随父母在长沙就读，没有居民身份证"


def story(desktop: Page, handset: Page, stack: Stack) -> None:
    ways.site_opens(desktop, stack)
    with office.signed_in(desktop, "zhoumin") as site:
        wrong_entries_are_told(site)
        the_chip_is_read_where_the_statement_is_written(site, stack.url("reader"))
        the_pass_finds_the_same_person(site)
        the_site_cannot_pass(site)
        hand_up(site)
    the_city_gives_back(desktop)
    with office.signed_in(desktop, "zhoumin") as site:
        supply(site)
    the_city_agrees(desktop)
    with office.signed_in(desktop, "zhoumin") as site:
        ways.at_the_desk(site, PERSON.name)
        office.take_photo(site, face(4, sex="女"))
        code = ways.number_and_slip(site)
    first_steps(handset, code)
    with office.signed_in(desktop, "zhoumin") as site:
        seen_at_the_site(site)
    to_the_form(handset, stack.url("sms"))
    office.go_to(desktop, "核对报名登记表并签字")
    with office.signed_in(desktop, "zhoumin") as site:
        confirmed_on_paper(site)
    assert not ticket_ready(stack, PERSON.name)
    ways.complete(desktop, PERSON.name)
    assert ticket_ready(stack, PERSON.name)


def form_of(site: Page, title: str) -> None:
    site.get_by_role("link", name="受理", exact=True).click()
    site.get_by_role("link", name="其他证件", exact=True).click()
    site.get_by_role("link", name=f"录入{title}", exact=True).click()


def fill(site: Page, person: Other, *, number: str, stated: str = "") -> None:
    site.get_by_label("情况说明的要点").fill(STATEMENT)
    site.get_by_label("已当面核对证件原件，已收下情况说明").check()
    site.get_by_label("姓名", exact=True).fill(person.name)
    site.get_by_label("证件号码" if person.kind != "residence" else "公民身份号码", exact=True).fill(number)
    if stated:
        site.get_by_label("通行证号码", exact=True).fill(stated)
    site.get_by_label(person.sex, exact=True).check()
    dates = {"出生日期": person.birth, "有效期起日": person.valid_from, "有效期止日": person.valid_to}
    for label, day in dates.items():
        site.get_by_label(label).fill(day.isoformat())
    site.get_by_role("button", name="核对无误，打开档案").click()


def refused(site: Page, words: str) -> None:
    expect(site.get_by_role("alert")).to_contain_text(words)


def wrong_entries_are_told(site: Page) -> None:
    """Nothing at all; a wrong check digit; the pass of another region; a number of another kind."""
    form_of(site, PERSON.title)
    site.get_by_role("button", name="核对无误，打开档案").click()
    refused(site, "请先收下考生的情况说明")
    refused(site, "请先当面核对证件原件")
    last = "0" if PERSON.number[-1] != "0" else "1"
    fill(site, PERSON, number=PERSON.number[:-1] + last, stated=PERSON.stated)
    refused(site, "证件号码有一位填错了")
    expect(site.get_by_label("情况说明的要点")).to_have_value(STATEMENT)
    fill(site, PERSON, number=PERSON.number, stated=TAIWAN.number)
    refused(site, "居住证背面印有通行证号码")
    form_of(site, "港澳居民来往内地通行证")
    fill(site, TAIWAN, number=TAIWAN.number)
    refused(site, "这是台湾居民来往大陆通行证的号码，请改选这种证件再录入")


def the_chip_is_read_where_the_statement_is_written(site: Page, reader: str) -> None:
    site.goto(reader)
    site.get_by_role("button", name=f"放上{PERSON.name}的{PERSON.title}").click()
    site.goto("/")
    site.get_by_role("link", name="受理", exact=True).click()
    site.get_by_role("button", name="读卡").click()
    refused(site, "这是港澳台居民居住证。请点“其他证件”")
    form_of(site, PERSON.title)
    site.get_by_label("情况说明的要点").fill(STATEMENT)
    site.get_by_role("button", name="读卡").click()
    expect(site.get_by_role("heading", name=PERSON.name, level=1)).to_be_visible()
    for words in ("证件机读", "已核对原件，情况说明已收", STATEMENT, "香港"):
        expect(site.get_by_text(words).first).to_be_visible()


def the_pass_finds_the_same_person(site: Page) -> None:
    """The pass that the residence card states is the same person, whatever is typed with it."""
    form_of(site, "港澳居民来往内地通行证")
    fill(site, next(one for one in OTHERS if one.kind == "hm_permit"), number=PERSON.stated.lower())
    refused(site, "这名考生已在芙蓉")
    refused(site, "一个人只能报名一次")


def the_site_cannot_pass(site: Page) -> None:
    ways.at_the_desk(site, PERSON.name)
    expect(site.get_by_text("本报名点不能自己通过")).to_be_visible()
    expect(site.get_by_role("button", name="全部符合，通过")).to_have_count(0)
    expect(site.get_by_role("button", name=re.compile("发号"))).to_have_count(0)


def upload(site: Page, paper: str) -> None:
    picture = {"name": "paper.jpg", "mimeType": "image/jpeg", "buffer": face(1)}
    site.get_by_label(re.compile(f"{paper}")).set_input_files(picture)


def hand_up(site: Page) -> None:
    """Without its papers it is refused, with them it waits for the city."""
    site.get_by_role("link", name="报市（州）审批").click()
    site.get_by_label("使用其他证件的情况").fill(STATEMENT)
    site.get_by_role("button", name="提出").click()
    refused(site, "情况说明")
    upload(site, "上传：情况说明")
    upload(site, "上传：证件有照片的一面")
    site.get_by_role("button", name="提出").click()
    expect(site.get_by_text("由市（州）招考机构办理").first).to_be_visible()


def the_case(city: Page) -> None:
    city.get_by_role("link", name="事项", exact=True).click()
    row = city.get_by_role("row").filter(has_text=PERSON.name)
    row.get_by_role("link", name=re.compile("使用其他身份证件")).click()


def the_city_gives_back(desktop: Page) -> None:
    with office.signed_in(desktop, "zhangli") as city:
        the_case(city)
        city.get_by_text("退回补正、不同意").click()
        city.get_by_label("理由（考生会看到）").select_option(label="证明材料不齐")
        city.get_by_role("button", name="退回补正").click()
        expect(city.get_by_text("已退回补正").first).to_be_visible()


def supply(site: Page) -> None:
    ways.at_the_desk(site, PERSON.name)
    expect(site.get_by_role("button", name="全部符合，通过")).to_have_count(0)
    site.get_by_role("link", name="补正后再报").click()
    upload(site, "证件的另一面或签注页")
    site.get_by_role("button", name="补正后再报").click()
    expect(site.get_by_text("由市（州）招考机构办理").first).to_be_visible()


def the_city_agrees(desktop: Page) -> None:
    with office.signed_in(desktop, "zhangli") as city:
        the_case(city)
        for rule in city.get_by_role("group", name="报考条件，逐条核对").get_by_role("checkbox").all():
            rule.check()
        city.get_by_role("button", name="同意", exact=True).click()
        expect(city.get_by_text("已同意").first).to_be_visible()


def first_steps(handset: Page, code: str) -> None:
    """The number of the document and its validity let in, another validity does not; then the fee."""
    handset.goto("/")
    handset.get_by_role("link", name="第一次登录").click()
    handset.get_by_label("姓名").fill(PERSON.name)
    handset.get_by_label("证件号码").fill(PERSON.stated)
    handset.get_by_label("证件有效期止日").fill("2031-03-18")
    handset.get_by_label("激活码").fill(code)
    handset.get_by_role("button", name="登录").click()
    expect(handset.get_by_role("alert")).to_contain_text("不一致")
    phone.claim(handset, PERSON, code)  # type: ignore[arg-type]  (name, number and validity are what it types)
    phone.pay_fee(handset)
    handset.get_by_role("link", name="去做实人认证", exact=True).click()
    expect(handset.get_by_text("这种方式还认不了您的证件").first).to_be_visible()
    expect(handset.get_by_text(f"本人带{PERSON.title}到报名点").first).to_be_visible()


def seen_at_the_site(site: Page) -> None:
    office.find(site, PERSON.name)
    site.get_by_text("考生不做人脸认证：凭证件当面核对").click()
    site.get_by_label(f"{PERSON.title}号码").fill(PERSON.number)
    site.get_by_label("已当面核对，本人和证件原件一致").first.check()
    site.get_by_role("button", name="当面核对通过").click()


def to_the_form(handset: Page, inbox: str) -> None:
    handset.goto("/tasks/")
    phone.bind_phone(handset, inbox, ways.own_phone(PERSON.name))
    phone.set_passwords(handset)
    phone.pledge(handset)
    phone.fill_form(handset)
    phone.save(handset)
    expect(handset.get_by_role("heading", name="已保存第1版")).to_be_visible()


def confirmed_on_paper(site: Page) -> None:
    """The printed form names document and number."""
    office.find(site, PERSON.name)
    sheet = squeezed(print_out(site, "打印登记表（第1版）"))
    for words in (PERSON.title, PERSON.number, "证件号码", PERSON.name):
        assert words in sheet, words
    site.reload()
    site.get_by_role("button", name="考生已在第1版上签字").click()
    office.assess(site, ways.MORAL)
