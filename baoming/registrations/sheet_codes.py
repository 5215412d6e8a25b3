"""The code on a 报名登记表: an address that says which print it is, signed, and what is read back from it.

All in capitals and digits, which a QR code packs a third tighter than letters of both sizes: with its
address it is no larger than the bare text was. Nothing in it tells who the person is but the number.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from uuid import UUID

_SIGNED = re.compile(r"BM1\.F\.(\d{2})\.(\d{8})\.(\d{1,5})\.([0-9A-F]{16})\.([0-9A-F]{8})", re.ASCII)
_CONTINUED = re.compile(r"BM1\.F\.(\d{2})\.(\d{8})\.(\d{1,5})\.P2", re.ASCII)
_SIGNATURE_BYTES = 64
ROUTE = "V"  # of the page that verifies, on the candidate portal


@dataclass(frozen=True, slots=True)
class SheetCode:
    """What a code says. `signed`: what its signature covers."""

    signed: str
    signature: bytes
    year: int  # the last two digits
    number: int
    version: int
    hash: str  # as `short_hash`
    print: str  # as `print_code`


def short_hash(digest: str) -> str:
    """Return the part of a version's SM3 digest (64 hex digits) that is printed: 16, in upper case."""
    return digest[:16].upper()


def print_code(print_id: UUID) -> str:
    """Return the part of a print's id that its code carries: the first eight hex digits."""
    return print_id.hex[:8].upper()


def signed_part(*, year: int, serial: str, version: int, digest: str, print_id: UUID) -> str:
    """Return what the signature of the sheet's code covers: `BM1.F.23.99010023.3.AA5872B60D7A6091.5D0C12F4`."""
    return f"BM1.F.{year % 100:02d}.{serial}.{version}.{short_hash(digest)}.{print_code(print_id)}"


def qr_text(signed: str, *, signature: bytes, origin: str) -> str:
    """Return the text of the sheet's code: an address of the candidate portal at `origin`."""
    return f"{origin.upper()}/{ROUTE}/{signed}.{base64.b32encode(signature).decode().rstrip('=')}"


def continued_qr_text(*, year: int, serial: str, version: int) -> str:
    """Return the text of the small code on a second page."""
    return f"BM1.F.{year % 100:02d}.{serial}.{version}.P2"


def read_code(text: str) -> SheetCode | None:
    """Return what a code says (the whole address, or what follows the last bar of it); None if it is none of ours.

    Whether it is genuine, its signature tells.
    """
    signed, _, signature = text.strip().rpartition("/")[2].upper().rpartition(".")
    found = _SIGNED.fullmatch(signed)
    raw = _unpacked(signature)
    if found is None or raw is None:
        return None
    year, number, version, digest, own = found.groups()
    return SheetCode(signed, raw, int(year), int(number), int(version), digest, own)


def read_continued(text: str) -> tuple[int, int, int] | None:
    """Return year (two digits), number and version that the small code of a second page says; None if none of ours.

    Nobody signs it: it counts only beside the first page.
    """
    found = _CONTINUED.fullmatch(text.strip().upper())
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def _unpacked(text: str) -> bytes | None:
    try:
        raw = base64.b32decode(text + "=" * (-len(text) % 8))
    except (binascii.Error, ValueError):
        return None
    return raw if len(raw) == _SIGNATURE_BYTES else None
