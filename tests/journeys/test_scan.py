"""R20 in the browser: a class is printed, signed, photographed, and handed in; one who corrects stands in 重签名单."""

import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from bench.crowd import Crowd
from launcher.stack import Stack
from standins.people import people
from tests.journeys import classes, office
from tests.registrations import degrade

pytestmark = pytest.mark.journey
COUNT = 5
CLASS = people()[:COUNT]
TITLE = CLASS[0].class_name
CORRECTS, UNSIGNED = 3, 4


def test_a_class_is_signed_by_its_pages_and_who_corrects_is_asked_to_sign_again(desktop: Page, stack: Stack) -> None:
    with Crowd(stack) as crowd:
        office.go_to(desktop, "报名点审核、采集照片")
        with office.signed_in(desktop, "wangxiulan") as county:
            office.open_site(county, expected="60", first="01020001", last="01020600")
        crowd.come_to_the_desk(range(COUNT))
        office.go_to(desktop, "缴报名费、填报信息")
        crowd.sign_up(range(COUNT))
        office.go_to(desktop, "核对报名登记表并签字")
        with office.signed_in(desktop, "zhoumin") as site:
            hand_in(site, signed_papers(printed_class(site)))
            confirm(site)
            sees_the_page(site, CLASS[0].name)
            corrects(site, crowd)
            stands_in_the_list(site, CLASS[CORRECTS].name)
        with office.signed_in(desktop, "liuyang") as neighbour:
            neighbour.get_by_role("link", name="打印", exact=True).click()
            neighbour.get_by_role("link", name="签字和重签名单").click()
            expect(neighbour.get_by_text("没有要重签的人")).to_be_visible()


def printed_class(site: Page) -> bytes:
    """The whole class as one PDF, without the list in front."""
    classes.open_class(site, site_class(site))
    classes.begin(site, "打印登记表")
    classes.press(site, f"打印{COUNT}人", done=COUNT)
    expect(site.get_by_role("link", name=re.compile(r"打开\d+页"))).to_be_visible(timeout=60_000)
    with site.expect_download() as printing:
        site.get_by_role("link", name=re.compile(r"打开\d+页")).click()
    return Path(printing.value.path()).read_bytes()


def site_class(site: Page) -> str:
    """Without a roster nobody has a class yet; then all are of the one that has no name."""
    site.get_by_role("link", name="班级", exact=True).click()
    named = site.get_by_role("link", name=TITLE)
    return TITLE if named.count() else "（没有班级）"


def signed_papers(pdf: bytes) -> list[bytes]:
    """A scanned file of the first sheets, one upside down, and photographs of the last two: the very last unsigned.

    The photographs are as large as telephones make them: more than goes in one sending.
    """
    dpi = (200, 200, 200, 300, 300)
    sheets = [degrade.page(pdf, dpi=dpi[place], number=number) for place, number in enumerate(places(pdf))]
    signed = [degrade.signed(sheet) for sheet in sheets[:-1]] + [sheets[-1]]
    scan = [degrade.jpeg(degrade.turned(sheet, 180 * (place == 1)), 50) for place, sheet in enumerate(signed[:3])]
    pictures = [degrade.jpeg(degrade.dim(degrade.aslant(degrade.turned(sheet, 5))), 100) for sheet in signed[3:]]
    blank = degrade.jpeg(degrade.np.full((1754, 1240, 3), 250, degrade.np.uint8))
    return [degrade.scanned_pdf(*scan, blank), *pictures]


def places(pdf: bytes) -> list[int]:
    """Which pages are sheets, in the order of the class."""
    texts = ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]
    found = [next(place for place, text in enumerate(texts) if person.number in text) for person in CLASS]
    assert len(set(found)) == COUNT
    return found


def hand_in(site: Page, papers: list[bytes]) -> None:
    site.get_by_role("link", name="打印", exact=True).click()
    site.get_by_role("link", name="上传签字页").click()
    kinds = ["application/pdf", *["image/jpeg"] * (len(papers) - 1)]
    files = [
        {"name": f"{place}.bin", "mimeType": kind, "buffer": paper}
        for place, (kind, paper) in enumerate(zip(kinds, papers, strict=True))
    ]
    site.get_by_label("扫描文件或照片").set_input_files(files)  # type: ignore[arg-type]
    site.get_by_role("button", name="上传", exact=True).click()
    expect(site.get_by_role("checkbox")).to_have_count(COUNT, timeout=60_000)
    expect(site.get_by_role("row", name=re.compile("没有二维码或看不清"))).to_have_count(1)


def confirm(site: Page) -> None:
    """Whoever has not signed is unticked: all the others are signed."""
    site.get_by_role("checkbox", name=re.compile(CLASS[UNSIGNED].name)).uncheck()
    classes.press(site, "登记勾选考生已签字", done=COUNT - 1)
    site.get_by_role("link", name="打印", exact=True).click()
    site.get_by_role("link", name="签字和重签名单").click()
    counts = re.compile(rf"待签\s*1.*已签\s*{COUNT - 1}", re.DOTALL)
    expect(site.get_by_role("navigation", name="状态")).to_contain_text(counts)


def sees_the_page(site: Page, name: str) -> None:
    office.find(site, name)
    expect(site.get_by_role("link", name="看签字页")).to_be_visible()


def corrects(site: Page, crowd: Crowd) -> None:
    office.find(site, CLASS[CORRECTS].name)
    site.get_by_text("校对发现有错，让考生本人改").click()
    site.get_by_role("button", name="开放单人更正").click()
    crowd.save_again([CORRECTS])


def stands_in_the_list(site: Page, name: str) -> None:
    site.get_by_role("link", name="打印", exact=True).click()
    site.get_by_role("link", name="签字和重签名单").click()
    row = site.get_by_role("row", name=re.compile(name))
    expect(row).to_contain_text("已保存第2版")
    expect(row).to_contain_text("第2版还没有打印")
    with site.expect_download() as printing:
        site.get_by_role("button", name="打印重签名单，1人").click()
    [paper] = PdfReader(Path(printing.value.path())).pages
    assert "已保存第2版" in "".join(paper.extract_text().split())
    row.get_by_role("link", name="改了什么").click()
    table = site.get_by_role("table").filter(has_text="签字以后改了什么")
    expect(table).to_contain_text("邮政编码")
