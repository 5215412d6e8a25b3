"""The demonstration's sender: messages land on a page instead of a telephone."""

import hashlib
import hmac
import json
import time

import httpx

from baoming.messages.providers.base import SmsDown

_TIMEOUT = 5.0


class InboxSms:
    """The contract of base.SmsProvider: JSON over HTTP, signed with HMAC-SHA256."""

    def __init__(self, address: str, secret: bytes) -> None:
        self._address, self._secret = address, secret

    def send(self, *, number: str, text: str, reference: str) -> str:
        body = json.dumps({"number": number, "text": text, "reference": reference}).encode()
        stamp = str(int(time.time()))
        signature = hmac.new(self._secret, stamp.encode() + b"\n" + body, hashlib.sha256).hexdigest()
        headers = {"X-Timestamp": stamp, "X-Signature": signature, "Content-Type": "application/json"}
        try:
            answer = httpx.post(
                f"{self._address}/send", content=body, headers=headers, timeout=_TIMEOUT, trust_env=False
            )
            return str(answer.raise_for_status().json()["id"])
        except (httpx.HTTPError, ValueError, KeyError):
            raise SmsDown from None
