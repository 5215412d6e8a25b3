"""One candidate through all six steps of the plan, each role in turn, in a real browser (R4–R15, R19–R22).

Whatever one person does is seen on another person's page.
"""

import re

import pytest
from playwright.sync_api import Page, expect

from launcher.stack import Stack
from standins.faces import face
from standins.people import people
from tests.journeys import leaks, office, phone
from tests.journeys.paper import activation_code, print_out, squeezed

pytestmark = pytest.mark.journey
CLASS = people()
PERSON = CLASS[0]


def roster() -> bytes:
    lines = ["学籍号,姓名,性别,班级,学号,班主任"]
    lines += [f"{p.roll_number},{p.name},{p.sex},{p.class_name},{p.class_number},{p.teacher}" for p in CLASS]
    return "\n".join(lines).encode()


def intake(desktop: Page, reader: str) -> str:
    """Roster, card, review, photo and number at the site; returns the activation code on the slip."""
    with office.signed_in(desktop, "wangxiulan") as county:
        office.open_site(county, expected="60", first="01020001", last="01020600")
        expect(county.get_by_role("table")).to_contain_text("01020001 — 01020600")
    with office.signed_in(desktop, "zhoumin") as site:
        office.import_roster(site, roster())
        office.lay_card(site, reader, PERSON.name)
        office.read_card(site)
        office.pass_review(site)
        office.take_photo(site, face(1, sex=PERSON.sex))
        site.get_by_role("button", name=re.compile("发号")).click()
        expect(site.get_by_role("img", name="报名序号 01020001")).to_be_visible()
        slip = print_out(site, "打印通知单")
        assert "01020001" in squeezed(slip)
    code = activation_code(slip)
    leaks.note(code)
    return code


def sign_up(handset: Page, code: str, inbox: str) -> None:
    """From the slip to the saved form, on the phone."""
    phone.claim(handset, PERSON, "0000-0000-0000-0000")
    expect(handset.get_by_role("alert")).to_contain_text("不一致")
    handset.get_by_label("激活码").fill(code.lower())
    handset.get_by_role("button", name="登录").click()
    phone.pay_fee(handset)
    phone.pass_person_check(handset)
    phone.bind_phone(handset, inbox)
    phone.set_passwords(handset)
    phone.pledge(handset)
    phone.fill_form(handset)
    phone.save(handset, phone.LOGIN)  # the wrong one of the two
    expect(handset.get_by_text("内容还没有保存，已留在草稿里")).to_be_visible()
    expect(handset.get_by_label("保存密码", exact=True)).to_be_focused()
    phone.type_save_password(handset, phone.SAVE)
    expect(handset.get_by_role("heading", name="已保存第1版")).to_be_visible()
    expect(handset.get_by_text("保存成功，还不等于报名完成")).to_be_visible()


def test_one_candidate_goes_from_the_roster_to_the_final_review(desktop: Page, handset: Page, stack: Stack) -> None:
    office.go_to(desktop, "报名点审核、采集照片")
    code = intake(desktop, stack.url("reader"))
    sign_up(handset, code, stack.url("sms"))
    office.go_to(desktop, "核对报名登记表并签字")
    with office.signed_in(desktop, "zhoumin") as site:
        office.find(site, PERSON.name)
        sheet = squeezed(print_out(site, "打印登记表（第1版）"))
        for words in (PERSON.name, PERSON.number, "物理", "化学、生物学", "远大二路1238号6栋1204", "第1版"):
            assert words in sheet, words
        site.reload()
        site.get_by_text("校对发现有错，让考生本人改").click()
        site.get_by_role("button", name="开放单人更正").click()
    correct(handset)
    with office.signed_in(desktop, "zhoumin") as site:
        office.find(site, PERSON.name)
        expect(site.get_by_text("已作废，已保存第2版")).to_be_visible()
        assert "410017" in print_out(site, "打印登记表（第2版）")
        site.reload()
        site.get_by_role("button", name="考生已在第2版上签字").click()
        office.assess(site, "遵纪守法，尊敬师长，团结同学。")
    finish(desktop, handset)


def correct(handset: Page) -> None:
    """The candidate mends the postcode in the window that is theirs alone, with the save password."""
    handset.goto("/tasks/")
    handset.get_by_role("link", name="修改报名信息", exact=True).click()
    handset.get_by_role("link", name=re.compile(r"修改\s*邮政编码")).click()
    handset.get_by_label("邮政编码").fill("410017")
    handset.get_by_role("button", name="存为草稿，回到核对").click()
    phone.save(handset)
    expect(handset.get_by_role("heading", name="已保存第2版")).to_be_visible()


def finish(desktop: Page, handset: Page) -> None:
    """County and city; the neighbours see nothing of it, the candidate sees all of it."""
    with office.signed_in(desktop, "wangxiulan") as county:
        office.find(county, PERSON.name)
        county.get_by_role("button", name="完成县区确认").click()
        expect(county.get_by_role("heading", name="重新打开")).to_be_visible()
    office.go_to(desktop, "市州终审、上报")
    with office.signed_in(desktop, "zhangli") as city:
        office.find(city, PERSON.name)
        city.get_by_role("button", name="通过终审，上报第2版").click()
    with office.signed_in(desktop, "chenhong") as neighbour:
        neighbour.get_by_role("searchbox", name="查找考生").fill(PERSON.name)
        neighbour.keyboard.press("Enter")
        expect(neighbour.get_by_text(f"查找“{PERSON.name}”，找到0人")).to_be_visible()
    with office.signed_in(desktop, "zhoumin") as site:
        site.get_by_role("link", name="考生", exact=True).click()
        expect(site.get_by_role("row", name=re.compile(PERSON.name))).to_contain_text("第2版，有效第2版")
    handset.goto("/tasks/")
    done = handset.get_by_role("region", name="已完成")
    for title in ("登记表校对签字", "县区完成", "市州终审"):
        expect(done.get_by_text(title)).to_be_visible()


def test_control_what_stands_in_the_open_is_found(stack: Stack) -> None:
    """A number in a log, a name in the queue, a telephone in a column: each is found, by its place."""
    assert leaks.in_the_open(stack) == []
    with leaks.planted(stack, PERSON):
        told = ["log/office.log: ID number", "organizations_organization: phone", "procrastinate_jobs: name"]
        assert leaks.in_the_open(stack) == told
    address = f"{stack.url('candidate')}/tasks/?who={PERSON.number}"
    assert leaks.in_addresses(stack, [address]) == ["address: ID number"]
