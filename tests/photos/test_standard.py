"""From whatever file is handed in to the JPEG that is kept."""

import hashlib
import io
import struct
import zlib
from collections.abc import Callable

import pytest
from PIL import Image, ImageCms, ImageDraw

from baoming.photos.preparing import prepare
from baoming.photos.standard import Fault, PhotoProfile, PhotoRefused, PreparedPhoto
from standins.faces import face

PROFILE = PhotoProfile()


def saved(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)  # type: ignore[arg-type]
    return out.getvalue()


def drawn(seed: int = 1) -> Image.Image:
    return Image.open(io.BytesIO(face(seed)))


def opened(photo: PreparedPhoto) -> Image.Image:
    return Image.open(io.BytesIO(photo.jpeg)).convert("RGB")


def fault_of(data: bytes) -> Fault:
    with pytest.raises(PhotoRefused) as refused:
        prepare(data, PROFILE)
    assert str(refused.value) == refused.value.fault.value
    return refused.value.fault


def png_claiming(width: int, height: int) -> bytes:
    """A PNG of few bytes that says it is huge."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


def assert_standard(photo: PreparedPhoto) -> None:
    image = Image.open(io.BytesIO(photo.jpeg))
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (480, 640))
    assert image.info["dpi"] == (300, 300)
    assert 20 * 1024 <= len(photo.jpeg) <= 40 * 1024
    assert photo.quality >= 60
    assert photo.sha256 == hashlib.sha256(photo.jpeg).hexdigest()
    assert not set(image.info) - {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi"}


@pytest.mark.parametrize("seed", range(6))
def test_a_phone_picture_becomes_a_standard_one(seed: int) -> None:
    data = face(seed)
    photo = prepare(data, PROFILE)
    assert_standard(photo)
    assert photo.source_size == (900, 1200)
    assert photo.source_bytes == len(data)
    assert prepare(data, PROFILE) == photo


def test_place_and_device_stay_behind() -> None:
    exif = Image.Exif()
    exif[0x010F] = "PhoneMaker"
    exif.get_ifd(0x8825)[2] = (28.0, 12.0, 30.0)
    data = saved(drawn(), exif=exif, comment=b"secret note")
    assert b"PhoneMaker" in data
    photo = prepare(data, PROFILE)
    assert_standard(photo)
    for trace in (b"Exif", b"PhoneMaker", b"secret"):
        assert trace not in photo.jpeg


@pytest.mark.parametrize(("orientation", "turn"), [(6, Image.Transpose.ROTATE_90), (8, Image.Transpose.ROTATE_270)])
def test_a_picture_on_its_side_is_set_upright(orientation: int, turn: Image.Transpose) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    photo = prepare(saved(drawn().transpose(turn), exif=exif, quality=95), PROFILE)
    upright = opened(prepare(saved(drawn(), quality=95), PROFILE))
    assert photo.source_size == (900, 1200)
    assert distance(opened(photo), upright) < 4


def distance(one: Image.Image, two: Image.Image) -> float:
    """Mean difference a channel, of the pictures made small."""
    left, right = (image.resize((24, 32)).tobytes() for image in (one, two))
    return sum(abs(a - b) for a, b in zip(left, right, strict=True)) / len(left)


def test_a_wide_picture_keeps_its_middle() -> None:
    wide = Image.effect_noise((2000, 1200), 12).convert("RGB")
    ImageDraw.Draw(wide).rectangle((975, 0, 1025, 1200), fill=(255, 0, 0))
    image = opened(prepare(saved(wide, quality=90), PROFILE))
    red, green, _ = image.resize((48, 64)).getpixel((24, 32))  # type: ignore[misc]
    assert red > 180 > 90 > green


def as_16_bit_grey(image: Image.Image) -> bytes:
    return saved(image.convert("L").convert("I").point(lambda value: value * 256 + 128).convert("I;16"), "PNG")


@pytest.mark.parametrize(
    ("make", "tolerance"),
    [
        (lambda image: saved(image.convert("CMYK"), quality=95), 6),
        (lambda image: saved(image, "PNG"), 4),
        (lambda image: saved(image.quantize(200), "PNG"), 6),
        (lambda image: saved(image, progressive=True, quality=95), 4),
    ],
    ids=["cmyk", "png", "palette", "progressive"],
)
def test_every_way_to_hold_colours_looks_the_same(make: Callable[[Image.Image], bytes], tolerance: int) -> None:
    plain = opened(prepare(face(1), PROFILE))
    photo = prepare(make(drawn()), PROFILE)
    assert_standard(photo)
    assert distance(opened(photo), plain) < tolerance


def test_sixteen_bits_become_eight_without_losing_the_light() -> None:
    photo = prepare(as_16_bit_grey(drawn()), PROFILE)
    assert_standard(photo)
    assert distance(opened(photo), drawn().convert("L").convert("RGB")) < 4


def test_transparent_parts_become_white() -> None:
    layer = drawn().convert("RGBA")
    ImageDraw.Draw(layer).rectangle((0, 0, 900, 160), fill=(10, 10, 10, 0))
    image = opened(prepare(saved(layer, "PNG"), PROFILE))
    assert min(image.getpixel((240, 20))) > 240  # type: ignore[type-var, arg-type]


def test_a_colour_profile_is_applied_or_ignored_but_never_kept() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for profile in (srgb, b"not a profile at all" * 20):
        photo = prepare(saved(drawn(), icc_profile=profile), PROFILE)
        assert_standard(photo)
        assert distance(opened(photo), drawn()) < 6


def test_what_is_hung_behind_the_picture_is_dropped() -> None:
    photo = prepare(face(1) + b"<script>alert(1)</script>PK\x03\x04" * 50, PROFILE)
    assert photo.jpeg == prepare(face(1), PROFILE).jpeg


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", Fault.EMPTY),
        (b"name,number\n" * 20, Fault.NO_PHOTO),
        (saved(Image.new("RGB", (600, 800)), "GIF"), Fault.NO_PHOTO),
        (saved(Image.new("RGB", (600, 800)), "BMP"), Fault.NO_PHOTO),
        (b"%PDF-1.7\n" + face(1), Fault.NO_PHOTO),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Fault.NO_PHOTO),
        (b"\x00\x00\x00\x18ftypheic" + bytes(400), Fault.HEIC),
        (face(1)[:8000], Fault.BROKEN),
        (b"\xff\xd8\xff\xe0" + bytes(5000), Fault.BROKEN),
        (b"\x89PNG\r\n\x1a\n" + bytes(5000), Fault.BROKEN),
        (png_claiming(60000, 60000), Fault.TOO_MANY_PIXELS),
        (png_claiming(12000, 9000), Fault.TOO_MANY_PIXELS),
        (png_claiming(5000, 4000), Fault.TOO_MANY_PIXELS),
        (png_claiming(600, 800), Fault.BROKEN),
        (saved(Image.effect_noise((479, 700), 40)), Fault.TOO_SMALL),
        (saved(Image.effect_noise((700, 639), 40)), Fault.TOO_SMALL),
        (saved(Image.new("RGB", (900, 1200), (100, 197, 255))), Fault.BLANK),
        (face(1) + bytes(PROFILE.max_upload_bytes), Fault.TOO_LARGE),
    ],
    ids=lambda value: value.name if isinstance(value, Fault) else f"{len(value)}b",
)
def test_what_cannot_be_taken_is_refused_with_the_reason(data: bytes, fault: Fault) -> None:
    assert fault_of(data) is fault


def test_a_plain_jpeg_may_be_large_where_a_whole_one_may_not() -> None:
    """Reduced while decoding, twenty million pixels never stand in memory; a progressive file must."""
    large = drawn().resize((3900, 5200))
    assert_standard(prepare(saved(large, quality=80), PROFILE))
    assert fault_of(saved(large, quality=80, progressive=True)) is Fault.TOO_MANY_PIXELS


def test_pure_noise_is_refused_not_ruined() -> None:
    noise = Image.merge("RGB", [Image.effect_noise((480, 640), 200) for _ in range(3)])
    assert fault_of(saved(noise, quality=95)) is Fault.TOO_NOISY


def test_a_calm_picture_is_saved_finer_to_reach_the_standard() -> None:
    calm = Image.linear_gradient("L").resize((900, 1200)).convert("RGB")
    ImageDraw.Draw(calm).ellipse((250, 300, 650, 850), fill=(230, 190, 160))
    photo = prepare(saved(calm, quality=95), PROFILE)
    assert photo.quality > 95
    assert_standard(photo)


def test_faces_differ_by_seed_and_repeat_by_seed() -> None:
    assert face(1) == face(1)
    assert len({face(seed) for seed in range(6)}) == 6
    assert face(2, sex="男") != face(2, sex="女")
