"""The candidate's photograph: from a file nobody vouches for to the JPEG that is kept (R7).

The file's own name and type are not believed. It is measured before it is decoded, decoded once, and
drawn anew: whatever else it carried (place, device, a second file behind it) stays behind. Where head
and eyes are is judged elsewhere.
"""

import hashlib
import io
from dataclasses import dataclass
from enum import StrEnum

from PIL import Image, ImageCms, ImageOps

from baoming.shared.errors import Refused

_ORIENTATION = 0x0112  # EXIF tag; 5 to 8 lie on their side
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")
_FINER = ((98, "4:2:0"), (95, "4:4:4"), (97, "4:4:4"), (99, "4:4:4"), (100, "4:4:4"))
_SRGB = ImageCms.createProfile("sRGB")


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

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
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


def prepare(data: bytes, profile: PhotoProfile) -> PreparedPhoto:
    """Return `data` cut to the profile's size, upright, sRGB, without metadata. Raises PhotoRefused."""
    _require_photo_type(data, profile)
    try:
        image, size = _decode(data, profile)
        picture = _fit(image, profile)
    except PhotoRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PhotoRefused(Fault.TOO_MANY_PIXELS) from None
    except Exception:
        # Decoders meet hostile bytes here and raise nearly anything: all of it means "cannot be read".
        raise PhotoRefused(Fault.BROKEN) from None
    jpeg, quality = _encode(picture, profile)
    return PreparedPhoto(
        jpeg=jpeg,
        sha256=hashlib.sha256(jpeg).hexdigest(),
        source_size=size,
        source_bytes=len(data),
        quality=quality,
    )


def _require_photo_type(data: bytes, profile: PhotoProfile) -> None:
    """Look at the first bytes only."""
    if not data:
        raise PhotoRefused(Fault.EMPTY)
    if len(data) > profile.max_upload_bytes:
        raise PhotoRefused(Fault.TOO_LARGE)
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS:
        raise PhotoRefused(Fault.HEIC)
    if not data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        raise PhotoRefused(Fault.NO_PHOTO)


def _decode(data: bytes, profile: PhotoProfile) -> tuple[Image.Image, tuple[int, int]]:
    """Return the pixels, upright (a JPEG already reduced), and the size of the file's picture."""
    image = Image.open(io.BytesIO(data), formats=("JPEG", "PNG"))  # reads the head only
    reducible = image.format != "PNG" and not image.info.get("progressive")
    if image.width * image.height > (profile.max_pixels if reducible else profile.max_pixels_whole):
        raise PhotoRefused(Fault.TOO_MANY_PIXELS)
    on_its_side = image.getexif().get(_ORIENTATION, 1) in (5, 6, 7, 8)
    size = (image.height, image.width) if on_its_side else (image.width, image.height)
    if size[0] < profile.width or size[1] < profile.height:
        raise PhotoRefused(Fault.TOO_SMALL)
    enough = 2 * max(profile.width, profile.height)  # twice as fine as needed, whichever way it lies
    image.draft(None, (enough, enough))
    image.load()
    return ImageOps.exif_transpose(image), size


def _fit(image: Image.Image, profile: PhotoProfile) -> Image.Image:
    """Return the middle of the picture in the profile's shape and size, as bare sRGB."""
    colours = image.info.get("icc_profile")
    picture = _opaque(image)
    size = (profile.width, profile.height)
    picture = ImageOps.fit(picture, size, method=Image.Resampling.LANCZOS, centering=(0.5, 0.5))
    picture = _srgb(picture, colours)
    picture.info.clear()
    return picture


def _opaque(image: Image.Image) -> Image.Image:
    """Return L, RGB or CMYK: 16 bits become 8, transparent parts become white."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
    return image if image.mode in ("L", "RGB", "CMYK") else image.convert("RGB")


def _srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Phones save wide colours and say so in a profile that is not kept: apply it, or faces turn pale."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(picture, source, _SRGB, outputMode="RGB")
            if converted is not None:
                return converted
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a profile for other colours than the picture has: take the plain values
    return picture.convert("RGB")


def _encode(picture: Image.Image, profile: PhotoProfile) -> tuple[bytes, int]:
    """Return the finest JPEG within the profile's bytes, and its quality.

    A calm picture too light at 95 is saved finer, at last with every colour value and at 100. Still too
    light, it shows next to nothing and is refused: bytes are never padded.
    """
    low, high = profile.min_quality, 95
    best = _jpeg(picture, low, profile)
    if len(best) > profile.max_bytes:
        raise PhotoRefused(Fault.TOO_NOISY)
    while low < high:
        middle = (low + high + 1) // 2
        candidate = _jpeg(picture, middle, profile)
        if len(candidate) <= profile.max_bytes:
            low, best = middle, candidate
        else:
            high = middle - 1
    if len(best) >= profile.min_bytes:
        return best, low
    for quality, subsampling in _FINER:
        candidate = _jpeg(picture, quality, profile, subsampling=subsampling)
        if profile.min_bytes <= len(candidate) <= profile.max_bytes:
            return candidate, quality
    if len(candidate) < profile.min_bytes:
        raise PhotoRefused(Fault.BLANK)
    return best, low


def _jpeg(picture: Image.Image, quality: int, profile: PhotoProfile, *, subsampling: str = "4:2:0") -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, subsampling=subsampling, optimize=True, dpi=(profile.dpi, profile.dpi))
    return out.getvalue()
