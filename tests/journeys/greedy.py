"""Portals whose service worker keeps what it may not: controls of test_app. The product has no such switch.

`pages` keeps every page that was shown; `cookies` asks for the three kept pages as the person who is signed in.
"""

import os

from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "baoming.config.settings")
_served = get_wsgi_application()

from baoming.web.candidate import app  # noqa: E402  once Django is set up

_CHANGES = {
    "pages": (
        b"return await fetch(request);",
        b"const answer = await fetch(request);"
        b"await (await caches.open(EDITION)).put(request, answer.clone()); return answer;",
    ),
    "cookies": (b'credentials: "omit"', b'credentials: "include"'),
}


def _portal(change: str):  # type: ignore[no-untyped-def]
    old, new = _CHANGES[change]

    def changed(request: HttpRequest, template: str, *rest: object, **more: object) -> HttpResponse:
        answer = render(request, template, *rest, **more)  # type: ignore[arg-type]
        if template == "candidate/worker.js":
            assert old in answer.content
            answer.content = answer.content.replace(old, new)
        return answer

    def serve(environ, start_response):  # type: ignore[no-untyped-def]
        app.render = changed  # type: ignore[attr-defined]
        return _served(environ, start_response)

    return serve


pages = _portal("pages")
cookies = _portal("cookies")
