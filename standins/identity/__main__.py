"""python -m standins.identity --port 8012 --home DIR

Two services of one process: the check by network identity (the secret of both sides is DIR/identity.secret), and the
system check (DIR/system_check.secret), which knows everybody but people of these surnames: 闻人 has another name in
the register, 端木 stands in none, and for 百里 the register does not answer.
"""

import hashlib
import hmac
import json
import secrets
from pathlib import Path

from standins.service import Answer, Book, Request, Routes, arguments, is_fresh, keep, page, see_other, serve

_PAGE = """<p>{{ one.name }}，允许“普通高考报名”核对您的网络身份吗？只告诉对方是不是本人。</p><form method="post">
<button class="main" name="do" value="passed">允许</button> <button name="do" value="declined">不允许</button>
<button name="do" value="mismatch">网证是别人的</button> <button name="do" value="no_record">没有申领网证</button>
</form>"""
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


class NetworkIds:
    """Checks by 网证, kept in sessions.json below the home, so that a restart loses none.

    The 网号 of a person is made of their number and a secret of this platform: nobody else can tell whose it is.
    """

    def __init__(self, *, home: Path, address: str) -> None:
        self._signed = Signed(home / "identity.secret")
        self._salt = keep(home / "network_numbers.secret", lambda: secrets.token_hex(32).encode())
        self._address, self._sessions = address, Book(home / "sessions.json")

    def start(self, request: Request) -> Answer:
        if not self._signed.known(request):
            return Answer(401)
        session, asked = secrets.token_hex(16), json.loads(request.body)
        with self._sessions as rows:
            rows[session] = {**asked, "outcome": "waiting", "reason": ""}
        return self._signed.say(request, {"id": session, "page": f"{self._address}/network-id/{session}"})

    def result(self, request: Request) -> Answer:
        if not self._signed.known(request):
            return Answer(401)
        asked = json.loads(request.body)
        one = self._sessions.rows.get(asked["id"])
        if one is None or one["reference"] != asked["reference"]:
            return Answer(404)
        passed = one["outcome"] == "passed"
        number = hmac.new(self._salt, one["number"].encode(), hashlib.sha256).hexdigest() if passed else ""
        said = {"id": asked["id"], "reference": one["reference"], "outcome": one["outcome"], "reason": one["reason"]}
        return self._signed.say(request, {**said, "network_id": number})

    def show(self, request: Request) -> Answer:
        one = self._sessions.rows.get(request.parts[0])
        mark = "代替国家网络身份认证平台（接口格式为样例）"
        return page(_PAGE, title="网号、网证认证", mark=mark, one=one) if one else Answer(404)

    def decide(self, request: Request) -> Answer:
        one, said = self._sessions.rows.get(request.parts[0]), request.form().get("do", "")
        if one is None or said not in ("passed", "declined", "mismatch", "no_record"):
            return Answer(404)
        with self._sessions:
            if one["outcome"] == "waiting":
                one["outcome"] = "passed" if said == "passed" else "failed"
                one["reason"] = "" if said == "passed" else said
        return see_other(one["return_url"])


def main() -> None:
    known = arguments()
    checks = NetworkIds(home=known.home, address=f"http://127.0.0.1:{known.port}")
    routes: Routes = [
        ("POST", "/network-id/start", checks.start),
        ("POST", "/network-id/result", checks.result),
        ("POST", "/system-check", Register(home=known.home).check),
        ("GET", r"/network-id/(\w+)", checks.show),
        ("POST", r"/network-id/(\w+)", checks.decide),
    ]
    serve(routes, port=known.port)


if __name__ == "__main__":
    main()
