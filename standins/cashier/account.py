"""The keys and the one account that each provider has opened for the merchant, made at first start."""

import json
import secrets
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from standins.service import keep


class Account:
    """Signs what the provider says, checks what the merchant signs. `serial` names the provider's key."""

    def __init__(self, home: Path, *, serial: str, details: dict[str, str]) -> None:
        (home / "platform").mkdir(parents=True, exist_ok=True)
        self.details: dict[str, Any] = json.loads(
            keep(home / "merchant.json", lambda: json.dumps({**details, "platform_serial": serial}).encode())
        )
        self.who = {key: str(self.details[key]) for key in details}
        self.serial = str(self.details["platform_serial"])
        self._own = _load(keep(home / "platform.key", _make_key))
        self._merchant = _load(keep(home / "merchant.key", _make_key)).public_key()
        public = self._own.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (home / "platform" / f"{self.serial}.pub").write_bytes(public)

    def sign(self, content: bytes) -> bytes:
        return self._own.sign(content, PKCS1v15(), SHA256())

    def is_merchants(self, content: bytes, signature: bytes) -> bool:
        """Return whether the merchant signed these very bytes."""
        try:
            self._merchant.verify(signature, content, PKCS1v15(), SHA256())
        except InvalidSignature:
            return False
        return True


def new_serial() -> str:
    return secrets.token_hex(20).upper()


def _make_key() -> bytes:
    key = generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _load(pem: bytes) -> RSAPrivateKey:
    key = load_pem_private_key(pem, None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("expected an RSA key")
    return key
