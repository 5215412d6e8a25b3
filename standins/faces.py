"""Draws people who do not exist, for tests and demonstrations: real photographs are never used.

python -m standins.faces 7 face.jpg
"""

import io
import sys
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


def face(seed: int, *, sex: Sex | None = None) -> bytes:
    """Return a JPEG of 900×1200: one made-up face before light blue. Same arguments, same bytes."""
    random = Random(seed)  # noqa: S311  (a face, not a secret)
    chosen: Sex = random.choice(_SEXES)
    picture = Image.new("RGB", (_WIDTH * _FINE, _HEIGHT * _FINE), BACKDROP)
    _Painter(picture, random).paint(sex if sex is not None else chosen)
    small = picture.resize((_WIDTH, _HEIGHT), Image.Resampling.LANCZOS).filter(ImageFilter.GaussianBlur(0.8))
    out = io.BytesIO()
    _grain(small, random).save(out, "JPEG", quality=90, dpi=(300, 300))
    return out.getvalue()


def _grain(picture: Image.Image, random: Random) -> Image.Image:
    """Give the flat drawing the fine noise of a camera, so that it compresses like a photograph."""
    pixels = random.randbytes(_WIDTH * _HEIGHT)
    noise = Image.frombytes("L", (_WIDTH, _HEIGHT), pixels).filter(ImageFilter.GaussianBlur(0.7))
    return Image.blend(picture, Image.merge("RGB", (noise, noise, noise)), 0.045)


class _Painter:
    """Paints one face; all measures in pixels of the 900×1200 picture."""

    def __init__(self, picture: Image.Image, random: Random) -> None:
        self._draw = ImageDraw.Draw(picture)
        self._skin = random.choice(_SKINS)
        self._hair = random.choice(_HAIR)
        self._clothes = random.choice(_CLOTHES)
        self._half = random.randint(205, 235)  # half the width of the face
        self._chin = random.randint(800, 830)
        self._eye = random.randint(66, 80)
        self._lip = random.randint(52, 68)
        self._glasses = random.random() < 0.3
        self._tall = random.randint(0, 25)  # of the hair

    def paint(self, sex: Sex) -> None:
        half = self._half
        if sex == "女":
            self._oval(450 - half - 62, 170 - self._tall, 450 + half + 62, 980, self._hair)
        self._shoulders(sex)
        self._box(385, 740, 515, 935, _shade(self._skin, 0.88))
        self._collar()
        for side in (-1, 1):
            self._oval(450 + side * half - 26, 500, 450 + side * half + 26, 610, _shade(self._skin, 0.93))
        self._oval(450 - half, 250, 450 + half, self._chin, self._skin)
        self._crown(sex)
        for side in (-1, 1):
            self._one_eye(450 + side * 92)
        self._nose_and_mouth(sex)

    def _crown(self, sex: Sex) -> None:
        half, top = self._half, 185 - self._tall
        # Hair above, forehead cut out of it again: temples stay covered.
        self._draw.chord(self._at(450 - half - 14, top, 450 + half + 14, 860), 180, 360, fill=self._hair)
        self._draw.chord(self._at(450 - half + 22, 305, 450 + half - 22, 760), 180, 360, fill=self._skin)
        if sex == "男":
            self._draw.chord(self._at(450 - half + 12, 270, 450 + half - 12, 430), 180, 360, fill=self._hair)

    def _one_eye(self, x: int) -> None:
        wide, y = self._eye // 2, 505
        self._draw.arc(self._at(x - wide - 12, y - 62, x + wide + 12, y + 10), 205, 335, fill=self._hair, width=20)
        self._oval(x - wide, y - 17, x + wide, y + 17, (250, 250, 248))
        self._oval(x - 17, y - 17, x + 17, y + 17, (52, 36, 28))
        self._oval(x - 8, y - 8, x + 8, y + 8, (12, 10, 10))
        self._oval(x + 3, y - 10, x + 9, y - 4, (255, 255, 255))
        self._draw.arc(self._at(x - wide, y - 20, x + wide, y + 22), 190, 350, fill=self._hair, width=8)
        if self._glasses:
            self._draw.ellipse(self._at(x - 66, y - 48, x + 66, y + 56), outline=(40, 40, 46), width=10)
            self._draw.line(self._at(430, y - 6, 470, y - 6), fill=(40, 40, 46), width=10)

    def _nose_and_mouth(self, sex: Sex) -> None:
        dark = _shade(self._skin, 0.72)
        self._draw.arc(self._at(412, 570, 488, 645), 25, 155, fill=dark, width=9)
        lips = (186, 92, 92) if sex == "女" else (172, 104, 96)
        self._draw.chord(self._at(450 - self._lip, 676, 450 + self._lip, 726), 0, 180, fill=lips)
        self._draw.line(self._at(450 - self._lip, 701, 450 + self._lip, 701), fill=_shade(lips, 0.7), width=7)

    def _shoulders(self, sex: Sex) -> None:
        wide = 395 if sex == "男" else 350
        self._draw.rounded_rectangle(self._at(450 - wide, 890, 450 + wide, 1400), 170 * _FINE, fill=self._clothes)

    def _collar(self) -> None:
        neck = _shade(self._skin, 0.88)
        self._draw.polygon([value * _FINE for value in (385, 900, 515, 900, 450, 1010)], fill=neck)
        white = (246, 246, 244) if self._clothes[0] < 200 else (120, 150, 190)
        for side in (-1, 1):
            points = (450 + side * 68, 880, 450, 1015, 450 + side * 70, 1075, 450 + side * 130, 905)
            self._draw.polygon([value * _FINE for value in points], fill=white)

    def _oval(self, left: int, top: int, right: int, bottom: int, colour: Colour) -> None:
        self._draw.ellipse(self._at(left, top, right, bottom), fill=colour)

    def _box(self, left: int, top: int, right: int, bottom: int, colour: Colour) -> None:
        self._draw.rectangle(self._at(left, top, right, bottom), fill=colour)

    @staticmethod
    def _at(left: int, top: int, right: int, bottom: int) -> tuple[int, int, int, int]:
        return left * _FINE, top * _FINE, right * _FINE, bottom * _FINE


def _shade(colour: Colour, factor: float) -> Colour:
    red, green, blue = colour
    return int(red * factor), int(green * factor), int(blue * factor)


if __name__ == "__main__":
    Path(sys.argv[2]).write_bytes(face(int(sys.argv[1])))
