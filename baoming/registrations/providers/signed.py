"""Calls to a provider over HTTP: JSON both ways, requests and answers signed with HMAC-SHA256."""

import hashlib
import hmac
import json
import secrets
import time
from typing import Any

import httpx

from baoming.shared.errors import Unavailable

_TIMEOUT = 5.0


class SignedCalls:
    """The calls to one provider; `down` is raised where it does not answer, or not as it must."""

    def __init__(self, address: str, secret: bytes, *, down: type[Unavailable]) -> None:
        self._address, self._secret, self._down = address, secret, down

    def __call__(self, path: str, content: dict[str, str]) -> dict[str, Any]:
        stamp, nonce = str(int(time.time())), secrets.token_hex(16)
        body = json.dumps(content).encode()
        headers = {
            "X-Timestamp": stamp,
            "X-Nonce": nonce,
            "X-Signature": self._sign(f"{path}\n{stamp}\n{nonce}\n", body),
        }
        try:
            answer = httpx.post(
                self._address + path, content=body, headers=headers, timeout=_TIMEOUT, trust_env=False
            ).raise_for_status()
            # The answer is bound to this question by its nonce: an old "passed" proves nothing.
            expected = self._sign(f"{nonce}\n", answer.content)
            if not hmac.compare_digest(expected.encode(), answer.headers.get("X-Signature", "").encode()):
                raise self._down
            return dict(answer.json())
        except (httpx.HTTPError, ValueError):
            raise self._down from None

    def _sign(self, head: str, body: bytes) -> str:
        return hmac.new(self._secret, head.encode() + body, hashlib.sha256).hexdigest()
