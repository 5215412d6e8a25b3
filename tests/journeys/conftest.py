"""The whole stack on ports of its own, and a real browser for each person."""

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, sync_playwright

from launcher.stack import Ports, Stack
from launcher.tools import chromium
from tests import installations
from tests.journeys import events, leaks
from tests.journeys.watch import Watch

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
# Nothing draws in three dimensions: a renderer for that in software would cost a process and a sixth of the time.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-software-rasterizer", "--disable-background-networking"]
PATIENCE = 15_000  # milliseconds


def free_range() -> int:
    """Return the first of twenty ports that nobody listens on, where no other process of this run looks."""
    own = 21000 + 1000 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    for first in range(own, own + 1000, 20):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", first)) and probe.connect_ex(("127.0.0.1", first + 1)):
                return first
    raise OSError("no free ports")


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """An installation of its own for each story: none meets the people of another, and nothing is left in the open."""
    with installations.new_home("story") as home:
        installations.prepare(home)
        running = Stack(home, Ports(free_range()))
        try:
            running.cluster.start()
            with pytest.MonkeyPatch.context() as patch:  # what they keep for a moment is looked through as well
                (home / "tmp").mkdir()
                patch.setenv("TMPDIR", str(home / "tmp"))
                running.start()
            yield running
            assert leaks.in_the_open(running) == []
            assert events.in_story(running) == []
        finally:
            running.stop()


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """For one file: while it runs, no other test of this process can ask the database."""
    with sync_playwright() as started:
        yield started


@pytest.fixture
def desktop(playwright: Playwright, stack: Stack, tmp_path: Path) -> Iterator[Page]:
    """A page of the office portal at a school PC, which hands a PDF to the printer and not to a viewer."""
    profile = tmp_path / "pc"
    (profile / "Default").mkdir(parents=True)
    settings = {"plugins": {"always_open_pdf_externally": True}}
    (profile / "Default" / "Preferences").write_text(json.dumps(settings))
    context = playwright.chromium.launch_persistent_context(
        profile, executable_path=chromium(), args=FLAGS,
        viewport=DESKTOP, locale="zh-CN", base_url=stack.url("office"),
    )  # fmt: skip
    context.set_default_timeout(PATIENCE)
    watch = Watch(context)
    yield context.pages[0]
    context.close()
    assert watch.faults == []
    assert leaks.in_addresses(stack, watch.addresses) == []


@pytest.fixture
def handset(playwright: Playwright, stack: Stack) -> Iterator[Page]:
    """A page of the candidate portal on a phone."""
    browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
    context = browser.new_context(
        viewport=PHONE, device_scale_factor=2, is_mobile=True, has_touch=True,
        locale="zh-CN", base_url=stack.url("candidate"),
    )  # fmt: skip
    context.set_default_timeout(PATIENCE)
    watch = Watch(context)
    yield context.new_page()
    browser.close()
    assert watch.faults == []
    assert leaks.in_addresses(stack, watch.addresses) == []
