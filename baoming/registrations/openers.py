"""How a portal and the limited process that opens files for it talk: JSON and bytes, their lengths before them."""

import json
import socket
import struct
from typing import Any

MOST = 24 * 1024 * 1024  # of a message
PATIENCE = 6  # seconds on the clock for one file, on a machine that has much else to do
_LENGTHS = struct.Struct("!II")  # of the JSON and of the bytes behind it, both ways

Answer = tuple[dict[str, Any], bytes]


def send(peer: socket.socket, said: dict[str, Any], content: bytes) -> None:
    text = json.dumps(said, ensure_ascii=False).encode()
    peer.sendall(_LENGTHS.pack(len(text), len(content)) + text)
    peer.sendall(content)


def receive(peer: socket.socket) -> Answer:
    """Raises EOFError where the other side ends before it has said all, or says too much."""
    text, content = _LENGTHS.unpack(_exactly(peer, _LENGTHS.size))
    if text + content > MOST:
        raise EOFError("too long")
    return json.loads(_exactly(peer, text)), _exactly(peer, content)


def _exactly(peer: socket.socket, length: int) -> bytes:
    found = bytearray()
    while len(found) < length:
        part = peer.recv(min(65536, length - len(found)))
        if not part:
            raise EOFError("ended early")
        found += part
    return bytes(found)
