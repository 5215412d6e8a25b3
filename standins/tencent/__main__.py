"""python -m standins.tencent --port 8015 --home DIR (the account is DIR/account.json)

What it answers is spelled as the cloud service's documentation has it: SendSms and PullSmsSendStatus. The texts that it
has approved are those of the demo's season.
"""

import json
import re
import secrets
from pathlib import Path
from typing import Any

from standins.delivery import Delivery
from standins.service import Answer, Request, Routes, answer_json, arguments, keep, serve
from standins.tc3 import error, unsigned

_TEXTS = Path(__file__).parents[2] / "baoming/messages/data/43/2023/messages.json"
_VERSION = "2021-01-11"


def _make_account() -> bytes:
    account = {"secret_id": f"AKID{secrets.token_hex(16)}", "secret_key": secrets.token_hex(16), "app_id": "1400000001"}
    return json.dumps(account).encode()


class Cloud:
    """One account with its approved texts."""

    def __init__(self, home: Path) -> None:
        self._account: dict[str, str] = json.loads(keep(home / "account.json", _make_account))
        texts = json.loads(_TEXTS.read_text("utf-8"))
        self._sign = texts["sign"]
        self._approved = {one["provider_ids"]["tencent"]: one["text"] for one in texts["templates"].values()}
        self.delivery = Delivery(home, title="腾讯云短信收件箱", refusal="LimitExceeded.PhoneNumberDailyLimit")

    def call(self, request: Request) -> Answer:
        if problem := self._unsigned(request):
            return error(problem)
        if request.headers.get("x-tc-version") != _VERSION:
            return error("NoSuchVersion")
        actions = {"SendSms": self._send, "PullSmsSendStatus": self._pull}
        act = actions.get(request.headers.get("x-tc-action", ""))
        return act(json.loads(request.body)) if act else error("InvalidAction")

    def _unsigned(self, request: Request) -> str:
        account = self._account
        return unsigned(request, secret_id=account["secret_id"], secret_key=account["secret_key"], service="sms")

    def _send(self, asked: dict[str, Any]) -> Answer:
        control, number = self.delivery.control, asked["PhoneNumberSet"][0]
        if control["mode"] == "broken":
            return error("InternalError.Timeout")
        code = control["reason"] if control["mode"] == "refuse" else self._refusal(asked)
        serial = ""
        if not code:
            text = re.sub(r"\{\w+\}", "{}", self._approved[asked["TemplateId"]]).format(*asked["TemplateParamSet"])
            message = {"number": number[-11:], "text": f"【{self._sign}】{text}", "context": asked["SessionContext"]}
            serial = f"2640:{self.delivery.take({**message, 'voice': False}, key=secrets.token_hex(8))}"
        status = {
            "SerialNo": serial, "PhoneNumber": number, "Fee": 0 if code else 1, "Code": code or "Ok", "IsoCode": "CN",
            "SessionContext": asked["SessionContext"], "Message": code or "send success",
        }  # fmt: skip
        return answer_json({"Response": {"SendStatusSet": [status], "RequestId": secrets.token_hex(16)}})

    def _refusal(self, asked: dict[str, Any]) -> str:
        text = self._approved.get(asked["TemplateId"])
        if asked["SmsSdkAppId"] != self._account["app_id"]:
            return "UnauthorizedOperation.SmsSdkAppIdVerifyFail"
        if asked["SignName"] != self._sign:
            return "FailedOperation.SignatureIncorrectOrUnapproved"
        if text is None:
            return "FailedOperation.TemplateIncorrectOrUnapproved"
        if len(re.findall(r"\{\w+\}", text)) != len(asked["TemplateParamSet"]):
            return "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"
        return (
            ""
            if re.fullmatch(r"\+861[3-9]\d{9}", asked["PhoneNumberSet"][0])
            else ("InvalidParameterValue.IncorrectPhoneNumber")
        )

    def _pull(self, asked: dict[str, Any]) -> Answer:
        """Hand out each status once, as the service does."""
        keys = self.delivery.due(min(int(asked["Limit"]), 100))
        lines = [self._status(self.delivery.one(key)) for key in keys]
        self.delivery.reported(keys)
        return answer_json({"Response": {"PullSmsSendStatusSet": lines, "RequestId": secrets.token_hex(16)}})

    def _status(self, one: Any) -> dict[str, object]:
        arrived = one["fate"] == "arrived"
        return {
            "UserReceiveTime": int(one["due"]), "CountryCode": "86", "SubscriberNumber": one["number"],
            "PhoneNumber": f"+86{one['number']}", "SerialNo": f"2640:{one['id']}",
            "ReportStatus": "SUCCESS" if arrived else "FAIL", "Description": "DELIVRD" if arrived else "UNDELIV",
            "SessionContext": one["context"],
        }  # fmt: skip


def main() -> None:
    known = arguments()
    cloud = Cloud(known.home)
    delivery = cloud.delivery
    routes: Routes = [
        ("POST", "/", cloud.call), ("POST", "/control", delivery.change), ("GET", "/state", delivery.state),
        ("GET", "/", delivery.show),
    ]  # fmt: skip
    serve(routes, port=known.port)


if __name__ == "__main__":
    main()
