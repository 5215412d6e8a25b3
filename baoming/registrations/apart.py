"""Hands a file that somebody sent to the process that opens such files, and reads its answer as data."""

import hashlib
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import Any

from baoming.photos import geometry
from baoming.photos.geometry import Measures
from baoming.photos.name_lines import FILE, CardUnclear, FrontRefused, NameBox, NameLine
from baoming.photos.standard import ExaminedPhoto, Fault, PhotoProfile, PhotoRefused, PreparedPhoto
from baoming.registrations import pages
from baoming.registrations.openers import PATIENCE, Answer, receive, send
from baoming.registrations.pages import (
    LONGEST_CODE,
    MOST_BYTES,
    MOST_CODES,
    MOST_KEPT,
    MOST_PAGES,
    PageRefused,
    PageScan,
)
from baoming.registrations.rosters import RosterProblem, RosterRow, RosterSheet
from baoming.shared.errors import Unavailable
from baoming.shared.tables import Line, TableRefused, Terms

log = logging.getLogger("baoming.registrations")
_ROOT = Path(__file__).resolve().parents[2]
_AT_ONCE = os.cpu_count() or 1  # files: others wait for their turn, each has its own seconds
_FILES = 50  # that one decoder opens: a fork for each file would cost 20 ms more, half of what opening it takes
_COMMAND = [sys.executable, "-m", "baoming.registrations.decoding"]
_PLAIN = {  # nothing of ours; pages of memory are kept from file to file, which saves a tenth of the time
    "PATH": os.defpath, "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1",
    "MALLOC_MMAP_THRESHOLD_": str(16 * 1024 * 1024), "MALLOC_TRIM_THRESHOLD_": str(32 * 1024 * 1024),
}  # fmt: skip
_START_SECONDS = 20
_LARGEST_NAME = 400_000  # bytes of a strip of 800 × 260 grey pixels that is all noise, and more
_UNREADABLE = "表格打不开，或内容太多，请只保留花名册一张表，另存为没有密码的.xlsx再导入"


class NoAnswer(Exception):
    """The process that opened the file ended without a word: too much memory, too long, or broken by the file."""


class _Decoder:
    """A limited process at the other end of a line, which opens one file after the other."""

    def __init__(self, line: socket.socket) -> None:
        self._line, self._files = line, 0

    def ask(self, asked: dict[str, Any], content: bytes) -> Answer:
        """Return the answer to one file. Raises NoAnswer."""
        self._files += 1
        try:
            self._line.settimeout(PATIENCE + 0.5)  # it is ended before
            send(self._line, asked, content)
            return receive(self._line)
        except (OSError, EOFError, ValueError, RecursionError):
            raise NoAnswer from None

    @property
    def good(self) -> bool:
        """Whether it lives, and has not opened so many files that another takes its place."""
        if self._files >= _FILES:
            return False
        self._line.setblocking(False)
        try:
            self._line.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False  # hung up, or talks without being asked

    def end(self) -> None:
        self._line.close()


class _Opener:
    """The process that holds the decoders ready: started when first needed, and again when it has died."""

    def __init__(self) -> None:
        self._lock, self._turns = Lock(), BoundedSemaphore(_AT_ONCE)
        self._process: subprocess.Popen[bytes] | None = None
        self._doors: socket.socket | None = None
        self._idle: list[_Decoder] = []
        self._owner = 0

    def ask(self, asked: dict[str, Any], content: bytes) -> Answer:
        """Return the answer to one file. Raises NoAnswer, and Unavailable where nothing can be opened now.

        A decoder that opened a plain file opens the next one, too; after any other it is ended.
        """
        with self._turns:
            try:
                decoder = self._decoder()
            except OSError:
                log.exception("the process that opens files does not start")
                raise Unavailable("现在打不开上传的文件，请过一分钟再试，已经办好的步骤不受影响") from None
            try:
                said, found = decoder.ask(asked, content)
                plain = "refused" not in said
            except (NoAnswer, TypeError):
                decoder.end()
                raise NoAnswer from None
            if plain:
                with self._lock:
                    self._idle.append(decoder)
            else:
                decoder.end()
            return said, found

    def _decoder(self) -> _Decoder:
        with self._lock:
            if self._process is None or self._owner != os.getpid() or self._process.poll() is not None:
                self._start()
            while self._idle:
                decoder = self._idle.pop()
                if decoder.good:
                    return decoder
                decoder.end()
            assert self._doors is not None
            here, there = socket.socketpair()
            with there:
                socket.send_fds(self._doors, [b"f"], [there.fileno()])
            return _Decoder(here)

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  ours
                _COMMAND, stdin=theirs.fileno(), stdout=subprocess.DEVNULL, cwd=_ROOT, env=_PLAIN
            )
        ours.settimeout(_START_SECONDS)
        if ours.recv(1) != b"r":  # the decoders are loaded once: no file waits for them within its own seconds
            raise OSError("ended while it loaded the decoders")
        self._doors, self._owner, self._idle = ours, os.getpid(), []


_opener = _Opener()


def examine_apart(picture: bytes, profile: Mapping[str, Any]) -> ExaminedPhoto:
    """As `photos.examine`, by a season's photo profile, in the limited process. Raises PhotoRefused."""
    file = PhotoProfile(**profile["file"])
    if len(picture) > file.max_upload_bytes:
        raise PhotoRefused(Fault.TOO_LARGE)
    asked = {"work": "photo", **{key: profile[key] for key in ("file", "standard", "limits")}}
    try:
        said, jpeg = _opener.ask(asked, picture)
        if "refused" in said:
            raise PhotoRefused(Fault[said["refused"]])
        return _examined(said, jpeg, picture, most=file.max_bytes)
    except (NoAnswer, KeyError, TypeError, ValueError, AttributeError):
        raise PhotoRefused(Fault.BROKEN) from None


