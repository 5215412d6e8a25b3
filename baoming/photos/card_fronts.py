"""The name on a photographed card front: finding the card, its name line, and cutting the name out (ux.md, rule 26).

Only the neighbourhood of the name line leaves this module, never the picture of the card. Measures are tenths of a
millimetre on the strip, so that a person can move the box with buttons. Runs in the limited process
(docs/decisions/0016). Geometry: a second-generation card is 85.6 × 54 mm (ISO/IEC 7810 ID-1); its name stands on the
first line at the left, its photograph at the right.
"""

import io
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from baoming.photos.name_lines import FILE, FINE, STRIP, CardUnclear, NameBox, NameLine
from baoming.photos.preparing import opened

Pixels = NDArray[Any]

_CARD = (round(85.6 * FINE), 54 * FINE)
_PORTRAIT = (545, 85, 260, 330)
_NUMBER = (280, 435, 460, 65)
_SMALL = 640  # pixels of the longer side in which the card is looked for
_NEXT_LINE = 105  # tenths of the strip, where the line of sex and ethnicity may begin
_LEAST = 0.12  # of the picture that a card fills
_TRIED, _MOST_SKEW = 8, 60  # outlines that are looked into; degrees, the four corners together


def find_name(data: bytes) -> NameLine:
    """Return the name line of the card on a photograph. Raises PhotoRefused, CardUnclear."""
    card = _card_on(np.asarray(opened(data, FILE)))
    strip = cv2.cvtColor(_part(card, STRIP), cv2.COLOR_RGB2GRAY)
    return NameLine(_png(strip), _proposed(strip))


def cut_name(strip: bytes, box: NameBox) -> bytes:
    """Return the name as a PNG of dark strokes on white, 20 pixels a millimetre. Raises PhotoRefused."""
    whole = np.asarray(Image.open(io.BytesIO(strip), formats=("PNG",)).convert("L"))
    part = _part(whole, (*box.moved(),))
    return _png(_clean(part))


def _card_on(picture: Pixels) -> Pixels:
    """Return the card as it is read, flat: of all that has four sides, the squarest that is written like a card."""
    for corners in sorted(_outlines(picture), key=_skew)[:_TRIED]:
        card = _upright(_flat(picture, corners))
        if _is_written(card):
            return card
    raise CardUnclear


def _outlines(picture: Pixels) -> list[Pixels]:
    """Return what may be a card's corners, each clockwise, a long side first."""
    factor = max(1.0, max(picture.shape[:2]) / _SMALL)
    small = cv2.resize(picture, None, fx=1 / factor, fy=1 / factor, interpolation=cv2.INTER_AREA)
    least = _LEAST * small.shape[0] * small.shape[1]
    found = []
    for edges in _edges(small):
        contours, _ = cv2.findContours(edges, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
        for contour in contours:
            if cv2.contourArea(cv2.convexHull(contour)) > least and (rough := _four_sided(contour)) is not None:
                corners = _ordered(rough.astype(np.float32))
                if _is_card(corners):
                    found.append(corners * factor)
    return found


def _edges(small: Pixels) -> list[Pixels]:
    """Return the picture as outlines and as patches of light, by more than one measure: rooms are dim or uneven."""
    grey = cv2.medianBlur(cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), (5, 5), 0), 5)
    even = cv2.createCLAHE(2.0, (4, 4)).apply(grey)
    middle = float(np.median(even))
    wide = np.ones((5, 5), np.uint8)
    drawn = [cv2.dilate(cv2.Canny(even, low * middle, high * middle), wide) for low, high in ((0.4, 1.0), (0.15, 0.5))]
    _, light = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return [*drawn, cv2.morphologyEx(light, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))]


def _four_sided(contour: Pixels) -> Pixels | None:
    """Return the contour as four corners, if it has four."""
    hull = cv2.convexHull(contour)
    around = cv2.arcLength(hull, True)
    for share in (0.02, 0.04, 0.06):
        rough = cv2.approxPolyDP(hull, share * around, True)
        if len(rough) == 4:
            corners: Pixels = rough.reshape(4, 2)
            return corners
    return None


def _is_card(corners: Pixels) -> bool:
    """Whether the sides stand to each other as those of a card seen from somewhere above."""
    sides = [float(np.linalg.norm(corners[place] - corners[(place + 1) % 4])) for place in range(4)]
    wide, high = (sides[0] + sides[2]) / 2, (sides[1] + sides[3]) / 2
    alike = all(min(one, other) > 0.7 * max(one, other) for one, other in ((sides[0], sides[2]), (sides[1], sides[3])))
    return alike and 1.36 < wide / max(high, 1) < 1.95 and _skew(corners) < _MOST_SKEW


