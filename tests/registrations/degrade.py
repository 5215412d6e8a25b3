"""What scanners and telephones make of a real printed sheet: turned, aslant, blurred, dim, squeezed."""

import io
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pypdfium2 as pdfium

Picture = np.ndarray[Any, np.dtype[np.uint8]]
_DESK = (70, 90, 100)


def page(pdf: bytes, *, dpi: int = 200, number: int = 0) -> Picture:
    """One page of a PDF as a scanner of `dpi` sees it."""
    document = pdfium.PdfDocument(pdf)
    try:
        return np.array(document[number].render(scale=dpi / 72).to_numpy()[:, :, :3])
    finally:
        document.close()


def pages(pdf: bytes, **options: int) -> list[Picture]:
    document = pdfium.PdfDocument(pdf)
    count = len(document)
    document.close()
    return [page(pdf, number=number, **options) for number in range(count)]


def signed(picture: Picture) -> Picture:
    """A name in blue ink where the line for it is: on a full sheet."""
    high, wide = picture.shape[:2]
    dots = [(0.30 + 0.13 * step / 40, 0.823 + 0.006 * np.sin(step)) for step in range(40)]
    line = np.array([(x * wide, y * high) for x, y in dots], np.int32)
    return cv2.polylines(picture.copy(), [line], False, (150, 40, 20), max(2, wide // 500))  # type: ignore[return-value]


def jpeg(picture: Picture, quality: int = 85) -> bytes:
    return bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes())


def scanned_pdf(*jpegs: bytes) -> bytes:
    """A PDF as a scanner writes it: a picture for each page."""
    document = pdfium.PdfDocument.new()
    for one in jpegs:
        picture = pdfium.PdfImage.new(document)
        picture.load_jpeg(io.BytesIO(one), inline=True)
        wide, high = (842 * side / max(picture.get_px_size()) for side in picture.get_px_size())
        picture.set_matrix(pdfium.PdfMatrix().scale(wide, high))
        sheet = document.new_page(wide, high)
        sheet.insert_obj(picture)
        sheet.gen_content()
    made = io.BytesIO()
    document.save(made)
    document.close()
    return made.getvalue()


def turned(picture: Picture, degrees: float) -> Picture:
    """Turned on the desk, nothing cut off."""
    high, wide = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((wide / 2, high / 2), degrees, 1)
    cos, sin = abs(turn[0, 0]), abs(turn[0, 1])
    size = int(high * sin + wide * cos), int(high * cos + wide * sin)
    turn[:, 2] += size[0] / 2 - wide / 2, size[1] / 2 - high / 2
    return cv2.warpAffine(picture, turn, size, borderValue=_DESK)  # type: ignore[return-value]


def aslant(picture: Picture, much: float = 0.08) -> Picture:
    """Photographed from one side."""
    high, wide = picture.shape[:2]
    seen = [(much, much), (1 - much / 3, much / 2), (1 - much / 5, 1 - much / 4), (0.02, 1 - much)]
    to = np.array([(x * wide, y * high) for x, y in seen], np.float32)
    plain = np.array([(0, 0), (wide, 0), (wide, high), (0, high)], np.float32)
    change = cv2.getPerspectiveTransform(plain, to)
    return cv2.warpPerspective(picture, change, (wide, high), borderValue=_DESK)  # type: ignore[return-value]


def dim(picture: Picture) -> Picture:
    """In the light of a lamp at the right, with the noise of a small sensor."""
    light = np.linspace(0.35, 0.75, picture.shape[1])[None, :, None]
    noise = np.random.default_rng(1).normal(0, 6, picture.shape)
    return np.clip(picture * light + noise, 0, 255).astype(np.uint8)


def blurred(picture: Picture, dots: float) -> Picture:
    return cv2.GaussianBlur(picture, (0, 0), dots)  # type: ignore[return-value]


def sized(picture: Picture, longest: int) -> Picture:
    scale = longest / max(picture.shape[:2])
    return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)  # type: ignore[return-value]


# By name: what is made of a sheet. All of them have to be read.
READ: dict[str, Callable[[bytes], bytes]] = {
    "scanned at 200 dpi": lambda pdf: jpeg(page(pdf)),
    "scanned at 150 dpi": lambda pdf: jpeg(page(pdf, dpi=150), 60),
    "laid in sideways": lambda pdf: jpeg(turned(page(pdf), 90)),
    "laid in upside down": lambda pdf: jpeg(turned(page(pdf), 180)),
    "turned 270°": lambda pdf: jpeg(turned(page(pdf), 270)),
    "turned 7°": lambda pdf: jpeg(turned(page(pdf), 7)),
    "turned 97°": lambda pdf: jpeg(turned(page(pdf, dpi=300), 97), 60),
    "from one side": lambda pdf: jpeg(aslant(page(pdf, dpi=300))),
    "far from one side": lambda pdf: jpeg(aslant(page(pdf, dpi=300), 0.16)),
    "blurred scan": lambda pdf: jpeg(blurred(page(pdf), 1.2)),
    "blurred photograph": lambda pdf: jpeg(blurred(page(pdf, dpi=300), 2)),
    "quality 40": lambda pdf: jpeg(page(pdf), 40),
    "quality 20": lambda pdf: jpeg(page(pdf), 20),
    "dim": lambda pdf: jpeg(dim(page(pdf))),
    "a telephone's, at night": lambda pdf: jpeg(
        sized(blurred(dim(aslant(turned(page(pdf, dpi=300), 4))), 1), 3000), 60
    ),
    "a telephone's, in haste": lambda pdf: jpeg(sized(dim(aslant(turned(page(pdf, dpi=300), -7))), 2400), 40),
    "sent by a messenger": lambda pdf: jpeg(sized(dim(aslant(page(pdf, dpi=300))), 1706), 50),
    "the print itself": lambda pdf: pdf,
    "a scanner's PDF": lambda pdf: scanned_pdf(jpeg(page(pdf), 60)),
    "a scanner's PDF, sideways": lambda pdf: scanned_pdf(jpeg(turned(page(pdf, dpi=300), 90), 50)),
}
