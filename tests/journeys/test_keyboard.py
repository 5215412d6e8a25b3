"""A school without a mouse: sign in, card, review, photo, number, slip; a class on paper and signed; sign out."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from bench.crowd import Crowd
from launcher.stack import Stack
from standins.faces import face
from standins.people import people
from tests.journeys import access, office
from tests.journeys.paper import activation_code, words_of
from tests.journeys.test_one_candidate import roster

pytestmark = pytest.mark.journey
PERSON = people()[0]
THREE = range(1, 4)


class Keys:
    """Hands that have only a keyboard. `unseen`: the stops at which nobody could see where they are."""

    def __init__(self, page: Page) -> None:
        self.page, self.unseen = page, list[str]()

    def to(self, target: Locator) -> None:
        self.unseen += access.tab_to(self.page, target)

    def press(self, target: Locator, key: str = "Enter") -> None:
        self.to(target)
        self.page.keyboard.press(key)

    def type(self, label: str, text: str) -> None:
        self.to(self.page.get_by_label(label, exact=True))
        self.page.keyboard.type(text)

    def file(self, label: str, picture: bytes) -> None:
        """Space on a file box opens the system's own window, which has its own keys."""
        self.to(self.page.get_by_label(label, exact=True))
        with self.page.expect_file_chooser() as asked:
            self.page.keyboard.press("Space")
        asked.value.set_files({"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": picture})


def test_a_school_is_served_by_the_keyboard_alone(desktop: Page, stack: Stack) -> None:
    office.go_to(desktop, "报名点审核、采集照片")
    with office.signed_in(desktop, "wangxiulan") as county:
        office.open_site(county, expected="60", first="01020001", last="01020600")
    with office.signed_in(desktop, "zhoumin") as site:
        office.import_roster(site, roster())
        office.lay_card(site, stack.url("reader"), PERSON.name)
    keys = Keys(desktop)
    sign_in(keys)
    assert at_the_desk(keys)
    leave(keys)
    with Crowd(stack) as crowd:
        crowd.come_to_the_desk(THREE)
        office.go_to(desktop, "缴报名费、填报信息")
        crowd.sign_up(THREE)
    office.go_to(desktop, "核对报名登记表并签字")
    sign_in(keys)
    print_the_class(keys)
    sign_the_class(keys)
    leave(keys)
    assert sorted(set(keys.unseen)) == []


def leave(keys: Keys) -> None:
    keys.press(keys.page.get_by_role("button", name="退出"))
    expect(keys.page.get_by_role("heading", name="登录")).to_be_visible()


def sign_in(keys: Keys) -> None:
    """The focus stands in the first box; what is refused is told first, and the way on begins there."""
    page = keys.page
    page.goto("/sign-in/")
    keys.type("账号", "zhoumin")
    keys.type("密码", "x")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    keys.press(page.get_by_role("alert").get_by_role("link"))
    page.keyboard.type(office.PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="今天")).to_be_visible()


def at_the_desk(keys: Keys) -> str:
    page = keys.page
    keys.press(page.get_by_role("link", name="跳到正文"))
    keys.press(page.get_by_role("link", name="开始受理"))  # the next stop: the navigation lies behind
    page.get_by_role("button", name="读卡").wait_for()
    page.keyboard.press("F2")
    page.get_by_role("button", name="全部符合，通过").wait_for()
    page.keyboard.press("Enter")  # with a rule that nobody has judged
    expect(page.get_by_role("alert")).to_be_focused()
    for rule in page.get_by_role("radio", name="符合", exact=True).all():
        keys.press(rule, "Space")
    page.keyboard.press("Enter")
    page.get_by_text("资格审核已通过").wait_for()
    keys.file("照片", face(1, sex=PERSON.sex))
    keys.press(page.get_by_role("button", name="上传照片"))
    page.get_by_role("button", name=re.compile("发号")).wait_for()
    page.keyboard.press("Enter")
    expect(page.get_by_role("img", name="报名序号 01020001")).to_be_visible()
    keys.to(page.get_by_role("button", name="打印通知单"))
    with page.expect_event("load"), page.expect_download() as printing:  # back here the page shows what it has changed
        page.keyboard.press("Enter")
    return activation_code(words_of(printing.value))


def open_class(keys: Keys) -> None:
    page = keys.page
    keys.press(page.get_by_role("link", name="班级", exact=True))
    page.get_by_role("heading", name="班级", level=1).wait_for()
    keys.press(page.get_by_role("link", name="跳到正文"))
    keys.press(page.get_by_role("link", name=PERSON.class_name))
    page.get_by_role("heading", name=PERSON.class_name, level=1).wait_for()


def print_the_class(keys: Keys) -> None:
    page = keys.page
    open_class(keys)
    keys.press(page.get_by_role("link", name="打印登记表"))
    page.get_by_role("heading", name="打印登记表", level=1).wait_for()
    keys.press(page.get_by_role("button", name="打印3人"))
    expect(page.get_by_role("link", name=re.compile(r"打开\d+页"))).to_be_visible(timeout=60_000)
    keys.to(page.get_by_role("link", name=re.compile(r"打开\d+页")))
    with page.expect_download() as printing:
        page.keyboard.press("Enter")
    assert "签字清单" in words_of(printing.value)


def sign_the_class(keys: Keys) -> None:
    """Past sixty ticks at one stop; whoever has not signed is unticked on the way back."""
    page = keys.page
    open_class(keys)
    keys.press(page.get_by_role("link", name="登记签字"))
    page.get_by_role("heading", name="登记签字", level=1).wait_for()
    one = page.get_by_role("checkbox", name=people()[THREE[0]].name)
    keys.press(one, "Space")
    expect(one).not_to_be_checked()
    page.reload()
    expect(one).to_be_checked()
    keys.press(page.get_by_role("link", name="跳过名单，到办理按钮"))
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="登记勾选考生已签字")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")  # the last of the list
    expect(page.get_by_role("checkbox", name=people()[THREE[-1]].name)).not_to_be_checked()
    keys.press(page.get_by_role("button", name="登记勾选考生已签字"))
    expect(page.get_by_text("2 人已办")).to_be_visible(timeout=60_000)
