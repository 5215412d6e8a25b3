"""WeChat Pay, API v3: JSAPI, H5 and Native payment, query, close, refund, the day's bill, and the signed notice."""

import base64
import csv
import hashlib
import io
import json
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from baoming.payments.providers.base import (
    BillLine,
    CashierDown,
    Channel,
    Charge,
    ChargeState,
    Given,
    Giving,
    Notice,
    NoticeRefused,
    Opened,
    RefundState,
    Reply,
    Wanted,
)
from baoming.payments.providers.keys import Signer
from baoming.shared.moments import BEIJING
from baoming.shared.money import fen_of

_SCHEME = "WECHATPAY2-SHA256-RSA2048"
_FRESH = 300  # seconds a notice is good for, either way
_TIMEOUT = 5.0
_STATES: Mapping[str, ChargeState] = {
    "SUCCESS": "paid", "REFUND": "paid", "NOTPAY": "waiting", "USERPAYING": "waiting", "PAYERROR": "waiting",
    "CLOSED": "closed", "REVOKED": "closed",
}  # fmt: skip
_REFUNDS: Mapping[str, RefundState] = {
    "SUCCESS": "done", "PROCESSING": "pending", "ABNORMAL": "pending", "CLOSED": "refused",
}  # fmt: skip
_HEADERS = ("wechatpay-timestamp", "wechatpay-nonce", "wechatpay-signature", "wechatpay-serial")
_PAY = "/v3/pay/transactions"
_REFUND = "/v3/refund/domestic/refunds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchant:
    """Who we are to WeChat Pay. `api_key` has 32 bytes; `serial` names our key."""

    mchid: str
    appid: str
    serial: str
    api_key: bytes

    @classmethod
    def load(cls, folder: Path) -> "Merchant":
        """Read merchant.json of the account that was opened for us."""
        account = json.loads((folder / "merchant.json").read_bytes())
        return cls(
            mchid=account["mchid"], appid=account["appid"], serial=account["serial"],
            api_key=account["api_key"].encode(),
        )  # fmt: skip


class NotThere(Exception):
    """WeChat Pay has no such order or refund."""


