"""Draws fronts of identity cards of people who do not exist, and photographs of them, good and bad.

python -m standins.cards 欧阳思远 card.jpg

Laid out as second-generation cards are: 85.6 × 54 mm, the name on the first line, the photograph at the right. A
character that no font has is drawn as strokes of our own, as a card shows what only its maker's font had.
"""

import io
import sys
from dataclasses import dataclass
from pathlib import Path
from random import Random

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from baoming.documents.glyphs import default_faces
from standins.faces import face

FINE = 20  # pixels a millimetre
WIDTH, HEIGHT = 85.6, 54.0  # of a card
NAME_AT, NAME_SIZE = (17.0, 6.2), 3.6  # where the name begins, and how high its characters are
_LINES = (
    (6.2, "姓名", ""), (13.6, "性别", "男　　　民族　汉"), (20.4, "出生", "2005　年　3　月　17　日"),
    (27.6, "住址", "演示市样例区示范街道"),
)  # fmt: skip
_INK, _LABEL, _GROUND = (28, 26, 24), (70, 110, 160), (226, 233, 236)
_SANS = Path("node_modules/@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """How a card was photographed; well, unless said."""

    turned: float = 0.0  # degrees, clockwise
    slanted: float = 0.0  # 0.15: the far side is that much shorter
    light: float = 1.0  # 0.4: a dim room
    shaded: float = 0.0  # by how much the light falls off to the right
    table: tuple[int, int, int] = (96, 74, 58)
    share: float = 0.7  # of the picture's width that the card takes
    size: tuple[int, int] = (2000, 1500)
    noise: int = 4


def front(name: str, *, lines: int = 1) -> Image.Image:
    """Return the front of a card; a long name may stand on two lines."""
    card = Image.new("RGB", _pixels(WIDTH, HEIGHT), _GROUND)
    pen = ImageDraw.Draw(card)
    for top, label, value in _LINES:
        pen.text(_pixels(6.5, top + 0.4), label, font=_font("姓", 2.6), fill=_LABEL)
        pen.text(_pixels(17, top + 0.3), value, font=_font("姓", 3.0), fill=_INK)
    pen.text(_pixels(6.5, 45.2), "公民身份号码", font=_font("姓", 2.6), fill=_LABEL)
    pen.text(_pixels(29, 44.8), "990001200503170135", font=_font("姓", 3.6), fill=_INK)
    length = -(-len(name) // lines)
    for line in range(lines):
        top = NAME_AT[1] + line * NAME_SIZE * 1.2 - (lines - 1) * 1.2
        _write(card, pen, name[line * length : (line + 1) * length], top=top)
    portrait = Image.open(io.BytesIO(face(3))).resize(_pixels(26, 32.5)).crop((0, 0, *_pixels(26, 32)))
    card.paste(portrait, _pixels(54.5, 8.5))
    return card


def photographed(card: Image.Image, shot: Shot | None = None) -> bytes:
    """Return the JPEG that a phone makes of the card on a table."""
    how = shot or Shot()
    width, height = how.size
    wide = width * how.share
    high = wide * HEIGHT / WIDTH
    corners = np.array([[-wide, -high], [wide, -high], [wide, high], [-wide, high]], np.float32) / 2
    corners[1:3, 1] *= 1 - how.slanted
    angle = np.deg2rad(how.turned)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]], np.float32)
    target = corners @ turn + np.array([width / 2, height / 2], np.float32)
    source = np.array([[0, 0], [card.width, 0], [card.width, card.height], [0, card.height]], np.float32)
    scene = np.full((height, width, 3), how.table, np.uint8)
    matrix = cv2.getPerspectiveTransform(source, target.astype(np.float32))
    cv2.warpPerspective(np.asarray(card), matrix, how.size, scene, cv2.INTER_AREA, cv2.BORDER_TRANSPARENT)
    draw = np.random.default_rng(7)
    falling = how.light * (1 - how.shaded * np.linspace(0, 1, width))[None, :, None]
    lit = scene * falling + draw.normal(0, how.noise, scene.shape)
    out = io.BytesIO()
    Image.fromarray(lit.clip(0, 255).astype(np.uint8)).save(out, "JPEG", quality=90)
    return out.getvalue()


def paper(words: str) -> bytes:
    """Return the JPEG of a page that is no card and says this."""
    page = Image.new("RGB", (1200, 900), (244, 240, 228))
    pen = ImageDraw.Draw(page)
    pen.rectangle((60, 60, 1140, 840), outline=_LABEL, width=4)
    pen.text((600, 450), words, font=ImageFont.truetype(str(_SANS), 90), fill=_INK, anchor="mm")
    out = io.BytesIO()
    page.save(out, "JPEG", quality=90)
    return out.getvalue()


def _pixels(x: float, y: float) -> tuple[int, int]:
    return round(x * FINE), round(y * FINE)


def _font(character: str, size: float) -> ImageFont.FreeTypeFont:
    rare = default_faces().rare_font(character) if default_faces().rare_fonts(character) else None
    return ImageFont.truetype(str(rare or _SANS), round(size * FINE))


def _write(card: Image.Image, pen: ImageDraw.ImageDraw, name: str, *, top: float) -> None:
    left = NAME_AT[0]
    for character in name:
        if default_faces().missing(character):
            _strokes(pen, character, left, top)
        else:
            pen.text(_pixels(left, top), character, font=_font(character, NAME_SIZE), fill=_INK, anchor="lt")
        left += NAME_SIZE * 1.06


def _strokes(pen: ImageDraw.ImageDraw, character: str, left: float, top: float) -> None:
    """Strokes by the character's code: the same each time, and like no other character."""
    chance = Random(ord(character))  # noqa: S311  (strokes, not a secret)
    for _ in range(5):
        y = top + chance.uniform(0.3, NAME_SIZE - 0.3)
        pen.line([_pixels(left + 0.3, y), _pixels(left + NAME_SIZE - 0.4, y)], fill=_INK, width=round(0.28 * FINE))
    for _ in range(3):
        x = left + chance.uniform(0.5, NAME_SIZE - 0.5)
        pen.line([_pixels(x, top + 0.3), _pixels(x, top + NAME_SIZE - 0.3)], fill=_INK, width=round(0.34 * FINE))


if __name__ == "__main__":
    Path(sys.argv[2]).write_bytes(photographed(front(sys.argv[1])))
