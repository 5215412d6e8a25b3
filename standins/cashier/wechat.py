"""The wire format of WeChat Pay, API v3, from the provider's side."""

import base64
import hashlib
import json
import re
import secrets
import time
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from standins.cashier.account import Account, new_serial
from standins.cashier.ledger import Ledger, Order, beijing, billed
from standins.service import Answer, Request, Routes, is_fresh

_PAIR = re.compile(r'(\w+)="([^"]*)"')
_KEPT = ("description", "notify_url")
_TITLES = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
    "应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,"
    "手续费,费率,订单金额,申请退款金额,费率备注"
)
_TOTALS = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"


class WeChat:
    key = "wechat"

    def __init__(self, home: Path, ledger: Ledger, address: str) -> None:
        details = {"mchid": "1900000001", "appid": "wxdemo", "api_key": secrets.token_hex(16), "serial": new_serial()}
        self._account = Account(home / self.key, serial=new_serial(), details=details)
        self._ledger, self._address = ledger, address

    def routes(self) -> Routes:
        number = r"/v3/pay/transactions/out-trade-no/([\w-]{6,32})"
        return [
            ("POST", r"/v3/pay/transactions/(h5|jsapi|native)", self._create),
            ("GET", number, self._query),
            ("POST", f"{number}/close", self._close),
            ("POST", "/v3/refund/domestic/refunds", self._refund),
            ("GET", r"/v3/refund/domestic/refunds/([\w-]{6,64})", self._refunded),
            ("GET", "/v3/bill/tradebill", self._bill),
            ("GET", "/v3/billdownload/file", self._file),
        ]

    def notice(self, order: Order, payment: dict[str, Any], *, forged: bool = False) -> tuple[dict[str, str], bytes]:
        plain = json.dumps(self._public(order, payment)).encode()
        body = json.dumps({
            "id": payment["event"], "create_time": payment["at"], "event_type": "TRANSACTION.SUCCESS",
            "resource_type": "encrypt-resource", "summary": "支付成功", "resource": self.seal(plain),
        }).encode()  # fmt: skip
        headers = self.headers(body)
        if forged:
            headers["Wechatpay-Signature"] = base64.b64encode(
                b"WECHATPAY/SIGNTEST/" + secrets.token_bytes(237)
            ).decode()
        return headers, body

    def took(self, status: int, body: bytes) -> bool:
        return 200 <= status < 300

    def _create(self, request: Request) -> Answer:
        if not self._known(request):
            return self._say({"code": "SIGN_ERROR"}, status=401)
        asked = json.loads(request.body)
        if asked["amount"].get("currency") != "CNY" or asked["mchid"] != self._account.details["mchid"]:
            return self._say({"code": "PARAM_ERROR"}, status=400)
        kept = {key: asked[key] for key in _KEPT} | {"fen": asked["amount"]["total"]}
        order = self._ledger.open(self.key, asked["out_trade_no"], kept)
        if order is None:
            return self._say({"code": "OUT_TRADE_NO_USED"}, status=403)
        return self._say({
            "h5": {"h5_url": f"{self._address}/pay?token={order['token']}"},
            "jsapi": {"prepay_id": f"wx{order['token']}"},
            "native": {"code_url": f"weixin://wxpay/bizpayurl?pr={order['token']}"},
        }[request.parts[0]])  # fmt: skip

    def _query(self, request: Request) -> Answer:
        if not self._known(request):
            return self._say({"code": "SIGN_ERROR"}, status=401)
        if self._ledger.takes("silent"):
            return Answer(503)
        order = self._ledger.find(self.key, request.parts[0])
        if order is None:
            return self._say({"code": "ORDER_NOT_EXIST"}, status=404)
        return self._say(self._public(order, order["payments"][0] if order["payments"] else None))

    def _close(self, request: Request) -> Answer:
        if not self._known(request):
            return self._say({"code": "SIGN_ERROR"}, status=401)
        order = self._ledger.find(self.key, request.parts[0])
        if order is None:
            return self._say({"code": "ORDER_NOT_EXIST"}, status=404)
        return Answer(204) if self._ledger.close(order) else self._say({"code": "ORDERPAID"}, status=400)

    def _refund(self, request: Request) -> Answer:
        if not self._known(request):
            return self._say({"code": "SIGN_ERROR"}, status=401)
        asked = json.loads(request.body)
        order = self._ledger.find(self.key, asked["out_trade_no"])
        if order is None:
            return self._say({"code": "RESOURCE_NOT_EXISTS"}, status=404)
        made = self._ledger.refund(order, asked["out_refund_no"], asked["amount"]["refund"])
        return self._say(_refund(order, made)) if made else self._say({"code": "NOT_ENOUGH"}, status=403)

    def _refunded(self, request: Request) -> Answer:
        if not self._known(request):
            return self._say({"code": "SIGN_ERROR"}, status=401)
        for order in list(self._ledger.book.rows.values()):
            if order["provider"] == self.key and request.parts[0] in order["refunds"]:
                return self._say(_refund(order, order["refunds"][request.parts[0]]))
        return self._say({"code": "RESOURCE_NOT_EXISTS"}, status=404)

    def _bill(self, request: Request) -> Answer:
        if not self._known(request):
            return self._say({"code": "SIGN_ERROR"}, status=401)
        day = request.query.get("bill_date", "")
        whole = self._lines(day)
        if not whole:
            return self._say({"code": "NO_STATEMENT_EXIST"}, status=404)
        digest = hashlib.sha1(whole, usedforsecurity=False).hexdigest()
        place = f"{self._address}/v3/billdownload/file?token={day}"
        return self._say({"hash_type": "SHA1", "hash_value": digest, "download_url": place})

    def _file(self, request: Request) -> Answer:
        if not self._known(request):
            return Answer(401)
        return Answer(200, self._lines(request.query.get("token", "")), {"Content-Type": "text/plain"})

    def _lines(self, day: str) -> bytes:
        lines = [self._line(*one) for one in billed(self._ledger.book.rows, self.key, day)]
        if not lines:
            return b""
        totals = ",".join([f"`{len(lines)}", *["`0.00"] * 6])
        return "\r\n".join([_TITLES, *lines, _TOTALS, totals, ""]).encode()

    def _line(self, kind: str, order: Order, one: dict[str, Any], fen: int) -> str:
        details, refund = self._account.details, kind == "refund"
        money = f"{fen / 100:.2f}"
        cells = [
            f"{beijing(one['at']):%Y-%m-%d %H:%M:%S}", details["appid"], details["mchid"], "0", "",
            order["payments"][0]["transaction"] if refund else one["transaction"], order["number"], "openid", "MWEB",
            "REFUND" if refund else "SUCCESS", "OTHERS", "CNY", "0.00" if refund else money, "0.00",
            one["id"] if refund else "0", one["number"] if refund else "0", money if refund else "0.00", "0.00",
            "ORIGINAL" if refund else "", "SUCCESS" if refund else "", order["description"], "", "0.00000", "0.60%",
            "0.00" if refund else money, money if refund else "0.00", "",
        ]  # fmt: skip
        return ",".join(f"`{cell}" for cell in cells)

    def _public(self, order: Order, payment: dict[str, Any] | None) -> dict[str, Any]:
        told = {
            "mchid": self._account.details["mchid"], "appid": self._account.details["appid"],
            "out_trade_no": order["number"], "trade_state": order["state"], "trade_type": "MWEB",
            "amount": {"total": order["fen"], "currency": "CNY"},
        }  # fmt: skip
        if payment:
            at = beijing(payment["at"]).isoformat(timespec="seconds")
            told |= {"transaction_id": payment["transaction"], "success_time": at}
        return told

    def _known(self, request: Request) -> bool:
        """Return whether the merchant signed this very request within the last five minutes."""
        scheme, _, rest = request.headers.get("authorization", "").partition(" ")
        values = dict(_PAIR.findall(rest))
        try:
            stamp, details = values["timestamp"], self._account.details
            signed = f"{request.method}\n{request.path}\n{stamp}\n{values['nonce_str']}\n".encode()
            whole = signed + request.body + b"\n"
            known = (values["mchid"], values["serial_no"]) == (details["mchid"], details["serial"])
            own = self._account.is_merchants(whole, base64.b64decode(values["signature"]))
            return known and own and scheme == "WECHATPAY2-SHA256-RSA2048" and is_fresh(stamp)
        except (KeyError, ValueError):
            return False

    def headers(self, body: bytes) -> dict[str, str]:
        """Return the signature over `body`, made now."""
        stamp, nonce = str(int(time.time())), secrets.token_hex(16)
        signature = self._account.sign(f"{stamp}\n{nonce}\n".encode() + body + b"\n")
        return {
            "Wechatpay-Timestamp": stamp, "Wechatpay-Nonce": nonce, "Wechatpay-Serial": self._account.serial,
            "Wechatpay-Signature": base64.b64encode(signature).decode(), "Content-Type": "application/json",
        }  # fmt: skip

    def seal(self, plain: bytes) -> dict[str, str]:
        """Return the sealed resource of a notice (AES-256-GCM)."""
        nonce, also = secrets.token_hex(6), "transaction"
        sealed = AESGCM(self._account.details["api_key"].encode()).encrypt(nonce.encode(), plain, also.encode())
        return {
            "algorithm": "AEAD_AES_256_GCM", "original_type": "transaction", "associated_data": also, "nonce": nonce,
            "ciphertext": base64.b64encode(sealed).decode(),
        }  # fmt: skip

    def _say(self, value: dict[str, Any], *, status: int = 200) -> Answer:
        body = json.dumps(value, ensure_ascii=False).encode()
        return Answer(status, body, self.headers(body))


def _refund(order: Order, made: dict[str, Any]) -> dict[str, Any]:
    return {
        "refund_id": made["id"], "out_refund_no": made["number"], "out_trade_no": order["number"],
        "status": made["state"], "amount": {"refund": made["fen"], "total": order["fen"], "currency": "CNY"},
    }  # fmt: skip
