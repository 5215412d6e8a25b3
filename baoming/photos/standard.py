"""The candidate's photograph: from a file nobody vouches for to the JPEG that is kept (R7).

What is asked of it, and what is said of one. How it is made stands in `preparing`, where head and eyes are in
`measures`, and what that is worth in `geometry`. Nothing here opens a picture: a portal imports this.
"""

from dataclasses import dataclass
from enum import StrEnum

from baoming.photos import geometry as shape
from baoming.photos.geometry import Measures
from baoming.shared.errors import Refused


class Fault(StrEnum):
    """Why a file was not taken; the value is what the person reads."""

    EMPTY = "照片文件是空的，请重新选择照片上传。"
    TOO_LARGE = "照片文件超过 10MB，请在相机或相册里选较小的尺寸后再上传。"
    HEIC = "这张照片是 HEIC 格式，请在手机“设置—相机—格式”中选“兼容性最佳”后重拍，或转存为 JPG 再上传。"
    NO_PHOTO = "这个文件不是 JPG 或 PNG 照片，请选择相机拍摄的照片原图。"
    TOO_MANY_PIXELS = "照片像素过大，请把相机调到 1200 万像素左右后重拍。"
    BROKEN = "照片文件不完整，打不开，请重新传一次，或请考生重发原图。"
    TOO_SMALL = "照片尺寸太小，宽不足 480 像素或高不足 640 像素，请上传原图，不要用截图或压缩过的图片。"
    BLANK = "照片画面近乎空白，请检查镜头后重拍。"
    TOO_NOISY = "照片噪点过多，压缩后达不到规定的文件大小，请在光线充足处重拍。"


class PhotoRefused(Refused):
    """The file cannot become a photograph. `fault` says why, and the message what to do."""

    def __init__(self, fault: Fault, said: str = "") -> None:
        """`said`: where other words than the fault's own tell what to do."""
        super().__init__(said or fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoProfile:
    """What a season asks of a photograph. The defaults are the national standard's file part."""

    width: int = 480
    height: int = 640
    dpi: int = 300
    min_bytes: int = 20 * 1024
    max_bytes: int = 40 * 1000  # "40 KB" in either way of counting
    min_quality: int = 60
    max_upload_bytes: int = 10 * 1024 * 1024
    max_pixels: int = 50_000_000  # of a plain JPEG, which is reduced while decoding
    max_pixels_whole: int = 16_000_000  # of a PNG or progressive JPEG, which memory must hold whole


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedPhoto:
    """The photograph as it is kept. `source_size`: width and height of the file handed in, upright."""

    jpeg: bytes
    sha256: str
    source_size: tuple[int, int]
    source_bytes: int
    quality: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExaminedPhoto:
    """The photograph, and what was found on it. With a fault it counts only when staff let it pass."""

    prepared: PreparedPhoto
    measures: Measures
    faults: tuple[shape.Fault, ...]