def _skew(corners: Pixels) -> float:
    """Return by how many degrees the corners differ from right angles, together."""
    to_next = np.roll(corners, -1, axis=0) - corners
    turns = np.degrees(np.arctan2(to_next[:, 1], to_next[:, 0]))
    return float(np.abs((np.roll(turns, -1) - turns) % 360 - 90).sum())


def _ordered(corners: Pixels) -> Pixels:
    """Return the corners clockwise, a long side first, from the upper left as it lies."""
    middle = corners.mean(axis=0)
    angles = np.arctan2(corners[:, 1] - middle[1], corners[:, 0] - middle[0])
    around = corners[np.argsort(angles)]  # clockwise, since y grows downwards
    first, second = (float(np.linalg.norm(around[place] - around[place + 1])) for place in (0, 1))
    return around if first >= second else np.roll(around, -1, axis=0)


def _flat(picture: Pixels, corners: Pixels) -> Pixels:
    width, height = _CARD
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    return cv2.warpPerspective(picture, matrix, _CARD, flags=cv2.INTER_CUBIC)


def _upright(card: Pixels) -> Pixels:
    """Return the card as it is read: the darker of the two places where a portrait can be is at the right."""
    turned = cv2.rotate(card, cv2.ROTATE_180)
    return max((card, turned), key=lambda one: -float(_part(one, _PORTRAIT).mean()))


def _is_written(card: Pixels) -> bool:
    """Whether there is a portrait, and a line of digits on the ground where a card has its number."""
    number = _clean(cv2.cvtColor(_part(card, _NUMBER), cv2.COLOR_RGB2GRAY))
    ink = float((number < 128).mean())
    return 0.02 < ink < 0.4 and float(_part(card, _PORTRAIT).std()) > 12


def _proposed(strip: Pixels) -> NameBox:
    """Return the box around the ink of the first line; where there is none to be seen, where a name should be."""
    usual = NameBox(25, 30, 160, 50)
    ink = _clean(cv2.GaussianBlur(strip, (0, 0), 2.2)) < 130
    ink[_NEXT_LINE * FINE // 10 :] = False
    rows = _runs(ink.sum(axis=1) > 4, gap=FINE * 3 // 2)  # a long name stands on two lines, close together
    lines = [(top, end) for top, end in rows if end - top > 1.8 * FINE and top < 8.5 * FINE]
    if not lines:
        return usual
    top, end = lines[0]
    columns = np.flatnonzero(ink[top:end].sum(axis=0) > 2)
    room = FINE // 2
    left, right = columns[0] - room, columns[-1] + room
    tenth = FINE / 10
    return NameBox(*(round(value / tenth) for value in (left, top - room, right - left, end - top + 2 * room))).moved()


def _runs(seen: Pixels, *, gap: int) -> list[tuple[int, int]]:
    """Return where rows with ink begin and end, breaks below `gap` overlooked."""
    runs: list[tuple[int, int]] = []
    for place in np.flatnonzero(seen):
        if runs and place - runs[-1][1] <= gap:
            runs[-1] = (runs[-1][0], int(place) + 1)
        else:
            runs.append((int(place), int(place) + 1))
    return runs


def _clean(grey: Pixels) -> Pixels:
    """Return dark strokes on white: pattern and shadow of the ground are taken away, the ink made even."""
    ground = cv2.medianBlur(cv2.dilate(grey, np.ones((25, 25), np.uint8)), 41)
    even = cv2.divide(grey, np.maximum(ground, 1), scale=255)
    dark = float(np.percentile(even, 1))
    stretched = (even.astype(np.float32) - dark) * (255 / max(40.0, 225 - dark))
    whole: Pixels = np.rint(stretched.clip(0, 255) / 17).astype(np.uint8) * 17  # sixteen greys: a third of the size
    return whole


def _part(picture: Pixels, box: tuple[int, int, int, int]) -> Pixels:
    left, top, width, height = (round(value * FINE / 10) for value in box)
    return picture[top : top + height, left : left + width]


def _png(grey: Pixels) -> bytes:
    out = io.BytesIO()
    Image.fromarray(grey).save(out, "PNG", optimize=True)
    return out.getvalue()
