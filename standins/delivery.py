"""What a sender's stand-in does with messages, set on its page: deliver, be late, refuse, fall silent, lose, report."""

import json
import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from standins.service import Answer, Book, Request, answer_json, page, see_other

MODES = {
    "deliver": "正常送达",
    "delay": "延迟送达（秒数见右）",
    "undelivered": "接收后报告未送达",
    "drop": "接收后不送达也不报告",
    "refuse": "拒绝接收（原因见右）",
    "broken": "回答内部错误",
    "silent": "接收后不回答",
}
_HANG = 12  # seconds that a silent one lets the caller wait; callers give up after five
_PAGE = """<form><label>手机号 <input name="number" inputmode="numeric" value="{{ number }}"></label>
<button>查看</button></form>
<form method="post" action="/control"><label>发送状况 <select name="mode">{% for key, words in modes.items() %}
<option value="{{ key }}"{% if key == control.mode %} selected{% endif %}>{{ words }}</option>
{% endfor %}</select></label>
<label>秒数 <input name="seconds" inputmode="numeric" size="4" value="{{ control.seconds }}"></label>
<label>原因 <input name="reason" size="30" value="{{ control.reason }}"></label><button>改变</button></form>
<table><tr><th>手机号</th><th>短信</th><th>时间</th></tr>{% for one in messages %}
<tr><td><a href="/?number={{ one.number }}">{{ one.number }}</a></td>
<td>{% if one.voice %}【语音】{% endif %}{{ one.text }}</td><td>{{ one.at }}</td></tr>
{% endfor %}</table>{% if not messages %}<p>还没有短信。</p>{% endif %}"""


class Delivery:
    """The messages of one sender, kept in messages.json below its home; the mode in control.json."""

    def __init__(self, home: Path, *, title: str, refusal: str) -> None:
        """`title` of its page; `refusal`: the reason for which it refuses unless another is typed."""
        self._title = title
        self._messages, self._control = Book(home / "messages.json"), Book(home / "control.json")
        with self._control as rows:
            rows.setdefault("now", {"mode": "deliver", "seconds": 60, "reason": refusal})

    @property
    def control(self) -> Mapping[str, Any]:
        return self._control.rows["now"]

    def take(self, message: Mapping[str, object], *, key: str) -> str:
        """Keep a message under `key` unless it is there already; return its number here."""
        mode = self.control["mode"]
        wait = float(self.control["seconds"]) if mode == "delay" else 0.0
        fate = {"drop": "dropped", "undelivered": "undelivered"}.get(mode, "arrived")
        fresh = {**message, "id": secrets.token_hex(8), "at": time.strftime("%H:%M:%S")}
        due = time.time() + wait
        # Who falls silent reports nothing meanwhile either.
        fresh |= {"due": due, "report_from": due + _HANG * (mode == "silent"), "fate": fate, "reported": 0}
        with self._messages as rows:
            kept = rows.setdefault(key, fresh)
        if mode == "silent":
            time.sleep(_HANG)
        return str(kept["id"])

    def due(self, most: int) -> list[str]:
        """Return the keys of messages of which nothing was reported and something can be."""
        now = time.time()
        rows = self._messages.rows.copy().items()
        return [
            key for key, one in rows if one["fate"] != "dropped" and not one["reported"] and one["report_from"] <= now
        ][:most]

    def one(self, key: str) -> Mapping[str, Any]:
        return self._messages.rows[key]

    def reported(self, keys: list[str]) -> None:
        with self._messages as rows:
            for key in keys:
                rows[key]["reported"] = 1

    def change(self, request: Request) -> Answer:
        """Take the form of the page."""
        typed = request.form()
        seconds = typed.get("seconds", "")
        with self._control as rows:
            now = rows["now"]
            now["mode"] = typed["mode"] if typed.get("mode") in MODES else now["mode"]
            now["seconds"] = float(seconds) if seconds.replace(".", "", 1).isdigit() else now["seconds"]
            now["reason"] = typed.get("reason") or now["reason"]
        return see_other("/")

    def show(self, request: Request) -> Answer:
        number, now = request.query.get("number", ""), time.time()
        there = [one for one in self._messages.rows.copy().values() if one["fate"] == "arrived" and one["due"] <= now]
        newest = [one for one in reversed(there) if number in ("", one["number"])]
        return page(
            _PAGE, title=self._title, mark="代替手机短信", messages=newest, number=number, modes=MODES,
            control=self.control,
        )  # fmt: skip

    def state(self, _: Request) -> Answer:
        """How many messages are here, for tests."""
        return answer_json({"messages": len(self._messages.rows), **json.loads(json.dumps(self.control))})
