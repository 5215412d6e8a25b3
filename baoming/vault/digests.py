"""SM3, the digest printed under forms and linked through the audit chain."""

from cryptography.hazmat.primitives import hashes


def sm3(data: bytes) -> bytes:
    """Return the 32 bytes of the SM3 digest (GB/T 32905) of `data`."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


def sm3_hex(data: bytes) -> str:
    """Return the SM3 digest of `data` as 64 upper-case hexadecimal characters, as prints show it."""
    return sm3(data).hex().upper()
