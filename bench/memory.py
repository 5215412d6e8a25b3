"""The most memory that this process and those it starts hold at one moment."""

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_EVERY = 0.05  # seconds
_PROPORTIONAL = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)


class Peak:
    """`mb`: the most so far, what processes share counted once."""

    def __init__(self) -> None:
        self.mb = 0.0
        self._over = threading.Event()

    def watch(self) -> None:
        while not self._over.wait(_EVERY):
            self.mb = max(self.mb, sum(map(_megabytes, [os.getpid(), *_children(os.getpid())])))

    def stop(self) -> None:
        self._over.set()


@contextmanager
def peak() -> Iterator[Peak]:
    """Watch from here to the end of the block."""
    found = Peak()
    thread = threading.Thread(target=found.watch, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        found.stop()
        thread.join()


def _children(process: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{process}/task").iterdir())
        return [int(one) for task in tasks for one in (task / "children").read_text("ascii").split()]
    except OSError:  # ended meanwhile
        return []


def _megabytes(process: int) -> float:
    try:
        said = _PROPORTIONAL.search(Path(f"/proc/{process}/smaps_rollup").read_text("ascii"))
    except OSError:
        return 0.0
    return int(said[1]) / 1024 if said else 0.0
