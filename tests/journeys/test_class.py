"""Sixty pupils of one class, from the roster to the final review: what school, county and city do for many at once.

On the way one file is returned, one photo is taken again after the print, one pupil corrects the form at the
proof-reading, an assessment of all is taken back and written anew, one card has run out, and the county opens
one person again. What the pupils themselves do they do over HTTP, each on a phone of their own.
"""

import re

import pytest
from playwright.sync_api import Page, expect

from bench.crowd import Crowd
from launcher.stack import Stack
from standins.faces import face
from standins.people import has_run_out, people
from tests.journeys import classes, office
from tests.journeys.paper import activation_code, print_out, squeezed

pytestmark = pytest.mark.journey
CLASS = people()
TITLE, COUNT = CLASS[0].class_name, len(CLASS)
[RUN_OUT] = [place for place, one in enumerate(CLASS) if has_run_out(one)]
RETURNED, RETAKEN, CORRECTS, UNRULY, REOPENED = 0, 1, 5, 6, 7
WATCHED = (RETURNED, RETAKEN, 2)  # come to the desk in the browser; the others over HTTP
TEXT, OTHER_TEXT = "该生遵纪守法，尊敬师长，团结同学。", "该生曾违反校纪，已改正，现表现良好。"


def test_a_class_of_sixty_goes_from_the_roster_to_the_final_review(desktop: Page, stack: Stack) -> None:
    with Crowd(stack) as crowd:
        office.go_to(desktop, "报名点审核、采集照片")
        intake(desktop, stack.url("reader"), crowd)
        office.go_to(desktop, "缴报名费、填报信息")
        crowd.sign_up(range(COUNT))
        office.go_to(desktop, "核对报名登记表并签字")
        print_and_retake(desktop)
        sign(desktop, crowd)
        assess(desktop)
        submit(desktop, stack.url("reader"))
        complete(desktop, crowd)
    review(desktop)


def intake(desktop: Page, reader: str, crowd: Crowd) -> None:
    """The county opens the site, the site reads the roster and the cards; three of the class are watched."""
    with office.signed_in(desktop, "wangxiulan") as county:
        office.open_site(county, expected="60", first="01020001", last="01020600")
    with office.signed_in(desktop, "zhoumin") as site:
        lines = [f"{p.roll_number},{p.name},{p.sex},{p.class_name},{p.class_number},{p.teacher}" for p in CLASS]
        office.import_roster(site, "\n".join(["学籍号,姓名,性别,班级,学号,班主任", *lines]).encode())
        for place in WATCHED:
            crowd.has_slip(place, at_the_desk(site, reader, place))
        crowd.come_to_the_desk([place for place in range(COUNT) if place not in WATCHED])
        classes.open_class(site, TITLE)
        expect(site.get_by_role("img", name="报名序号已完成")).to_have_count(COUNT)


def at_the_desk(site: Page, reader: str, place: int) -> str:
    """One pupil at the desk; returns the activation code on the slip."""
    person = CLASS[place]
    office.lay_card(site, reader, person.name)
    office.read_card(site)
    if place == RETURNED:
        site.get_by_label("不符合时的退回理由").select_option(label="证明材料不齐")
        site.get_by_label("说明").fill("缺户口簿本人页")
        site.get_by_role("button", name=re.compile("^退回")).click()
        expect(site.get_by_text("上次退回：证明材料不齐")).to_be_visible()
    office.pass_review(site)
    office.take_photo(site, face(place, sex="男" if person.sex == "男" else "女"))
    site.get_by_role("button", name=re.compile("发号")).click()
    return activation_code(print_out(site, "打印通知单"))


def print_and_retake(desktop: Page) -> None:
    """The whole class on paper in the order of the list; then one photo proves to be another's."""
    again = CLASS[RETAKEN]
    with office.signed_in(desktop, "zhoumin") as site:
        do(site, "打印登记表", f"打印{COUNT}人", done=COUNT)
        expect(site.get_by_role("link", name=re.compile(r"打开\d+页"))).to_be_visible(timeout=60_000)
        paper = squeezed(print_out(site, r"打开\d+页", role="link"))
        places = [paper.index(squeezed(person.number)) for person in CLASS]
        assert places == sorted(places)
        site.get_by_role("link", name="照片", exact=True).click()
        site.get_by_label(f"重拍：{again.name}").click()
        mine = site.get_by_role("listitem").filter(has=site.get_by_role("link", name=again.name))
        mine.get_by_label("重拍的理由").select_option(label="照片和本人不符")
        mine.get_by_role("button", name="标为待重拍").click()
        expect(mine).to_contain_text("照片和本人不符")
        office.find(site, again.name)
        expect(site.get_by_text("已作废", exact=False).first).to_be_visible()
        site.get_by_role("link", name="到受理台", exact=True).click()
        office.take_photo(site, face(101, sex="男" if again.sex == "男" else "女"), label="重拍一张")
        classes.open_class(site, TITLE)
        expect(site.get_by_role("row", name=re.compile(again.name))).to_contain_text("等打印登记表")


