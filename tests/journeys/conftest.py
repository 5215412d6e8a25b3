"""The whole stack on ports of its own, and a real browser."""

import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from launcher.stack import Ports, Stack
from launcher.tools import chromium

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


def _free_range() -> int:
    """Return the first of twenty ports that nobody listens on."""
    for first in range(21000, 29000, 20):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", first)) and probe.connect_ex(("127.0.0.1", first + 1)):
                return first
    raise OSError("no free ports")


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    home = Path(tempfile.mkdtemp(prefix="baoming-story-"))
    home.chmod(0o755)
    running = Stack(home, Ports(_free_range()))
    try:
        running.prepare()
        running.start()
        yield running
    finally:
        running.stop()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@pytest.fixture
def desktop(browser: Browser, stack: Stack) -> Iterator[Page]:
    """A page of the office portal at a school PC's size."""
    context = browser.new_context(viewport=DESKTOP, locale="zh-CN", base_url=stack.url("office"))
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield page
    context.close()
