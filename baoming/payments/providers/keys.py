"""RSA keys of merchants and providers, from files; of a provider there may be several while it changes them."""

import base64
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key


class Signer:
    """Signs with the merchant's own key (PKCS #1 v1.5, SHA-256), and proves what the provider's keys have signed."""

    def __init__(self, private: bytes, publics: Mapping[str, bytes]) -> None:
        own = load_pem_private_key(private, None)
        others = {name: load_pem_public_key(pem) for name, pem in publics.items()}
        if not isinstance(own, RSAPrivateKey):
            raise TypeError("a merchant signs with an RSA key")
        self._own = own
        self._others = {name: key for name, key in others.items() if isinstance(key, RSAPublicKey)}
        if len(self._others) != len(others) or not others:
            raise TypeError("a provider signs with RSA keys")

    @classmethod
    def load(cls, folder: Path) -> "Signer":
        """Read merchant.key, and the provider's keys: one file for each below platform/, named by its serial."""
        publics = {path.stem: path.read_bytes() for path in sorted((folder / "platform").glob("*.pub"))}
        return cls((folder / "merchant.key").read_bytes(), publics)

    def sign(self, content: bytes) -> str:
        """Return the signature in base64."""
        return base64.b64encode(self._own.sign(content, PKCS1v15(), SHA256())).decode()

    def proves(self, content: bytes, signature: str, *, serial: str) -> bool:
        """Return whether the provider's key of this serial has signed these very bytes."""
        key = self._others.get(serial)
        if key is None:
            return False
        try:
            key.verify(base64.b64decode(signature, validate=True), content, PKCS1v15(), SHA256())
        except (ValueError, InvalidSignature):
            return False
        return True

    @property
    def serials(self) -> list[str]:
        return list(self._others)
