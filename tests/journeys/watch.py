"""Listens beside a story: requests to another host, and what the browser forbids a page by its policy."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request

_OURS = {"127.0.0.1", ""}  # portals and stand-ins; pictures in data: have no host
_FORBIDDEN = re.compile("Content Security [Pp]olicy|TrustedHTML|TrustedScript|Permissions policy violation")


class Watch:
    """What a browser did that no page of ours may make it do. `faults` is empty after a sound story."""

    def __init__(self, context: BrowserContext) -> None:
        self.faults: list[str] = []
        self.addresses: list[str] = []
        context.on("request", self._asked)
        context.on("console", self._said)

    def _asked(self, request: Request) -> None:
        self.addresses.append(request.url)
        if (urlsplit(request.url).hostname or "") not in _OURS:
            self.faults.append(f"another host: {request.url}")

    def _said(self, message: ConsoleMessage) -> None:
        if _FORBIDDEN.search(message.text):
            self.faults.append(f"forbidden: {message.text[:300]}")
