"""Draws people who do not exist, for tests and demonstrations: real photographs are never used.

python -m standins.faces 7 face.jpg

`face` is one good photograph of 900×1200; it takes about 120 ms, and the last ones are kept. For hundreds of people
ask `draw` for a width of 480 (a third of the time), and keep what it returns. `draw` also knows where it put the
eyes, and can spoil the picture in the ways in which photographs are spoilt.
"""

import io
import math
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Literal

from PIL import Image, ImageDraw, ImageFilter

Sex = Literal["男", "女"]
_SEXES: tuple[Sex, Sex] = ("男", "女")
Colour = tuple[int, int, int]
BACKDROP: Colour = (100, 197, 255)
_SKINS: tuple[Colour, ...] = (
    (245, 210, 180),
    (236, 196, 160),
    (224, 178, 140),
    (206, 158, 120),
    (250, 220, 196),
)
_HAIR: tuple[Colour, ...] = ((22, 20, 22), (34, 28, 26), (48, 36, 30), (28, 26, 32))
_CLOTHES: tuple[Colour, ...] = (
    (44, 62, 92),
    (60, 66, 72),
    (112, 40, 48),
    (38, 84, 74),
    (84, 62, 100),
    (232, 234, 236),
)
_WIDTH, _HEIGHT, _FINE = 900, 1200, 2  # drawn twice as fine, then reduced: smooth edges
_EYES, _EYE_LINE = (358, 542), 505

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is wrong with a picture; nothing, unless said. Measures in pixels of the 900×1200 picture."""

    shift: tuple[int, int] = (0, 0)
    scale: float = 1.0  # of the person, about the middle of the picture's foot
    tilt: float = 0.0  # degrees, clockwise as seen
    people: int = 1
    glasses: bool | None = None  # None: as the seed has it
    sunglasses: bool = False
    glare: bool = False
    fringe: bool = False  # hair over the brows
    backdrop: Colour = BACKDROP
    fade: int = 0  # by how much the backdrop darkens from left to right
    shadow: bool = False  # of the head, on the backdrop
    light: float = 1.0
    side_light: float = 0.0  # share of the light that the right half lacks
    blur: float = 0.0  # radius


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """Where things were drawn, in pixels of the picture."""

    left_eye: Point  # as seen: left in the picture
    right_eye: Point
    width: float  # of the face, between the ears
    crown: float  # top of the hair


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A picture, and the truth about it (of the first person, where there are two)."""

    jpeg: bytes
    truth: Truth | None


PLAIN = Look()


@lru_cache(maxsize=32)
def face(seed: int, *, sex: Sex | None = None) -> bytes:
    """Return a JPEG of 900×1200: one made-up face before light blue. Same arguments, same bytes."""
    return draw(seed, sex=sex).jpeg


def draw(seed: int, *, sex: Sex | None = None, look: Look = PLAIN, width: int = _WIDTH) -> Drawn:
    """Return a JPEG three wide to four high, and where everything is. Same arguments, same bytes."""
    random = Random(seed)  # noqa: S311  (a face, not a secret)
    chosen: Sex = random.choice(_SEXES)
    picture = _backdrop(look, width * _FINE)
    truth = None
    for person in range(look.people):
        painter = _Painter(picture, random, look, aside=(person * 2 - 1) * 200 if look.people > 1 else 0)
        painter.paint(sex if sex is not None else chosen)
        truth = truth or painter.truth(width / _WIDTH)
    if look.tilt:
        picture = picture.rotate(-look.tilt, Image.Resampling.BILINEAR, fillcolor=look.backdrop)
        truth = _turned(truth, look.tilt, width) if truth else None
    small = picture.reduce(_FINE).filter(ImageFilter.GaussianBlur(0.9 * width / _WIDTH + look.blur))
    out = io.BytesIO()
    _grain(_lit(small, look), random).save(out, "JPEG", quality=90, dpi=(300, 300))
    return Drawn(jpeg=out.getvalue(), truth=truth)


