"""Alipay, open platform 1.0 with RSA2: page and wap payment, query, close, refund, the day's bill, and the notice."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx

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
    Reply,
    Wanted,
)
from baoming.payments.providers.keys import Signer
from baoming.shared.moments import BEIJING
from baoming.shared.money import fen_of, yuan

_FRESH = timedelta(seconds=300)
_TIMEOUT = 5.0
_STATES: Mapping[str, ChargeState] = {
    "WAIT_BUYER_PAY": "waiting", "TRADE_SUCCESS": "paid", "TRADE_FINISHED": "paid", "TRADE_CLOSED": "closed",
}  # fmt: skip
_WAYS = {
    Channel.ALIPAY_PAGE: ("alipay.trade.page.pay", "FAST_INSTANT_TRADE_PAY"),
    Channel.ALIPAY_WAP: ("alipay.trade.wap.pay", "QUICK_WAP_WAY"),
}
_NONE_THERE = "ACQ.TRADE_NOT_EXIST"
_MOMENT = "%Y-%m-%d %H:%M:%S"
_SERIAL = "alipay"  # its key has no serial in the notices: the file is platform/alipay.pub


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchant:
    """Who we are to Alipay."""

    app_id: str
    seller_id: str

    @classmethod
    def load(cls, folder: Path) -> "Merchant":
        account = json.loads((folder / "merchant.json").read_bytes())
        return cls(app_id=account["app_id"], seller_id=account["seller_id"])


class Alipay:
    """The contract of base.Provider over the wire format of Alipay. `address`: of its gateway.do."""

    taken = Reply(status=200, content_type="text/plain", body=b"success")
    refused = Reply(status=400, content_type="text/plain", body=b"fail")

    def __init__(self, address: str, merchant: Merchant, signer: Signer) -> None:
        self._address, self._merchant, self._signer = address, merchant, signer

    def create(self, channel: Channel, wanted: Wanted) -> Opened:
        method, product = _WAYS[channel]
        content = {
            "out_trade_no": wanted.number, "total_amount": yuan(wanted.fen), "subject": wanted.description,
            "product_code": product, "time_expire": wanted.until.astimezone(BEIJING).strftime(_MOMENT),
        }  # fmt: skip
        asked = self._signed(method, content, notify_url=wanted.notify_url, return_url=wanted.return_url)
        return Opened(kind="page", address=f"{self._address}?{urlencode(asked)}")

    def query(self, number: str, *, made_at: datetime) -> Charge:
        answer = self._call("alipay.trade.query", {"out_trade_no": number})
        if answer.get("sub_code") == _NONE_THERE:  # nobody has opened its page yet
            return Charge(number=number, state="unknown")
        try:
            return _charge(answer)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise CashierDown from None

    def close(self, number: str, *, made_at: datetime) -> None:
        self._call("alipay.trade.close", {"out_trade_no": number})

    def refund(self, giving: Giving) -> Given:
        content = {"out_trade_no": giving.of, "refund_amount": yuan(giving.fen), "out_request_no": giving.number}
        answer = self._call("alipay.trade.refund", content | {"refund_reason": "多缴退回"})
        if answer.get("code") != "10000":
            raise CashierDown
        return self.refunded(giving)  # its answer alone says nothing sure: `fund_change` is N when asked twice

    def refunded(self, giving: Giving) -> Given:
        content = {"out_trade_no": giving.of, "out_request_no": giving.number}
        answer = self._call("alipay.trade.fastpay.refund.query", content)
        if answer.get("code") != "10000" or "refund_amount" not in answer:
            return Given(number=giving.number, state="unknown")
        done = answer.get("refund_status", "REFUND_SUCCESS") == "REFUND_SUCCESS"
        return Given(number=giving.number, state="done" if done else "pending", fen=fen_of(answer["refund_amount"]))

    def bill(self, day: date) -> Iterator[BillLine]:
        content = {"bill_type": "trade", "bill_date": day.isoformat()}
        answer = self._call("alipay.data.dataservice.bill.downloadurl.query", content)
        if answer.get("sub_code") == "isp.bill_not_exist":
            return
        try:
            packed = httpx.get(answer["bill_download_url"], timeout=60, trust_env=False).raise_for_status().content
            yield from _bill_lines(packed)
        except (KeyError, ValueError, httpx.HTTPError, zipfile.BadZipFile):
            raise CashierDown from None

    def read_notice(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Notice:
        refused = NoticeRefused("付款通知不是收款方刚刚发出的，请向收款方查询订单")
        try:
            pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=True)
            told = dict(pairs)
            signature = told.pop("sign")
            kind = told.pop("sign_type")
            sent = _at(told["notify_time"])
        except (KeyError, ValueError):
            raise refused from None
        usual = (kind, told.get("charset")) == ("RSA2", "utf-8")
        whole = len(pairs) == len(dict(pairs)) and usual
        if not whole or abs(now - sent) > _FRESH or not self._signer.proves(_joined(told), signature, serial=_SERIAL):
            raise refused
        if (told.get("app_id"), told.get("seller_id")) != (self._merchant.app_id, self._merchant.seller_id):
            raise refused
        try:
            return Notice(event=told["notify_id"], charge=_charge(told))
        except (KeyError, ValueError):
            raise NoticeRefused("付款通知的内容不完整，请向收款方查询订单") from None

    def _signed(self, method: str, content: Mapping[str, str], **urls: str) -> dict[str, str]:
        asked = {
            "app_id": self._merchant.app_id, "method": method, "format": "JSON", "charset": "utf-8",
            "sign_type": "RSA2", "timestamp": datetime.now(BEIJING).strftime(_MOMENT), "version": "1.0", **urls,
            "biz_content": json.dumps(content, ensure_ascii=False, separators=(",", ":")),
        }  # fmt: skip
        return asked | {"sign": self._signer.sign(_joined(asked))}

    def _call(self, method: str, content: Mapping[str, str]) -> dict[str, Any]:
        """Return the answer, signed over the very text of its node. Raises CashierDown."""
        try:
            sent = self._signed(method, content)
            answer = httpx.post(self._address, data=sent, timeout=_TIMEOUT, trust_env=False).raise_for_status()
            node, signature = _node(answer.text, f"{method.replace('.', '_')}_response")
            if not self._signer.proves(node.encode(), signature, serial=_SERIAL):
                raise CashierDown
            return dict(json.loads(node))
        except (httpx.HTTPError, ValueError, KeyError):
            raise CashierDown from None


def _joined(values: Mapping[str, str]) -> bytes:
    """Return what is signed: the fields that are not empty, by name."""
    return "&".join(f"{key}={values[key]}" for key in sorted(values) if values[key] != "").encode()


def _node(text: str, name: str) -> tuple[str, str]:
    """Return the text of an answer's node as it stands, and the signature beside it. Raises ValueError, KeyError."""
    whole = json.loads(text)
    found = re.match(rf'\{{\s*"{name}"\s*:\s*', text)
    if found is None:
        raise ValueError("another answer")
    _, end = json.JSONDecoder().raw_decode(text, found.end())
    return text[found.end() : end], whole["sign"]


