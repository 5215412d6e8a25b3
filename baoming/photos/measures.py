"""Measuring heads and backdrops in pixels, with OpenCV and the cascades that it brings (R7).

Two readings: `find_heads` of the whole picture made small, to know which part to keep; `looks_of` of the
finished photograph. What the figures mean is said in geometry. Measured on one core: 10 ms a photo.
"""

from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from baoming.photos.geometry import Colour, Head, Looks, Point

Pixels = NDArray[Any]
Mean = NDArray[Any]  # a colour, as three fractions

_NARROW = 160  # pixels of the narrower side in which faces are looked for
_SMALLEST = 0.2  # of that side: smaller ones are mistaken far too often, and too small to use
_LONGEST = 3  # times as long as narrow
_FACE = 120  # pixels of a face in which its eyes are looked for
_BOX_TO_FACE = 1.16  # the cascade's box is that much wider than a face between the ears
_BELOW_EARS = 0.94  # a face there, as a share of its width between the ears


cv2.setNumThreads(1)  # a request is one core's work, and a forked worker must not wait for its parent's threads
_ONE_AT_A_TIME = Lock()  # a cascade keeps its window in itself: two threads would read each other's picture


@cache
def _cascade(name: str) -> cv2.CascadeClassifier:
    """Load a cascade once for each process."""
    return cv2.CascadeClassifier(str(Path(cv2.__file__).parent / "data" / f"haarcascade_{name}.xml"))


def make_ready() -> None:
    """Load what is needed for every picture."""
    for name in ("frontalface_alt2", "frontalface_default", "eye", "eye_tree_eyeglasses"):
        _cascade(name)


def _seen(name: str, grey: Pixels, step: float, *, least: int, most: int = 0, sure: int) -> list[tuple[int, ...]]:
    """Boxes (left, top, width, height) in which a cascade sees its thing, seen `sure` times side by side."""
    with _ONE_AT_A_TIME:
        found = _cascade(name).detectMultiScale(grey, step, sure, minSize=(least, least), maxSize=(most, most))
    return [tuple(int(value) for value in box) for box in found]


