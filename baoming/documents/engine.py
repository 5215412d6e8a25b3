"""Turns a typst template and a record of values into PDF/A-2b. Knows nothing of what it prints.

Values reach the template as JSON in `sys.inputs.data`; they are never read as markup. A `bytes` value
is a picture (JPEG or PNG): it travels inside an SVG, so no photograph is ever written to disk, and the
PDF holds the JPEG as it came. Beside each "qr" stands its drawing: `qr_svg`, `qr_modules`.
"""

import base64
import io
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

import segno
import typst

from baoming.documents.glyphs import Typefaces, default_faces, is_private
from baoming.shared.errors import Refused

PACKAGE = Path(__file__).resolve().parents[1]  # the root templates import from: "/documents/print/lib.typ"
_APART = Path(__file__).with_name("apart.py")
_LONGEST = 120  # seconds a document may take: sixty sheets take two
_MASK = 2
_NAME_LINE = 88  # pixels of one line on the picture of a name, its room included (photos/card_fronts)
_BEIJING = timezone(timedelta(hours=8))
_PAGE = re.compile(rb"/Type\s*/Page\b")
_PICTURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PN": "image/png"}


class Unprintable(Refused):
    """Some characters are in no font. `characters` holds them, each once."""

    def __init__(self, characters: list[str]) -> None:
        listed = "、".join(named(character) for character in characters)
        super().__init__(f"字库中没有 {listed}，不能用别的字代替。请到报名点拍摄证件正面，截取姓名图片后再打印。")
        self.characters = characters


class PressFailed(Exception):
    """The process that makes a document apart broke or took too long: a defect, or a machine without memory."""


class Press:
    """A compiler kept warm for each thread: one sheet costs a third of a cold start."""

    def __init__(self, *, root: Path = PACKAGE, faces: Typefaces | None = None) -> None:
        self._root = root
        self._faces = faces or default_faces()
        self._lock = threading.Lock()
        self._rare: frozenset[Path] = frozenset()
        self._fonts: typst.Fonts | None = None
        self._threads = threading.local()

    def render(self, template: Path, data: Mapping[str, object], *, made_at: datetime) -> bytes:
        """Return the document as PDF/A-2b. Same arguments, same bytes.

        `template`: a file below the root. `made_at`: aware; the document date PDF/A asks for.
        Raises Unprintable before anything is laid out.
        """
        text = self._checked(data)
        compiler = self._compiler(self._faces.rare_fonts(text))
        pdf = compiler.compile(input=str(template), **_options(data, made_at))
        if not isinstance(pdf, bytes):
            raise TypeError("one PDF expected")
        return pdf

    def render_apart(self, template: Path, data: Mapping[str, object], *, made_at: datetime) -> bytes:
        """As `render`, in a process of its own: for documents of many pages, whose memory goes back with it.

        Costs some 0.3 s more. Raises Unprintable, and PressFailed when that process does not deliver.
        """
        self._faces.rare_fonts(self._checked(data))  # made now, for the other process to find
        options = _options(data, made_at)
        order = {
            "root": str(self._root),
            "template": str(template),
            "fonts": self._folders(),
            "options": {**options, "timestamp": options["timestamp"].isoformat()},
        }
        command = [sys.executable, "-I", str(_APART)]
        sent = json.dumps(order, ensure_ascii=False).encode()
        try:
            done = subprocess.run(command, input=sent, capture_output=True, timeout=_LONGEST)  # noqa: S603  ours
        except subprocess.TimeoutExpired:
            raise PressFailed(f"no document after {_LONGEST} s") from None
        if done.returncode or not done.stdout.startswith(b"%PDF"):
            raise PressFailed(f"the press ended with {done.returncode}")  # what it said may quote a person's data
        return done.stdout

    def _checked(self, data: Mapping[str, object]) -> str:
        """Return every character that is set in type, each once; raise Unprintable if one is in no font."""
        text = "".join(set("".join(_texts(data))))
        if lacking := self._faces.missing(text):
            raise Unprintable(lacking)
        return text

    def _folders(self) -> list[str]:
        return [str(folder) for folder in self._faces.folders if folder.is_dir()]

    def _compiler(self, rare: set[Path]) -> typst.Compiler:
        """This thread's compiler, with `rare` among its fonts: a compiler serves one call at a time."""
        fonts = self._fonts_with(rare)
        if getattr(self._threads, "fonts", None) is not fonts:
            self._threads.fonts = fonts
            self._threads.compiler = typst.Compiler(root=str(self._root), font_paths=fonts)
        compiler: typst.Compiler = self._threads.compiler
        return compiler

    def _fonts_with(self, rare: set[Path]) -> typst.Fonts:
        with self._lock:
            if self._fonts is None or not rare <= self._rare:
                self._rare |= rare
                # Without typst's own faces: its mathematics font would draw private-use characters.
                self._fonts = typst.Fonts(
                    include_system_fonts=False,
                    include_embedded_fonts=False,
                    font_paths=self._folders(),
                )
            return self._fonts