def _charge(told: Mapping[str, Any]) -> Charge:
    """Read one order, of an answer or of a notice."""
    state = _STATES[told["trade_status"]]
    paid = state == "paid"
    at = told.get("send_pay_date") or told.get("gmt_payment") or told.get("notify_time")
    return Charge(
        number=str(told["out_trade_no"]), state=state, fen=fen_of(told["total_amount"]),
        transaction=str(told["trade_no"]) if paid else "", paid_at=_at(at) if paid and at else None,
    )  # fmt: skip


def _at(text: str) -> datetime:
    return datetime.strptime(text, _MOMENT).replace(tzinfo=BEIJING).astimezone(UTC)


def _bill_lines(packed: bytes) -> Iterator[BillLine]:
    """Read the detail file of the day's archive: GBK, lines of remarks begin with #."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        detail = next(one for one in archive.infolist() if "汇总" not in _name(one))
        with archive.open(detail) as file:
            text = io.TextIOWrapper(file, encoding="gbk", newline="")
            rows = csv.reader(line for line in text if not line.startswith("#"))
            names = [name.strip() for name in next(rows)]
            for row in rows:
                line = dict(zip(names, (value.strip() for value in row), strict=False))
                refund = line["业务类型"] == "退款"
                own, given = line["商户订单号"], line["退款批次号/请求号"]
                yield BillLine(
                    kind="refund" if refund else "payment", of=own if refund else "",
                    number=given if refund else own, transaction=line["支付宝交易号"],
                    fen=abs(fen_of(line["订单金额（元）"])), at=_at(line["完成时间"]),
                )  # fmt: skip


def _name(one: zipfile.ZipInfo) -> str:
    """Return a file's name, which Alipay writes in GBK without saying so."""
    return one.filename if one.flag_bits & 0x800 else one.filename.encode("cp437", "replace").decode("gbk", "replace")
