"""CPU time of whole process trees, in seconds, as the kernel counts it."""

import os
import time
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Process:
    """One line of /proc: who its parent is, and the CPU of children that have ended and were waited for."""

    pid: int
    parent: int
    reaped: float


def tree_cpu(roots: Iterable[int], *, without: Collection[int] = ()) -> float:
    """Return the CPU (user and system) that `roots` and all below them have used, ended children included.

    What lives is read from its own clock in nanoseconds: /proc has whole ticks of 10 ms only.
    `without`: processes of the measuring itself.
    """
    processes = {process.pid: process for process in _processes()}
    members, found = set[int](), set(roots)
    while found:
        members |= found
        found = {process.pid for process in processes.values() if process.parent in found} - members
    return sum(_own(pid) + processes[pid].reaped for pid in members - set(without) if pid in processes)


def _processes() -> Iterable[Process]:
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        with suppress(OSError):  # ended meanwhile
            # The command's name stands in brackets and may hold anything.
            fields = (folder / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
            yield Process(int(folder.name), int(fields[1]), (int(fields[13]) + int(fields[14])) / _TICKS)


def _own(pid: int) -> float:
    """Return what one process has used, all its threads together; 0 if it has just ended."""
    clock = (~pid << 3) | 2  # as clock_getcpuclockid(3) makes it: CPUCLOCK_SCHED of the whole process
    try:
        return time.clock_gettime(clock)
    except OSError:
        return 0.0