@cache
def press() -> Press:
    """The press of this process, for templates of this project."""
    return Press()


def render(template: Path, data: Mapping[str, object], *, made_at: datetime) -> bytes:
    """Return `template` filled with `data` as PDF/A-2b; see Press.render."""
    return press().render(template, data, made_at=made_at)


def _options(data: Mapping[str, object], made_at: datetime) -> dict[str, Any]:
    return {
        "format": "pdf",
        "pdf_standards": "a-2b",
        "pdf_tags": False,  # a third of the size; these sheets are for paper
        "sys_inputs": {"data": json.dumps(_drawn(data), ensure_ascii=False)},
        "timestamp": made_at.astimezone(_BEIJING).replace(microsecond=0),  # typst takes whole seconds
    }


def page_count(pdf: bytes) -> int:
    """Return the number of pages of a PDF this engine made (its page objects lie in the open)."""
    return len(_PAGE.findall(pdf))


def qr_svg(text: str, *, error: str = "m") -> tuple[str, int]:
    """Return the code's drawing, without quiet zone, and its modules a side."""
    # One mask for all: trying the eight costs more than half a sheet, and any of them reads back.
    code = segno.make(text, error=error, micro=False, mask=_MASK)
    drawing = io.BytesIO()
    code.save(drawing, kind="svg", border=0, xmldecl=False, omitsize=True)
    return drawing.getvalue().decode(), int(code.symbol_size(border=0)[0])


def _drawn(node: object) -> object:
    """The record as JSON can carry it: pictures and codes as SVG."""
    if isinstance(node, bytes):
        return _picture_svg(node)
    if isinstance(node, Mapping):
        drawn = {key: _drawn(value) for key, value in node.items() if key != "name_image"}
        if name := node.get("name_image"):
            drawn["name_image"], drawn["name_lines"] = _name_svg(name)
        if "qr" in node:
            drawn["qr_svg"], drawn["qr_modules"] = qr_svg(str(node["qr"]), error=str(node.get("qr_error", "m")))
        return drawn
    if isinstance(node, list | tuple):
        return [_drawn(value) for value in node]
    return node


def _name_svg(picture: bytes) -> tuple[str, int]:
    """A name cut from a card, in its own shape, and on how many lines it stands there."""
    if not picture.startswith(b"\x89PNG") or picture[12:16] != b"IHDR":
        raise ValueError("a name is a PNG")
    width, height = (int.from_bytes(picture[place : place + 4], "big") for place in (16, 20))
    source = f"data:image/png;base64,{base64.b64encode(picture).decode()}"
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" href="{source}"/></svg>'
    )
    return drawing, max(1, round(height / _NAME_LINE))


def _picture_svg(picture: bytes) -> str:
    """A 3:4 drawing filled by the picture, its middle kept where the shape differs."""
    kind = _PICTURES.get(picture[:3])
    if kind is None:
        raise ValueError("a picture is JPEG or PNG")
    source = f"data:{kind};base64,{base64.b64encode(picture).decode()}"
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 640">'
        f'<image width="480" height="640" preserveAspectRatio="xMidYMid slice" href="{source}"/></svg>'
    )


def _texts(node: object) -> Iterator[str]:
    """Every text that is set in type: not what becomes a code, not a name that is shown as a picture."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        unset = {"qr", "name"} if node.get("name_image") else {"qr"}
        for key, value in node.items():
            if key not in unset:
                yield from _texts(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _texts(value)


def named(character: str) -> str:
    """Return a character as a sentence names it: seen where it can be, and by its code."""
    code = f"U+{ord(character):04X}"
    visible = character.isprintable() and not is_private(character)
    return f"“{character}”（{code}）" if visible else code
