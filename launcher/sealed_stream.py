"""A stream sealed with the installation's vault keys, in pieces: one token of the vault to a line.

Each piece is bound to the stream's name, to its place, and to whether it is the last: a piece that was
changed, moved, left out, or cut off at the end does not open.
"""

from collections.abc import Iterator
from typing import IO

from baoming.vault.sealing import KeyRing

_PIECE = 1 << 20  # bytes


def seal_stream(source: IO[bytes], target: IO[bytes], *, ring: KeyRing, name: str) -> int:
    """Read `source` to its end and write it sealed; returns how many bytes were read."""
    read, place, piece = 0, 0, source.read(_PIECE)
    while True:
        following = source.read(_PIECE)
        target.write(ring.seal(piece, context=_context(name, place, last=not following)).encode("ascii") + b"\n")
        read += len(piece)
        if not following:
            return read
        piece, place = following, place + 1


def unsealed(source: IO[bytes], *, ring: KeyRing, name: str) -> Iterator[bytes]:
    """Yield what was sealed under `name`, piece by piece. Raises SealBroken, at the latest after the last piece."""
    line = source.readline()
    place = 0
    while True:
        following = source.readline()
        token = line.decode("ascii", "replace").rstrip("\n")
        yield ring.unseal(token, context=_context(name, place, last=not following))
        if not following:
            return
        line, place = following, place + 1


def unseal_all(source: IO[bytes], *, ring: KeyRing, name: str) -> bytes:
    """Return the whole of a small stream. Raises SealBroken."""
    return b"".join(unsealed(source, ring=ring, name=name))


def _context(name: str, place: int, *, last: bool) -> str:
    return f"{name}.{place}.{'last' if last else 'more'}"