def _backdrop(look: Look, width: int) -> Image.Image:
    height = width * _HEIGHT // _WIDTH
    picture = Image.new("RGB", (width, height), look.backdrop)
    if look.fade:
        dark = Image.linear_gradient("L").rotate(90).resize((width, height)).point(lambda v: v * look.fade // 255)
        picture.paste((0, 0, 0), (0, 0), dark)
    if look.shadow:
        dark = Image.new("L", (width // 8, height // 8))
        ImageDraw.Draw(dark).ellipse([int(v * width / 8) for v in (0.45, 0.2, 0.98, 0.95)], fill=110)
        picture.paste((0, 0, 0), (0, 0), dark.filter(ImageFilter.GaussianBlur(width / 240)).resize((width, height)))
    return picture


def _lit(picture: Image.Image, look: Look) -> Image.Image:
    if look.light != 1:
        picture = picture.point(lambda value: int(min(255, value * look.light)))
    if look.side_light:
        half = Image.new("L", picture.size)
        box = (picture.width // 2, 0, picture.width, picture.height)
        half.paste(int(255 * look.side_light), box)
        picture.paste((0, 0, 0), (0, 0), half.filter(ImageFilter.GaussianBlur(picture.width / 24)))
    return picture


def _grain(picture: Image.Image, random: Random) -> Image.Image:
    """Give the flat drawing the fine noise of a camera, so that it compresses like a photograph."""
    pixels = random.randbytes(picture.width * picture.height)
    noise = Image.frombytes("L", picture.size, pixels).filter(ImageFilter.GaussianBlur(0.7))
    return Image.blend(picture, Image.merge("RGB", (noise, noise, noise)), 0.045)


def _turned(truth: Truth, degrees: float, width: int) -> Truth:
    """The truth after the picture was turned about its middle."""
    middle_x, middle_y = width / 2, width * _HEIGHT / _WIDTH / 2
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))

    def turn(point: Point) -> Point:
        x, y = point[0] - middle_x, point[1] - middle_y
        return middle_x + x * cosine - y * sine, middle_y + x * sine + y * cosine

    middle = (truth.left_eye[0] + truth.right_eye[0]) / 2
    return Truth(
        left_eye=turn(truth.left_eye), right_eye=turn(truth.right_eye), width=truth.width,
        crown=turn((middle, truth.crown))[1],
    )  # fmt: skip


class _Painter:
    """Paints one face; all measures in pixels of the 900×1200 picture."""

    def __init__(self, picture: Image.Image, random: Random, look: Look, *, aside: int = 0) -> None:
        self._draw = ImageDraw.Draw(picture)
        self._look = look
        self._fine = picture.width / _WIDTH
        self._scale = look.scale * (0.62 if look.people > 1 else 1)
        self._right, self._down = look.shift[0] + aside, look.shift[1]
        self._skin = random.choice(_SKINS)
        self._hair = random.choice(_HAIR)
        self._clothes = random.choice(_CLOTHES)
        self._half = random.randint(205, 235)  # half the width of the face
        self._chin = random.randint(800, 830)
        self._eye = random.randint(66, 80)
        self._lip = random.randint(52, 68)
        self._glasses = random.random() < 0.3
        if look.glasses is not None:
            self._glasses = look.glasses
        self._tall = random.randint(0, 25)  # of the hair
        self._top = 0

    def paint(self, sex: Sex) -> None:
        half = self._half
        self._top = (170 if sex == "女" else 185) - self._tall
        if sex == "女":
            self._oval(450 - half - 62, self._top, 450 + half + 62, 980, self._hair)
        self._shoulders(sex)
        self._box(385, 740, 515, 935, _shade(self._skin, 0.88))
        self._collar()
        for side in (-1, 1):
            self._oval(450 + side * half - 26, 500, 450 + side * half + 26, 610, _shade(self._skin, 0.93))
        self._oval(450 - half, 250, 450 + half, self._chin, self._skin)
        self._crown(sex)
        for x in _EYES:
            self._one_eye(x)
        self._nose_and_mouth(sex)

    def truth(self, share: float) -> Truth:
        """Where this person is in a picture of `share` times 900 pixels width."""

        def there(x: float, y: float) -> Point:
            right, down = self._place(x, y)
            return right * share, down * share

        return Truth(
            left_eye=there(_EYES[0], _EYE_LINE),
            right_eye=there(_EYES[1], _EYE_LINE),
            width=2 * self._half * self._scale * share,
            crown=there(450, self._top)[1],
        )

    def _crown(self, sex: Sex) -> None:
        half, top = self._half, 185 - self._tall
        # Hair above, forehead cut out of it again: temples stay covered.
        self._chord(450 - half - 14, top, 450 + half + 14, 860, self._hair)
        self._chord(450 - half + 22, 305, 450 + half - 22, 760, self._skin)
        if sex == "男":
            self._chord(450 - half + 12, 270, 450 + half - 12, 430, self._hair)
        if self._look.fringe:
            self._box(450 - half + 20, 350, 450 + half - 20, 458, self._hair)
            self._chord(450 - half + 12, 200, 450 + half - 12, 600, self._hair)

    def _one_eye(self, x: int) -> None:
        wide, y = self._eye // 2, _EYE_LINE
        if not self._look.fringe:
            self._arc(x - wide - 12, y - 62, x + wide + 12, y + 10, (205, 335), self._hair, 20)
        self._oval(x - wide, y - 17, x + wide, y + 17, (238, 238, 234))
        self._oval(x - 17, y - 17, x + 17, y + 17, (52, 36, 28))
        self._oval(x - 8, y - 8, x + 8, y + 8, (12, 10, 10))
        self._oval(x + 3, y - 10, x + 9, y - 4, (255, 255, 255))
        self._arc(x - wide, y - 20, x + wide, y + 22, (190, 350), self._hair, 8)
        if self._look.sunglasses:
            self._oval(x - 72, y - 50, x + 72, y + 60, (24, 24, 28))
        elif self._glasses:
            self._arc(x - 66, y - 48, x + 66, y + 56, (0, 360), (40, 40, 46), 10)
        if self._look.glare:
            self._polygon((x + 4, y + 40, x + 26, y - 34, x + 52, y - 26, x + 30, y + 44), (255, 255, 255))
        if self._glasses or self._look.sunglasses:
            self._line(430, y - 6, 470, y - 6, (40, 40, 46), 10)

    def _nose_and_mouth(self, sex: Sex) -> None:
        dark = _shade(self._skin, 0.72)
        self._arc(412, 570, 488, 645, (25, 155), dark, 9)
        lips = (186, 92, 92) if sex == "女" else (172, 104, 96)
        self._chord(450 - self._lip, 676, 450 + self._lip, 726, lips, (0, 180))
        self._line(450 - self._lip, 701, 450 + self._lip, 701, _shade(lips, 0.7), 7)

    def _shoulders(self, sex: Sex) -> None:
        wide = 395 if sex == "男" else 350
        around = 170 * self._scale * self._fine
        self._draw.rounded_rectangle(self._at(450 - wide, 890, 450 + wide, 1800), around, fill=self._clothes)

    def _collar(self) -> None:
        self._polygon((385, 900, 515, 900, 450, 1010), _shade(self._skin, 0.88))
        white = (246, 246, 244) if self._clothes[0] < 200 else (120, 150, 190)
        for side in (-1, 1):
            points = (450 + side * 68, 880, 450, 1015, 450 + side * 70, 1075, 450 + side * 130, 905)
            self._polygon(points, white)

    def _oval(self, left: int, top: int, right: int, bottom: int, colour: Colour) -> None:
        self._draw.ellipse(self._at(left, top, right, bottom), fill=colour)

    def _box(self, left: int, top: int, right: int, bottom: int, colour: Colour) -> None:
        self._draw.rectangle(self._at(left, top, right, bottom), fill=colour)

    def _chord(
        self, left: int, top: int, right: int, bottom: int, colour: Colour, of: tuple[int, int] = (180, 360)
    ) -> None:
        self._draw.chord(self._at(left, top, right, bottom), *of, fill=colour)

    def _arc(self, left: int, top: int, right: int, bottom: int, of: tuple[int, int], colour: Colour, pen: int) -> None:
        self._draw.arc(self._at(left, top, right, bottom), *of, fill=colour, width=self._pen(pen))

    def _line(self, left: int, top: int, right: int, bottom: int, colour: Colour, pen: int) -> None:
        self._draw.line(self._at(left, top, right, bottom), fill=colour, width=self._pen(pen))

    def _polygon(self, points: tuple[int, ...], colour: Colour) -> None:
        pairs = zip(points[::2], points[1::2], strict=True)
        self._draw.polygon([value * self._fine for x, y in pairs for value in self._place(x, y)], fill=colour)

    def _pen(self, pen: int) -> int:
        return max(1, round(pen * self._scale * self._fine / _FINE))

    def _place(self, x: float, y: float) -> Point:
        """Where a point of the plain drawing is in this one."""
        return 450 + (x - 450) * self._scale + self._right, _HEIGHT + (y - _HEIGHT) * self._scale + self._down

    def _at(self, left: int, top: int, right: int, bottom: int) -> tuple[float, float, float, float]:
        (x, y), (right_x, bottom_y) = self._place(left, top), self._place(right, bottom)
        return x * self._fine, y * self._fine, right_x * self._fine, bottom_y * self._fine


def _shade(colour: Colour, factor: float) -> Colour:
    red, green, blue = colour
    return int(red * factor), int(green * factor), int(blue * factor)


if __name__ == "__main__":
    Path(sys.argv[2]).write_bytes(face(int(sys.argv[1])))
