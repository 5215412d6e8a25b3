"""The person check over HTTP: JSON both ways, requests and answers signed with HMAC-SHA256."""

import hashlib
import hmac
import json
import secrets
import time
from typing import Any

import httpx

from baoming.registrations.providers.base import Outcome, PersonCheckDown, Session

_TIMEOUT = 5.0
_OUTCOMES: tuple[Outcome, ...] = ("waiting", "passed", "failed")


class FaceCheck:
    """The contract of base.PersonCheck."""

    def __init__(self, address: str, secret: bytes) -> None:
        self._address, self._secret = address, secret

    def start(self, *, name: str, number: str, return_url: str) -> Session:
        said = self._call("/sessions", {"name": name, "number": number, "return_url": return_url})
        return Session(id=str(said.get("id")), page=str(said.get("page")))

    def result(self, session: str) -> Outcome:
        said = self._call("/result", {"id": session})
        for outcome in _OUTCOMES:
            if said.get("id") == session and said.get("outcome") == outcome:
                return outcome
        raise PersonCheckDown

    def _call(self, path: str, content: dict[str, str]) -> dict[str, Any]:
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
                raise PersonCheckDown
            return dict(answer.json())
        except (httpx.HTTPError, ValueError):
            raise PersonCheckDown from None

    def _sign(self, head: str, body: bytes) -> str:
        return hmac.new(self._secret, head.encode() + body, hashlib.sha256).hexdigest()
