"""Requests that no browser of ours sends, drawn by seed: the same seed asks the same questions.

Nothing of a request is told but its seed, place in the row, actor, method, route and kinds: what was
sent may look like a person's data.
"""

import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern

from standins.cashier.wechat import WeChat as Cashier
from standins.faces import face
from tests.web.test_nasty_input import NASTY, SOUND_CANDIDATE, SOUND_OFFICE

_METHODS = ("GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH")
_WEIGHTS = (30, 58, 3, 3, 2, 2, 2)
_ASKED = ("page", "tab", "site", "class", "entry", "mend", "photo", "seen", "county", "q", "as", "back", "what")
_SLUGS = (
    "moral",
    "accommodation",
    "correction",
    "wrong_photo",
    "signature",
    "completion",
    "submission",
    "final_review",
    "contact",
    "exam",
    "person",
    "-",
    "x" * 300,
)
_TYPES = (
    "application/json", "text/plain", "application/x-www-form-urlencoded; charset=utf-7",
    "application/x-www-form-urlencoded; charset=nonsense", "multipart/form-data", "multipart/form-data; boundary=",
    "multipart/form-data; boundary=\"a b\"; charset=utf-16", "application/xml", "", "/", "x" * 2000,
    "multipart/mixed; boundary=b", "application/x-www-form-urlencoded; charset=gb18030",
)  # fmt: skip
_BYTES = (
    b"",
    b"\x00",
    b"\xff\xfe",
    b"%",
    b"%zz=%u0041",
    b"a=%ff%fe&b=%00",
    b"&&&===",
    b"=" * 5000,
    b"\r\n--b\r\n",
    b"\x80" * 3000,
)
_HEADERS: tuple[dict[str, str], ...] = (
    {"X-Forwarded-For": "999.1.1.1, ::x"}, {"X-Forwarded-For": "x" * 5000}, {"X-Forwarded-Proto": "javascript"},
    {"Accept-Language": "zz-" * 200}, {"Accept-Language": "*;q=NaN"}, {"Referer": "http://[::1"}, {"Referer": "\x80"},
    {"If-Modified-Since": "yesterday"}, {"If-None-Match": '"' * 50}, {"Range": "bytes=9-1,-"}, {"Origin": "null"},
    {"X-HTTP-Method-Override": "DELETE"}, {"Cookie": "=;=; ;;a"}, {"Cookie": "bm_office=" + "\\042" * 100},
    {"User-Agent": ""}, {"HX-Request": "true"}, {"Accept": "text/*;q=;,"}, {"Authorization": "Basic ####"},
    {"Content-Length": "-1"}, {"Content-Encoding": "gzip"}, {"Transfer-Encoding": "chunked"},
    {"Host": "localhost:99999"},
)  # fmt: skip
_NAMES = (
    "名册.csv",
    "r.xlsx",
    "p.jpg",
    "../../etc/passwd",
    "",
    "a" * 400 + ".csv",
    "\u202egpj.exe",
    '"; x="',
    "nul\x00.csv",
)


@dataclass(frozen=True)
class Person:
    """Who asks: a client of one portal, how they come in again, and whose name they must never read."""

    name: str
    portal: str
    client: Client
    come_in: Callable[[], None]
    must_not_see: bytes = b""


@dataclass(frozen=True)
class Shot:
    """One request. `said` is what may be told of it."""

    method: str
    place: str
    said: str
    body: bytes = b""
    kind: str = "application/x-www-form-urlencoded"
    headers: dict[str, str] = field(default_factory=dict)


