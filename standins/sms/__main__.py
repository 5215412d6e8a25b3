"""python -m standins.sms --port 8011 --home DIR (the secret of both sides is DIR/sms.secret)"""

import hashlib
import hmac
import json
import secrets
import time
from pathlib import Path

from standins.service import Answer, Book, Request, Routes, answer_json, arguments, is_fresh, keep, page, serve

_PAGE = """<form><label>手机号 <input name="number" inputmode="numeric" value="{{ number }}"></label>
<button>查看</button></form>
<table><tr><th>手机号</th><th>短信</th><th>时间</th></tr>{% for one in messages %}
<tr><td><a href="/?number={{ one.number }}">{{ one.number }}</a></td><td>{{ one.text }}</td><td>{{ one.at }}</td></tr>
{% endfor %}</table>{% if not messages %}<p>还没有短信。</p>{% endif %}"""


class Inbox:
    """The messages, newest first; kept in messages.json below the home, so that a restart loses none."""

    def __init__(self, home: Path) -> None:
        self._secret = keep(home / "sms.secret", lambda: secrets.token_hex(32).encode())
        self._messages = Book(home / "messages.json")

    def send(self, request: Request) -> Answer:
        stamp = request.headers.get("x-timestamp", "")
        expected = hmac.new(self._secret, f"{stamp}\n".encode() + request.body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected.encode(), request.headers.get("x-signature", "").encode()):
            return Answer(401)
        if not is_fresh(stamp):
            return Answer(401)
        message = json.loads(request.body)
        message |= {"id": secrets.token_hex(8), "at": time.strftime("%H:%M:%S")}
        with self._messages as rows:
            kept = rows.setdefault(message["reference"], message)
        return answer_json({"id": kept["id"]})

    def show(self, request: Request) -> Answer:
        number = request.query.get("number", "")
        newest = [one for one in reversed(list(self._messages.rows.values())) if number in ("", one["number"])]
        return page(_PAGE, title="短信收件箱", mark="代替手机短信", messages=newest, number=number)


def main() -> None:
    known = arguments()
    inbox = Inbox(known.home)
    routes: Routes = [("POST", "/send", inbox.send), ("GET", "/", inbox.show)]
    serve(routes, port=known.port)


if __name__ == "__main__":
    main()
