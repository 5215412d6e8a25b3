"""python -m standins.faceid --port 8016 --home DIR (the account is DIR/account.json)

What it answers is spelled as the cloud service's documentation has it: DetectAuth and GetDetectInfoEnhanced of version
2018-03-01. Its page offers the outcomes by their result codes; /control has every call answered with an error code.
"""

import json
import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from standins import tc3
from standins.service import Answer, Book, Request, Routes, answer_json, arguments, keep, page, see_other, serve

_VERSION = "2018-03-01"
_GOOD_FOR = 7200  # seconds in which a check can be made
_ENDINGS = {"passed": 0, "failed": 2016, "not_alive": 1003, "no_record": 2007, "name_number": 2006, "tries": 16}
_WORDS = {
    "passed": "通过", "failed": "不是同一人", "not_alive": "没有检测到真人", "no_record": "查不到照片",
    "name_number": "姓名和号码不匹配", "tries": "次数用完",
}  # fmt: skip
_PAGE = """{% if over %}<p>这次核验已经结束或已经过时。</p>{% else %}<p>{{ one.Name }}，请确认由本人操作。</p>
<form method="post">{% for key, words in words.items() %}
<button{{ ' class=main' if loop.first }} name="do" value="{{ key }}">{{ words }}</button>
{% endfor %}</form>{% endif %}"""
_CONTROL = """<p>{{ "现在每次调用都回答 " ~ code if code else "现在正常回答。" }}</p>
<form method="post"><button class="main" name="code" value="">正常</button>
<button name="code" value="RequestLimitExceeded">限流</button>
<button name="code" value="UnauthorizedOperation.Arrears">欠费</button></form>"""


def _make_account() -> bytes:
    account = {"secret_id": f"AKID{secrets.token_hex(16)}", "secret_key": secrets.token_hex(16), "rule_id": "1"}
    return json.dumps(account).encode()


class Cloud:
    """One account. The checks are kept in sessions.json below the home, so that a restart loses none."""

    def __init__(self, *, home: Path, address: str) -> None:
        self._account: dict[str, str] = json.loads(keep(home / "account.json", _make_account))
        self._address, self._sessions = address, Book(home / "sessions.json")
        self._code = ""

    def call(self, request: Request) -> Answer:
        account = self._account
        problem = tc3.unsigned(
            request, secret_id=account["secret_id"], secret_key=account["secret_key"], service="faceid"
        )
        if problem or self._code:
            return tc3.error(problem or self._code)
        if request.headers.get("x-tc-version") != _VERSION:
            return tc3.error("NoSuchVersion")
        asked = json.loads(request.body)
        if asked.get("RuleId") != account["rule_id"]:
            return tc3.error("InvalidParameterValue.RuleIdNotExist")
        acts = {"DetectAuth": self._start, "GetDetectInfoEnhanced": self._result}
        act = acts.get(request.headers.get("x-tc-action", ""))
        return act(asked) if act else tc3.error("InvalidAction")

    def _start(self, asked: Mapping[str, Any]) -> Answer:
        token = secrets.token_hex(16).upper()
        token = "-".join((token[:8], token[8:12], token[12:16], token[16:20], token[20:]))
        row = {key: asked.get(key, "") for key in ("IdCard", "Name", "RedirectUrl", "Extra")}
        with self._sessions as rows:
            rows[token] = {**row, "code": None, "at": time.time()}
        return _say(BizToken=token, Url=f"{self._address}/check/{token}")

    def _result(self, asked: Mapping[str, Any]) -> Answer:
        one = self._sessions.rows.get(asked.get("BizToken", ""))
        if one is None:
            return tc3.error("InvalidParameterValue.BizTokenIllegal")
        code = one["code"]
        if code is None and _over(one):
            return tc3.error("InvalidParameterValue.BizTokenExpired")
        alive, same = (None, None) if code is None else (code if code < 2000 else 0, code if code >= 2000 else 0)
        text = {
            "ErrCode": code, "ErrMsg": None if code is None else ("成功" if code == 0 else "未通过"),
            "IdCard": one["IdCard"], "Name": one["Name"], "LiveStatus": alive, "LiveMsg": None,
            "Comparestatus": same, "Comparemsg": None, "Sim": "92.10" if code == 0 else None, "Extra": one["Extra"],
            "LivenessDetail": None,
        }  # fmt: skip
        return _say(Text=text, IdCardData=None, BestFrame=None, VideoData=None)

    def show(self, request: Request) -> Answer:
        one = self._sessions.rows.get(request.parts[0])
        if one is None:
            return Answer(404)
        over = one["code"] is not None or _over(one)
        return page(_PAGE, title="人脸核身", mark="代替腾讯云人脸核身", one=one, over=over, words=_WORDS)

    def decide(self, request: Request) -> Answer:
        one, ending = self._sessions.rows.get(request.parts[0]), request.form().get("do", "")
        if one is None or ending not in _ENDINGS:
            return Answer(404)
        with self._sessions:
            if one["code"] is None and not _over(one):
                one["code"] = _ENDINGS[ending]
        return see_other(one["RedirectUrl"])

    def control(self, request: Request) -> Answer:
        if request.method == "POST":
            self._code = request.form().get("code", "")
            return see_other("/control")
        return page(_CONTROL, title="发生状况", mark="代替腾讯云人脸核身", code=self._code)


def _over(one: Mapping[str, Any]) -> bool:
    return bool(time.time() - one["at"] > _GOOD_FOR)


def _say(**values: object) -> Answer:
    return answer_json({"Response": {**values, "RequestId": secrets.token_hex(16)}})


def main() -> None:
    known = arguments()
    cloud = Cloud(home=known.home, address=f"http://127.0.0.1:{known.port}")
    routes: Routes = [
        ("POST", "/", cloud.call),
        ("GET", r"/check/([\w-]+)", cloud.show),
        ("POST", r"/check/([\w-]+)", cloud.decide),
        ("GET", "/control", cloud.control),
        ("POST", "/control", cloud.control),
        ("GET", "/", cloud.control),
    ]
    serve(routes, port=known.port)


if __name__ == "__main__":
    main()