class WeChatPay:
    """The contract of base.Provider over the wire format of WeChat Pay."""

    taken = Reply(status=200, content_type="application/json", body=b'{"code":"SUCCESS"}')
    refused = Reply(status=400, content_type="application/json", body=b'{"code":"FAIL","message":"refused"}')

    def __init__(self, address: str, merchant: Merchant, signer: Signer) -> None:
        self._address, self._merchant, self._signer = address, merchant, signer

    def create(self, channel: Channel, wanted: Wanted) -> Opened:
        content: dict[str, Any] = {
            "appid": self._merchant.appid, "mchid": self._merchant.mchid, "description": wanted.description,
            "out_trade_no": wanted.number, "notify_url": wanted.notify_url,
            "time_expire": wanted.until.astimezone(BEIJING).isoformat(timespec="seconds"),
            "amount": {"total": wanted.fen, "currency": "CNY"},
        }  # fmt: skip
        try:
            return self._opened(channel, wanted, content)
        except (KeyError, NotThere):
            raise CashierDown from None

    def _opened(self, channel: Channel, wanted: Wanted, content: Mapping[str, Any]) -> Opened:
        match channel:
            case Channel.WECHAT_JSAPI:
                answer = self._call("POST", f"{_PAY}/jsapi", {**content, "payer": {"openid": wanted.openid}})
                return self._bridge(str(answer["prepay_id"]))
            case Channel.WECHAT_NATIVE:
                return Opened(kind="code", address=str(self._call("POST", f"{_PAY}/native", content)["code_url"]))
            case _:
                scene = {"payer_client_ip": wanted.address or "127.0.0.1", "h5_info": {"type": "Wap"}}
                page = str(self._call("POST", f"{_PAY}/h5", {**content, "scene_info": scene})["h5_url"])
                return Opened(kind="page", address=f"{page}&{urlencode({'redirect_url': wanted.return_url})}")

    def query(self, number: str, *, made_at: datetime) -> Charge:
        path = f"{_PAY}/out-trade-no/{number}?mchid={self._merchant.mchid}"
        try:
            return self._charge(self._call("GET", path))
        except NotThere:
            return Charge(number=number, state="unknown")
        except (KeyError, TypeError, ValueError, AttributeError):
            raise CashierDown from None

    def close(self, number: str, *, made_at: datetime) -> None:
        try:
            self._call("POST", f"{_PAY}/out-trade-no/{number}/close", {"mchid": self._merchant.mchid})
        except NotThere:
            return

    def refund(self, giving: Giving) -> Given:
        content = {
            "out_trade_no": giving.of, "out_refund_no": giving.number, "reason": "多缴退回",
            "amount": {"refund": giving.fen, "total": giving.whole, "currency": "CNY"},
        }  # fmt: skip
        try:
            return _given(self._call("POST", _REFUND, content))
        except (KeyError, TypeError, ValueError, NotThere):
            raise CashierDown from None

    def refunded(self, giving: Giving) -> Given:
        try:
            return _given(self._call("GET", f"{_REFUND}/{giving.number}"))
        except NotThere:
            return Given(number=giving.number, state="unknown")
        except (KeyError, TypeError, ValueError, AttributeError):
            raise CashierDown from None

    def bill(self, day: date) -> Iterator[BillLine]:
        try:
            found = self._call("GET", f"/v3/bill/tradebill?bill_date={day.isoformat()}&bill_type=ALL")
            address = str(found["download_url"])
            whole = self._send("GET", address.removeprefix(self._address), b"").content
            if hashlib.sha1(whole, usedforsecurity=False).hexdigest() != found["hash_value"]:
                raise CashierDown
            yield from _bill_lines(whole.decode("utf-8-sig"))
        except NotThere:
            return  # no business on that day
        except (KeyError, ValueError, httpx.HTTPError):
            raise CashierDown from None

    def read_notice(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Notice:
        self._prove({key.lower(): value for key, value in headers.items()}, body, now)
        try:
            content = json.loads(body)
            sealed = content["resource"]
            plain = AESGCM(self._merchant.api_key).decrypt(
                sealed["nonce"].encode(), base64.b64decode(sealed["ciphertext"]), sealed["associated_data"].encode()
            )
            return Notice(event=str(content["id"]), charge=self._charge(json.loads(plain)))
        except (KeyError, TypeError, ValueError, AttributeError, InvalidTag):
            raise NoticeRefused("付款通知的内容不完整，请向收款方查询订单") from None

    def _charge(self, content: Mapping[str, Any]) -> Charge:
        """Read one order. Raises ValueError for another merchant's, or another currency."""
        account = (content["mchid"], content["appid"])
        if account != (self._merchant.mchid, self._merchant.appid) or content["amount"].get("currency", "CNY") != "CNY":
            raise ValueError("an order of somebody else")
        state = _STATES[content["trade_state"]]
        paid = state == "paid"
        return Charge(
            number=str(content["out_trade_no"]), state=state, fen=int(content["amount"]["total"]),
            transaction=str(content["transaction_id"]) if paid else "",
            paid_at=datetime.fromisoformat(content["success_time"]) if paid else None,
        )  # fmt: skip

    def _bridge(self, prepay: str) -> Opened:
        """Return what WeChat's own bridge is called with, signed for this one call."""
        stamp, nonce, package = str(int(time.time())), secrets.token_hex(16), f"prepay_id={prepay}"
        signed = f"{self._merchant.appid}\n{stamp}\n{nonce}\n{package}\n".encode()
        return Opened(kind="bridge", fields={
            "appId": self._merchant.appid, "timeStamp": stamp, "nonceStr": nonce, "package": package,
            "signType": "RSA", "paySign": self._signer.sign(signed),
        })  # fmt: skip

    def _prove(self, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
        """Check age, key and signature over the very bytes that came. Raises NoticeRefused."""
        refused = NoticeRefused("付款通知不是收款方刚刚发出的，请向收款方查询订单")
        try:
            stamp, nonce, signature, serial = (headers[name] for name in _HEADERS)
            fresh = abs(now.timestamp() - int(stamp)) <= _FRESH
        except (KeyError, ValueError):
            raise refused from None
        signed = f"{stamp}\n{nonce}\n".encode() + body + b"\n"
        if not fresh or not self._signer.proves(signed, signature, serial=serial):
            raise refused

    def _call(self, method: str, path: str, content: Mapping[str, Any] | None = None) -> dict[str, Any]:
        body = json.dumps(content, ensure_ascii=False).encode() if content is not None else b""
        try:
            answer = self._send(method, path, body)
            if answer.status_code == httpx.codes.NOT_FOUND:
                raise NotThere
            answer.raise_for_status()
            if answer.status_code == httpx.codes.NO_CONTENT:
                return {}
            self._prove(
                {key.lower(): value for key, value in answer.headers.items()}, answer.content, datetime.now(UTC)
            )
            return dict(answer.json())
        except (httpx.HTTPError, ValueError, NoticeRefused):
            raise CashierDown from None

    def _send(self, method: str, path: str, body: bytes) -> httpx.Response:
        headers = {
            "Authorization": self._authorization(method, path, body), "Accept": "application/json",
            "Content-Type": "application/json",
        }  # fmt: skip
        return httpx.request(
            method, self._address + path, content=body, headers=headers, timeout=_TIMEOUT, trust_env=False
        )

    def _authorization(self, method: str, path: str, body: bytes) -> str:
        stamp, nonce = str(int(time.time())), secrets.token_hex(16)
        values = {
            "mchid": self._merchant.mchid, "nonce_str": nonce, "timestamp": stamp, "serial_no": self._merchant.serial,
            "signature": self._signer.sign(f"{method}\n{path}\n{stamp}\n{nonce}\n".encode() + body + b"\n"),
        }  # fmt: skip
        return f"{_SCHEME} " + ",".join(f'{key}="{value}"' for key, value in values.items())


def _given(content: Mapping[str, Any]) -> Given:
    return Given(
        number=str(content["out_refund_no"]), state=_REFUNDS[content["status"]], fen=int(content["amount"]["refund"])
    )


def _bill_lines(text: str) -> Iterator[BillLine]:
    """Read the lines between the heading and the totals; each value stands behind a backtick."""
    rows = csv.reader(io.StringIO(text))
    names = next(rows)
    for row in rows:
        if not row or not row[0].startswith("`"):  # the heading of the totals
            return
        line = dict(zip(names, (value.lstrip("`") for value in row), strict=True))
        refund = line["交易状态"] == "REFUND"
        yield BillLine(
            kind="refund" if refund else "payment", number=line["商户退款单号"] if refund else line["商户订单号"],
            of=line["商户订单号"] if refund else "", transaction=line["微信退款单号"] if refund else line["微信订单号"],
            fen=fen_of(line["申请退款金额"] if refund else line["订单金额"]),
            at=datetime.fromisoformat(line["交易时间"]).replace(tzinfo=BEIJING),
        )  # fmt: skip