def sign(desktop: Page, crowd: Crowd) -> None:
    """All sign but two: one has a sheet to come, one has found an error and mends it alone."""
    with office.signed_in(desktop, "zhoumin") as site:
        classes.open_class(site, TITLE)
        classes.begin(site, "登记签字")
        classes.told(site, ready=COUNT - 1, skipped=1)
        site.get_by_role("checkbox", name=CLASS[CORRECTS].name).uncheck()
        classes.press(site, "登记勾选考生已签字", done=COUNT - 2)
        do(site, "打印登记表", "打印1人", done=1)
        do(site, "登记签字", "登记勾选考生已签字", done=1, leave_out=CLASS[CORRECTS].name)
        correct(site, crowd, CORRECTS)
        classes.open_class(site, TITLE)
        expect(site.get_by_text(f"已签字 {COUNT}")).to_be_visible()


def correct(site: Page, crowd: Crowd, place: int) -> None:
    """The site opens the form for one pupil, who saves anew; what was printed is void, the new print is signed."""
    office.find(site, CLASS[place].name)
    site.get_by_text("校对发现有错，让考生本人改").click()
    site.get_by_role("button", name="开放单人更正").click()
    crowd.save_again([place])
    do(site, "打印登记表", "打印1人", done=1)
    do(site, "登记签字", "登记勾选考生已签字", done=1)


def assess(desktop: Page) -> None:
    """One text for all with an error in it: taken back as a whole, and written anew with one exception."""
    with office.signed_in(desktop, "zhoumin") as site:
        classes.open_class(site, TITLE)
        classes.begin(site, "品德考核")
        site.get_by_label("意见", exact=True).fill(f"{TEXT}（笔误）")
        classes.press(site, "录入勾选考生的意见", done=COUNT)
        classes.take_back(site, "意见里有笔误", done=COUNT)
        classes.open_class(site, TITLE)
        classes.begin(site, "品德考核")
        site.get_by_label("意见", exact=True).fill(TEXT)
        site.get_by_label(f"{CLASS[UNRULY].name}的考核意见").fill(OTHER_TEXT)
        classes.press(site, "录入勾选考生的意见", done=COUNT)
        office.find(site, CLASS[UNRULY].name)
        expect(site.get_by_role("paragraph").filter(has_text=OTHER_TEXT)).to_be_visible()


def submit(desktop: Page, reader: str) -> None:
    """The site submits; one owes a reading of the new card, is named, and follows."""
    late = CLASS[RUN_OUT].name
    with office.signed_in(desktop, "zhoumin") as site:
        classes.open_class(site, TITLE)
        classes.begin(site, "上报县区")
        classes.told(site, ready=COUNT - 1, skipped=1)
        classes.press(site, f"上报{COUNT - 1}人", done=COUNT - 1, skipped=1)
        expect(site.get_by_role("row", name=re.compile(late))).to_contain_text("证件已到期")
        site.goto(reader)
        site.get_by_role("button", name=f"放上{late}换领的新证").click()
        site.goto("/")
        office.find(site, late)
        site.get_by_role("link", name="到受理台", exact=True).click()
        site.get_by_role("button", name=re.compile("补读身份证")).click()
        expect(site.get_by_role("button", name=re.compile("补读身份证"))).to_have_count(0)
        do(site, "上报县区", "上报1人", done=1)


def complete(desktop: Page, crowd: Crowd) -> None:
    """The county completes all, opens one again who asked for it, and completes that one anew."""
    with office.signed_in(desktop, "wangxiulan") as county:
        do(county, "县区完成", f"完成{COUNT}人", done=COUNT)
        office.find(county, CLASS[REOPENED].name)
        county.get_by_label("原因", exact=True).fill("考生申请更正邮政编码")
        county.get_by_role("button", name="重新打开这名考生").click()
    with office.signed_in(desktop, "zhoumin") as site:
        correct(site, crowd, REOPENED)
        do(site, "上报县区", "上报1人", done=1)
    with office.signed_in(desktop, "wangxiulan") as county:
        do(county, "县区完成", "完成1人", done=1)


def review(desktop: Page) -> None:
    """The city reviews the class; the neighbour county sees none of it, the class teacher all of it."""
    office.go_to(desktop, "市州终审、上报")
    with office.signed_in(desktop, "zhangli") as city:
        do(city, "市州终审", f"终审通过{COUNT}人", done=COUNT)
        classes.open_class(city, TITLE)
        expect(city.get_by_role("row", name=re.compile("已终审|全部完成"))).to_have_count(COUNT)
    with office.signed_in(desktop, "chenhong") as neighbour:
        neighbour.get_by_role("link", name="班级", exact=True).click()
        expect(neighbour.get_by_role("link", name="芙蓉一中报名点")).to_have_count(0)
    with office.signed_in(desktop, "liqiang") as teacher:
        teacher.get_by_role("link", name="班级", exact=True).click()  # of one class only, which opens at once
        teacher.get_by_role("heading", name=TITLE, level=1).wait_for()
        expect(teacher.get_by_role("img", name="签字确认已完成")).to_have_count(COUNT)
        expect(teacher.get_by_role("navigation", name="全班办理")).to_have_count(0)


def do(page: Page, act: str, button: str, *, done: int, leave_out: str = "") -> None:
    """One act on the class from its page to the end of its batch."""
    classes.open_class(page, TITLE)
    classes.begin(page, act)
    if leave_out:
        page.get_by_role("checkbox", name=leave_out).uncheck()
    classes.press(page, button, done=done)
