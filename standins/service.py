"""What every stand-in service shares: one process, one loopback port, own keys, small pages marked 演示."""

import argparse
import json
import os
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from jinja2 import Environment

_MAX_BODY = 64 * 1024
_FRESH = 300  # seconds
_LAYOUT = """<!doctype html><html lang="zh-CN"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{{ title }}（演示）</title>
<style>
body { font: 17px/1.6 "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; margin: 0; color: #222; }
header { background: #fff3c4; padding: .6rem 1rem; border-bottom: 1px solid #d9b84a; }
main { max-width: 44rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.35rem; margin: .4rem 0 1rem; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; padding: .4rem .5rem; border-bottom: 1px solid #ddd; overflow-wrap: anywhere; }
form { display: inline-block; margin: .3rem .5rem .3rem 0; }
button { font: inherit; min-height: 44px; padding: 0 1.1rem; background: #fff; border: 1px solid #555; }
button.main { background: #1a5fb4; border-color: #1a5fb4; color: #fff; }
</style><header><strong>演示</strong> {{ mark }}</header><main><h1>{{ title }}</h1>BODY</main></html>"""
_pages = Environment(autoescape=True)


@dataclass(frozen=True, slots=True)
class Request:
    """What came in. `headers` has lower-case names; `parts` are the groups of the route's pattern."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    parts: tuple[str, ...] = ()

    def form(self) -> dict[str, str]:
        return {key: values[0] for key, values in parse_qs(self.body.decode()).items()}


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes out."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


Handle = Callable[[Request], Answer]
Routes = list[tuple[str, str, Handle]]  # method, pattern of the whole path, what answers


def answer_json(value: Mapping[str, Any], *, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    body = json.dumps(value, ensure_ascii=False).encode()
    return Answer(status, body, {"Content-Type": "application/json; charset=utf-8", **(headers or {})})


def page(body: str, *, title: str, mark: str, status: int = 200, **values: object) -> Answer:
    """Return a page whose inside is the template `body`; `mark` says what it stands in for."""
    html = _pages.from_string(_LAYOUT.replace("BODY", body)).render(title=title, mark=mark, **values)
    return Answer(status, html.encode(), {"Content-Type": "text/html; charset=utf-8"})


def see_other(address: str) -> Answer:
    return Answer(303, b"", {"Location": address})


def arguments(*, origin: bool = False) -> argparse.Namespace:
    """Read --port and --home (made if missing), and --origin where it is needed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--home", type=Path, required=True)
    if origin:
        parser.add_argument("--origin", default="http://127.0.0.1:8001")
    known = parser.parse_args()
    known.home.mkdir(parents=True, exist_ok=True)
    return known


def keep(path: Path, make: Callable[[], bytes]) -> bytes:
    """Return the secret in `path`, made at the first start and readable by its owner alone."""
    if not path.exists():
        fresh = path.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(make())
        fresh.rename(path)
    return path.read_bytes()


class Book:
    """What a stand-in must not forget when it stops: JSON rows by key in one file, readable by its owner alone.

    Change rows only inside `with book:`; what was changed is on disk when the block ends.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.RLock()
        self.rows: dict[str, dict[str, Any]] = json.loads(path.read_bytes()) if path.exists() else {}

    def __enter__(self) -> "dict[str, dict[str, Any]]":
        self._lock.acquire()
        return self.rows

    def __exit__(self, *_: object) -> None:
        try:
            fresh = self._path.with_suffix(".new")
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
                json.dump(self.rows, out, ensure_ascii=False)
            fresh.replace(self._path)
        finally:
            self._lock.release()


def is_fresh(stamp: str) -> bool:
    """Return whether `stamp` is a moment (seconds since 1970) of the last five minutes, give or take."""
    try:
        return abs(time.time() - int(stamp)) <= _FRESH
    except ValueError:
        return False


def serve(routes: Routes, *, port: int) -> None:
    """Answer on the loopback address until the process ends."""
    table = [(method, re.compile(pattern), handle) for method, pattern, handle in routes]
    ready: Routes = [("GET", "/healthz", lambda _: answer_json({"ok": True}))]
    table += [(method, re.compile(pattern), handle) for method, pattern, handle in ready]

    class Handler(BaseHTTPRequestHandler):
        """One request."""

        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            if length > _MAX_BODY:
                self.close_connection = True
                return self._send(Answer(413))
            url = urlsplit(self.path)
            request = Request(
                method=self.command,
                path=self.path,
                query={key: values[0] for key, values in parse_qs(url.query).items()},
                headers={key.lower(): value for key, value in self.headers.items()},
                body=self.rfile.read(length),
            )
            return self._send(_dispatch(table, request, url.path))

        do_GET = do_POST = do_OPTIONS = _answer

        def _send(self, answer: Answer) -> None:
            self.send_response(answer.status)
            for name, value in {"Cache-Control": "no-store", **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: addresses may name people and orders."""

    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


def _dispatch(table: list[tuple[str, re.Pattern[str], Handle]], request: Request, path: str) -> Answer:
    for method, pattern, handle in table:
        if method == request.method and (found := pattern.fullmatch(path)):
            request = Request(
                request.method, request.path, request.query, request.headers, request.body, found.groups()
            )
            return handle(request)
    return Answer(404)
