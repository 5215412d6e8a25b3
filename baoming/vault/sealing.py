"""The key ring: sealed fields, blind indexes, signatures.

A sealed field is text: `v1|key id|nonce|ciphertext|tag`, the last three in base64url without
padding. The context (`table.column.row uuid`) is authenticated with it, so that a token copied
into another row, column or table does not open. Old keys stay in the ring to open what they
sealed; only the current one seals.
"""

import base64
import binascii
import json
import os
import secrets
import stat
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import mkstemp
from typing import Any, Literal, Self

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

Algorithm = Literal["SM4-GCM", "AES-256-GCM"]
_CIPHERS: dict[Algorithm, type[algorithms.SM4 | algorithms.AES]] = {
    "SM4-GCM": algorithms.SM4,
    "AES-256-GCM": algorithms.AES,
}
_KEY_BYTES: dict[Algorithm, int] = {"SM4-GCM": 16, "AES-256-GCM": 32}
_NONCE_BYTES = 12
_TAG_BYTES = 16
_SECRET_BYTES = 32  # of the blind-index key and of the signing seed


class SealBroken(Exception):
    """A sealed value does not open here: changed, moved to another row, or its key is not in the ring."""


class KeyFileUnsafe(Exception):
    """The key file may be read by others, is damaged, or would lose a key."""


@dataclass(frozen=True, slots=True)
class SealingKey:
    """One symmetric key. `id` is written into every token it seals."""

    id: str
    algorithm: Algorithm
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if self.algorithm not in _CIPHERS or len(self.secret) != _KEY_BYTES[self.algorithm]:
            raise ValueError(f"sealing key {self.id!r} does not fit its algorithm")
        if not self.id or "|" in self.id:
            raise ValueError("a key id is not empty and has no bar")

    @classmethod
    def generate(cls, *, id: str, algorithm: Algorithm = "SM4-GCM") -> Self:
        """Return a new random key."""
        return cls(id, algorithm, secrets.token_bytes(_KEY_BYTES[algorithm]))

    def cipher(self, nonce: bytes, tag: bytes | None = None) -> "Cipher[modes.GCM]":
        """Return the cipher for one value; `tag` only to open."""
        return Cipher(_CIPHERS[self.algorithm](self.secret), modes.GCM(nonce, tag))


