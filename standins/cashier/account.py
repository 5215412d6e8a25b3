"""The cashier's keys and the one account it has opened, made at first start."""

import base64
import json
import re
import secrets
import time
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from standins.service import keep

_PAIR = re.compile(r'(\w+)="([^"]*)"')
_FRESH = 300  # seconds


def _make_key() -> bytes:
    key = generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _make_account() -> bytes:
    account = {"mchid": "1900000001", "appid": "wxdemo", "api_key": secrets.token_hex(16)}
    account |= {"serial": secrets.token_hex(20), "platform_serial": secrets.token_hex(20)}
    return json.dumps(account).encode()


def _load(pem: bytes) -> RSAPrivateKey:
    key = load_pem_private_key(pem, None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("expected an RSA key")
    return key


class Account:
    """Checks what the merchant signs, signs and seals what the cashier says."""

    def __init__(self, home: Path) -> None:
        self._own = _load(keep(home / "platform.key", _make_key))
        self._merchant = _load(keep(home / "merchant.key", _make_key)).public_key()
        public = self._own.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (home / "platform.pub").write_bytes(public)
        self._account: dict[str, str] = json.loads(keep(home / "merchant.json", _make_account))

    def is_signed(self, authorization: str, *, method: str, path: str, body: bytes) -> bool:
        """Return whether the merchant signed this very request within the last five minutes."""
        scheme, _, rest = authorization.partition(" ")
        values = dict(_PAIR.findall(rest))
        try:
            stamp = values["timestamp"]
            signed = f"{method}\n{path}\n{stamp}\n{values['nonce_str']}\n".encode() + body + b"\n"
            self._merchant.verify(base64.b64decode(values["signature"]), signed, PKCS1v15(), SHA256())
            known = (values["mchid"], values["serial_no"]) == (self._account["mchid"], self._account["serial"])
            return known and scheme == "WECHATPAY2-SHA256-RSA2048" and abs(time.time() - int(stamp)) <= _FRESH
        except (KeyError, ValueError, InvalidSignature):
            return False

    def headers(self, body: bytes) -> dict[str, str]:
        """Return the signature over `body` as the Wechatpay-* headers."""
        stamp, nonce = str(int(time.time())), secrets.token_hex(16)
        signature = self._own.sign(f"{stamp}\n{nonce}\n".encode() + body + b"\n", PKCS1v15(), SHA256())
        return {
            "Wechatpay-Timestamp": stamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature": base64.b64encode(signature).decode(),
            "Wechatpay-Serial": self._account["platform_serial"],
            "Content-Type": "application/json",
        }

    def seal(self, plain: bytes) -> dict[str, str]:
        """Return `plain` as the sealed resource of a notice (AES-256-GCM)."""
        nonce, also = secrets.token_hex(6), "transaction"
        sealed = AESGCM(self._account["api_key"].encode()).encrypt(nonce.encode(), plain, also.encode())
        return {
            "algorithm": "AEAD_AES_256_GCM",
            "original_type": "transaction",
            "associated_data": also,
            "nonce": nonce,
            "ciphertext": base64.b64encode(sealed).decode(),
        }
