"""The wire format of Alipay's open platform, from the provider's side."""

import base64
import io
import json
import secrets
import zipfile
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from standins.cashier.account import Account
from standins.cashier.ledger import BEIJING, Ledger, Order, beijing, billed
from standins.service import Answer, Request, Routes, see_other

_MOMENT = "%Y-%m-%d %H:%M:%S"
_STATES = {"NOTPAY": "WAIT_BUYER_PAY", "SUCCESS": "TRADE_SUCCESS", "CLOSED": "TRADE_CLOSED"}
_GOOD = {"code": "10000", "msg": "Success"}
_TITLES = "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,订单金额（元）,退款批次号/请求号"


class Alipay:
    key = "alipay"

    def __init__(self, home: Path, ledger: Ledger, address: str) -> None:
        details = {"app_id": "2021000000000001", "seller_id": "2088000000000001"}
        self._account = Account(home / self.key, serial=self.key, details=details)
        self._ledger, self._address = ledger, address
        self._calls = {
            "alipay.trade.query": self._query, "alipay.trade.close": self._close, "alipay.trade.refund": self._refund,
            "alipay.trade.fastpay.refund.query": self._refunded,
            "alipay.data.dataservice.bill.downloadurl.query": self._bill,
        }  # fmt: skip

    def routes(self) -> Routes:
        return [
            ("GET", "/alipay/gateway.do", self._open), ("POST", "/alipay/gateway.do", self._call),
            ("GET", "/alipay/bill", self._file),
        ]  # fmt: skip

    def notice(self, order: Order, payment: dict[str, Any], *, forged: bool = False) -> tuple[dict[str, str], bytes]:
        now = datetime.now(BEIJING).strftime(_MOMENT)
        told = {
            "notify_time": now, "notify_type": "trade_status_sync", "notify_id": payment["event"], "charset": "utf-8",
            "version": "1.0", **self._account.who,
            "subject": order["description"], **self._public(order, payment),
            "gmt_payment": beijing(payment["at"]).strftime(_MOMENT),
        }  # fmt: skip
        signed = secrets.token_bytes(256) if forged else self._account.sign(_joined(told))
        told |= {"sign_type": "RSA2", "sign": base64.b64encode(signed).decode()}
        return {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}, urlencode(told).encode()

    def took(self, status: int, body: bytes) -> bool:
        return status == 200 and body == b"success"

    def _open(self, request: Request) -> Answer:
        """The payer's browser comes with what the merchant signed: only now there is an order."""
        asked, content = self._asked(dict(request.query))
        if content is None or asked["method"] not in ("alipay.trade.page.pay", "alipay.trade.wap.pay"):
            return Answer(400)
        until = datetime.strptime(content["time_expire"], _MOMENT).replace(tzinfo=BEIJING)
        if until < datetime.now(BEIJING):
            return Answer(410, "订单已经超过支付时间".encode())
        kept = {
            "fen": round(float(content["total_amount"]) * 100), "description": content["subject"],
            "notify_url": asked["notify_url"], "return_url": asked["return_url"],
        }  # fmt: skip
        order = self._ledger.open(self.key, content["out_trade_no"], kept)
        return see_other(f"/pay?token={order['token']}") if order else Answer(403)

    def _call(self, request: Request) -> Answer:
        asked, content = self._asked(dict(parse_qsl(request.body.decode())))
        method = asked.get("method", "")
        if content is None or method not in self._calls:
            return self._say(method, {"code": "40002", "sub_code": "isv.invalid-signature"})
        if method == "alipay.trade.query" and self._ledger.takes("silent"):
            return Answer(503)
        return self._say(method, self._calls[method](content))

    def _query(self, content: Mapping[str, str]) -> dict[str, str]:
        order = self._ledger.find(self.key, content["out_trade_no"])
        if order is None:
            return {"code": "40004", "sub_code": "ACQ.TRADE_NOT_EXIST"}
        payment = order["payments"][0] if order["payments"] else None
        told = _GOOD | self._public(order, payment)
        return told | ({"send_pay_date": beijing(payment["at"]).strftime(_MOMENT)} if payment else {})

    def _close(self, content: Mapping[str, str]) -> dict[str, str]:
        order = self._ledger.find(self.key, content["out_trade_no"])
        if order is None:
            return {"code": "40004", "sub_code": "ACQ.TRADE_NOT_EXIST"}
        return dict(_GOOD) if self._ledger.close(order) else {"code": "40004", "sub_code": "ACQ.TRADE_STATUS_ERROR"}

    def _refund(self, content: Mapping[str, str]) -> dict[str, str]:
        order = self._ledger.find(self.key, content["out_trade_no"])
        fen = round(float(content["refund_amount"]) * 100)
        made = self._ledger.refund(order, content["out_request_no"], fen) if order else None
        return _GOOD | {"fund_change": "Y"} if made else {"code": "40004", "sub_code": "ACQ.SELLER_BALANCE_NOT_ENOUGH"}

    def _refunded(self, content: Mapping[str, str]) -> dict[str, str]:
        order = self._ledger.find(self.key, content["out_trade_no"])
        made = order["refunds"].get(content["out_request_no"]) if order else None
        if made is None:
            return dict(_GOOD)
        told = {"refund_amount": f"{made['fen'] / 100:.2f}", "out_request_no": made["number"]}
        return (
            _GOOD
            | told
            | ({"refund_status": "REFUND_SUCCESS"} if made["state"] == "SUCCESS" else {"refund_status": ""})
        )

    def _bill(self, content: Mapping[str, str]) -> dict[str, str]:
        if not billed(self._ledger.book.rows, self.key, content["bill_date"]):
            return {"code": "40004", "sub_code": "isp.bill_not_exist"}
        return _GOOD | {"bill_download_url": f"{self._address}/alipay/bill?day={content['bill_date']}"}

    def _file(self, request: Request) -> Answer:
        rows = billed(self._ledger.book.rows, self.key, request.query.get("day", ""))
        lines = ["#支付宝业务明细查询", _TITLES, *(_line(*row) for row in rows), "#业务明细列表结束", ""]
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("2088_业务明细(汇总).csv", "#汇总\r\n".encode("gbk"))
            archive.writestr("2088_业务明细.csv", "\r\n".join(lines).encode("gbk"))
        return Answer(200, packed.getvalue(), {"Content-Type": "application/zip"})

    def _asked(self, sent: dict[str, str]) -> tuple[dict[str, str], dict[str, str] | None]:
        """Return what was asked, and its content where the merchant has signed it just now."""
        signature = sent.pop("sign", "")
        try:
            at = datetime.strptime(sent["timestamp"], _MOMENT).replace(tzinfo=BEIJING)
            fresh = abs(datetime.now(BEIJING) - at) < timedelta(minutes=10)
            known = sent["app_id"] == self._account.details["app_id"] and sent["sign_type"] == "RSA2"
            if not (fresh and known and self._account.is_merchants(_joined(sent), base64.b64decode(signature))):
                return sent, None
            return sent, json.loads(sent["biz_content"])
        except (KeyError, ValueError):
            return sent, None

    def _public(self, order: Order, payment: dict[str, Any] | None) -> dict[str, str]:
        told = {
            "out_trade_no": order["number"], "trade_status": _STATES[order["state"]],
            "total_amount": f"{order['fen'] / 100:.2f}",
        }  # fmt: skip
        return told | ({"trade_no": payment["transaction"]} if payment else {})

    def _say(self, method: str, value: Mapping[str, str]) -> Answer:
        node = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        signature = base64.b64encode(self._account.sign(node.encode())).decode()
        body = f'{{"{method.replace(".", "_")}_response":{node},"sign":"{signature}"}}'
        return Answer(200, body.encode(), {"Content-Type": "application/json; charset=utf-8"})


def _joined(values: Mapping[str, str]) -> bytes:
    return "&".join(f"{key}={values[key]}" for key in sorted(values) if values[key] != "").encode()


def _line(kind: str, order: Order, one: dict[str, Any], fen: int) -> str:
    refund, at = kind == "refund", beijing(one["at"]).strftime(_MOMENT)
    money = f"{-fen / 100 if refund else fen / 100:.2f}"
    transaction = order["payments"][0]["transaction"] if refund else one["transaction"]
    cells = [transaction, order["number"], "退款" if refund else "交易", order["description"], at, at, money]
    return ",".join(f"{cell}\t" for cell in [*cells, one["number"] if refund else ""])
