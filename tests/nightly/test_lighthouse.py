"""A slow phone: the first page and each page after it, by Lighthouse, before the running product (R3, R16).

The processor is six times slower than this machine's, the network is Lighthouse's slow 4G as developer tools make it:
a request takes 562 ms and comes with 1.5 Mbit/s. Reports stay in build/lighthouse.
"""

import json
import socket
import statistics
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Page, Playwright

from launcher.stack import Stack
from launcher.tools import ROOT, chromium, lighthouse, node
from tests.forms.samples import FORM
from tests.journeys import office, phone
from tests.journeys.conftest import FLAGS, PATIENCE, PHONE, desktop, playwright, stack
from tests.journeys.test_one_candidate import PERSON, intake

__all__ = ["desktop", "playwright", "stack"]  # fixtures
SLOW = {"cpuSlowdownMultiplier": 6, "requestLatencyMs": 562.5, "downloadThroughputKbps": 1474.56,
        "uploadThroughputKbps": 675, "rttMs": 0, "throughputKbps": 0}  # fmt: skip
RUNS = 3  # of each page; the middle one counts
FIRST, NEXT, WEIGHT = 2500, 1000, 100 * 1024  # milliseconds, milliseconds, bytes
OUT = ROOT / "build" / "lighthouse"
FORM_PAGES = {f"form-{page.key}": f"/form/{page.key}" for page in FORM.pages}
OWN = {"tasks": "/tasks/", **FORM_PAGES, "form-check": "/form/check"}


class Phone:
    """A phone that Lighthouse can look into."""

    def __init__(self, page: Page, port: int, base: str) -> None:
        self.page, self.base, self._port = page, base, port

    def measured(self, places: dict[str, str], *, warm: bool) -> dict[str, dict[str, float]]:
        """Return what Lighthouse says of each page, by its name; `warm`: with what the pages before have left."""
        OUT.mkdir(parents=True, exist_ok=True)
        runs = [
            {"name": f"{name}-{run}", "url": self.base + place, "warm": warm}
            for run in range(RUNS)
            for name, place in places.items()
        ]
        told = {"port": self._port, "out": str(OUT), "throttling": SLOW, "pages": runs}
        done = subprocess.run(
            [node(), lighthouse()], input=json.dumps(told), capture_output=True, text=True, check=False, timeout=1200
        )
        assert done.returncode == 0, done.stderr[-2000:]
        said = [json.loads(line) for line in done.stdout.splitlines()]
        assert {one["landed"] for one in said} == {self.base + place for place in places.values()}
        return {
            name: {
                key: statistics.median(one[key] for one in said if one["name"].rpartition("-")[0] == name)
                for key in ("first", "largest", "blocked", "bytes")
            }
            for name in places
        }


@pytest.fixture
def slow_phone(playwright: Playwright, stack: Stack, tmp_path: Path) -> Iterator[Phone]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    context = playwright.chromium.launch_persistent_context(
        tmp_path / "phone", executable_path=chromium(), args=[*FLAGS, f"--remote-debugging-port={port}"],
        viewport=PHONE, locale="zh-CN", base_url=stack.url("candidate"),
    )  # fmt: skip
    context.set_default_timeout(PATIENCE)
    yield Phone(context.pages[0], port, stack.url("candidate"))
    context.close()


def too_slow(found: dict[str, dict[str, float]], most: int) -> dict[str, float]:
    return {name: one["largest"] for name, one in found.items() if one["largest"] > most}


def test_pages_come_in_time(desktop: Page, slow_phone: Phone, stack: Stack) -> None:
    page = slow_phone.page
    office.go_to(desktop, "报名点审核、采集照片")
    code = intake(desktop, stack.url("reader"))
    first = slow_phone.measured({"home": "/", "claim": "/claim/", "sign-in": "/sign-in/"}, warm=False)
    phone.claim(page, PERSON, code)
    phone.pay_fee(page)
    phone.pass_person_check(page)
    phone.bind_phone(page, stack.url("sms"))
    phone.set_passwords(page)
    phone.pledge(page)
    phone.fill_form(page)
    after = slow_phone.measured(OWN, warm=True)
    weighed = slow_phone.measured({"form-contact": "/form/contact", "form-check": "/form/check"}, warm=False)
    (OUT / "figures.json").write_text(json.dumps({"first": first, "next": after, "cold": weighed}, indent=1))
    for name, one in {**first, **after}.items():
        print(f"{name}: {one['largest']:.0f} ms, {one['bytes'] / 1024:.0f} KB")
    assert too_slow(first, FIRST) == {}
    assert too_slow(after, NEXT) == {}
    assert {name: one["bytes"] for name, one in {**first, **weighed}.items() if one["bytes"] > WEIGHT} == {}


BUSY = (
    b"<!doctype html><script>for (const end = Date.now() + 3000; Date.now() < end;);</script><p>x</p>" + b" " * WEIGHT
)


class Heavy(BaseHTTPRequestHandler):
    """A page that keeps the phone busy for three seconds, and is heavier than it may be."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(BUSY)

    def log_message(self, *told: object) -> None:
        """Say nothing of what was asked."""


def test_control_a_slow_and_heavy_page_is_found(slow_phone: Phone) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Heavy) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        slow_phone.base = f"http://127.0.0.1:{server.server_port}"
        found = slow_phone.measured({"control": "/"}, warm=False)
        server.shutdown()
    assert too_slow(found, FIRST)
    assert found["control"]["bytes"] > WEIGHT
