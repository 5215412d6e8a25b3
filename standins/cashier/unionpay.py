"""The wire format of UnionPay's gateway 5.1.0, from the provider's side."""

import base64
import hashlib
import io
import secrets
import zipfile
import zlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from standins.cashier.account import Account
from standins.cashier.ledger import BEIJING, Ledger, Order, beijing, billed
from standins.service import Answer, Request, Routes, see_other

_MOMENT, _TRACE = "%Y%m%d%H%M%S", "%m%d%H%M%S"
_ECHOED = (
    "version",
    "encoding",
    "signMethod",
    "accessType",
    "bizType",
    "txnType",
    "txnSubType",
    "merId",
    "orderId",
    "txnTime",
)


class UnionPay:
    key = "unionpay"

    def __init__(self, home: Path, ledger: Ledger, address: str) -> None:
        details = {"merid": "777000000000001", "cert": "68000000001"}
        self._account = Account(home / self.key, serial="69000000001", details=details)
        self._ledger, self._address = ledger, address

    def routes(self) -> Routes:
        return [
            ("POST", "/unionpay/gateway/api/frontTransReq.do", self._open),
            ("POST", "/unionpay/gateway/api/queryTrans.do", self._query),
            ("POST", "/unionpay/gateway/api/backTransReq.do", self._refund),
            ("POST", "/unionpay/", self._bill),
        ]

    def notice(self, order: Order, payment: dict[str, Any], *, forged: bool = False) -> tuple[dict[str, str], bytes]:
        told = {
            "version": "5.1.0", "encoding": "UTF-8", "signMethod": "01", "accessType": "0", "bizType": "000201",
            "txnType": "01", "txnSubType": "01", "merId": self._account.details["merid"], "orderId": order["number"],
            "txnTime": order["txn_time"], "traceTime": beijing(payment["at"]).strftime(_TRACE),
            "txnAmt": str(payment["fen"]), "currencyCode": "156",
            "queryId": payment["transaction"], "respCode": "00", "respMsg": "成功[0000000]",
        }  # fmt: skip
        whole = self._signed(told)
        if forged:
            whole["signature"] = base64.b64encode(secrets.token_bytes(256)).decode()
        return {"Content-Type": "application/x-www-form-urlencoded"}, urlencode(whole).encode()

    def took(self, status: int, body: bytes) -> bool:
        return status == 200

    def _open(self, request: Request) -> Answer:
        """The payer's browser posts what the merchant signed: only now there is an order."""
        asked = self._asked(request)
        if asked is None or asked["txnType"] != "01" or asked["currencyCode"] != "156":
            return Answer(400)
        if asked["payTimeout"] < datetime.now(BEIJING).strftime(_MOMENT):
            return Answer(410, "订单已经超过支付时间".encode())
        kept = {
            "fen": int(asked["txnAmt"]), "description": "银联在线支付", "notify_url": asked["backUrl"],
            "return_url": asked["frontUrl"], "txn_time": asked["txnTime"],
        }  # fmt: skip
        order = self._ledger.open(self.key, asked["orderId"], kept)
        return see_other(f"/pay?token={order['token']}") if order else Answer(403)

    def _query(self, request: Request) -> Answer:
        asked = self._asked(request)
        if asked is None:
            return Answer(400)
        if self._ledger.takes("silent"):
            return Answer(503)
        order = self._ledger.find(self.key, asked["orderId"])
        if order is None:
            return self._refund_state(asked)
        if order["txn_time"] != asked["txnTime"]:  # of two attempts with one number it would be the other
            return self._say(asked, {"respCode": "34"})
        told = {"respCode": "00", "txnAmt": str(order["fen"]), "currencyCode": "156"}
        told["origRespCode"] = {"SUCCESS": "00", "NOTPAY": "05"}.get(order["state"], "12")
        if order["payments"]:
            payment = order["payments"][0]
            told |= {"queryId": payment["transaction"], "traceTime": beijing(payment["at"]).strftime(_TRACE)}
        return self._say(asked, told)

    def _refund(self, request: Request) -> Answer:
        asked = self._asked(request)
        if asked is None or asked["txnType"] != "04":
            return Answer(400)
        order = next((one for one in list(self._ledger.book.rows.values()) if one["provider"] == self.key and any(
            payment["transaction"] == asked["origQryId"] for payment in one["payments"])), None)  # fmt: skip
        made = self._ledger.refund(order, asked["orderId"], int(asked["txnAmt"])) if order else None
        return self._say(asked, {"respCode": "00", "queryId": made["id"]} if made else {"respCode": "30"})

    def _refund_state(self, asked: Mapping[str, str]) -> Answer:
        for order in list(self._ledger.book.rows.values()):
            made = order["refunds"].get(asked["orderId"]) if order["provider"] == self.key else None
            if made:
                state = "00" if made["state"] == "SUCCESS" else "05"
                told = {"respCode": "00", "origRespCode": state, "queryId": made["id"], "txnAmt": str(made["fen"])}
                return self._say(asked, told | {"traceTime": beijing(made["at"]).strftime(_TRACE)})
        return self._say(asked, {"respCode": "34"})

    def _bill(self, request: Request) -> Answer:
        asked = self._asked(request)
        if asked is None or asked["txnType"] != "76":
            return Answer(400)
        day = f"{datetime.now(BEIJING).year}-{asked['settleDate'][:2]}-{asked['settleDate'][2:]}"
        rows = billed(self._ledger.book.rows, self.key, day)
        if not rows:
            return self._say(asked, {"respCode": "98"})
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(
                f"INN{asked['settleDate']}88ZM_{asked['merId']}", "\n".join(map(_line, rows)).encode("gbk")
            )
        content = base64.b64encode(zlib.compress(packed.getvalue())).decode()
        return self._say(asked, {"respCode": "00", "fileContent": content})

    def _asked(self, request: Request) -> dict[str, str] | None:
        """Return what the merchant has signed."""
        sent = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
        signature = sent.pop("signature", "")
        known = (sent.get("merId"), sent.get("certId")) == (
            self._account.details["merid"],
            self._account.details["cert"],
        )
        try:
            return sent if known and self._account.is_merchants(_digest(sent), base64.b64decode(signature)) else None
        except ValueError:
            return None

    def _signed(self, told: Mapping[str, str]) -> dict[str, str]:
        whole = {**told, "certId": self._account.serial}
        return whole | {"signature": base64.b64encode(self._account.sign(_digest(whole))).decode()}

    def _say(self, asked: Mapping[str, str], told: Mapping[str, str]) -> Answer:
        whole = self._signed({**{key: asked[key] for key in _ECHOED if key in asked}, **told})
        return Answer(
            200, "&".join(f"{key}={value}" for key, value in whole.items()).encode(), {"Content-Type": "text/plain"}
        )


def _digest(fields: Mapping[str, str]) -> bytes:
    joined = "&".join(f"{key}={fields[key]}" for key in sorted(fields) if fields[key] != "")
    return hashlib.sha256(joined.encode()).hexdigest().encode()


def _line(row: tuple[str, Order, dict[str, Any], int]) -> str:
    kind, order, one, fen = row
    at = beijing(one["at"]).strftime(_TRACE)
    if kind == "refund":
        return f"{at} {one['number']} {one['id']} {fen} 04 {order['number']}"
    return f"{at} {order['number']} {one['transaction']} {fen} 01 -"
