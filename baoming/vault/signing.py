"""The key that signs the audit's roots: SM2, in a file of its own beside the vault's ring."""

import json
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from gmalg import SM2

from baoming.vault.sealing import KeyFileUnsafe

_SIGNER = b"1234567812345678"  # the identity GM/T 0009 names where parties have agreed on none
_NUMBER_BYTES = 32


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A pair of SM2 keys (GB/T 32918). The public half is the point's 65 bytes, uncompressed."""

    secret: bytes = field(repr=False)
    public: bytes

    @classmethod
    def generate(cls) -> Self:
        """Return a new random pair."""
        return cls(*SM2().generate_keypair())

    @classmethod
    def load(cls, path: Path) -> Self:
        """Return the pair kept at `path`.

        Raises:
            FileNotFoundError: there is none.
            KeyFileUnsafe: others may read it, or it is damaged.
        """
        with path.open("rb") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise KeyFileUnsafe(f"others may read {path}: set its mode to 600")
            content = file.read()
        try:
            kept = json.loads(content)
            return cls(bytes.fromhex(kept["secret"]), bytes.fromhex(kept["public"]))
        except (ValueError, KeyError, TypeError) as error:
            raise KeyFileUnsafe(f"{path} is damaged: take it from the backup") from error

    def save(self, path: Path) -> None:
        """Write the pair to `path` (mode 600) and the public half beside it, as `.pub`. Raises FileExistsError."""
        public = path.with_suffix(".pub")
        public.write_text(self.public.hex() + "\n", "ascii")
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            json.dump({"secret": self.secret.hex(), "public": self.public.hex()}, file)
            file.flush()
            os.fsync(file.fileno())

    def sign(self, message: bytes) -> bytes:
        """Return r and s, 32 bytes each."""
        r, s = SM2(self.secret, _SIGNER, self.public).sign(message)
        return bytes(r.rjust(_NUMBER_BYTES, b"\0") + s.rjust(_NUMBER_BYTES, b"\0"))
