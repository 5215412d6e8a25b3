"""python -m standins.sms --port 8011 --home DIR (the secret of both sides is DIR/sms.secret)"""

import hashlib
import hmac
import json
import secrets
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from standins.delivery import Delivery
from standins.service import Answer, Request, Routes, answer_json, arguments, is_fresh, keep, serve

_MOST = 100  # receipts of one call
_TRIES = 5


class Inbox:
    """Takes what is signed, and calls back with receipts, signed with the same secret."""

    def __init__(self, home: Path) -> None:
        self._secret = keep(home / "sms.secret", lambda: secrets.token_hex(32).encode())
        self.delivery = Delivery(home, title="短信收件箱", refusal="number_limit")
        self._failures: dict[str, int] = {}

    def send(self, request: Request) -> Answer:
        stamp = request.headers.get("x-timestamp", "")
        expected = self._sign(stamp, request.body)
        if not hmac.compare_digest(expected.encode(), request.headers.get("x-signature", "").encode()):
            return Answer(401)
        if not is_fresh(stamp):
            return Answer(401)
        mode = self.delivery.control["mode"]
        if mode == "refuse":
            return answer_json({"reason": self.delivery.control["reason"]}, status=422)
        if mode == "broken":
            return Answer(500)
        sent = json.loads(request.body)
        message = {key: sent.get(key, "") for key in ("number", "text", "reference", "notify")}
        message["voice"] = sent.get("channel") == "voice"
        return answer_json({"id": self.delivery.take(message, key=sent["reference"])})

    def report(self) -> None:
        """Call back for ever, a few times for each message."""
        while True:
            time.sleep(0.2)
            keys = [key for key in self.delivery.due(_MOST) if self.delivery.one(key)["notify"]]
            for address in {self.delivery.one(key)["notify"] for key in keys}:
                self._call(address, [key for key in keys if self.delivery.one(key)["notify"] == address])

    def _call(self, address: str, keys: list[str]) -> None:
        body = json.dumps([self._receipt(key) for key in keys]).encode()
        stamp = str(int(time.time()))
        headers = {"X-Timestamp": stamp, "X-Signature": self._sign(stamp, body), "Content-Type": "application/json"}
        try:
            urllib.request.urlopen(urllib.request.Request(address, body, headers), timeout=5).close()  # noqa: S310
        except (urllib.error.URLError, OSError, ValueError):
            for key in keys:
                self._failures[key] = self._failures.get(key, 0) + 1
            keys = [key for key in keys if self._failures[key] >= _TRIES]
            time.sleep(1)
        self.delivery.reported(keys)

    def _receipt(self, key: str) -> dict[str, object]:
        one = self.delivery.one(key)
        arrived = one["fate"] == "arrived"
        return {"reference": one["reference"], "arrived": arrived, **({} if arrived else {"reason": "undelivered"})}

    def _sign(self, stamp: str, body: bytes) -> str:
        return hmac.new(self._secret, f"{stamp}\n".encode() + body, hashlib.sha256).hexdigest()


def main() -> None:
    known = arguments()
    inbox = Inbox(known.home)
    threading.Thread(target=inbox.report, daemon=True).start()
    delivery = inbox.delivery
    routes: Routes = [
        ("POST", "/send", inbox.send), ("POST", "/control", delivery.change), ("GET", "/state", delivery.state),
        ("GET", "/", delivery.show),
    ]  # fmt: skip
    serve(routes, port=known.port)


if __name__ == "__main__":
    main()
