"""Senders of SMS for tests: the two stand-ins in their own processes, and the contract's class of each."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from baoming.messages.providers.base import Outgoing, SmsSender
from baoming.messages.providers.inbox import InboxSms
from baoming.messages.providers.tencent import Contract, TencentSms
from baoming.messages.templates import fill
from tests.messages.test_templates import shipped
from tests.standins.running import running

FOLDERS = {"sms": "sms", "tencent": "tencent"}
NOBODY_LISTENS = "http://127.0.0.1:9"


@dataclass
class Standin:
    """One stand-in that runs, and its control."""

    name: str
    address: str
    home: Path
    notify: str = ""

    def sender(self, **changes: str) -> SmsSender:
        """Our side of it; `address`, `secret` or `app_id` may be another."""
        address = changes.get("address", self.address)
        if self.name == "sms":
            secret = changes.get("secret", "").encode() or (self.home / "sms.secret").read_bytes()
            return InboxSms(address, secret, notify=self.notify)
        account = json.loads((self.home / "account.json").read_bytes())
        account["secret_key"] = changes.get("secret") or account["secret_key"]
        account["app_id"] = changes.get("app_id") or account["app_id"]
        return TencentSms(address, Contract(**account))

    def control(self, mode: str, *, seconds: float = 60, reason: str = "") -> None:
        values = {"mode": mode, "seconds": str(seconds), "reason": reason}
        assert httpx.post(f"{self.address}/control", data=values).is_redirect

    def landed(self, number: str) -> int:
        """How many messages the telephone shows."""
        page = httpx.get(self.address, params={"number": number}).text
        return page.count("<tr>") - 1

    def page(self, number: str) -> str:
        return httpx.get(self.address, params={"number": number}).text


@contextmanager
def standin(name: str, home: Path) -> Iterator[Standin]:
    with running(name, home) as address:
        yield Standin(name, address, home)


def outgoing(number: str, reference: str, *, code: str = "123456", voice: bool = False, **changes: str) -> Outgoing:
    """A code as the product hands it over."""
    texts = shipped()
    filled = fill(texts, "phone_code", {"code": code})
    values = {
        "approved": texts["templates"]["phone_code"]["provider_ids"]["tencent"], "sign": texts["sign"], **changes,
    }  # fmt: skip
    return Outgoing(number=number, text=filled.text, words=filled.words, reference=reference, voice=voice, **values)
