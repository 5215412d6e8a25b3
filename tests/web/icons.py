"""The sign of the candidate app in pixels: four answer boxes, one filled in, as in favicon.svg.

`python -m tests.web.icons` draws the files in baoming/web/static anew.
"""

from pathlib import Path

from PIL import Image, ImageDraw

STATIC = Path(__file__).parent.parent.parent / "baoming" / "web" / "static"
SIZES = (192, 512)
_INK, _PEN, _PAPER = "#15191e", "#1a479e", "#ffffff"
_FINE = 4  # drawn so much larger, then made small: smooth edges
_MARGIN = 0.16  # of the side: launchers cut a maskable sign to a circle


def draw(size: int) -> Image.Image:
    """Return the sign, `size` pixels wide and high, its ground reaching every edge."""
    side = size * _FINE
    unit = side * (1 - 2 * _MARGIN) / 26  # the boxes of favicon.svg stand within 3..29
    picture = Image.new("RGB", (side, side), _PAPER)
    pen = ImageDraw.Draw(picture)

    def box(x: float, y: float, width: float, height: float) -> tuple[float, float, float, float]:
        left, top = side * _MARGIN + (x - 3) * unit, side * _MARGIN + (y - 3) * unit
        return left, top, left + width * unit, top + height * unit

    for x, y in ((3, 5), (3, 17), (17, 17)):
        pen.rounded_rectangle(box(x, y, 12, 10), 2.5 * unit, outline=_INK, width=round(2.5 * unit))
    pen.rounded_rectangle(box(17, 5, 12, 10), 2.5 * unit, fill=_PEN)
    return picture.resize((size, size), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    for size in SIZES:
        draw(size).save(STATIC / f"icon-{size}.png", optimize=True)
