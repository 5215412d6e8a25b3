"""One page of what a scanner or a telephone made of signed sheets: its codes, and the page upright and straight (R20).

Runs in the limited process (decoding.py) and knows neither keys nor people: what a code is worth is told elsewhere.
A page of a PDF is drawn, a photograph decoded, both no larger than a code of 17.5 mm needs to be read; what is kept
is drawn anew at 150 dots an inch, nothing else of the file stays.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import pypdfium2 as pdfium
import zxingcpp
from PIL import Image, ImageOps

from baoming.registrations.pages import (
    KEPT_QUALITY,
    KEPT_SIZE,
    LONGEST_CODE,
    MOST_BYTES,
    MOST_CODES,
    MOST_PAGES,
    Fault,
    PageRefused,
    PageScan,
)

_PIXELS = 50_000_000  # of a plain JPEG, which is reduced while decoding
_PIXELS_WHOLE = 12_000_000  # of a PNG or a progressive JPEG, which memory must hold whole
_LONGEST = 3600  # dots, of a picture in which codes are looked for
_FIRST_DPI, _FINE_DPI = 200, 300
_SMALL = 2200  # dots: below, a picture is looked at once more at twice the size
_MM = KEPT_SIZE[0] / 210
_LINE = (32.0, 36.5)  # millimetres that the line of 34 mm for the candidate's signature may measure
_ABOVE = (0.8, 6.0)  # millimetres above it, between which a name is written
_INK = 60  # how much darker than the paper ink is, of 255
_WRITTEN = 0.01  # of the room above the line that any name covers; a short one in thin ink covers thrice as much
_ASLANT = 2.0  # millimetres that a corner of a code may lie beside its place
# Where registration_form.typ has the codes, in millimetres: the QR's corners, clockwise; the middle of the bars.
_QR = ((178.5, 13.0), (196.0, 13.0), (196.0, 30.5), (178.5, 30.5))
_BARS = (39.0, 19.5)
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")
_WANTED: Any = [zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Code128]  # its types know one at a time
_GREY, _COLOURS = cv2.COLOR_BGR2GRAY, cv2.COLOR_RGB2BGR

Picture = np.ndarray[Any, np.dtype[np.uint8]]


@dataclass(frozen=True, slots=True)
class _Code:
    text: str
    corners: tuple[tuple[float, float], ...]  # from the code's own top left, clockwise


def read_page(content: bytes, number: int) -> PageScan:
    """Return page `number` (from 0) of a PDF, or the one page of a photograph. Raises PageRefused.

    A page without any code is no fault here: `codes` is empty then, and the page is kept as it lies.
    """
    if not content:
        raise PageRefused(Fault.EMPTY)
    if len(content) > MOST_BYTES:
        raise PageRefused(Fault.TOO_LARGE)
    if content.lstrip()[:5] == b"%PDF-":
        return _of_pdf(content, number)
    return _scan(1, _photograph(content))


def make_ready() -> None:
    """Load what is loaded when first needed, in the process that may open nothing afterwards."""
    blank = np.full((400, 300, 3), 255, np.uint8)
    _scan(1, blank)
    document = pdfium.PdfDocument.new()
    document.new_page(100, 100)
    made = io.BytesIO()
    document.save(made)
    document.close()
    _of_pdf(made.getvalue(), 0)


def _of_pdf(content: bytes, number: int) -> PageScan:
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        raise PageRefused(Fault.LOCKED if "password" in str(error).lower() else Fault.BROKEN) from None
    try:
        pages = len(document)
        if pages > MOST_PAGES:
            raise PageRefused(Fault.TOO_MANY_PAGES)
        if not 0 <= number < pages:
            raise PageRefused(Fault.BROKEN)
        page = document[number]
        scan = _scan(pages, _drawn(page, _FIRST_DPI))
        return scan if scan.codes else _scan(pages, _drawn(page, _FINE_DPI))
    except pdfium.PdfiumError:
        raise PageRefused(Fault.BROKEN) from None
    finally:
        document.close()


def _drawn(page: "pdfium.PdfPage", dpi: int) -> Picture:
    """A page in dots, however large it says it is."""
    longest = max(page.get_size())
    scale = min(dpi / 72, _LONGEST / max(longest, 1))
    return np.array(page.render(scale=scale, may_draw_forms=False).to_numpy()[:, :, :3])  # a copy: the bitmap goes


def _photograph(content: bytes) -> Picture:
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS:
        raise PageRefused(Fault.HEIC)
    try:
        picture = Image.open(io.BytesIO(content), formats=("JPEG", "PNG"))
    except Image.DecompressionBombError:
        raise PageRefused(Fault.TOO_MANY_PIXELS) from None
    except (OSError, ValueError, SyntaxError, EOFError, OverflowError):
        raise PageRefused(Fault.BROKEN if content[:2] in (b"\xff\xd8", b"\x89P") else Fault.NO_PAGE) from None
    plain = picture.format in ("JPEG", "MPO") and not picture.info.get("progressive")
    if picture.width * picture.height > (_PIXELS if plain else _PIXELS_WHOLE):
        raise PageRefused(Fault.TOO_MANY_PIXELS)
    try:
        picture.draft(
            "RGB", (_LONGEST * picture.width // max(picture.size), _LONGEST * picture.height // max(picture.size))
        )
        upright = ImageOps.exif_transpose(picture).convert("RGB")
        upright.thumbnail((_LONGEST, _LONGEST))
    except (OSError, ValueError, SyntaxError, EOFError, OverflowError, Image.DecompressionBombError):
        raise PageRefused(Fault.BROKEN) from None
    return cv2.cvtColor(np.asarray(upright), _COLOURS)  # type: ignore[return-value]


def _scan(pages: int, picture: Picture) -> PageScan:
    found, bars = _codes(picture)
    texts = tuple(dict.fromkeys(code.text[:LONGEST_CODE] for code in found))[:MOST_CODES]
    kept = _straight(picture, found, bars)
    done, coded = cv2.imencode(".jpg", kept, [cv2.IMWRITE_JPEG_QUALITY, KEPT_QUALITY])
    if not done:
        raise PageRefused(Fault.BROKEN)
    return PageScan(pages, texts, coded.tobytes(), is_unsigned(kept))


def is_unsigned(kept: Picture) -> bool:
    """Whether nothing is written on the candidate's line for the signature of a page that lies straight.

    The line is told by its length, which no other has. Where it is not found, or not once, nobody knows: False.
    """
    if kept.shape[:2] != (KEPT_SIZE[1], KEPT_SIZE[0]):
        return False
    grey = cv2.cvtColor(kept, _GREY)
    dark = (grey < np.median(grey) - _INK).astype(np.uint8)
    whole = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((1, 5), np.uint8))
    long = cv2.morphologyEx(whole, cv2.MORPH_OPEN, np.ones((1, int(_LINE[0] * _MM / 2)), np.uint8))
    _, _, found, _ = cv2.connectedComponentsWithStats(long)
    lines = [one for one in found[1:] if _LINE[0] <= one[2] / _MM <= _LINE[1] and one[1] > KEPT_SIZE[1] / 2]
    if len(lines) != 1:
        return False
    left, top, wide = (int(value) for value in lines[0][:3])
    box = dark[top - int(_ABOVE[1] * _MM) : top - int(_ABOVE[0] * _MM), left : left + wide]
    return float(box.mean()) < _WRITTEN


def _codes(picture: Picture) -> tuple[list[_Code], list[_Code]]:
    """Return the QR codes of a picture and its bars; without a QR, it is made easier and looked at again."""
    bars: list[_Code] = []
    for grey, scale in _tries(cv2.cvtColor(picture, _GREY)):  # type: ignore[arg-type]
        read = zxingcpp.read_barcodes(grey, formats=_WANTED)
        qr = [_code(one, scale) for one in read if one.format == zxingcpp.BarcodeFormat.QRCode]
        bars = bars or [_code(one, scale) for one in read if one.format != zxingcpp.BarcodeFormat.QRCode]
        if qr:
            return qr, bars
    return [], bars


def _tries(grey: Picture) -> Iterator[tuple[Picture, float]]:
    """Yield a grey picture as it is, and then in other ways that let a blurred, dim or small code be read."""
    yield grey, 1
    yield cv2.createCLAHE(clipLimit=3, tileGridSize=(8, 8)).apply(cv2.medianBlur(grey, 3)), 1  # type: ignore[misc]
    if max(grey.shape) <= _SMALL:
        twice = cv2.resize(grey, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
        soft = cv2.GaussianBlur(twice, (0, 0), 3)
        yield cv2.addWeighted(twice, 2, soft, -1, 0), 2  # type: ignore[misc]


def _code(read: Any, scale: float) -> _Code:
    place = read.position
    corners = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
    return _Code(str(read.text), tuple((one.x / scale, one.y / scale) for one in corners))


def _straight(picture: Picture, found: list[_Code], bars: list[_Code]) -> Picture:
    """Return the page as it is kept: by its codes upright and straight where it has one of ours, else as it lies."""
    if len(found) != 1 or ".P2" in found[0].text[-4:]:
        return _fitted(picture, found)
    seen, known = list(found[0].corners), list(_QR)
    if len(bars) == 1:
        seen.append(tuple(np.mean(bars[0].corners, axis=0)))
        known.append(_BARS)
    turn, beside = _turning(np.array(seen), np.array(known) * _MM)
    if beside > _ASLANT * _MM:
        return _fitted(picture, found)  # held aslant: made straight it would lose an edge
    return cv2.warpAffine(  # type: ignore[return-value]
        picture, turn, KEPT_SIZE, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_CONSTANT, borderValue=(255, 255, 255)
    )


def _turning(seen: np.ndarray[Any, Any], to: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], float]:
    """Return the turn, size and shift that bring points to their places best, and by how much one misses it most."""
    plane = np.array([1, 1j])
    points = np.column_stack([seen @ plane, np.ones(len(seen))])
    (turn, shift), *_ = np.linalg.lstsq(points, to @ plane, rcond=None)
    matrix = np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])
    return matrix, float(np.abs(points @ np.array([turn, shift]) - to @ plane).max())


def _fitted(picture: Picture, found: list[_Code]) -> Picture:
    """Return a picture no larger than a page that is kept, its code's top up."""
    if found:
        (left, top), (right, other) = found[0].corners[0], found[0].corners[1]
        quarter = round(np.degrees(np.arctan2(other - top, right - left)) / 90) % 4
        picture = np.rot90(picture, quarter)
    scale = min(1.0, KEPT_SIZE[1] / max(picture.shape[:2]))
    return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)  # type: ignore[return-value]
