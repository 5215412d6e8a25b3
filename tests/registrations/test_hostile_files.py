"""U1: whatever file is sent, the answer is a picture or a reason, within two seconds and the memory allowed."""

import io
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms

from baoming.photos.preparing import examine
from baoming.photos.standard import PhotoRefused
from baoming.registrations import apart
from baoming.registrations.apart import examine_apart, read_page_apart, read_roster_apart
from baoming.registrations.pages import LONGEST_CODE, PageRefused
from baoming.registrations.rosters import read_roster
from baoming.registrations.sheets import registration_forms
from baoming.shared.errors import Unavailable
from baoming.shared.tables import TableRefused
from standins.faces import face
from tests.environment import ROOT
from tests.photos.samples import FILE, GEOMETRY
from tests.registrations import hostile
from tests.registrations.sheet_samples import MADE_AT, SEASON, sheet
from tests.registrations.test_rosters import HEADER, as_csv, as_xlsx, pupil, roll

PROFILE = json.loads((ROOT / "baoming/photos/data/43/2023/photo.json").read_text("utf-8"))


def opened(kind: str, content: bytes) -> str:
    """What became of a file: `taken`, or the reason."""
    try:
        if kind == "roster":
            read_roster_apart(content, filename="名册.csv")
            return "taken"
        if kind == "page":
            scan = read_page_apart(content, 0)
            assert Image.open(io.BytesIO(scan.jpeg)).format == "JPEG"
            assert max(map(len, scan.codes), default=0) <= LONGEST_CODE
            return "taken"
        jpeg = examine_apart(content, PROFILE).prepared.jpeg
    except (PhotoRefused, TableRefused, PageRefused) as refusal:
        return str(refusal)
    picture = Image.open(io.BytesIO(jpeg))
    assert (picture.format, picture.size, dict(picture.getexif())) == ("JPEG", (480, 640), {})
    assert b"SECRET" not in jpeg
    assert b"<script" not in jpeg
    return "taken"


def drawn(seed: int) -> list[tuple[str, str, bytes]]:
    """Fifty files: kind, name, content."""
    return [
        *(("picture", *file) for file in hostile.pictures(seed)),
        *(("roster", *file) for file in hostile.rosters(seed)),
        *(("page", *file) for file in hostile.pages(seed, printed_sheet())),
    ]


