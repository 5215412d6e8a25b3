"""Tencent Cloud SMS, version 2021-01-11: SendSms, and PullSmsSendStatus for the receipts.

Its receipts are pulled and not taken by callback: the callback carries no signature, so that whoever knew the address
could say of any message that it arrived (docs/decisions/0023).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

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
from baoming.messages.providers.inbox import NOT_SENT
from baoming.shared.tc3 import signed_headers

_VERSION, _SERVICE = "2021-01-11", "sms"
_TIMEOUT = 5.0
_MOST_RECEIPTS = 100  # of one pull, by its documentation
_OK = "Ok"
# Its codes by the longest beginning that fits. What stands in no line is `other`.
_REASONS: Mapping[str, Reason] = {
    "LimitExceeded.PhoneNumber": Reason.NUMBER_LIMIT,
    "LimitExceeded.DeliveryFrequencyLimit": Reason.NUMBER_LIMIT,
    "LimitExceeded": Reason.RATE,
    "RequestLimitExceeded": Reason.RATE,
    "InvalidParameterValue.IncorrectPhoneNumber": Reason.NUMBER_BAD,
    "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter": Reason.CONTENT,
    "InvalidParameterValue.ContentLengthLimit": Reason.CONTENT,
    "InvalidParameterValue.Template": Reason.TEMPLATE,
    "InvalidParameterValue.SdkAppIdNotExist": Reason.KEYS,
    "FailedOperation.PhoneNumberInBlacklist": Reason.NUMBER_BLOCKED,
    "FailedOperation.ContainSensitiveWord": Reason.CONTENT,
    "FailedOperation.Template": Reason.TEMPLATE,
    "FailedOperation.SignatureIncorrectOrUnapproved": Reason.SIGN,
    "FailedOperation.InsufficientBalanceInSmsPackage": Reason.BALANCE,
    "AuthFailure": Reason.KEYS,
    "UnauthorizedOperation": Reason.KEYS,
    "InternalError.SigVerificationFail": Reason.KEYS,
    "InternalError.SigFieldMissing": Reason.KEYS,
    "ServiceUnavailable": Reason.DOWN,
}
# The API answers, but cannot say whether the message left (its timeouts towards its own back end).
_UNSURE = ("InternalError",)


def reason_of(code: str) -> Reason:
    """Return our reason for one of its error codes."""
    fitting = [begin for begin in _REASONS if code.startswith(begin)]
    return _REASONS[max(fitting, key=len)] if fitting else Reason.OTHER


@dataclass(frozen=True, slots=True)
class Contract:
    """Who we are there."""

    secret_id: str
    secret_key: str
    app_id: str
    region: str = "ap-guangzhou"

    @classmethod
    def load(cls, folder: Path) -> "Contract":
        """Read account.json: secret_id, secret_key, app_id (SmsSdkAppId), region if another."""
        return cls(**{key: str(value) for key, value in json.loads((folder / "account.json").read_bytes()).items()})


class TencentSms:
    """The contract of base.SmsSender. It keeps no reference: what is handed over twice is sent twice."""

    voice = counts_once = False  # reading codes out is another product of theirs

    def __init__(self, address: str, contract: Contract) -> None:
        self._address, self._contract = address.rstrip("/"), contract
        self._host = urlsplit(address).netloc

    def send(self, one: Outgoing) -> Taken:
        if not one.approved:
            raise SmsRefused(Reason.TEMPLATE)
        response = self._ask(
            "SendSms",
            {
                "PhoneNumberSet": [f"+86{one.number}"], "SmsSdkAppId": self._contract.app_id, "SignName": one.sign,
                "TemplateId": one.approved, "TemplateParamSet": list(one.words), "SessionContext": one.reference,
            },
        )  # fmt: skip
        try:
            status = response["SendStatusSet"][0]
            code, serial = str(status["Code"]), str(status["SerialNo"])
        except (KeyError, IndexError, TypeError):
            raise SmsUnknown from None
        _refuse(code)
        return Taken(serial[:64], str(response.get("RequestId", ""))[:64])

    def pull(self) -> list[Receipt]:
        asked = {"Limit": _MOST_RECEIPTS, "SmsSdkAppId": self._contract.app_id}
        try:
            lines = self._ask("PullSmsSendStatus", asked).get("PullSmsSendStatusSet") or []
        except (SmsRefused, SmsUnknown):
            raise SmsDown from None
        return [_receipt(line) for line in lines if line.get("SessionContext")]

    def read_receipts(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> list[Receipt]:
        raise ReceiptsRefused("refused")

    def _ask(self, action: str, asked: Mapping[str, object]) -> dict[str, Any]:
        """Return what stands in `Response`. Raises as `send` does."""
        body = json.dumps(asked, ensure_ascii=False).encode()
        try:
            answer = httpx.post(
                f"{self._address}/",
                content=body,
                headers=self._headers(action, body),
                timeout=_TIMEOUT,
                trust_env=False,
            )
        except NOT_SENT:
            raise SmsDown from None
        except httpx.HTTPError:
            raise SmsUnknown from None
        try:
            response = answer.raise_for_status().json()["Response"]
            error = response.get("Error")
        except (httpx.HTTPStatusError, ValueError, KeyError, TypeError, AttributeError):
            raise SmsUnknown from None
        _refuse(str(error.get("Code", "")) if isinstance(error, dict) else _OK)
        return dict(response)

    def _headers(self, action: str, body: bytes) -> dict[str, str]:
        ours = self._contract
        proved = signed_headers(
            secret_id=ours.secret_id, secret_key=ours.secret_key, service=_SERVICE, host=self._host, action=action,
            version=_VERSION, body=body,
        )  # fmt: skip
        return {**proved, "X-TC-Region": ours.region}


def _refuse(code: str) -> None:
    """Raise unless the code says that the message was taken."""
    if code == _OK:
        return
    reason = reason_of(code)
    if reason is Reason.OTHER and code.startswith(_UNSURE):
        raise SmsUnknown
    raise SmsRefused(reason)


def _receipt(line: Mapping[str, Any]) -> Receipt:
    arrived = line.get("ReportStatus") == "SUCCESS"
    return Receipt(str(line["SessionContext"])[:64], arrived, "" if arrived else Reason.UNDELIVERED.value)
