"""What staff do for a whole class in the browser: by roles and labels only."""

import re

from playwright.sync_api import Page, expect


def open_class(page: Page, title: str) -> None:
    """A site goes straight to its classes, a county or city by the site."""
    page.get_by_role("link", name="班级", exact=True).click()
    if page.get_by_role("columnheader", name="报名点").count():
        page.get_by_role("link", name="芙蓉一中报名点").click()
    page.get_by_role("link", name=title).click()
    page.get_by_role("heading", name=title, level=1).wait_for()


def begin(page: Page, act: str) -> None:
    """Open one of the acts on the class, as the class page offers it."""
    page.get_by_role("navigation", name="全班办理").get_by_role("link", name=act).click()
    page.get_by_role("heading", level=1).wait_for()


def told(page: Page, *, ready: int, skipped: int = 0) -> None:
    """What the act's page foretells."""
    words = f"可办 {ready} 人" + (f"，跳过 {skipped} 人" if skipped else "")
    expect(page.get_by_text(words).first).to_be_visible()


def press(page: Page, button: str, *, done: int, skipped: int = 0) -> None:
    """Start it and follow the batch to its end."""
    page.get_by_role("button", name=re.compile(button)).click()
    expect(page.get_by_text("已办完")).to_be_visible(timeout=60_000)
    expect(page.get_by_text(f"{done} 人已办")).to_be_visible()
    if skipped:
        expect(page.get_by_text(f"{skipped} 人跳过")).to_be_visible()


def take_back(page: Page, reason: str, *, done: int) -> None:
    """Undo the batch whose page is shown, for everybody, and follow that to its end."""
    page.get_by_label("原因").fill(reason)
    page.get_by_role("button", name="撤销这一批").click()
    expect(page.get_by_role("heading", name=re.compile("^撤销"), level=1)).to_be_visible()
    expect(page.get_by_text(f"{done} 人已办")).to_be_visible(timeout=60_000)
