"""A browser before pages that a portal has answered with: no server runs, so hundreds of states cost what few do.

Styles, scripts and pictures come from the folders of the product; a page keeps the policy it was sent with.
"""

import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from django.contrib.staticfiles import finders
from playwright.sync_api import BrowserContext, Page, Route, TimeoutError, sync_playwright

from launcher.tools import chromium
from standins.faces import face
from tests.access.pages import Shown
from tests.journeys.access import Size
from tests.journeys.conftest import FLAGS, PATIENCE

_PLACE = "http://localhost:9/"
_DRAWN = 5000  # milliseconds until a page has been drawn, on a busy machine too


class Window:
    """One browser window; `show` puts a page into it."""

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self._html, self._policy = "", ""
        self.broken: list[str] = []  # errors of scripts
        self.asked: list[str] = []  # the files that pages have fetched
        self.page.on("pageerror", lambda error: self.broken.append(str(error)))
        context.route("**/*", self._answer)

    def show(self, one: Shown) -> Page:
        """Open the page, as one who follows a link to it."""
        self._html, self._policy = one.html, one.policy
        self.page.goto(_PLACE)
        return self.page

    def summary_has_focus(self) -> bool:
        """Whether the summary of errors is what is read first: a browser gives the focus when it first draws."""
        try:
            self.page.wait_for_function("document.activeElement.className === 'errors'", timeout=_DRAWN)
        except TimeoutError:
            return False
        return True

    def _answer(self, route: Route) -> None:
        place = urlsplit(route.request.url).path
        if route.request.is_navigation_request():
            headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": self._policy}
            route.fulfill(body=self._html, headers=headers)
        elif place.endswith("/again.js"):  # a page that reads itself again would be gone while it is looked at
            route.fulfill(body="")
        elif place.startswith("/static/"):
            self.asked.append(place)
            route.fulfill(body=_static(place), content_type=mimetypes.guess_type(place)[0] or "")
        elif place.endswith("/photo/"):
            route.fulfill(body=_face(), content_type="image/jpeg")
        else:
            route.fulfill(status=404)


@cache
def _static(place: str) -> bytes:
    found = finders.find(place.removeprefix("/static/"))
    assert found, place
    return Path(found).read_bytes()


@cache
def _face() -> bytes:
    return face(3)


@contextmanager
def window(size: Size) -> Iterator[Window]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        context = browser.new_context(
            viewport={"width": size.width, "height": size.height}, locale="zh-CN", service_workers="block"
        )
        context.set_default_timeout(PATIENCE)
        yield Window(context)
        browser.close()
