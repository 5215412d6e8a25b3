"""The simple sender: JSON over HTTP, signed by both sides with one secret; it calls us with receipts.

A handing-over is `POST /send` of {number, text, reference, channel, notify}; a call of ours is the JSON list of
{reference, arrived, reason}. Header X-Signature is HMAC-SHA256 of X-Timestamp, a line feed and the body.
"""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from datetime import datetime

import httpx

from baoming.messages.providers.base import (
    Outgoing,
    Reason,
    Receipt,
    ReceiptsRefused,
    SmsDown,
    SmsRefused,
    SmsUnknown,
    Taken,
)  # fmt: skip

_TIMEOUT = 5.0
_FRESH = 300  # seconds a call is good for, either way
_MOST_BYTES, _MOST_RECEIPTS = 64 * 1024, 200
_LONGEST_REFERENCE = 64
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL)


class InboxSms:
    """The contract of base.SmsSender. The same reference is sent once there."""

    voice = counts_once = True

    def __init__(self, address: str, secret: bytes, *, notify: str = "") -> None:
        """`notify`: where the sender calls with receipts."""
        self._address, self._secret, self._notify = address, secret, notify

    def send(self, one: Outgoing) -> Taken:
        channel = "voice" if one.voice else "sms"
        message = {"number": one.number, "text": one.text, "reference": one.reference}
        body = json.dumps({**message, "channel": channel, "notify": self._notify}).encode()
        answer = self._post(body)
        if answer.status_code == 422:
            raise SmsRefused(_reason(answer))
        try:
            return Taken(str(answer.raise_for_status().json()["id"])[:64])
        except (httpx.HTTPStatusError, ValueError, KeyError, TypeError):
            if answer.status_code in (401, 403, 404, 429):
                raise SmsDown from None
            raise SmsUnknown from None

    def pull(self) -> list[Receipt]:
        return []

    def read_receipts(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> list[Receipt]:
        stamp = headers.get("x-timestamp", "")
        if len(body) > _MOST_BYTES or not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
            raise ReceiptsRefused("refused")
        given = headers.get("x-signature", "").encode()
        if not hmac.compare_digest(self._sign(stamp, body).encode(), given):
            raise ReceiptsRefused("refused")
        if abs(now.timestamp() - int(stamp)) > _FRESH:
            raise ReceiptsRefused("refused")
        return _receipts(body)

    def _post(self, body: bytes) -> httpx.Response:
        stamp = str(int(time.time()))
        headers = {"X-Timestamp": stamp, "X-Signature": self._sign(stamp, body), "Content-Type": "application/json"}
        try:
            return httpx.post(f"{self._address}/send", content=body, headers=headers, timeout=_TIMEOUT, trust_env=False)
        except NOT_SENT:
            raise SmsDown from None
        except httpx.HTTPError:
            raise SmsUnknown from None

    def _sign(self, stamp: str, body: bytes) -> str:
        return hmac.new(self._secret, stamp.encode() + b"\n" + body, hashlib.sha256).hexdigest()


def _reason(answer: httpx.Response) -> Reason:
    try:
        return Reason(answer.json()["reason"])
    except (ValueError, KeyError, TypeError):
        return Reason.OTHER


def _receipts(body: bytes) -> list[Receipt]:
    try:
        lines = json.loads(body)
        if not isinstance(lines, list) or len(lines) > _MOST_RECEIPTS:
            raise ReceiptsRefused("refused")
        return [_receipt(line) for line in lines]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ReceiptsRefused("refused") from None


def _receipt(line: Mapping[str, object]) -> Receipt:
    reference, arrived = line["reference"], line["arrived"]
    if not isinstance(reference, str) or len(reference) > _LONGEST_REFERENCE or not isinstance(arrived, bool):
        raise ReceiptsRefused("refused")
    return Receipt(reference, arrived, "" if arrived else _why(line.get("reason", Reason.UNDELIVERED)))


def _why(said: object) -> str:
    """Return why a message did not arrive: a word that we do not know must not cost the other receipts of the call."""
    return str(said) if said in set(Reason) else Reason.OTHER.value
