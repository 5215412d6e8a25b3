"""The stand-in of all providers in its own process, the adapters that speak to it, and where its notices fall."""

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from baoming.payments.providers import alipay, unionpay, wechat
from baoming.payments.providers.base import Channel, Charge, Giving, Opened, Provider, Wanted
from baoming.payments.providers.keys import Signer

KEYS = ("wechat", "alipay", "unionpay")
CHANNELS = {
    "wechat": (Channel.WECHAT_H5, Channel.WECHAT_NATIVE), "alipay": (Channel.ALIPAY_PAGE, Channel.ALIPAY_WAP),
    "unionpay": (Channel.UNIONPAY_PAGE, Channel.UNIONPAY_WAP),
}  # fmt: skip
NOWHERE = "http://127.0.0.1:9/"
_MADE: dict[str, tuple[Any, Any, str]] = {
    "wechat": (wechat.WeChatPay, wechat.Merchant, ""),
    "alipay": (alipay.Alipay, alipay.Merchant, "/alipay/gateway.do"),
    "unionpay": (unionpay.UnionPay, unionpay.Merchant, "/unionpay"),
}
Signed = tuple[dict[str, str], bytes]
Letterbox = tuple[str, "queue.Queue[Signed]"]


class Gateway:
    """`keys`: of the merchant and the providers, where they are others than the stand-in's own."""

    def __init__(self, address: str, home: Path, *, keys: dict[str, Signer] | None = None) -> None:
        self.address, self.numbers = address, iter(range(100000, 999999))
        self.signers = keys or {key: Signer.load(home / key) for key in KEYS}
        self.providers: dict[str, Provider] = {
            key: adapter(address + place, merchant.load(home / key), self.signers[key])
            for key, (adapter, merchant, place) in _MADE.items()
        }

    def wanted(self, notify: str = NOWHERE, fen: int = 4000) -> Wanted:
        made = now() - timedelta(minutes=7)  # an attempt may lie for a while before its page is opened
        return Wanted(
            number=f"BM22{next(self.numbers)}", fen=fen, description="普通高考报名费", notify_url=notify,
            return_url="http://127.0.0.1:8000/fee/", made_at=made, until=made + timedelta(minutes=30),
        )  # fmt: skip

    def page(self, opened: Opened) -> str:
        """Go where the payer's browser goes; returns the address of the cashier's page."""
        match opened.kind:
            case "form":
                answer = httpx.post(opened.address, data=dict(opened.fields))
            case "code":
                return f"{self.address}/pay?token={parse_qs(urlsplit(opened.address).query)['pr'][0]}"
            case _:
                answer = httpx.get(opened.address)
        place = answer.headers.get("location", "")
        return f"{self.address}{place}" if place else opened.address

    def opened(self, key: str, wanted: Wanted) -> str:
        return self.page(self.providers[key].create(CHANNELS[key][0], wanted))

    def paid(self, key: str, notify: str = NOWHERE, fen: int = 4000) -> Wanted:
        wanted = self.wanted(notify, fen)
        pay(self.opened(key, wanted))
        return wanted

    def query(self, key: str, wanted: Wanted) -> Charge:
        return self.providers[key].query(wanted.number, made_at=wanted.made_at)

    def giving(self, key: str, wanted: Wanted) -> Giving:
        """All that was paid, to be given back."""
        return Giving(
            number=f"R{wanted.number}", of=wanted.number, transaction=self.query(key, wanted).transaction,
            fen=wanted.fen, whole=wanted.fen, made_at=now(),
        )  # fmt: skip

    def fault(self, name: str, times: int = 1) -> None:
        httpx.post(f"{self.address}/control", data={"fault": name, "times": str(times)})

    def truth(self, key: str, wanted: Wanted) -> Any:
        """What was really taken and given back."""
        return httpx.get(f"{self.address}/truth").json()[f"{key}:{wanted.number}"]


def pay(page: str) -> httpx.Response:
    return httpx.post(page, data={"do": "pay"})


def now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def letterbox(port: int = 0) -> Iterator[Letterbox]:
    """Take each notice unread, and answer what every provider wants to hear; yield the address and what arrived."""
    arrived: queue.Queue[Signed] = queue.Queue()

    class Slot(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            arrived.put((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"success")

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", port), Slot)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", arrived
    finally:
        server.shutdown()
        server.server_close()