@dataclass(frozen=True, slots=True)
class KeyRing:
    """All keys of one installation. Changing it makes a new ring."""

    sealing: tuple[SealingKey, ...]
    current: str  # id of the key that seals
    blind_key: bytes = field(repr=False)
    signing_seed: bytes = field(repr=False)  # Ed25519, for QR codes and receipts

    def __post_init__(self) -> None:
        ids = [key.id for key in self.sealing]
        if self.current not in ids or len(set(ids)) != len(ids):
            raise ValueError("the current key must be in the ring, and each id once")
        if len(self.blind_key) != _SECRET_BYTES or len(self.signing_seed) != _SECRET_BYTES:
            raise ValueError(f"the blind key and the signing seed have {_SECRET_BYTES} bytes each")

    @classmethod
    def generate(cls, *, algorithm: Algorithm = "SM4-GCM") -> Self:
        """Return a ring of new random keys."""
        key = SealingKey.generate(id="k1", algorithm=algorithm)
        return cls((key,), key.id, secrets.token_bytes(_SECRET_BYTES), secrets.token_bytes(_SECRET_BYTES))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Return the ring kept at `path`.

        Raises:
            FileNotFoundError: there is none.
            KeyFileUnsafe: others may read it, or it is damaged.
        """
        with path.open("rb") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise KeyFileUnsafe(f"others may read {path}: set its mode to 600")
            content = file.read()
        try:
            return cls._from_json(json.loads(content))
        except (ValueError, KeyError, TypeError) as error:
            raise KeyFileUnsafe(f"{path} is damaged: take it from the backup") from error

    def save(self, path: Path) -> None:
        """Write the ring to `path` with mode 600, whole or not at all.

        Raises:
            KeyFileUnsafe: the ring there holds a key this one lacks: what it sealed would be lost.
            FileExistsError: another process made the file meanwhile.
        """
        existing = path.exists()
        if existing and not self.covers(KeyRing.load(path)):
            raise KeyFileUnsafe(f"{path} holds keys that the new ring does not")
        handle, name = mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made with mode 600
        written = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(self._as_json(), file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            if existing:
                written.replace(path)
            else:
                path.hardlink_to(written)  # unlike a rename, refuses when the file has come into being
        finally:
            written.unlink(missing_ok=True)
        _sync_folder(path.parent)

    def rotated(self, *, algorithm: Algorithm = "SM4-GCM") -> Self:
        """Return a ring that seals with a new key and still opens what the old ones sealed."""
        key = SealingKey.generate(id=f"k{len(self.sealing) + 1}", algorithm=algorithm)
        return replace(self, sealing=(*self.sealing, key), current=key.id)

    def covers(self, other: "KeyRing") -> bool:
        """Return whether everything made with `other` can be opened, found and verified with this ring."""
        return (
            set(other.sealing) <= set(self.sealing)
            and other.blind_key == self.blind_key
            and other.signing_seed == self.signing_seed
        )

    def seal(self, plaintext: bytes, *, context: str) -> str:
        """Return `plaintext` sealed to `context` with the current key; two seals of one value differ."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        encryptor = self._key(self.current).cipher(nonce).encryptor()
        encryptor.authenticate_additional_data(context.encode())
        ciphertext = encryptor.update(plaintext) + encryptor.finalize()
        return "|".join(("v1", self.current, *map(_encode, (nonce, ciphertext, encryptor.tag))))

    def unseal(self, token: str, *, context: str) -> bytes:
        """Return what was sealed to `context`; raise SealBroken for anything else."""
        parts = token.split("|")
        if len(parts) != 5 or parts[0] != "v1":
            raise SealBroken("not a sealed value")
        nonce, ciphertext, tag = map(_decode, parts[2:])
        if len(nonce) != _NONCE_BYTES or len(tag) != _TAG_BYTES:
            raise SealBroken("not a sealed value")
        decryptor = self._key(parts[1]).cipher(nonce, tag).decryptor()
        decryptor.authenticate_additional_data(context.encode())
        try:
            return decryptor.update(ciphertext) + decryptor.finalize()
        except InvalidTag:
            raise SealBroken("changed, or sealed for another place") from None

    def blind(self, value: str, *, purpose: str, season: int) -> bytes:
        """Return 32 bytes by which `value` is found without being stored: HMAC-SM3.

        Each part carries its length, so that no two triples share a message.
        """
        mac = hmac.HMAC(self.blind_key, hashes.SM3())
        for part in (purpose.encode(), str(season).encode(), value.encode()):
            mac.update(len(part).to_bytes(4, "big") + part)
        return mac.finalize()

    def sign(self, data: bytes) -> bytes:
        """Return the 64 bytes of an Ed25519 signature."""
        return self._signer().sign(data)

    def verify(self, data: bytes, *, signature: bytes) -> bool:
        """Return whether `signature` is this ring's own over `data`."""
        try:
            self._signer().public_key().verify(signature, data)
        except InvalidSignature:
            return False
        return True

    @property
    def verifying_key(self) -> bytes:
        """The 32 public bytes with which anyone checks a signature offline."""
        return self._signer().public_key().public_bytes_raw()

    def _as_json(self) -> dict[str, Any]:
        return {
            "version": 1,
            "current": self.current,
            "sealing": [{"id": key.id, "algorithm": key.algorithm, "secret": key.secret.hex()} for key in self.sealing],
            "blind_key": self.blind_key.hex(),
            "signing_seed": self.signing_seed.hex(),
        }

    @classmethod
    def _from_json(cls, content: dict[str, Any]) -> Self:
        if content["version"] != 1:
            raise ValueError("unknown version of the key file")
        keys = [SealingKey(key["id"], key["algorithm"], bytes.fromhex(key["secret"])) for key in content["sealing"]]
        return cls(
            tuple(keys),
            content["current"],
            bytes.fromhex(content["blind_key"]),
            bytes.fromhex(content["signing_seed"]),
        )

    def _signer(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.signing_seed)

    def _key(self, key_id: str) -> SealingKey:
        for key in self.sealing:
            if key.id == key_id:
                return key
        raise SealBroken(f"no key {key_id!r} in the ring")


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise SealBroken("not a sealed value") from None
    if _encode(data) != text:  # one spelling per value: spare bits must not hide a change
        raise SealBroken("not a sealed value")
    return data


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
