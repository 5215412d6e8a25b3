"""A cross check from the list that goes out to the completion that waited for it (R34, R24–R27).

The city exports two pupils to the school-roll authority by two persons; of one the roll has no record. The site
explains it in writing, the county rules, and only then completion is possible.
"""

import csv
import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bench.crowd import Crowd
from launcher.stack import Stack
from standins.people import people
from tests.journeys import classes, office
from tests.journeys.test_class import do

pytestmark = pytest.mark.journey
MISSING, AGREES = 0, 1
COUNT = 2
CLASS = people()[:COUNT]
TITLE = people()[0].class_name
TEXT = "该生遵纪守法，尊敬师长，团结同学。"


def test_a_mismatch_is_owned_explained_ruled_and_then_completed(desktop: Page, stack: Stack) -> None:
    with Crowd(stack) as crowd:
        office.go_to(desktop, "报名点审核、采集照片")
        with office.signed_in(desktop, "wangxiulan") as county:
            office.open_site(county, expected="60", first="01020001", last="01020600")
        with office.signed_in(desktop, "zhoumin") as site:
            everybody = people()
            lines = [f"{p.roll_number},{p.name},{p.sex},{p.class_name},{p.class_number},{p.teacher}" for p in everybody]
            office.import_roster(site, "\n".join(["学籍号,姓名,性别,班级,学号,班主任", *lines]).encode())
        crowd.come_to_the_desk(range(COUNT))
        office.go_to(desktop, "缴报名费、填报信息")
        crowd.sign_up(range(COUNT))
    office.go_to(desktop, "核对报名登记表并签字")
    with office.signed_in(desktop, "zhoumin") as site:
        do(site, "打印登记表", f"打印{COUNT}人", done=COUNT)
        do(site, "登记签字", "登记勾选考生已签字", done=COUNT)
        classes.open_class(site, TITLE)
        classes.begin(site, "品德考核")
        site.get_by_label("意见", exact=True).fill(TEXT)
        classes.press(site, "录入勾选考生的意见", done=COUNT)
        do(site, "上报县区", f"上报{COUNT}人", done=COUNT)
    listed = export(desktop)
    answers_come_back(desktop, listed)
    with office.signed_in(desktop, "wangxiulan") as county:
        refused_to_complete(county)
    with office.signed_in(desktop, "zhoumin") as site:
        explain(site)
    with office.signed_in(desktop, "wangxiulan") as county:
        rule(county)
        do(county, "县区完成", "完成1人", done=1)


def export(desktop: Page) -> list[list[str]]:
    """One of the city asks, whom nobody lets approve; another approves and fetches. Returns the lines of the file."""
    with office.signed_in(desktop, "zhangli") as city:
        open_checks(city)
        city.get_by_label("用途和依据").fill("按招生工作安排，送学籍主管部门核对")
        city.get_by_role("button", name="申请导出").click()
        expect(city.get_by_text("要由本机构另一位工作人员批准")).to_be_visible()
        expect(city.get_by_role("button", name="批准导出")).to_have_count(0)
    with office.signed_in(desktop, "heping") as second:
        open_checks(second)
        second.get_by_role("row", name=re.compile("等第二人批准")).get_by_role("link").click()
        second.get_by_role("button", name="批准导出").click()
        fetched = second.get_by_role("button", name="下载第1个")
        for _ in range(60):
            if fetched.count():
                break
            second.wait_for_timeout(1000)
            second.reload()
        with second.expect_download() as download:
            fetched.click()
        text = Path(download.value.path()).read_bytes().decode("utf-8-sig")
    head, *lines = csv.reader(io.StringIO(text))
    assert head == ["行标识", "姓名", "证件号码", "学籍号", "结果", "说明"]
    assert {line[1] for line in lines} == {one.name for one in CLASS}
    return lines


def open_checks(page: Page) -> None:
    page.get_by_role("link", name="考生", exact=True).click()
    page.get_by_role("link", name="核查", exact=True).click()
    page.get_by_role("heading", name="核查", level=1).wait_for()


def answers_come_back(desktop: Page, listed: list[list[str]]) -> None:
    """The register fills in the columns; one line was spoilt on the way, is told of, and the others are taken."""
    said = {CLASS[MISSING].name: ["查无", "系统中没有该学籍号"], CLASS[AGREES].name: ["一致", ""]}
    rows = [["行标识", "结果", "说明"], *([line[0], *said[line[1]]] for line in listed), ["L123", "一致", ""]]
    content = "\r\n".join(",".join(row) for row in rows).encode("gb18030")
    with office.signed_in(desktop, "zhangli") as city:
        city.get_by_role("link", name="导入", exact=True).click()
        city.get_by_role("radio", name=re.compile("学籍核查结果")).check()
        city.get_by_label("文件", exact=True).set_input_files(
            {"name": "结果.csv", "mimeType": "text/csv", "buffer": content}
        )
        city.get_by_role("button", name="看预览").click()
        expect(city.get_by_text("请用导出的文件填写结果")).to_be_visible()
        city.get_by_role("button", name=re.compile(f"导入.*{COUNT}行")).click()
        expect(city.get_by_text("已导入").first).to_be_visible(timeout=60_000)
        open_checks(city)
        expect(city.get_by_role("row", name=re.compile("芙蓉区招生办 2 2 1 0 1 1"))).to_be_visible()


def refused_to_complete(county: Page) -> None:
    """Who agrees is completed; who is missing is named with what is to be done."""
    classes.open_class(county, TITLE)
    classes.begin(county, "县区完成")
    classes.told(county, ready=COUNT - 1, skipped=len(people()) - COUNT + 1)  # the others have not been to the desk
    expect(county.get_by_text("学籍核查不符正在办理，办结后才能继续县区完成")).to_be_visible()
    expect(county.get_by_role("link", name=re.compile(CLASS[MISSING].name))).to_be_visible()
    classes.press(county, "完成1人", done=1)


def open_case(page: Page) -> None:
    page.get_by_role("link", name="事项", exact=True).click()
    page.get_by_role("link", name=re.compile("学籍核查不符")).click()


def explain(site: Page) -> None:
    open_case(site)
    expect(site.get_by_text("系统中没有该学籍号").first).to_be_visible()
    site.get_by_label("核实的情况").fill("看了学籍卡原件，该生今年转入，学籍正在办理转接")
    site.get_by_role("button", name="已核实，上报认定").click()


def rule(county: Page) -> None:
    open_case(county)
    expect(county.get_by_text("学籍正在办理转接").first).to_be_visible()
    county.get_by_label("书面认定").fill("有转学审批表，认定具备报考资格")
    county.get_by_role("button", name="认定：具备报考资格").click()
    expect(county.get_by_text("已同意").first).to_be_visible()
    office.find(county, CLASS[MISSING].name)
    expect(county.get_by_text("系统中没有该学籍号").first).to_be_visible()
