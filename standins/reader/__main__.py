"""python -m standins.reader --port 8013 --home DIR --origin http://127.0.0.1:8001

`GET /card` waits for a card and answers once with what it says, signed. The page `/` lays cards down.
"""

import base64
import json
import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from agents.card_reader.text_block import decode, encode
from standins.others import OTHERS, Other
from standins.people import Person, has_run_out, people, renewed
from standins.service import Answer, Request, answer_json, arguments, keep, page, see_other, serve

_WAIT = 5.0  # seconds
_SEX = {"男": "1", "女": "2"}  # GB/T 2261.1
_PAGE = """
<p>{% if here %}读卡器上是<strong>{{ here.name }}</strong>的证件。
<form method="post" action="/take"><button class="main">取走身份证</button></form>
{% else %}读卡器上没有身份证。{% endif %}</p>
<table><tr><th>学号</th><th>姓名</th><th>公民身份号码</th><th>有效期至</th><th></th></tr>{% for one in people %}
<tr><td>{{ one.class_number }}</td><td>{{ one.name }}</td><td>{{ one.number }}</td><td>{{ one.valid_to }}</td>
<td><form method="post" action="/put/{{ loop.index0 }}">
<button aria-label="放上{{ one.name }}的身份证">放上身份证</button></form>{% if run_out(one) %}
<form method="post" action="/put/{{ loop.index0 }}/renewed">
<button aria-label="放上{{ one.name }}换领的新证">放上换领的新证</button></form>{% endif %}</td></tr>
{% endfor %}</table>
<table><tr><th>姓名</th><th>证件</th><th>证件号码</th><th></th></tr>{% for one in others %}
<tr><td>{{ one.name }}</td><td>{{ one.title }}</td><td>{{ one.number }}</td>
<td>{% if one.mark %}<form method="post" action="/put/other/{{ loop.index0 }}">
<button aria-label="放上{{ one.name }}的{{ one.title }}">放上证件</button></form>{% else %}没有芯片{% endif %}</td></tr>
{% endfor %}</table>"""


def _signing_key(home: Path) -> Ed25519PrivateKey:
    """Return the reader's own key, made at first start; its public half lies beside it for pairing."""
    pem = keep(
        home / "reader.key",
        lambda: Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )
    key = load_pem_private_key(pem, None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError("reader.key holds another kind of key")
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (home / "reader.pub").write_bytes(public)
    return key


def _told(card: Person | Other) -> dict[str, Any]:
    """Return what a card says; of other kinds as their chips hold it, byte for byte, where their layout is known."""
    if isinstance(card, Other):
        try:
            return decode(encode(card.on_chip()))
        except KeyError:  # a layout that nobody knows: such a chip says no more than its mark
            return {"mark": card.mark}
    return {
        "name": card.name,
        "sex": _SEX[card.sex],
        "ethnicity": card.ethnicity,
        "birth": card.birth.isoformat(),
        "address": card.address,
        "number": card.number,
        "issuer": card.issuer,
        "valid_from": card.valid_from.isoformat(),
        "valid_to": card.valid_to.isoformat(),
    }


class Reader:
    """One reader with room for one card."""

    def __init__(self, *, home: Path, origin: str) -> None:
        self._key, self._origin, self._people = _signing_key(home), origin, people()
        self._card: Person | Other | None = None
        self._changed = threading.Condition()

    def lay(self, card: Person | Other | None) -> Answer:
        with self._changed:
            self._card = card
            self._changed.notify_all()
        return see_other("/")

    def put(self, request: Request) -> Answer:
        return self._put(request, lambda person: person)

    def put_renewed(self, request: Request) -> Answer:
        """Lay down the card that replaced one which has run out."""
        return self._put(request, renewed)

    def put_other(self, request: Request) -> Answer:
        """Lay down a card of another kind."""
        index = int(request.parts[0])
        return self.lay(OTHERS[index]) if index < len(OTHERS) and OTHERS[index].mark else Answer(404)

    def _put(self, request: Request, card: Callable[[Person], Person]) -> Answer:
        index = int(request.parts[0])
        return self.lay(card(self._people[index])) if index < len(self._people) else Answer(404)

    def show(self, _: Request) -> Answer:
        mark = "代替报名点的身份证读卡器"
        return page(
            _PAGE, title="读卡器", mark=mark, people=self._people, here=self._card, run_out=has_run_out, others=OTHERS,
        )  # fmt: skip

    def allow(self, request: Request) -> Answer:
        """Answer the browser's question before it lets a page of the portal ask this computer."""
        return Answer(204, b"", self._cors(request))

    def read(self, request: Request) -> Answer:
        """Answer the card once it lies there, or 404 after five seconds; to a page of the portal only."""
        if request.headers.get("origin") != self._origin:
            return Answer(403)
        with self._changed:
            self._changed.wait_for(lambda: self._card is not None, timeout=_WAIT)
            card = self._card
        if card is None:
            return answer_json({"message": "没有读到身份证，请放好后重新读卡"}, status=404, headers=self._cors(request))
        return answer_json(self._signed(card), headers=self._cors(request))

    def _cors(self, request: Request) -> dict[str, str]:
        if request.headers.get("origin") != self._origin:
            return {}
        return {
            "Access-Control-Allow-Origin": self._origin,
            "Access-Control-Allow-Private-Network": "true",
            "Access-Control-Allow-Headers": "Accept",
            "Vary": "Origin",
        }

    def _signed(self, card: Person | Other) -> dict[str, Any]:
        content: dict[str, Any] = {
            "card": _told(card),
            "reader": "演示读卡器",
            "read_at": datetime.now(UTC).isoformat(),
            "nonce": secrets.token_hex(16),
        }
        # Written out here again: the agent is a separate program and shares no code with the portal.
        signed = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        return {**content, "signature": base64.b64encode(self._key.sign(signed)).decode()}


def main() -> None:
    known = arguments(origin=True)
    reader = Reader(home=known.home, origin=known.origin)
    routes = [
        ("GET", "/", reader.show),
        ("POST", r"/put/(\d{1,4})", reader.put),
        ("POST", r"/put/(\d{1,4})/renewed", reader.put_renewed),
        ("POST", r"/put/other/(\d{1,2})", reader.put_other),
        ("POST", "/take", lambda _: reader.lay(None)),
        ("GET", "/card", reader.read),
        ("OPTIONS", "/card", reader.allow),
    ]
    serve(routes, port=known.port)


if __name__ == "__main__":
    main()
