"""The candidate's photograph, made from a file that nobody vouches for (R7). Its standard stands in standard.py.

The file's own name and type are not believed. It is measured before it is decoded, decoded once, and
drawn anew: whatever else it carried (place, device, a second file behind it) stays behind. Where head
and eyes are is measured in `measures` and judged in `geometry`; `examine` does both on the way. Runs in the
limited process (docs/decisions/0016).
"""

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PIL import Image, ImageCms, ImageOps

from baoming.photos import geometry as shape
from baoming.photos.geometry import Box, GeometryProfile, Measures
from baoming.photos.measures import find_heads, looks_of
from baoming.photos.standard import ExaminedPhoto, Fault, PhotoProfile, PhotoRefused, PreparedPhoto

_ORIENTATION = 0x0112  # EXIF tag; 5 to 8 lie on their side
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")
_FINER = ((98, "4:2:0"), (95, "4:4:4"), (97, "4:4:4"), (99, "4:4:4"), (100, "4:4:4"))
_PLAIN_TABLE = 3692  # sum of libjpeg's table for light at quality 50
_SRGB = ImageCms.createProfile("sRGB")


@dataclass(frozen=True, slots=True)
class _Source:
    """The pixels of a file, upright, a JPEG already reduced, and what is known of the file."""

    image: Image.Image
    size: tuple[int, int]
    colours: bytes | None
    quality: int  # 0: not a JPEG


def prepare(data: bytes, profile: PhotoProfile) -> PreparedPhoto:
    """Return the middle of `data` in the profile's size, upright, sRGB, without metadata. Raises PhotoRefused."""
    with _readable(data, profile):
        source = _decode(data, profile)
        picture = _finished(source, None, profile)
    return _packed(picture, data, source, profile)


def examine(data: bytes, profile: PhotoProfile, geometry: GeometryProfile) -> ExaminedPhoto:
    """Return the part of `data` around the head as the photograph, measured and judged. Decodes once.

    Raises PhotoRefused: of a file that holds no picture nothing can be judged, and nobody can let it pass.
    """
    with _readable(data, profile):
        source = _decode(data, profile)
    size = (profile.width, profile.height)
    heads = find_heads(source.image, size)
    box = shape.frame(heads[0], source.image.size, size, geometry) if len(heads) == 1 else None
    with _readable(data, profile):
        picture = _finished(source, box, profile)
    head = heads[0].within(box, profile.width) if box else None
    looks = looks_of(picture, head) if head else None
    measures = Measures(faces=len(heads), head=head, looks=looks, source_quality=source.quality)
    return ExaminedPhoto(
        prepared=_packed(picture, data, source, profile),
        measures=measures,
        faults=tuple(shape.faults(measures, profile.width, geometry)),
    )


def opened(data: bytes, profile: PhotoProfile) -> Image.Image:
    """Return any picture as safely as a photograph, upright, in sRGB, reduced while decoding. Raises PhotoRefused."""
    with _readable(data, profile):
        source = _decode(data, profile)
        return _srgb(source.image, source.colours)


@contextmanager
def _readable(data: bytes, profile: PhotoProfile) -> Iterator[None]:
    """Decoders meet hostile bytes and raise nearly anything: all of it means "cannot be read"."""
    _require_photo_type(data, profile)
    try:
        yield
    except PhotoRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
        raise PhotoRefused(Fault.TOO_MANY_PIXELS) from None
    except Exception:
        raise PhotoRefused(Fault.BROKEN) from None


def _packed(picture: Image.Image, data: bytes, source: _Source, profile: PhotoProfile) -> PreparedPhoto:
    jpeg, quality = _encode(picture, profile)
    return PreparedPhoto(
        jpeg=jpeg,
        sha256=hashlib.sha256(jpeg).hexdigest(),
        source_size=source.size,
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


def _decode(data: bytes, profile: PhotoProfile) -> _Source:
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
    quality = _quality_of(image)
    upright = ImageOps.exif_transpose(image)
    return _Source(_opaque(upright), size, upright.info.get("icc_profile"), quality)


def _quality_of(image: Image.Image) -> int:
    """The quality a JPEG was saved with, by its table for light, on the scale of libjpeg; 0: not a JPEG."""
    tables = getattr(image, "quantization", None)
    if not tables:
        return 0
    scale = float(sum(tables[0])) / _PLAIN_TABLE * 100
    return max(1, min(100, round((200 - scale) / 2 if scale < 100 else 5000 / scale)))


def _finished(source: _Source, box: Box | None, profile: PhotoProfile) -> Image.Image:
    """Return `box` of the picture (its middle, without one) in the profile's size, as bare sRGB."""
    size = (profile.width, profile.height)
    if box is None:
        picture = ImageOps.fit(source.image, size, method=Image.Resampling.LANCZOS, centering=(0.5, 0.5))
    else:
        part = (box.left, box.top, box.right, box.bottom)
        picture = source.image.resize(size, Image.Resampling.LANCZOS, box=part)
    picture = _srgb(picture, source.colours)
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
