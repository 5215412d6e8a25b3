"""WeChat Pay, API v3: H5 payment, query, close, and the signed notice."""

import base64
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from baoming.payments.providers.base import CashierDown, Charge, ChargeState, Notice, NoticeRefused

_SCHEME = "WECHATPAY2-SHA256-RSA2048"
_FRESH = 300  # seconds a notice is good for, either way
_TIMEOUT = 5.0
_STATES: Mapping[str, ChargeState] = {"SUCCESS": "paid", "NOTPAY": "waiting", "CLOSED": "closed"}
_HEADERS = ("wechatpay-timestamp", "wechatpay-nonce", "wechatpay-signature", "wechatpay-serial")


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchant:
    """Who we are to the cashier. Keys are PEM; `api_key` has 32 bytes; serials name the keys."""

    mchid: str
    appid: str
    serial: str
    private_key: bytes
    api_key: bytes
    platform_serial: str
    platform_key: bytes

    @classmethod
    def load(cls, folder: Path) -> "Merchant":
        """Read the account the cashier opened for us: merchant.json, merchant.key, platform.pub."""
        account = json.loads((folder / "merchant.json").read_bytes())
        return cls(
            mchid=account["mchid"],
            appid=account["appid"],
            serial=account["serial"],
            api_key=account["api_key"].encode(),
            platform_serial=account["platform_serial"],
            private_key=(folder / "merchant.key").read_bytes(),
            platform_key=(folder / "platform.pub").read_bytes(),
        )


class WeChatPay:
    """The contract of base.Cashier over the wire format of WeChat Pay."""

    def __init__(self, address: str, merchant: Merchant) -> None:
        private, public = load_pem_private_key(merchant.private_key, None), load_pem_public_key(merchant.platform_key)
        if not (isinstance(private, RSAPrivateKey) and isinstance(public, RSAPublicKey)):
            raise TypeError("WeChat Pay signs with RSA keys")
        self._address, self._merchant, self._private, self._public = address, merchant, private, public

    def create(self, *, order_no: str, amount_fen: int, description: str, notify_url: str, return_url: str) -> str:
        content = {
            "appid": self._merchant.appid,
            "mchid": self._merchant.mchid,
            "description": description,
            "out_trade_no": order_no,
            "notify_url": notify_url,
            "amount": {"total": amount_fen, "currency": "CNY"},
            "scene_info": {"payer_client_ip": "127.0.0.1", "h5_info": {"type": "Wap"}},
        }
        page = str(self._call("POST", "/v3/pay/transactions/h5", content)["h5_url"])
        return f"{page}&{urlencode({'redirect_url': return_url})}"

    def query(self, order_no: str) -> Charge:
        path = f"/v3/pay/transactions/out-trade-no/{order_no}?mchid={self._merchant.mchid}"
        try:
            return _charge(self._call("GET", path))
        except (KeyError, TypeError, ValueError):
            raise CashierDown from None

    def close(self, order_no: str) -> None:
        path = f"/v3/pay/transactions/out-trade-no/{order_no}/close"
        self._call("POST", path, {"mchid": self._merchant.mchid})

    def read_notice(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Notice:
        self._prove({key.lower(): value for key, value in headers.items()}, body, now)
        try:
            content = json.loads(body)
            sealed = content["resource"]
            plain = AESGCM(self._merchant.api_key).decrypt(
                sealed["nonce"].encode(), base64.b64decode(sealed["ciphertext"]), sealed["associated_data"].encode()
            )
            return Notice(event=str(content["id"]), charge=_charge(json.loads(plain)))
        except (KeyError, TypeError, ValueError, AttributeError, InvalidTag):
            raise NoticeRefused("付款通知的内容不完整，请向收款方查询订单") from None

    def _prove(self, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
        """Check age, key and signature over the very bytes that came. Raises NoticeRefused."""
        refused = NoticeRefused("付款通知不是收款方刚刚发出的，请向收款方查询订单")
        try:
            stamp, nonce, signature, serial = (headers[name] for name in _HEADERS)
            if serial != self._merchant.platform_serial or abs(now.timestamp() - int(stamp)) > _FRESH:
                raise refused
            signed = f"{stamp}\n{nonce}\n".encode() + body + b"\n"
            self._public.verify(base64.b64decode(signature, validate=True), signed, PKCS1v15(), SHA256())
        except (KeyError, ValueError, InvalidSignature):
            raise refused from None

    def _call(self, method: str, path: str, content: Mapping[str, Any] | None = None) -> dict[str, Any]:
        body = json.dumps(content, ensure_ascii=False).encode() if content is not None else b""
        headers = {
            "Authorization": self._authorization(method, path, body),
            "Accept": "application/json",
            "Content-Type": "application/json",
        }
        try:
            answer = httpx.request(
                method, self._address + path, content=body, headers=headers, timeout=_TIMEOUT, trust_env=False
            ).raise_for_status()
            if answer.status_code == httpx.codes.NO_CONTENT:
                return {}
            self._prove(
                {key.lower(): value for key, value in answer.headers.items()}, answer.content, datetime.now(UTC)
            )
            return dict(answer.json())
        except (httpx.HTTPError, ValueError, NoticeRefused):
            raise CashierDown from None

    def _authorization(self, method: str, path: str, body: bytes) -> str:
        stamp, nonce = str(int(time.time())), secrets.token_hex(16)
        signed = f"{method}\n{path}\n{stamp}\n{nonce}\n".encode() + body + b"\n"
        signature = base64.b64encode(self._private.sign(signed, PKCS1v15(), SHA256())).decode()
        values = {
            "mchid": self._merchant.mchid,
            "nonce_str": nonce,
            "signature": signature,
            "timestamp": stamp,
            "serial_no": self._merchant.serial,
        }
        return f"{_SCHEME} " + ",".join(f'{key}="{value}"' for key, value in values.items())


def _charge(content: Mapping[str, Any]) -> Charge:
    return Charge(
        order_no=str(content["out_trade_no"]),
        state=_STATES[content["trade_state"]],
        amount_fen=int(content["amount"]["total"]),
        transaction=str(content.get("transaction_id", "")),
    )
