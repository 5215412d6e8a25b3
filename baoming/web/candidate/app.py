"""The portal as an app on the phone's own screen (R3): manifest, service worker, and the pages that it keeps.

What the worker keeps is the same for everybody: styles, scripts, and three pages as a stranger sees them. It asks for
them without a cookie and keeps nothing else, so that a phone that is lent, lost or sold holds no one's data.
"""

import hashlib
from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

PAGES = ("offline", "help", "install")  # kept for when there is no network: none of them shows a person or an hour
FILES = (
    "tokens.css", "candidate.css", "app.css", "app.js", "sheet.js", "password.js", "favicon.svg", "icon-192.png",
)  # fmt: skip
_PAPER, _NAME = "#f4f5f2", "高考报名"
_TEMPLATES = Path(__file__).parent.parent / "templates"
# What a browser calls itself, and which guide is its own; the first that fits.
_BROWSERS = (
    ("MicroMessenger", "wechat"), ("HuaweiBrowser", "maker"), ("MiuiBrowser", "maker"),
    ("iPhone", "safari"), ("iPad", "safari"), ("Android", "chrome"),
)  # fmt: skip


def in_wechat(request: HttpRequest) -> bool:
    """Whether the page is read inside WeChat, which opens no PDF and installs nothing (ux.md rule 11)."""
    return browser(request) == "wechat"


def browser(request: HttpRequest) -> str:
    """Return the guide that fits this browser: wechat, maker, safari or chrome; empty on a computer."""
    named = request.headers.get("User-Agent", "")
    return next((guide for mark, guide in _BROWSERS if mark in named), "")


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What the phone writes on its screen: a neutral name, a sign of our own, no colour of a maker."""
    icons = [
        _icon("favicon.svg", "any", "image/svg+xml"),
        _icon("icon-192.png", "192x192"),
        _icon("icon-512.png", "512x512"),
        {**_icon("icon-512.png", "512x512"), "purpose": "maskable"},
    ]
    said = {
        "id": "/", "name": _NAME, "short_name": _NAME, "lang": "zh-CN", "dir": "ltr",
        "start_url": reverse("candidate:home"), "scope": "/", "display": "standalone",
        "background_color": _PAPER, "theme_color": _PAPER, "icons": icons,
    }  # fmt: skip
    return JsonResponse(
        said, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False}
    )  # fmt: skip


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker. Another edition of what it keeps is another text, and so another worker."""
    return render(
        request, "candidate/worker.js", {"edition": _edition(), "pages": _pages(), "files": _files()},
        content_type="text/javascript; charset=utf-8",
    )  # fmt: skip


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What stands in the place of a page while there is no network."""
    return render(request, "candidate/offline.html")


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """打不开怎么办: read by whoever cannot get in, so by anybody."""
    return render(request, "candidate/help.html", {"origin": settings.CANDIDATE_ORIGIN})


@require_safe
def install(request: HttpRequest) -> HttpResponse:
    """How to put the portal on the phone's screen, the reader's own browser first. Everything works without it."""
    here = browser(request)
    guides = sorted(("chrome", "maker", "safari", "wechat"), key=lambda one: one != here)
    return render(request, "candidate/install.html", {"here": here, "guides": guides})


def _icon(name: str, sizes: str, kind: str = "image/png") -> dict[str, str]:
    return {"src": static(name), "sizes": sizes, "type": kind}


def _pages() -> list[str]:
    return [reverse(f"candidate:{name}") for name in PAGES]


@cache
def _files() -> list[str]:
    return [static(name) for name in FILES]


@cache
def _edition() -> str:
    """Return a name for what is kept: the files by their addresses, which tell the content, the pages by templates."""
    kept = hashlib.sha256("\n".join(_files()).encode())
    for name in ("base", "macros", "kept", *PAGES):
        kept.update((_TEMPLATES / "candidate" / f"{name}.html").read_bytes())
    return kept.hexdigest()[:16]
