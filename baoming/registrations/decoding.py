"""Opens the files that people hand in, in a process of its own: started by apart.py, with no setting of ours.

It holds the decoders ready and forks whenever one is asked for. A fork may open nothing (no file, no
connection), start nothing, has so much memory and so many seconds for each file, and ends when the other
side hangs up. It knows no key, no database and no other person's file at the same time, and what it answers
is read as data only. Why forks serve several files in turn: docs/decisions/0016.

Both ways a message is two lengths, a JSON object and bytes: asked for are `work`, its settings and the file;
the answer is what was found, or `refused` with the reason.
"""

import codecs
import os
import resource
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy.ma  # noqa: F401  numpy loads it when first needed: too late in a process that may open nothing
from PIL import Image

from baoming.photos import measures
from baoming.photos.card_fronts import cut_name, find_name
from baoming.photos.geometry import GeometryProfile
from baoming.photos.name_lines import CardUnclear, NameBox
from baoming.photos.preparing import examine
from baoming.photos.standard import PhotoProfile, PhotoRefused
from baoming.registrations import page_scans
from baoming.registrations.openers import PATIENCE, Answer, receive, send
from baoming.registrations.pages import PageRefused
from baoming.registrations.rosters import read_roster
from baoming.shared.tables import HEADER_LINES, TableRefused, Terms, read_lines

CPU = 1.8  # seconds for one file
_LIFE = 60  # seconds of CPU for all files together, whatever a fork does with its own timers
MEMORY = 192 * 1024 * 1024  # more than the decoders hold by themselves


def main() -> None:
    doors = socket.socket(fileno=os.dup(0))
    make_ready()
    signal.signal(signal.SIGCHLD, lambda *_: _reap())
    doors.sendall(b"r")  # ready
    while True:
        _, descriptors, _, _ = socket.recv_fds(doors, 1, 1)
        if not descriptors:
            return
        if os.fork() == 0:
            doors.close()
            os.dup2(1, 0)  # 1 leads nowhere
            os.dup2(1, 2)
            _serve(socket.socket(fileno=descriptors[0]))
        os.close(descriptors[0])


def make_ready() -> None:
    """Load what is loaded when first needed: too late in a process that may open nothing."""
    measures.make_ready()
    page_scans.make_ready()
    Image.init()
    for encoding in ("utf-8-sig", "gb18030", "cp437", "latin-1", "utf-16"):
        codecs.lookup(encoding)


def _serve(peer: socket.socket) -> None:
    """Answer file after file, and end whatever happens: a file without an answer counts as unreadable."""
    with suppress(BaseException):
        limit()
        while True:
            asked, content = receive(peer)
            hurry()
            send(peer, *_WORKS[asked["work"]](asked, content))
            rest()
    os._exit(0)


def limit() -> None:
    """Take from this process what opening files does not need."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    limits = {resource.RLIMIT_CPU: _LIFE, resource.RLIMIT_FSIZE: 0, resource.RLIMIT_CORE: 0, resource.RLIMIT_NPROC: 0}
    if sys.platform == "linux":  # elsewhere the kernel knows no such limit
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limits[resource.RLIMIT_AS] = pages * resource.getpagesize() + MEMORY
    limits[resource.RLIMIT_NOFILE] = 0  # nothing more is opened: no file, no connection
    for kind, most in limits.items():
        resource.setrlimit(kind, (most, most))


def hurry() -> None:
    """Let this process end in time, inside any decoder: nothing handles these signals."""
    signal.setitimer(signal.ITIMER_PROF, CPU)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)


def rest() -> None:
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)


def _photo(asked: dict[str, Any], content: bytes) -> Answer:
    geometry = GeometryProfile.from_json(asked["standard"], asked["limits"])
    try:
        found = examine(content, PhotoProfile(**asked["file"]), geometry)
    except PhotoRefused as refusal:
        return {"refused": refusal.fault.name}, b""
    prepared = found.prepared
    return {
        "size": prepared.source_size, "quality": prepared.quality, "measures": found.measures.to_json(),
        "faults": [fault.name for fault in found.faults],
    }, prepared.jpeg  # fmt: skip


def _roster(asked: dict[str, Any], content: bytes) -> Answer:
    try:
        sheet = read_roster(content, filename=asked["filename"])
    except TableRefused as refusal:
        return {"refused": str(refusal)}, b""
    return asdict(sheet), b""


def _table(asked: dict[str, Any], content: bytes) -> Answer:
    terms = Terms(**asked["terms"])
    try:
        lines = read_lines(content, filename=asked["filename"], terms=terms, most=terms.rows + HEADER_LINES + 1)
    except TableRefused as refusal:
        return {"refused": str(refusal)}, b""
    return {"lines": [(line.number, line.cells, line.formulas) for line in lines]}, b""


def _page(asked: dict[str, Any], content: bytes) -> Answer:
    try:
        scan = page_scans.read_page(content, int(asked["page"]))
    except PageRefused as refusal:
        return {"refused": refusal.fault.name}, b""
    return {"pages": scan.pages, "codes": scan.codes, "blank": scan.blank}, scan.jpeg


def _card(asked: dict[str, Any], content: bytes) -> Answer:
    try:
        found = find_name(content)
    except PhotoRefused as refusal:
        return {"refused": refusal.fault.name}, b""
    except CardUnclear:
        return {"refused": "CARD"}, b""
    return {"box": found.box}, found.strip


def _name(asked: dict[str, Any], content: bytes) -> Answer:
    return {}, cut_name(content, NameBox(*asked["box"]))


_WORKS = {"photo": _photo, "roster": _roster, "table": _table, "page": _page, "card": _card, "name": _name}


def _reap() -> None:
    """Wait for whoever has ended, so that its time is counted as ours."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


if __name__ == "__main__":
    main()
