"""A browser before pages that a portal has answered with: no portal runs, so hundreds of states cost what few do.

Styles, scripts and pictures come from the folders of the product; a page keeps the policy it was sent with.
"""

import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

from django.contrib.staticfiles import finders
from playwright.sync_api import BrowserContext, Page, TimeoutError, sync_playwright

from launcher.tools import chromium
from standins.faces import face
from tests.access.pages import Shown
from tests.journeys.access import Size
from tests.journeys.conftest import FLAGS, PATIENCE

_DRAWN = 5000  # milliseconds until a page has been drawn, on a busy machine too


class _Site(ThreadingHTTPServer):
    """Answers with the one page that is shown, whatever its address, and with the files that pages are made with."""

    daemon_threads = True

    def __init__(self, *, lasting: bool) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.html, self.policy = "", ""
        self.lasting = lasting
        self.asked: list[str] = []


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Site

    def do_GET(self) -> None:
        place = urlsplit(self.path).path
        if self.headers["Sec-Fetch-Dest"] == "document":
            self._send(self.server.html.encode(), "text/html; charset=utf-8", policy=self.server.policy)
        elif place.endswith("/again.js"):  # a page that reads itself again would be gone while it is looked at
            self._send(b"", "text/javascript")
        elif place.startswith("/static/"):
            self.server.asked.append(place)
            self._send(_static(place), mimetypes.guess_type(place)[0] or "", lasting=self.server.lasting)
        elif place.endswith("/photo/"):
            self._send(_face(), "image/jpeg")
        else:
            self._send(b"", "text/plain", status=404)

    def _send(self, body: bytes, kind: str, *, status: int = 200, policy: str = "", lasting: bool = False) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=3600" if lasting else "no-store")
        if policy:
            self.send_header("Content-Security-Policy", policy)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Window:
    """One browser window; `show` puts a page into it."""

    def __init__(self, context: BrowserContext, site: _Site) -> None:
        self.page: Page = context.new_page()
        self._site = site
        self.broken: list[str] = []  # errors of scripts
        self.asked = site.asked  # the files that pages have fetched
        self.page.on("pageerror", lambda error: self.broken.append(str(error)))

    def show(self, one: Shown) -> Page:
        """Open the page, as one who follows a link to it."""
        self._site.html, self._site.policy = one.html, one.policy
        self.page.goto(f"http://localhost:{self._site.server_port}/")
        return self.page

    def summary_has_focus(self) -> bool:
        """Whether the summary of errors is what is read first: a browser gives the focus when it first draws."""
        try:
            self.page.wait_for_function("document.activeElement.className === 'errors'", timeout=_DRAWN)
        except TimeoutError:
            return False
        return True


@cache
def _static(place: str) -> bytes:
    found = finders.find(place.removeprefix("/static/"))
    assert found, place
    return Path(found).read_bytes()


@cache
def _face() -> bytes:
    return face(3)


@contextmanager
def window(size: Size, *, lasting: bool = True) -> Iterator[Window]:
    """Open a browser; `lasting`: it keeps styles, scripts and fonts from one page to the next, as browsers do."""
    with _Site(lasting=lasting) as site, sync_playwright() as playwright:
        Thread(target=site.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        context = browser.new_context(
            viewport={"width": size.width, "height": size.height}, locale="zh-CN", service_workers="block"
        )
        context.set_default_timeout(PATIENCE)
        yield Window(context, site)
        browser.close()
        site.shutdown()
