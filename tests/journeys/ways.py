"""What the stories of special ways have in common: typed entry and the steps of everybody."""

import re
import time
import zlib
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Page, expect

from launcher.stack import Stack
from standins.people import Person, people
from tests.journeys import leaks, office, phone
from tests.journeys.paper import activation_code, print_out

CLASS = people()
_OPENED = set[Path]()
MORAL = "遵纪守法，尊敬师长，团结同学。"


def roster() -> bytes:
    lines = ["学籍号,姓名,性别,班级,学号,班主任"]
    lines += [f"{p.roll_number},{p.name},{p.sex},{p.class_name},{p.class_number},{p.teacher}" for p in CLASS]
    return "\n".join(lines).encode()


def site_opens(desktop: Page, stack: Stack) -> None:
    """Numbers from the county, the roster at the site: once, however many stories an installation sees."""
    office.go_to(desktop, "报名点审核、采集照片")
    if stack.home in _OPENED:
        return
    _OPENED.add(stack.home)
    with office.signed_in(desktop, "wangxiulan") as county:
        office.open_site(county, expected="60", first="01020001", last="01020600")
    with office.signed_in(desktop, "zhoumin") as site:
        office.import_roster(site, roster())


def type_in(site: Page, person: Person, *, reason: str, name: str = "") -> None:
    """Open the file of a pupil of the roster by typed entry; `name`: another one is typed, by mistake."""
    site.get_by_role("link", name="受理", exact=True).click()
    site.get_by_role("link", name=f"手工录入：{person.name}").click()
    fill_card(site, replace(person, name=name or person.name), reason=reason)
    site.get_by_role("button", name="核对无误，打开档案").click()


def retype(site: Page, person: Person, *, name: str = "", number: str = "") -> None:
    """Correct what was typed; the number is typed anew."""
    site.get_by_role("link", name="更正录入").click()
    site.get_by_label("姓名", exact=True).fill(name or person.name)
    site.get_by_label("公民身份号码").fill(number or person.number)
    site.get_by_role("button", name="核对无误，重新核验").click()


def fill_card(site: Page, person: Person, *, reason: str) -> None:
    office.type_card(
        site,
        {
            "公民身份号码": person.number,
            "出生日期": person.birth.isoformat(),
            "住址": person.address,
            "签发机关": person.issuer,
            "有效期起日": person.valid_from.isoformat(),
            "有效期止日": person.valid_to.isoformat(),
        },
        reason=reason,
    )
    site.get_by_label("姓名", exact=True).fill(person.name)
    site.get_by_label(person.sex, exact=True).check()
    site.get_by_label("民族").select_option(value=person.ethnicity)


def check_says(site: Page, words: str) -> None:
    """Wait until the check of what was typed stands so."""
    deadline = time.monotonic() + 60
    while not site.get_by_text(words).first.is_visible() and time.monotonic() < deadline:
        site.reload()
    expect(site.get_by_text(words).first).to_be_visible()


def ticket_sent(page: Page, inbox: str, number: str, words: str) -> str:
    """Return the code of four times four characters in the newest message with `words` to this telephone."""
    messages = page.context.new_page()
    row = messages.get_by_role("row").filter(has_text=words)
    deadline = time.monotonic() + 60
    while not row.count() and time.monotonic() < deadline:
        messages.goto(f"{inbox}/?number={number}")
        messages.wait_for_timeout(300)
    found = re.search(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}", row.first.inner_text())
    messages.close()
    assert found
    return found.group()


def at_the_desk(site: Page, name: str) -> None:
    office.find(site, name)
    site.get_by_role("link", name="到受理台", exact=True).click()


def number_and_slip(site: Page) -> str:
    """Issue the number and print the slip; returns its code."""
    site.get_by_role("button", name=re.compile("发号")).click()
    code = activation_code(print_out(site, "打印通知单"))
    leaks.note(code)
    return code


def own_phone(name: str) -> str:
    """Return a number of this person's own: the five ways are gone in one installation, and a phone is one person's."""
    number = f"199000{zlib.crc32(name.encode()) % 100_000:05}"
    leaks.note(number)
    return number


def sign_up(handset: Page, person: Person, code: str, inbox: str) -> None:
    """From the code to the first saved version."""
    phone.claim(handset, person, code)
    phone.pay_fee(handset)
    phone.pass_person_check(handset)
    phone.bind_phone(handset, inbox, own_phone(person.name))
    phone.set_passwords(handset)
    phone.pledge(handset)
    phone.fill_form(handset)
    phone.save(handset)
    expect(handset.get_by_role("heading", name="已保存第1版")).to_be_visible()


def confirm(site: Page, name: str) -> None:
    """Print, sign, assess: what the site does in confirmation."""
    office.find(site, name)
    print_out(site, "打印登记表（第1版）")
    office.find(site, name)  # a reload is broken off where the answer that is saved to disk comes in late
    site.get_by_role("button", name="考生已在第1版上签字").click()
    office.assess(site, MORAL)


def complete(desktop: Page, name: str) -> None:
    """County and city."""
    with office.signed_in(desktop, "wangxiulan") as county:
        office.find(county, name)
        county.get_by_role("button", name="完成县区确认").click()
        expect(county.get_by_role("heading", name="重新打开")).to_be_visible()
    office.go_to(desktop, "市州终审、上报")
    with office.signed_in(desktop, "zhangli") as city:
        office.find(city, name)
        city.get_by_role("button", name="通过终审，上报第1版").click()
        expect(city.get_by_role("button", name="通过终审，上报第1版")).to_have_count(0)
