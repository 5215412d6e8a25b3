"""What staff do in the browser: by roles and labels only, as a person finds things."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect

from standins.authenticator import Pocket

PASSWORD = "yanshi-2023"
POCKET = Pocket()


@contextmanager
def signed_in(page: Page, handle: str) -> Iterator[Page]:
    """Sign in, and out again afterwards."""
    page.goto("/sign-in/")
    page.get_by_label("账号").fill(handle)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda address: not address.endswith("/sign-in/"))
    if page.url.endswith("/sign-in/code/"):
        page.get_by_label("动态口令", exact=True).fill(POCKET.code(handle))
        page.get_by_role("button", name="登录").click()
    yield page
    page.get_by_role("button", name="退出").click()


def open_site(page: Page, *, expected: str, first: str, last: str) -> None:
    """Open the county's only site, and give it the numbers `first` to `last` of eight digits."""
    page.get_by_role("link", name="报名点", exact=True).click()
    page.get_by_label("预计人数").fill(expected)
    page.get_by_role("button", name="开通采集").click()
    expect(page.get_by_role("table")).to_contain_text("已开通")
    page.get_by_role("link", name="号段", exact=True).click()
    page.get_by_role("table").get_by_role("link", name="扩充").click()
    page.get_by_label("起号").fill(first)
    page.get_by_label("止号").fill(last)
    page.get_by_role("button", name="增加号段").click()


def import_roster(page: Page, roster: bytes) -> None:
    page.get_by_role("link", name="学籍名册").click()
    file = {"name": "roster.csv", "mimeType": "text/csv", "buffer": roster}
    page.get_by_label("名册文件").set_input_files(file)
    page.get_by_role("button", name="看预览").click()
    page.get_by_role("button", name="导入这60人").click()


def type_card(page: Page, card: dict[str, str], *, reason: str = "二代证失效") -> None:
    """Fill the typed entry; `card` maps labels to texts."""
    for label, text in card.items():
        page.get_by_label(label).fill(text)
    page.get_by_label(reason).check()


def matched(page: Page) -> None:
    """Wait until the registers have answered."""
    expect(page.get_by_text("手工录入，欠读卡核验")).to_be_visible()
    deadline = time.monotonic() + 60
    while not page.get_by_text("系统核验相符").is_visible() and time.monotonic() < deadline:
        page.get_by_role("link", name="看结果").click()
    expect(page.get_by_text("系统核验相符")).to_be_visible()


def pass_review(page: Page) -> None:
    for answer in page.get_by_role("radio", name="符合", exact=True).all():
        answer.check()
    page.get_by_role("button", name="全部符合，通过").click()


def take_photo(page: Page, picture: bytes, *, label: str = "照片") -> None:
    page.get_by_label(label, exact=True).set_input_files(
        {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": picture}
    )
    page.get_by_role("button", name="上传照片").click()


def go_to(page: Page, phase: str) -> None:
    """The province moves the demo season's clock into a phase."""
    with signed_in(page, "hezhiyuan") as province:
        province.get_by_role("link", name="演示时间").click()
        province.get_by_role("button", name=f"调到这个环节：{phase}").click()
        expect(province.get_by_role("row").filter(has_text=phase)).to_contain_text("正在办理")


def lay_card(page: Page, reader: str, name: str) -> None:
    """Put a person's card on the reader, at address `reader`."""
    page.goto(reader)
    page.get_by_role("button", name=f"放上{name}的身份证").click()
    page.goto("/")


def read_card(page: Page) -> None:
    page.get_by_role("link", name="受理", exact=True).click()
    page.get_by_role("button", name="读卡").click()
    page.get_by_role("button", name="全部符合，通过").wait_for()


def find(page: Page, name: str) -> None:
    """Open the page of one candidate by the find box."""
    page.get_by_role("searchbox", name="查找考生").fill(name)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=name, level=1).wait_for()


def assess(page: Page, text: str) -> None:
    page.get_by_role("radio", name="合格", exact=True).check()
    page.get_by_label("考核意见", exact=True).fill(text)
    page.get_by_role("button", name="保存品德考核意见").click()
