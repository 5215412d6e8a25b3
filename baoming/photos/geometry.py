"""What a photograph must look like: measures in, faults out (R7). No picture and no decoder is known here.

`frame` says which part of a larger picture to keep, so that eyes, head and width fall into the season's
profile; `faults` says what is still wrong with the part that was kept.
"""

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, Self

Colour = tuple[int, int, int]
Point = tuple[float, float]


class Fault(StrEnum):
    """What is wrong with a picture; the value says what to do. The most important first: others follow from it.

    A machine's no is no last word about a person: staff may let each of these pass, with a reason.
    """

    NO_FACE = "没有找到正脸，请让考生面向镜头、露出五官再拍"
    SEVERAL_FACES = "照片里不止一个人，请让旁人离开画面再拍"
    TOO_DARK = "照片太暗，请打开补光灯再拍"
    TOO_BRIGHT = "照片过亮，五官发白，请调暗灯光或关掉闪光灯再拍"
    BLURRED = "照片模糊，请擦净镜头，对准面部，拿稳再拍"
    EYES_HIDDEN = "看不清双眼，请摘下墨镜、拨开头发，睁眼再拍"
    TOO_SMALL = "头部太小，请走近一步再拍"
    TOO_LARGE = "头部太大，请退后一步再拍"
    TILTED = "头部歪斜，请让考生坐正、双眼平视再拍"
    ASIDE = "头部没有居中，请让考生坐到画面中间再拍"
    CROWN_CUT = "头顶离照片上边太近，请把镜头抬高一点再拍"
    CROWN_LOW = "头顶上方空得太多，请把镜头放低一点再拍"
    EYES_HIGH = "眼睛的位置偏高，请把镜头抬高一点再拍"
    EYES_LOW = "眼睛的位置偏低，请把镜头放低一点再拍"
    BROWS_HIDDEN = "头发遮住眉毛，请把刘海拨开再拍"
    GLARE = "眼镜有反光，请稍低头或换个角度再拍"
    HALF_LIT = "面部一边亮一边暗，请把两侧的灯调匀再拍"
    BACKDROP = "背景不是规定的颜色，请换用浅蓝、白色或浅灰的背景布再拍"
    UNEVEN_BACKDROP = "背景有阴影或杂物，请让考生离背景布远一些，调匀灯光再拍"
    COMPRESSED = "照片被压缩过，画质不够，请发原图"

    @property
    def said(self) -> str:
        """What is wrong, without what to do: for lists."""
        return self.value.split("，请", maxsplit=1)[0]

    @property
    def cure(self) -> str:
        """What to do."""
        return "请" + self.value.split("，请", maxsplit=1)[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where one head is, in pixels of some picture; left and right as seen."""

    left_eye: Point
    right_eye: Point
    width: float  # of the face, between the ears
    crown: float  # the top of the hair, 头顶发际

    @property
    def middle(self) -> float:
        return (self.left_eye[0] + self.right_eye[0]) / 2

    @property
    def eye_line(self) -> float:
        return (self.left_eye[1] + self.right_eye[1]) / 2

    @property
    def apart(self) -> float:
        """Between the eyes: the measure of all else in a face."""
        return math.dist(self.left_eye, self.right_eye)

    @property
    def slope(self) -> float:
        """How far the line through the eyes sinks for each pixel to the right."""
        return (self.right_eye[1] - self.left_eye[1]) / (self.right_eye[0] - self.left_eye[0])

    @property
    def tilt(self) -> float:
        """Degrees by which the line through the eyes leaves the level."""
        return math.degrees(math.atan(self.slope))

    def within(self, box: "Box", width: int) -> "Head":
        """The same head in the picture that `box` becomes when it is drawn `width` pixels wide."""
        scale = width / (box.right - box.left)

        def there(point: Point) -> Point:
            return (point[0] - box.left) * scale, (point[1] - box.top) * scale

        return Head(
            left_eye=there(self.left_eye),
            right_eye=there(self.right_eye),
            width=self.width * scale,
            crown=(self.crown - box.top) * scale,
        )


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a picture."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """What the pixels around a head say. Shares run from 0 to 1, light from 0 to 255."""

    backdrop: Colour
    uneven: float  # how far parts of the backdrop lie from its colour
    light: float  # of the face
    blown: float  # share of the face that is white beyond any drawing
    lopsided: float  # by which share one half of the face is darker
    sharpness: float  # the steepest edge at the eyes, as a share of their contrast, for each pixel
    covered: float  # share of dark pixels where the eyes are
    brows: float  # share of skin above the brows
    glare: float  # share of white pixels where the eyes are


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """All that was measured of a photograph as it is kept."""

    faces: int
    head: Head | None = None
    looks: Looks | None = None
    source_quality: int = 0  # of the JPEG handed in; 0: not a JPEG

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Self:
        head, looks = content.get("head"), content.get("looks")
        return cls(
            faces=content["faces"],
            head=Head(**{key: _points(value) for key, value in head.items()}) if head else None,
            looks=Looks(**{key: _points(value) for key, value in looks.items()}) if looks else None,
            source_quality=content.get("source_quality", 0),
        )


def _points(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


@dataclass(frozen=True, slots=True, kw_only=True)
class GeometryProfile:
    """What a season asks of head and backdrop, in pixels of the finished picture (domain.md section 6).

    The ranges are the national standard's; it names no figures for the rest: those limits are ours.
    """

    crown: tuple[int, int]
    eyes: tuple[int, int]
    face_width: tuple[int, int]
    backdrops: tuple[Colour, ...]
    backdrop_tolerance: int
    backdrop_unevenness: int
    aside: int
    tilt: float
    light: tuple[int, int]
    blown: float
    lopsided: float
    sharpness: float
    covered: float
    brows: float
    glare: float
    source_quality: int

    @classmethod
    def from_json(cls, standard: dict[str, Any], limits: dict[str, Any]) -> Self:
        """Read the two parts of the season's document: the standard's figures, and ours."""
        known = {field.name for field in fields(cls)}
        found = {key: value for key, value in {**standard, **limits}.items() if key in known}
        backdrops = tuple(_points(item["colour"]) for item in found.pop("backdrops"))
        return cls(backdrops=backdrops, **{key: _points(value) for key, value in found.items()})


def frame(head: Head, source: tuple[int, int], size: tuple[int, int], profile: GeometryProfile) -> Box:
    """Return the part of a picture of `source` pixels that becomes the photograph of `size`.

    The middle, when the head stands well there; else the part in which eyes, crown and width come nearest
    to the middle of their ranges. Nothing is enlarged beyond its own pixels.
    """
    middle = _middle(source, size)
    wrong, strain = _strain(head.within(middle, size[0]), size, profile)
    if not wrong and strain < _NEAR:
        return middle
    largest = (middle.right - middle.left) / size[0]
    boxes = [middle]
    for step in range(_STEPS):
        boxes += _boxes(head, source, size, profile, largest ** (step / (_STEPS - 1)))
    return min(boxes, key=lambda box: _strain(head.within(box, size[0]), size, profile))


_STEPS = 24
_NEAR = 0.85  # of half a range: measuring is exact to some pixels only


def _middle(source: tuple[int, int], size: tuple[int, int]) -> Box:
    """The largest part of the right shape, in the middle."""
    scale = min(source[0] / size[0], source[1] / size[1])
    left, top = (source[0] - size[0] * scale) / 2, (source[1] - size[1] * scale) / 2
    return Box(left, top, left + size[0] * scale, top + size[1] * scale)


def _boxes(
    head: Head, source: tuple[int, int], size: tuple[int, int], profile: GeometryProfile, scale: float
) -> Iterable[Box]:
    """Parts that take `scale` pixels of the source for each of the photograph, the head in their middle."""
    width, height = size[0] * scale, size[1] * scale
    left = min(max(head.middle - width / 2, 0), source[0] - width)
    by_crown = head.crown - sum(profile.crown) / 2 * scale
    by_eyes = head.eye_line - sum(profile.eyes) / 2 * scale
    for wanted in (by_crown, (by_crown + by_eyes) / 2, by_eyes):
        top = min(max(wanted, 0), source[1] - height)
        yield Box(left, top, left + width, top + height)


def _strain(head: Head, size: tuple[int, int], profile: GeometryProfile) -> tuple[int, float]:
    """How badly a head stands: how much leaves its range (its size counts double), and how far from the middle."""
    ranges = (
        (head.crown, profile.crown),
        (head.eye_line, profile.eyes),
        (head.middle, (size[0] / 2 - profile.aside, size[0] / 2 + profile.aside)),
        (head.width, profile.face_width),
    )
    off = [abs(2 * value - sum(ends)) / (ends[1] - ends[0]) for value, ends in ranges]
    return sum(share > 1 for share in off) + (off[-1] > 1), max(off) + 0.01 * sum(off)


def faults(measures: Measures, width: int, profile: GeometryProfile) -> list[Fault]:
    """Return what is wrong with a photograph `width` pixels wide, the most important first."""
    if measures.faces > 1:
        return [Fault.SEVERAL_FACES]
    if measures.head is None or measures.looks is None:
        return [Fault.NO_FACE]
    found = [*_light_faults(measures.looks, profile), *_place_faults(measures.head, width, profile)]
    found += _look_faults(measures.looks, profile)
    unseen = {fault for cause in found for fault in _FOLLOWS.get(cause, ())}
    found = [fault for fault in found if fault not in unseen]
    if 0 < measures.source_quality < profile.source_quality:
        found.append(Fault.COMPRESSED)
    order = list(Fault)
    return sorted(found, key=order.index)


_AT_THE_EYES = (Fault.BLURRED, Fault.EYES_HIDDEN, Fault.BROWS_HIDDEN, Fault.GLARE)
_BY_LIGHT = (*_AT_THE_EYES, Fault.HALF_LIT, Fault.BACKDROP, Fault.UNEVEN_BACKDROP)
# What a fault keeps from being measured: not said beside it.
_FOLLOWS = {
    Fault.TOO_DARK: _BY_LIGHT,
    Fault.TOO_BRIGHT: _BY_LIGHT,
    Fault.TOO_SMALL: _AT_THE_EYES,
    Fault.EYES_HIDDEN: (Fault.BLURRED,),
}


def _light_faults(looks: Looks, profile: GeometryProfile) -> list[Fault]:
    if looks.light < profile.light[0]:
        return [Fault.TOO_DARK]
    return [Fault.TOO_BRIGHT] if looks.light > profile.light[1] or looks.blown > profile.blown else []


def _place_faults(head: Head, width: int, profile: GeometryProfile) -> list[Fault]:
    """Where the head is. A head of the wrong size stands wrong in other ways too: its size alone is said."""
    if head.width < profile.face_width[0]:
        return [Fault.TOO_SMALL]
    if head.width > profile.face_width[1]:
        return [Fault.TOO_LARGE]
    checks = (
        (abs(head.tilt) > profile.tilt, Fault.TILTED),
        (abs(head.middle - width / 2) > profile.aside, Fault.ASIDE),
        (head.crown < profile.crown[0], Fault.CROWN_CUT),
        (head.crown > profile.crown[1], Fault.CROWN_LOW),
        (head.eye_line < profile.eyes[0], Fault.EYES_HIGH),
        (head.eye_line > profile.eyes[1], Fault.EYES_LOW),
    )
    return [fault for wrong, fault in checks if wrong]


def _look_faults(looks: Looks, profile: GeometryProfile) -> list[Fault]:
    nearest = min(math.dist(looks.backdrop, colour) for colour in profile.backdrops)
    checks = (
        (looks.sharpness < profile.sharpness, Fault.BLURRED),
        (looks.covered > profile.covered, Fault.EYES_HIDDEN),
        (looks.brows < profile.brows, Fault.BROWS_HIDDEN),
        (looks.glare > profile.glare, Fault.GLARE),
        (looks.lopsided > profile.lopsided, Fault.HALF_LIT),
        (nearest > profile.backdrop_tolerance, Fault.BACKDROP),
        (looks.uneven > profile.backdrop_unevenness, Fault.UNEVEN_BACKDROP),
    )
    return [fault for wrong, fault in checks if wrong]