@cache
def printed_sheet() -> bytes:
    return registration_forms([sheet()], season=SEASON, made_at=MADE_AT)


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where CPU and memory of each fork are written down; each file has a fork of its own."""
    book = tmp_path / "used"
    monkeypatch.setattr(apart, "_opener", apart._Opener())
    monkeypatch.setattr(apart, "_COMMAND", [sys.executable, "-m", "tests.registrations.measured", str(book)])
    monkeypatch.setattr(apart, "_FILES", 1)
    return book


def used(book: Path, *, forks: int) -> list[tuple[float, float]]:
    """Seconds of CPU and megabytes of each fork, once all have ended."""
    for decoder in apart._opener._idle:
        decoder._line.shutdown(socket.SHUT_WR)
    end = time.monotonic() + 10
    while not book.exists() or len(book.read_text().splitlines()) < forks:
        assert time.monotonic() < end, "a fork did not end"
        time.sleep(0.02)
    return [(float(line.split()[0]), float(line.split()[1])) for line in book.read_text().splitlines()]


def check(seed: int, book: Path) -> dict[str, str]:
    """Open fifty hostile files. Each has an answer, within two seconds of CPU and 300 MB."""
    files = drawn(seed)
    found = {f"{kind}, {name}": opened(kind, content) for kind, name, content in files}
    reached = used(book, forks=len(files))
    assert len(found) == len(reached) == 50
    assert max(seconds for seconds, _ in reached) <= 2, reached
    assert max(megabytes for _, megabytes in reached) <= 300, reached
    assert all(reason == "taken" or len(reason) > 10 for reason in found.values()), found
    return found


def test_fifty_hostile_files_are_taken_clean_or_refused_with_a_reason(book: Path) -> None:
    found = check(2023, book)
    assert found["picture, place and device"] == "taken"
    assert found["roster, formula as text"] == "taken"
    refused = {name for name, reason in found.items() if reason != "taken"}
    assert refused >= {
        "picture, bomb", "picture, cut off", "picture, HEIC", "picture, huge note", "roster, zip bomb",
        "roster, zip bomb that lies about its size", "roster, a billion laughs", "roster, null",
        "page, bomb", "page, HEIC", "page, page before a photo", "page, noise behind a PDF head",
        "page, with a password", "page, ten thousand pages",
    }  # fmt: skip


def lying(turn: int) -> Image.Image:
    """The picture of a phone held in one of eight ways, which only its EXIF tells."""
    ways = Image.Transpose
    turns = {2: ways.FLIP_LEFT_RIGHT, 3: ways.ROTATE_180, 4: ways.FLIP_TOP_BOTTOM, 5: ways.TRANSPOSE,
             6: ways.ROTATE_90, 7: ways.TRANSVERSE, 8: ways.ROTATE_270}  # fmt: skip
    upright = Image.open(io.BytesIO(face(3)))
    return upright.transpose(turns[turn]) if turn in turns else upright


def phone_pictures() -> Iterator[tuple[str, bytes]]:
    """What phones, scanners and messengers make of a photograph."""
    plain = Image.open(io.BytesIO(face(3)))
    for turn in range(1, 9):
        exif = hostile.gps()
        exif[0x0112] = turn
        yield f"held {turn}", hostile.saved(lying(turn), "JPEG", exif=exif, quality=92)
    display = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    yield "colour profile", hostile.saved(plain, "JPEG", icc_profile=display, quality=90)
    yield "progressive", hostile.saved(plain, "JPEG", progressive=True, quality=85)
    yield "two pictures", hostile.saved(plain, "MPO", save_all=True, append_images=[plain], quality=80)
    yield "grey", hostile.saved(plain.convert("L"), "JPEG", quality=90)
    yield "four inks", hostile.saved(plain.convert("CMYK"), "JPEG", quality=90)
    yield "PNG", hostile.saved(plain, "PNG", compress_level=1)
    yield "few colours", hostile.saved(plain.quantize(200), "PNG", transparency=7)
    yield "see-through, on its side", hostile.saved(lying(6).convert("RGBA"), "PNG", exif=exif, compress_level=1)


PICTURES = dict(phone_pictures())


@pytest.mark.parametrize("name", PICTURES)
def test_what_is_made_of_a_picture_is_what_the_same_code_makes_here(name: str) -> None:
    assert examine_apart(PICTURES[name], PROFILE) == examine(PICTURES[name], FILE, GEOMETRY)


@pytest.mark.parametrize(
    ("content", "filename"),
    [
        (as_csv(pupil(1), pupil(2, name=" "), pupil(3, roll="9.90001E+17")), "a.csv"),
        (as_csv(pupil(1), encoding="gb18030"), "a.csv"),
        (as_csv(pupil(1)).replace(b",", b"\t"), "a.txt"),
        (as_xlsx(["花名册"], HEADER, [roll(1), "欧阳明", "男", "1班", 7.0, date(2023, 9, 1)]), "a.xlsx"),
        (as_csv(*(pupil(number) for number in range(1, 5001))), "a.csv"),
    ],
)
def test_what_is_read_of_a_roster_is_what_the_same_code_reads_here(content: bytes, filename: str) -> None:
    assert read_roster_apart(content, filename=filename) == read_roster(content, filename=filename)


def test_one_decoder_opens_plain_files_in_turn_and_ends_with_the_first_that_is_not(book: Path) -> None:
    apart._FILES = 50
    for _ in range(3):
        examine_apart(PICTURES["held 6"], PROFILE)
    assert len(apart._opener._idle) == 1
    assert opened("picture", b"<html>") != "taken"
    assert apart._opener._idle == []
    assert len(used(book, forks=1)) == 1
    examine_apart(face(1), PROFILE)
    assert len(used(book, forks=2)) == 2  # ended while nobody asked, and still in the list
    assert examine_apart(face(1), PROFILE).faults == ()


@pytest.mark.parametrize(
    "said", [{}, {"rows": [{"line": "x"}], "problems": []}, {"rows": 3}, {"rows": [[]]}, {"refused": 1}]
)
def test_an_answer_that_is_none_is_a_reason(said: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart._Opener, "ask", lambda *_: (said, b"GIF89a"))
    assert opened("roster", b"x") != "taken"
    assert opened("picture", b"x") != "taken"


def test_where_no_process_starts_the_person_is_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_opener", apart._Opener())
    monkeypatch.setattr(apart, "_COMMAND", [sys.executable, "-c", ""])
    with pytest.raises(Unavailable, match="请过一分钟再试"):
        examine_apart(face(1), PROFILE)


def test_after_a_file_that_ends_its_process_and_after_the_opener_died_the_next_is_opened() -> None:
    with pytest.raises(TableRefused, match="内容太多"):
        read_roster_apart(dict(hostile.rosters(1))["cells at both ends of the world"], filename="a.xlsx")
    assert examine_apart(face(1), PROFILE).faults == ()
    process = apart._opener._process
    assert process
    process.kill()
    process.wait()
    assert examine_apart(face(1), PROFILE).faults == ()


WORKS = {  # what a file could make a decoder do, and how a limited one ends
    "b = bytearray(400 * 1024 * 1024)": "1",
    "while True: pass": f"-{signal.SIGPROF}",
    "open('/etc/passwd')": "1",
    "socket.socket()": "1",
    "os.setuid(65534) if os.getuid() == 0 else None; os.fork()": "1",  # nobody limits root's processes
    "1 + 1": "0",
}


def test_a_limited_process_can_do_nothing_else() -> None:
    assert ends("decoding.limit(); decoding.CPU = 0.3; decoding.hurry()") == WORKS


def test_control_without_the_limit_the_same_is_done() -> None:
    ended = ends("signal.setitimer(signal.ITIMER_PROF, 1.5)")
    assert ended.pop("while True: pass") == f"-{signal.SIGPROF}"
    assert set(ended.values()) == {"0"}


def ends(before: str) -> dict[str, str]:
    """How processes end that do `before` and then one of these works each."""
    script = f"""
import os, signal, socket
from baoming.registrations import decoding
for work in {list(WORKS)!r}:
    if not (fork := os.fork()):
        {before}
        exec(work)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(fork, 0)[1]), flush=True)
"""
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    return dict(zip(WORKS, done.stdout.split(), strict=True))