def find_heads(image: Image.Image, size: tuple[int, int]) -> list[Head]:
    """Return the heads in a picture, the largest first, in its own pixels. `size`: what it will be cut to."""
    if max(image.size) > _LONGEST * min(image.size):
        return []  # a strip is nobody's portrait, and would take long
    narrow = min(image.width, image.height * size[0] / size[1])
    factor = max(1, int(narrow // (1.5 * _NARROW)))
    small, grey = _reduced(image, factor)
    boxes = _faces(grey, narrow / factor)
    if factor > 1 and boxes and boxes[0][2] < _FACE // 1.5:  # a small head: measured on more of its pixels
        finer = max(1, int(boxes[0][2] * factor // _FACE))
        boxes = [tuple(value * factor // finer for value in box) for box in boxes]
        factor = finer
        small, grey = _reduced(image, factor)
    return [_enlarged(_head(small, grey, box), factor) for box in boxes]


def _reduced(image: Image.Image, factor: int) -> tuple[Pixels, Pixels]:
    """The picture made small, in colours and in grey."""
    small = np.asarray(image.reduce(factor).convert("RGB"))
    return small, cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)


def _faces(grey: Pixels, narrow: float) -> list[tuple[int, ...]]:
    """Boxes around faces, the largest first; those of less than half its size are mistakes or passers-by."""
    scale = _NARROW / narrow
    tiny = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    least = int(_NARROW * _SMALLEST)
    found = _seen("frontalface_alt2", tiny, 1.15, least=least, sure=4)
    if not found:  # half hidden by hair or light: a second opinion, asked only then
        found = _seen("frontalface_default", tiny, 1.1, least=least, sure=4)
    boxes = sorted(([int(value / scale) for value in box] for box in found), key=lambda box: -box[2])
    return [tuple(box) for box in boxes if box[2] * 2 >= boxes[0][2]]


def _enlarged(head: Head, factor: int) -> Head:
    return Head(
        left_eye=(head.left_eye[0] * factor, head.left_eye[1] * factor),
        right_eye=(head.right_eye[0] * factor, head.right_eye[1] * factor),
        width=head.width * factor,
        crown=head.crown * factor,
    )


def _head(picture: Pixels, grey: Pixels, box: tuple[int, ...]) -> Head:
    left, right = (_eye(grey, box, side) for side in (0, 1))
    bare = Head(left_eye=left, right_eye=right, width=box[2] / _BOX_TO_FACE, crown=box[1])
    sides = _beside(picture, bare)
    return Head(left_eye=left, right_eye=right, width=_width(picture, bare, sides), crown=_crown(picture, bare, sides))


def _eye(grey: Pixels, box: tuple[int, ...], side: int) -> Point:
    """The middle of one eye: where a cascade sees it, else where eyes are in such a box; then its iris."""
    x, y, width, height = box
    left, top = x + int(width * (0.12 + 0.40 * side)), y + int(height * 0.22)
    part = grey[top : top + int(height * 0.34), left : left + int(width * 0.36)]
    scale = _FACE / width
    if scale < 1:
        part = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    else:
        scale = 1.0
    expected = (width * scale * (0.19 if side == 0 else 0.17), height * scale * 0.17)
    found = _eyes_in(part, width * scale)
    middle = min(found, key=lambda point: _distance(point, expected), default=expected)
    middle = _iris(part, middle, width * scale, reach=0.06 if found else 0.1)
    return left + middle[0] / scale, top + middle[1] / scale


def _eyes_in(part: Pixels, face: float) -> list[Point]:
    least, most = int(face * 0.17), int(face * 0.34)
    for name in ("eye", "eye_tree_eyeglasses"):
        if found := _seen(name, part, 1.15, least=least, most=most, sure=2):
            return [(x + w / 2, y + h / 2) for x, y, w, h in found]
    return []


def _iris(part: Pixels, middle: Point, face: float, *, reach: float) -> Point:
    """The middle of the darkest spot of an iris's size near a point: brows and frames are thinner."""
    size = int(face * 0.035) * 2 + 1
    around = int(face * reach)
    left, top = max(0, int(middle[0]) - around), max(0, int(middle[1]) - around)
    near = cv2.blur(part, (size, size))[top : int(middle[1]) + around + 1, left : int(middle[0]) + around + 1]
    if not near.size:
        return middle
    rows, columns = np.nonzero(near <= np.percentile(near, 4))
    return left + float(columns.mean()) + 0.5, top + float(rows.mean()) + 0.5


def _distance(one: Point, other: Point) -> float:
    return abs(one[0] - other[0]) + abs(one[1] - other[1])


def _patch(picture: Pixels, left: float, top: float, right: float, bottom: float) -> Pixels:
    """A part of a picture, as much of it as there is."""
    height, width = picture.shape[:2]
    x, y = min(max(0, int(left)), width - 1), min(max(0, int(top)), height - 1)
    return picture[y : max(y + 1, int(bottom)), x : max(x + 1, int(right))]


def _median(part: Pixels) -> Mean:
    colour: Mean = np.median(part.reshape(-1, 3), axis=0).astype(np.float32)
    return colour


def _cheek(picture: Pixels, eye: Point, head: Head) -> Pixels:
    """The skin under one eye."""
    apart = head.apart
    top, bottom = head.eye_line + 0.4 * apart, head.eye_line + 0.7 * apart
    return _patch(picture, eye[0] - 0.15 * apart, top, eye[0] + 0.15 * apart, bottom)


def _beside(picture: Pixels, head: Head) -> tuple[Mean, Mean]:
    """The colour of the backdrop at the left and at the right of a head."""
    apart, top = head.apart, head.eye_line - 1.9 * head.apart
    bottom, near, far = head.eye_line - 0.9 * apart, 1.5 * apart, 2.1 * apart
    left = _patch(picture, head.middle - far, top, head.middle - near, bottom)
    right = _patch(picture, head.middle + near, top, head.middle + far, bottom)
    return _median(left), _median(right)


def _crown(picture: Pixels, head: Head, sides: tuple[Mean, Mean]) -> float:
    """The first row from the eyes upwards in which backdrop is seen over the middle of the head; 0: none."""
    apart = head.apart
    bottom = max(1, int(head.eye_line - 0.8 * apart))
    strip = _patch(picture, head.middle - 0.15 * apart, 0, head.middle + 0.15 * apart, bottom).astype(np.float32)
    backdrop, spread = (sides[0] + sides[1]) / 2, float(np.abs(sides[0] - sides[1]).max())
    away = np.abs(strip - backdrop).max(axis=2) > max(36.0, 0.7 * spread)
    seen = np.flatnonzero(away.mean(axis=1) < 0.5)
    return float(seen[-1] + 1) if seen.size else 0.0


def _width(picture: Pixels, head: Head, sides: tuple[Mean, Mean]) -> float:
    """Of the face between the ears, from the run of skin below them; as the cascade has it where skin says nothing."""
    band = _level_band(picture, head).astype(np.float32)
    middle = band.shape[1] // 2
    skin = np.mean([_median(_cheek(picture, eye, head)) for eye in (head.left_eye, head.right_eye)], axis=0)
    hair = np.array((30, 28, 28), np.float32)
    others = np.stack([np.abs(band - colour).sum(axis=2) for colour in (*sides, hair)])
    is_skin = (np.abs(band - skin).sum(axis=2) < others.min(axis=0)).astype(np.uint8)
    row = is_skin.mean(axis=0) > 0.5
    closed = cv2.morphologyEx(row.astype(np.uint8)[None, :], cv2.MORPH_CLOSE, np.ones((1, 5), np.uint8))[0]
    ends_left, ends_right = np.flatnonzero(closed[:middle] == 0), np.flatnonzero(closed[middle:] == 0)
    left = int(ends_left[-1]) + 1 if ends_left.size else 0
    right = middle + (int(ends_right[0]) if ends_right.size else len(row) - middle)
    measured = (right - left) / _BELOW_EARS
    return measured if 0.75 < measured / head.width < 1.3 else head.width


def _level_band(picture: Pixels, head: Head) -> Pixels:
    """The strip between ears and mouth, cut along the line of the eyes."""
    apart = head.apart
    along = ((head.right_eye[0] - head.left_eye[0]) / apart, (head.right_eye[1] - head.left_eye[1]) / apart)
    left, top = -1.6 * apart, 0.6 * apart  # from between the eyes
    start = (
        head.middle + left * along[0] - top * along[1],
        head.eye_line + left * along[1] + top * along[0],
    )
    turn = np.array([[along[0], -along[1], start[0]], [along[1], along[0], start[1]]], np.float32)
    size = (int(3.2 * apart), max(2, int(0.15 * apart)))
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(picture, turn, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)


def looks_of(photo: Image.Image, head: Head) -> Looks:
    """Measure a finished photograph around its head."""
    picture = np.asarray(photo)
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    cheeks = sorted(float(np.median(_cheek(grey, eye, head))) for eye in (head.left_eye, head.right_eye))
    skin = cheeks[1]  # in the light, where one is in the shade
    backdrop, uneven = _backdrop(picture, head)
    eyes = np.concatenate([_around_eye(grey, eye, head.apart).ravel() for eye in (head.left_eye, head.right_eye)])
    return Looks(
        backdrop=backdrop,
        uneven=round(uneven, 1),
        light=round(skin, 1),
        blown=_share(_patch(grey, *_inner_face(head)) >= 247),
        lopsided=round(1 - cheeks[0] / max(cheeks[1], 1), 3),
        sharpness=_sharpness(grey, head),
        covered=_share(eyes < 0.4 * skin),
        brows=_brows(grey, head, skin),
        glare=_share(eyes >= 243),
    )


def _share(mask: NDArray[np.bool_]) -> float:
    return round(float(mask.mean()), 3)


def _inner_face(head: Head) -> tuple[float, float, float, float]:
    apart = head.apart
    return (
        head.middle - 0.8 * apart, head.eye_line - 0.5 * apart,
        head.middle + 0.8 * apart, head.eye_line + 1.0 * apart,
    )  # fmt: skip


def _around_eye(grey: Pixels, eye: Point, apart: float) -> Pixels:
    return _patch(grey, eye[0] - 0.3 * apart, eye[1] - 0.16 * apart, eye[0] + 0.3 * apart, eye[1] + 0.16 * apart)


def _sharpness(grey: Pixels, head: Head) -> float:
    """The steepest edge at the eyes: which share of their contrast lies within one pixel."""
    found = []
    for eye in (head.left_eye, head.right_eye):
        part = _around_eye(grey, eye, head.apart)
        dark, bright = np.percentile(part, (2, 98))
        across = cv2.Sobel(part, cv2.CV_32F, 1, 0, ksize=3) / 8
        down = cv2.Sobel(part, cv2.CV_32F, 0, 1, ksize=3) / 8
        steepest = float(np.percentile(np.hypot(across, down), 98))
        found.append(steepest / max(float(bright - dark), 12.0))
    return round(max(found), 3)


def _brows(grey: Pixels, head: Head, skin: float) -> float:
    """The share of skin between brows and hair."""
    apart = head.apart
    top, bottom = head.eye_line - 0.72 * apart, head.eye_line - 0.42 * apart
    part = _patch(grey, head.left_eye[0] - 0.1 * apart, top, head.right_eye[0] + 0.1 * apart, bottom)
    return _share(part > 0.6 * skin)


def _backdrop(picture: Pixels, head: Head) -> tuple[Colour, float]:
    """The colour of the backdrop where it is lit, and how far its parts lie from that: above and beside the head."""
    colours = np.stack([part.reshape(-1, 3).mean(axis=0) for part in _cells(picture, head)])
    lit = colours[np.argsort(colours.sum(axis=1))[len(colours) // 2 :]]
    colour = np.median(lit, axis=0)
    red, green, blue = (round(float(value)) for value in colour)
    return (red, green, blue), float(np.linalg.norm(colours - colour, axis=1).max())


def _cells(picture: Pixels, head: Head) -> list[Pixels]:
    """Parts of the backdrop that neither hair nor shoulders reach; the upper corners where there are no others."""
    width, apart = picture.shape[1], head.apart
    above = min(max(head.crown - 10, 0), 60)
    bottom = max(head.eye_line + 0.6 * apart, above + 10)
    cells = [_patch(picture, column * width / 6, 2, (column + 1) * width / 6, above) for column in range(6)]
    found = cells if above > 12 else [cells[0], cells[-1]]
    edge = width * 0.08
    for left, right in (
        (2, min(edge, head.middle - 1.65 * apart)),
        (max(width - edge, head.middle + 1.65 * apart), width - 2),
    ):
        if right - left >= 6:
            rows = [above + (bottom - above) * share / 5 for share in range(6)]
            found += [_patch(picture, left, rows[row], right, rows[row + 1]) for row in range(5)]
    return found
