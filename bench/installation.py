"""A whole installation for measuring: both portals, worker, stand-ins, PostgreSQL, on ports that are free."""

import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from launcher.stack import Ports, Stack


@contextmanager
def installation() -> Iterator[Stack]:
    """A whole installation of its own, gone afterwards whatever happens."""
    home = Path(tempfile.mkdtemp(prefix="baoming-bench-"))
    home.chmod(0o755)  # as root PostgreSQL runs as another user
    stack = Stack(home, Ports(_free_range()))
    try:
        stack.prepare()
        stack.start()
        yield stack
    finally:
        stack.stop()
        shutil.rmtree(home, ignore_errors=True)


def _free_range() -> int:
    """Return the first of two dozen ports that nobody listens on."""
    for first in range(31000, 32700, 24):
        with ExitStack() as probes:
            if all(_free(probes.enter_context(socket.socket()), port) for port in range(first, first + 24)):
                return first
    raise OSError("no two dozen free ports in a row")


def _free(probe: socket.socket, port: int) -> bool:
    return probe.connect_ex(("127.0.0.1", port)) != 0
