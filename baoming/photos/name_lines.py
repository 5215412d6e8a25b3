"""What is said of the name line on a photographed card front: where it is found and cut stands in card_fronts.py.

Nothing here opens a picture: a portal imports this, and leaves what does to the limited process.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

from baoming.photos.standard import Fault, PhotoProfile, PhotoRefused
from baoming.shared.errors import Refused

FINE: Final = 20  # pixels a millimetre, of the flat card and of what is cut from it
STRIP: Final = (140, 25, 400, 130)  # left, top, width, height on the card, in tenths: name line and some room
SMALLEST, STEP = 20, 5  # tenths: of a box's side, of one press of a button
FILE: Final = PhotoProfile(width=800, height=800)  # less, and strokes of a rare character run together


_SAID = {  # where the words of the portrait photo's standard say what is not so here
    Fault.TOO_SMALL: f"证件照片尺寸太小，宽和高都要有{FILE.width}像素，请用相机重拍，不要用截图或压缩过的图片",
    Fault.BROKEN: "证件照片不完整，打不开，请把证件正面重拍一张",
}


class FrontRefused(PhotoRefused):
    """As PhotoRefused, of the photograph of a card's front."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault, _SAID.get(fault, ""))


class CardUnclear(Refused):
    """No card can be made out on the picture."""

    def __init__(self) -> None:
        super().__init__("照片上没有找到证件。请把证件正面平放在深色桌面上，四角都拍进去，占画面一半以上，再拍一张")


class NameBox(NamedTuple):
    """Where the name stands on the strip, in tenths of a millimetre."""

    left: int
    top: int
    width: int
    height: int

    def moved(self, **by: int) -> "NameBox":
        """Return the box with sides changed, kept on the strip."""
        left, top, width, height = (getattr(self, side) + by.get(side, 0) for side in self._fields)
        width, height = (max(SMALLEST, min(side, most)) for side, most in ((width, STRIP[2]), (height, STRIP[3])))
        return NameBox(max(0, min(left, STRIP[2] - width)), max(0, min(top, STRIP[3] - height)), width, height)


@dataclass(frozen=True, slots=True)
class NameLine:
    """The strip around the name line, as PNG, and where the name seems to be."""

    strip: bytes
    box: NameBox
