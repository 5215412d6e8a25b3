"""R21, R32 in the browser: a county imports a file with bad lines, corrects those alone, and takes a batch back."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from bench.crowd import Crowd
from launcher.stack import Stack
from standins.people import people
from tests.journeys import office

pytestmark = pytest.mark.journey
COUNT = 3
PUPILS = people()[:COUNT]
HEADER = "报名序号,姓名,体检日期,身高,体重,色觉,体检结论"


def line(place: int, *, height: str = "172.5", name: str = "") -> str:
    return f"0102{place + 1:04d},{name or PUPILS[place].name},2022-10-31,{height},61,正常,合格"


def test_a_county_imports_corrects_the_bad_lines_and_takes_a_batch_back(desktop: Page, stack: Stack) -> None:
    with Crowd(stack) as crowd:
        office.go_to(desktop, "报名点审核、采集照片")
        with office.signed_in(desktop, "wangxiulan") as county:
            office.open_site(county, expected="60", first="01020001", last="01020600")
        crowd.come_to_the_desk(range(COUNT))
        office.go_to(desktop, "缴报名费、填报信息")
        with office.signed_in(desktop, "wangxiulan") as county:
            bad = first_try(county)
            mended = corrected(bad)
            hand_in(county, "改好.csv", mended)
            expect(row(county, "新增")).to_contain_text("2行")
            apply(county, 2)
            hand_in(county, "改好.csv", mended)
            expect(county.get_by_text("这个文件已经导入过")).to_be_visible()
            expect(county.get_by_role("button", name=re.compile("^导入这"))).to_have_count(0)
            changes_and_takes_back(county)
        with office.signed_in(desktop, "zhoumin") as site:
            office.find(site, PUPILS[0].name)
            expect(site.get_by_text("文件第2行")).to_be_visible()


def first_try(county: Page) -> bytes:
    """One line is in order, one is out of range, of one the name is another's; returns the file of the bad lines."""
    wrong = [HEADER, line(0), line(1, height="1725"), line(2, name=PUPILS[0].name)]
    hand_in(county, "体检.csv", "\r\n".join(wrong).encode("gb18030"))
    expect(row(county, "有问题")).to_contain_text("2行")
    expect(county.get_by_text("身高超出范围，应在80到250之间，请核对")).to_be_visible()
    with county.expect_download() as download:
        county.get_by_role("button", name="下载有问题的行").click()
    apply(county, 1)
    return Path(download.value.path()).read_bytes()


def corrected(bad: bytes) -> bytes:
    """The file as the office corrects it: the same columns, the last one left as it is."""
    text = bad.decode("utf-8-sig")
    assert text.splitlines()[0] == f"{HEADER},问题"
    assert len(text.splitlines()) == 3
    return text.replace(",1725,", ",172.5,").replace(PUPILS[0].name, PUPILS[2].name).encode("utf-8-sig")


def changes_and_takes_back(county: Page) -> None:
    """A file of the wrong year is imported and taken back: what was before counts again."""
    hand_in(county, "去年.csv", "\r\n".join([HEADER, *(line(place, height="160") for place in range(COUNT))]).encode())
    expect(row(county, "更正")).to_contain_text("3行")
    apply(county, COUNT)
    county.get_by_label("原因").fill("导成了去年的文件")
    county.get_by_role("button", name="撤销这一批").click()
    expect(county.get_by_text(f"{COUNT} 行已撤销")).to_be_visible(timeout=60_000)
    office.find(county, PUPILS[0].name)
    page = county.get_by_role("main")
    expect(page).to_contain_text("172.5")
    page.get_by_text("以前的1条").click()
    expect(page).to_contain_text("已撤销：导成了去年的文件")


def hand_in(county: Page, name: str, content: bytes) -> None:
    county.get_by_role("link", name="导入", exact=True).click()
    county.get_by_role("radio", name=re.compile("体检结果")).check()
    county.get_by_label("文件", exact=True).set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
    county.get_by_role("button", name="看预览").click()
    expect(county.get_by_role("heading", name="体检结果", level=1)).to_be_visible()


def apply(county: Page, count: int) -> None:
    county.get_by_role("button", name=f"导入这{count}行").click()
    expect(county.get_by_text(f"{count} 行已写入")).to_be_visible(timeout=60_000)


def row(county: Page, name: str) -> Locator:
    """The line of the check that counts the lines of this kind."""
    return county.get_by_role("row", name=re.compile(rf"^{name} \d+行"))
