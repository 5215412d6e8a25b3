"""CPU is counted over whole trees: children that live, and children that have ended."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bench.cpu import tree_cpu

BURNT = 0.2  # seconds
_BURN = f"import time\nwhile time.process_time() < {BURNT}: pass\n"
_LIVING = _BURN + "print(flush=True)\ninput()"
_PARENT = (
    "import subprocess, sys\n"
    "child = subprocess.Popen([sys.executable, '-c', sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)\n"
    "child.stdout.readline() if sys.argv[2] == 'living' else child.wait()\n"
    "print(child.pid, flush=True)\ninput()\nchild.communicate(b'\\n')"
)


@contextmanager
def family(child: str, kind: str) -> Iterator[tuple[int, int]]:
    """Yield a parent that has used next to nothing, and its child, which has burnt its time."""
    command = [sys.executable, "-c", _PARENT, child, kind]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        yield parent.pid, int(parent.stdout.readline())
        parent.communicate("\n", timeout=10)


def test_a_living_child_counts_unless_left_out() -> None:
    with family(_LIVING, "living") as (parent, child):
        alone = tree_cpu([parent], without=[child])
        assert tree_cpu([parent]) >= alone + BURNT
        assert tree_cpu([child]) >= BURNT


def test_an_ended_child_still_counts() -> None:
    with family(_BURN, "ended") as (parent, child):
        assert not os.path.exists(f"/proc/{child}")
        assert tree_cpu([parent]) >= BURNT


def test_who_is_not_there_has_used_nothing() -> None:
    with family(_BURN, "ended") as (_, child):
        assert tree_cpu([child]) == 0
