"""U1 at the doors: whatever file is sent to a page that takes one, it is taken clean or a sentence says what to do.

Twenty kinds for each door, of its own kind first; three hundred for each by night. Each file is opened in a process of
its own, within two seconds of CPU and 300 MB; the portal itself takes no more.
"""

import io
import re
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest
from PIL import Image

from baoming.registrations import apart
from baoming.registrations.services import evidence
from tests.environment import ROOT
from tests.registrations.test_hostile_files import book, drawn, used
from tests.web import doors
from tests.web.doors import DOORS, TAKEN, Door

__all__ = ["book"]
pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.usefixtures("without_haste")]
EACH = pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
PICTURED = [door for door, kind in DOORS.items() if kind != doors.TABLES]
SECONDS, MEGABYTES = 2, 300
PRODUCT = ROOT / "baoming/web"
Open = Callable[[Path], Door]
File = tuple[str, str, bytes]  # kind, name, content


@lru_cache(maxsize=1)
def files(seed: int) -> list[File]:
    return drawn(seed)


def twenty(door: Open, seed: int = 2024) -> list[File]:
    """Those of the kind that the door is for, and then some that are none."""
    return sorted(files(seed), key=lambda file: file[0] != DOORS[door])[:20]


def check(door: Open, sent: Iterable[File], book: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Send files to a door and return what became of each; every answer is one, within its time and memory."""
    forks, found, place = counted(monkeypatch), dict[str, str](), door(book.parent)
    for kind, name, content in sent:
        before, began = _peak(), time.process_time()
        found[f"{kind}, {name}"] = place.send(content)
        assert time.process_time() - began <= SECONDS, name
        assert _peak(since=True) - before <= MEGABYTES, name
    for picture in place.kept():
        clean(picture)
    reached = used(book, forks=len(forks)) if forks else []
    assert max((seconds for seconds, _ in reached), default=0) <= SECONDS, reached
    assert max((megabytes for _, megabytes in reached), default=0) <= MEGABYTES, reached
    assert all(said == TAKEN or len(said) > 10 for said in found.values()), found
    return found


def counted(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Note each file that is opened apart."""
    forks, ask = list[object](), apart._Decoder.ask
    monkeypatch.setattr(apart._Decoder, "ask", lambda self, *sent: (forks.append(self), ask(self, *sent))[1])
    return forks


def clean(picture: bytes) -> None:
    image = Image.open(io.BytesIO(picture))
    assert (image.format in ("JPEG", "PNG"), dict(image.getexif())) == (True, {})
    assert not {"exif", "icc_profile", "comment"} & image.info.keys()
    assert b"SECRET" not in picture
    assert b"PHONE-MAKER" not in picture
    assert b"<script" not in picture


def _peak(*, since: bool = False) -> float:
    """Return what this process holds in MB, or has held at most since it was last asked."""
    if sys.platform != "linux":
        return 0
    lines = dict(line.split(":") for line in Path("/proc/self/status").read_text().splitlines())
    if not since:
        Path("/proc/self/clear_refs").write_text("5")
    return int(lines["VmHWM" if since else "VmRSS"].split()[0]) / 1024


@EACH
def test_twenty_kinds_of_hostile_file_are_taken_clean_or_refused_with_a_reason(
    door: Open, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = check(door, twenty(door), book, monkeypatch)
    assert len(found) == 20
    assert list(found.values()).count(TAKEN) < 15


@pytest.mark.parametrize("door", PICTURED, ids=lambda door: door.__name__)
def test_what_is_kept_of_a_sound_picture_tells_neither_place_nor_device(door: Open, tmp_path: Path) -> None:
    place = door(tmp_path)
    with Image.open(io.BytesIO(place.sound)) as image:
        assert 0x8825 in image.getexif(), "or nothing would be there to be taken away"
    assert place.send(place.sound) == TAKEN
    assert place.kept()
    for picture in place.kept():
        clean(picture)


def test_control_a_page_that_keeps_the_file_itself_keeps_place_and_device(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    read = evidence.read_page_apart
    monkeypatch.setattr(evidence, "read_page_apart", lambda content, page: replace(read(content, page), jpeg=content))
    with pytest.raises(AssertionError):
        test_what_is_kept_of_a_sound_picture_tells_neither_place_nor_device(doors.booklet, tmp_path)


def test_control_without_a_limit_of_memory_a_bomb_is_seen(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Door(lambda _: (b"x" * 400 * 1024 * 1024, TAKEN)[1])
    with pytest.raises(AssertionError, match="bomb"):
        check(lambda _: place, [("picture", "bomb", b"")], book, monkeypatch)


def test_every_page_that_takes_a_file_has_its_door() -> None:
    """By the word a page takes a file with: a new one is to be sent hostile files as well."""
    taking = {
        path.relative_to(PRODUCT).as_posix()
        for path in PRODUCT.rglob("*.py")
        if re.search(r"\bsent_files?\(|\bFILES\.get|\bread_bytes\(\), source=", path.read_text("utf-8"))
    }
    assert taking - {"uploads.py"} == {
        "candidate/attached.py", "candidate/hand_in.py", "case_pages.py", "management/lists.py", "office/desk.py",
        "office/imports.py", "office/name_images.py", "office/rosters.py", "office/scans.py",
    }  # fmt: skip