class Fuzz:
    """Draws requests to `routes` of a portal, about these `ids`, with these names of `fields`."""

    def __init__(
        self, seed: int, *, routes: dict[str, URLPattern], ids: dict[str, Sequence[UUID]], fields: Sequence[str],
        portal: str, cashier: Cashier,
    ) -> None:  # fmt: skip
        self._draw = random.Random(seed)
        self._routes, self._ids, self._fields = routes, ids, list(fields)
        self._sound = SOUND_OFFICE if portal == "office" else SOUND_CANDIDATE
        self._portal, self._cashier = portal, cashier
        self._photo = face(1)
        self._words = list(NASTY.values())

    def shot(self) -> Shot:
        draw = self._draw
        if self._portal == "candidate" and draw.random() < 0.06:
            return self._notice()
        if draw.random() < 0.15:
            return self._nearly_sound()
        name = draw.choice(list(self._routes))
        method = draw.choices(_METHODS, _WEIGHTS)[0]
        place = self._address(str(self._routes[name].pattern))
        if draw.random() < 0.4:
            place += f"?{self._query()}"
        body, kind, what = (b"", "", "no body") if method in ("GET", "HEAD") else self._body()
        headers = draw.choice(_HEADERS) if draw.random() < 0.25 else {}
        return Shot(method, place, f"{method} {name}, {what}, headers {sorted(headers)}", body, kind, headers)

    def _nearly_sound(self) -> Shot:
        """A request that would be taken, but for one field or one field more."""
        place, fields = self._draw.choice(list(self._sound.items()))
        changed = self._draw.choice([*fields, *self._fields])
        sent = {**fields, changed: self._word()}
        address = place.replace("{row}", str(self._draw.choice(self._ids["registration_id"])))
        address = address.replace("{case}", str(self._draw.choice(self._ids["case_id"])))
        return Shot(
            "POST", address, f"POST {place}, nearly sound, {changed}", urlencode(sent, errors="replace").encode()
        )

    def _notice(self) -> Shot:
        """To the cashier's address: unsigned, or signed well with nonsense sealed inside."""
        draw = self._draw
        inside = draw.choice(
            [b"", b"null", b"[]", b"{}", b'{"out_trade_no": 3}', b'{"amount": []}', _json(self._tree())]
        )
        sealed = self._cashier.seal(inside)
        if draw.random() < 0.3:
            sealed[draw.choice(list(sealed))] = draw.choice(["", "AAAA", "\u00e9", "x" * 500])
        whole = {
            "id": "x",
            "event_type": "TRANSACTION.SUCCESS",
            "resource_type": "encrypt-resource",
            "resource": sealed,
        }
        body = draw.choice([_json(whole), _json({"resource": draw.choice([None, [], "x", {}])}), b"[]", b"\xff", b""])
        headers = self._cashier.headers(body)
        if draw.random() < 0.4:
            headers[draw.choice(list(headers))] = draw.choice(["", "0", "x", "9" * 40, "-1", "é"])
        if draw.random() < 0.3:
            return self._receipts()
        return Shot("POST", "/notices/wechat", "POST notice", body, "application/json", headers)

    def _receipts(self) -> Shot:
        """What somebody who is no sender of SMS might say."""
        draw = self._draw
        line = {
            "reference": draw.choice(["", "a.1.sms", "x" * 70, 5, None]),
            "arrived": draw.choice([True, "yes", None]),
        }
        body = draw.choice([_json([line]), _json(line), _json([None]), b"[" * 5000, b"\xff", b""])
        stamp = draw.choice([str(int(time.time())), "", "9" * 40, "-1", "é"])
        headers = {"X-Timestamp": stamp, "X-Signature": draw.choice(["", "0" * 64, "é", "x" * 5000])}
        return Shot("POST", "/notices/sms", "POST receipts", body, "application/json", headers)

    def _address(self, pattern: str) -> str:
        for key, ids in self._ids.items():
            pattern = pattern.replace(f"<uuid:{key}>", str(self._draw.choice(ids)))
        for key in ("kind", "key"):
            pattern = pattern.replace(f"<slug:{key}>", self._draw.choice(_SLUGS))
        pattern = pattern.replace("<int:no>", str(self._draw.choice([0, 1, 2, 10**25])))
        code = quote(self._word()[:200], errors="replace").replace("/", "") or "x"
        return "/" + pattern.replace("<str:code>", code)

    def _query(self) -> str:
        if self._draw.random() < 0.3:
            return self._draw.choice(["%00", "page=%ff", "=&=", "a[]=1&a[$ne]=2", "page=" + "9" * 3000, "tab=%u0041;x"])
        pairs = [(self._draw.choice(_ASKED), self._word()[:1500]) for _ in range(self._draw.randint(1, 4))]
        return urlencode(pairs, errors="replace")

    def _body(self) -> tuple[bytes, str, str]:
        return self._draw.choice((self._form, self._form, self._parts, self._broken_parts, self._odd))()

    def _form(self) -> tuple[bytes, str, str]:
        names = self._draw.sample(self._fields, self._draw.randint(1, min(40, len(self._fields))))
        many = self._draw.random() < 0.02
        pairs = [(name, self._word()[:5000]) for name in names] * (20 if many else 1)
        return urlencode(pairs, errors="replace").encode(), "application/x-www-form-urlencoded", "form"

    def _parts(self) -> tuple[bytes, str, str]:
        """Fields and files, as a browser sends them."""
        names = self._draw.sample(self._fields, 6)
        parts = [self._part(f'name="{name}"', self._word()[:2000].encode("utf-8", "replace")) for name in names]
        for name in ("photo", "file"):
            filename = self._draw.choice(_NAMES)
            parts.append(self._part(f'name="{name}"; filename="{filename}"', self._file()))
        return b"".join(parts) + b"--b--\r\n", "multipart/form-data; boundary=b", "parts"

    def _broken_parts(self) -> tuple[bytes, str, str]:
        body, kind, _ = self._parts()
        cut = self._draw.randint(0, len(body))
        broken = self._draw.choice([
            body[:cut], body.replace(b"\r\n", b"\n"), body.replace(b"name=", b"nam="), body * 3,
            body.replace(b"form-data", b"form-data; name*=utf-8''%ff"), b"--b" * 500, body[:60] + b"\x00" + body[60:],
            self._part('name="x"\r\nContent-Transfer-Encoding: base64', b"!!!") + body,
            self._part("", b"x") * 700,
        ])  # fmt: skip
        return broken, kind, "broken parts"

    def _odd(self) -> tuple[bytes, str, str]:
        body = self._draw.choice([*_BYTES, _json(self._tree()), self._form()[0]])
        return body, self._draw.choice(_TYPES), "odd type"

    def _part(self, disposition: str, content: bytes) -> bytes:
        head = f"--b\r\nContent-Disposition: form-data; {disposition}\r\nContent-Type: application/octet-stream\r\n\r\n"
        return head.encode("utf-8", "replace") + content + b"\r\n"

    def _file(self) -> bytes:
        """Mostly refused at the first look: whole pictures are tried with the hostile files."""
        photo, cut = self._photo, self._draw.randint(0, 3000)
        lines = "学籍号,姓名,性别,班级\nG990001200503170001," + self._word()[:300] + ",男,1班"
        return self._draw.choice([
            b"", photo[:cut], b"\x89PNG\r\n\x1a\n" + bytes(cut), b"PK\x03\x04" + bytes(cut), b"\xd0\xcf\x11\xe0",
            lines.encode("utf-8", "replace"), lines.encode("gb18030", "replace"), lines.encode("utf-16", "replace"),
        ])  # fmt: skip

    def _word(self) -> str:
        draw = self._draw
        kind = draw.random()
        if kind < 0.4:
            return draw.choice(self._words)
        if kind < 0.6:
            return str(draw.choice([one for ids in self._ids.values() for one in ids]))
        if kind < 0.8:
            values = [value for fields in self._sound.values() for value in fields.values()]
            return draw.choice([*values, "1", "0", "43", "yes", "no", "2023-01-01", "2023-01-01T09:00", "send", "GG"])
        return "".join(chr(draw.choice([draw.randrange(0x20, 0x250), draw.randrange(0x4E00, 0x9FFF),
                                        draw.randrange(0xE000, 0x20000), draw.randrange(0x20)]))
                       for _ in range(draw.randint(1, 30)))  # fmt: skip

    def _tree(self, depth: int = 3) -> Any:
        draw = self._draw
        if depth == 0 or draw.random() < 0.3:
            return draw.choice([None, True, -1, 1e308, "", self._word()[:50], 10**30])
        if draw.random() < 0.5:
            return [self._tree(depth - 1) for _ in range(draw.randint(0, 4))]
        return {self._word()[:20]: self._tree(depth - 1) for _ in range(draw.randint(0, 4))}


def fire(person: Person, shot: Shot) -> HttpResponse:
    """Send one request in as the person; whoever was signed out meanwhile has come in again before."""
    answer: Any = person.client.generic(
        shot.method, shot.place, shot.body, content_type=shot.kind, headers=shot.headers
    )
    return answer  # type: ignore[no-any-return]


def faults(person: Person, shot: Shot, answer: HttpResponse) -> Iterator[str]:
    """Yield what is wrong with an answer."""
    paused = answer.status_code == 503 and answer.headers.get("Retry-After") == "600"
    if answer.status_code >= 500 and not paused:
        yield f"{person.name}: {shot.said} → {answer.status_code}"
    if person.must_not_see and person.must_not_see in answer.content:
        yield f"{person.name}: {shot.said} → reads of somebody elsewhere"


def _json(value: object) -> bytes:
    return json.dumps(value).encode()
