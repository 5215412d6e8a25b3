"""python -m standins.identity --port 8012 --home DIR

Two services of one process: the person check (the secret of both sides is DIR/identity.secret), and the system check
(DIR/system_check.secret), which knows everybody but people of these surnames: 闻人 has another name in the register,
端木 stands in none, and for 百里 the register does not answer.
"""

import hashlib
import hmac
import json
import secrets
from pathlib import Path

from standins.service import Answer, Book, Request, Routes, arguments, is_fresh, keep, page, see_other, serve

_PAGE = """<p>{{ one.name }}，请确认由本人操作。</p><form method="post">
<button class="main" name="do" value="passed">通过</button> <button name="do" value="failed">不通过</button></form>"""


_SAID = {"闻人": "mismatch", "端木": "no_record", "百里": "unavailable"}


class Signed:
    """Questions and answers signed with one secret."""

    def __init__(self, path: Path) -> None:
        self._secret = keep(path, lambda: secrets.token_hex(32).encode())

    def known(self, request: Request) -> bool:
        stamp, nonce = request.headers.get("x-timestamp", "0"), request.headers.get("x-nonce", "")
        expected = self._sign(f"{request.path}\n{stamp}\n{nonce}\n", request.body)
        same = hmac.compare_digest(expected.encode(), request.headers.get("x-signature", "").encode())
        return same and is_fresh(stamp)

    def say(self, request: Request, value: dict[str, str]) -> Answer:
        body = json.dumps(value).encode()
        return Answer(200, body, {"X-Signature": self._sign(f"{request.headers['x-nonce']}\n", body)})

    def _sign(self, head: str, body: bytes) -> str:
        return hmac.new(self._secret, head.encode() + body, hashlib.sha256).hexdigest()


class Register:
    """The system check: it keeps nothing of whom it was asked for."""

    def __init__(self, *, home: Path) -> None:
        self._signed = Signed(home / "system_check.secret")

    def check(self, request: Request) -> Answer:
        if not self._signed.known(request):
            return Answer(401)
        outcome = _SAID.get(json.loads(request.body)["name"][:2], "match")
        return self._signed.say(request, {"outcome": outcome, "register": "公安人口信息（演示）"})


class Checks:
    """The checks, kept in sessions.json below the home, so that a restart loses none."""

    def __init__(self, *, home: Path, address: str) -> None:
        self._signed = Signed(home / "identity.secret")
        self._address, self._sessions = address, Book(home / "sessions.json")

    def start(self, request: Request) -> Answer:
        if not self._signed.known(request):
            return Answer(401)
        session = secrets.token_hex(16)
        with self._sessions as rows:
            rows[session] = {**json.loads(request.body), "outcome": "waiting"}
        return self._signed.say(request, {"id": session, "page": f"{self._address}/check/{session}"})

    def result(self, request: Request) -> Answer:
        if not self._signed.known(request):
            return Answer(401)
        session = json.loads(request.body)["id"]
        one = self._sessions.rows.get(session)
        return self._signed.say(request, {"id": session, "outcome": one["outcome"]}) if one else Answer(404)

    def show(self, request: Request) -> Answer:
        one = self._sessions.rows.get(request.parts[0])
        return page(_PAGE, title="实人认证", mark="代替人脸识别", one=one) if one else Answer(404)

    def decide(self, request: Request) -> Answer:
        one, outcome = self._sessions.rows.get(request.parts[0]), request.form().get("do", "")
        if one is None or outcome not in ("passed", "failed"):
            return Answer(404)
        with self._sessions:
            if one["outcome"] == "waiting":
                one["outcome"] = outcome
        return see_other(one["return_url"])


def main() -> None:
    known = arguments()
    checks = Checks(home=known.home, address=f"http://127.0.0.1:{known.port}")
    routes: Routes = [
        ("POST", "/sessions", checks.start),
        ("POST", "/result", checks.result),
        ("POST", "/system-check", Register(home=known.home).check),
        ("GET", r"/check/(\w+)", checks.show),
        ("POST", r"/check/(\w+)", checks.decide),
    ]
    serve(routes, port=known.port)


if __name__ == "__main__":
    main()