def _examined(said: dict[str, Any], jpeg: bytes, picture: bytes, *, most: int) -> ExaminedPhoto:
    if not jpeg.startswith(b"\xff\xd8\xff") or len(jpeg) > most:
        raise ValueError("no photograph")
    width, height = said["size"]
    return ExaminedPhoto(
        prepared=PreparedPhoto(
            jpeg=jpeg, sha256=hashlib.sha256(jpeg).hexdigest(), source_size=(int(width), int(height)),
            source_bytes=len(picture), quality=int(said["quality"]),
        ),
        measures=Measures.from_json(said["measures"]),
        faults=tuple(geometry.Fault[name] for name in said["faults"]),
    )  # fmt: skip


def find_name_apart(picture: bytes) -> NameLine:
    """As `card_fronts.find_name`, in the limited process. Raises FrontRefused, CardUnclear."""
    if len(picture) > FILE.max_upload_bytes:
        raise FrontRefused(Fault.TOO_LARGE)
    try:
        said, strip = _opener.ask({"work": "card"}, picture)
        if said.get("refused") == "CARD":
            raise CardUnclear
        if "refused" in said:
            raise FrontRefused(Fault[said["refused"]])
        return NameLine(_png(strip), NameBox(*(int(side) for side in said["box"])).moved())
    except (NoAnswer, KeyError, TypeError, ValueError, AttributeError):
        raise FrontRefused(Fault.BROKEN) from None


def cut_name_apart(strip: bytes, box: NameBox) -> bytes:
    """As `card_fronts.cut_name`, in the limited process. Raises FrontRefused."""
    try:
        return _png(_opener.ask({"work": "name", "box": list(box)}, strip)[1])
    except (NoAnswer, ValueError):
        raise FrontRefused(Fault.BROKEN) from None


def _png(picture: bytes) -> bytes:
    if not picture.startswith(b"\x89PNG\r\n\x1a\n") or len(picture) > _LARGEST_NAME:
        raise ValueError("no picture of a name")
    return picture


def read_roster_apart(content: bytes, *, filename: str) -> RosterSheet:
    """As `rosters.read_roster`, in the limited process. Raises TableRefused."""
    try:
        said, _ = _opener.ask({"work": "roster", "filename": filename}, content)
        if "refused" in said:
            raise TableRefused(str(said["refused"]))
        return RosterSheet(
            rows=tuple(RosterRow(**_plain(row)) for row in said["rows"]),
            problems=tuple(RosterProblem(**_plain(problem)) for problem in said["problems"]),
        )
    except (NoAnswer, KeyError, TypeError, AttributeError):
        raise TableRefused(_UNREADABLE) from None


def read_lines_apart(content: bytes, *, filename: str, terms: Terms) -> list[Line]:
    """As `tables.read_lines`, in the limited process. Raises TableRefused."""
    try:
        said, _ = _opener.ask({"work": "table", "filename": filename, "terms": asdict(terms)}, content)
        if "refused" in said:
            raise TableRefused(str(said["refused"]))
        return [_line(*line) for line in said["lines"]]
    except (NoAnswer, KeyError, TypeError, AttributeError, ValueError):
        sentence = (
            f"表格打不开，或内容太多：请只保留{terms.called}一张表，最多{terms.rows}行，另存为没有密码的.xlsx再导入"
        )
        raise TableRefused(sentence) from None


def _line(number: int, cells: list[str], formulas: list[int]) -> Line:
    """Return one line as it was read. Raises TypeError for what is none."""
    if not isinstance(number, int) or not all(isinstance(cell, str) for cell in cells):
        raise TypeError("no line of a table")
    return Line(number, tuple(cells), tuple(int(place) for place in formulas))


def read_page_apart(content: bytes, number: int) -> PageScan:
    """As `page_scans.read_page`, in the limited process. Raises PageRefused; BROKEN where it ended unanswered."""
    if len(content) > MOST_BYTES:
        raise PageRefused(pages.Fault.TOO_LARGE)
    try:
        said, jpeg = _opener.ask({"work": "page", "page": number}, content)
        if "refused" in said:
            raise PageRefused(pages.Fault[said["refused"]])
        return _scanned(int(said["pages"]), said["codes"], jpeg, blank=said["blank"] is True)
    except (NoAnswer, KeyError, TypeError, ValueError, AttributeError):
        raise PageRefused(pages.Fault.BROKEN) from None


def _scanned(pages: int, codes: list[str], jpeg: bytes, *, blank: bool) -> PageScan:
    if not jpeg.startswith(b"\xff\xd8\xff") or len(jpeg) > MOST_KEPT or not 1 <= pages <= MOST_PAGES:
        raise ValueError("no page")
    if len(codes) > MOST_CODES or not all(isinstance(code, str) and len(code) <= LONGEST_CODE for code in codes):
        raise ValueError("no codes")
    return PageScan(pages, tuple(codes), jpeg, blank)


def _plain(found: dict[str, Any]) -> dict[str, Any]:
    """Return a line's number and texts. Raises TypeError for anything else."""
    if not all(isinstance(value, int if key == "line" else str) for key, value in found.items()):
        raise TypeError("no line of a roster")
    return found
