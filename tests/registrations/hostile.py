"""Files that somebody sends to do harm, or that a broken program made: pictures and rosters, drawn by seed."""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator

import xlsxwriter
from PIL import Image

from standins.faces import face

File = tuple[str, bytes]


def pictures(seed: int) -> Iterator[File]:
    """Fifteen pictures; another seed draws others of the same kinds."""
    draw, photo = random.Random(seed), face(1)
    noise = draw.randbytes(4000)
    small = Image.frombytes("RGB", (32, 32), noise[:3072])
    yield "bomb", _png(draw.randint(30_000, 60_000), draw.randint(30_000, 60_000))
    yield "bomb below the limit of pixels", _png(4000, 3990, most=3990)
    yield "cut off", photo[: draw.randint(3, len(photo) - 1)]
    yield "one byte changed", _changed(photo, draw, 1)
    yield "many bytes changed", _changed(photo, draw, 400)
    yield "noise behind a head", b"\xff\xd8\xff" + noise
    yield "page behind a photo", photo + b"<script>alert(1)</script>PK\x03\x04" + noise
    yield "page before a photo", b"<html>" + photo
    yield "four colours", saved(Image.new("CMYK", (900, 1200), tuple(noise[:4])), "JPEG")
    yield "sixteen bits", saved(Image.frombytes("I;16", (600, 800), draw.randbytes(960_000)), "PNG")
    yield "HEIC", b"\x00\x00\x00\x18ftypheic" + noise
    yield "place and device", saved(small.resize((600, 800)), "JPEG", exif=gps())
    yield "long and thin", saved(Image.new("L", (draw.randint(20_000, 60_000), 8)), "PNG")
    yield "no size", b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack("!IIBBBBB", 0, 0, 8, 2, 0, 0, 0))
    yield (
        "huge note",
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack("!IIBBBBB", 600, 800, 8, 2, 0, 0, 0))
        + _chunk(b"iCCP", b"x\x00\x00" + zlib.compress(bytes(60_000_000 + draw.randint(0, 9)), 6)),
    )


def rosters(seed: int) -> Iterator[File]:
    """Fifteen roster files."""
    draw = random.Random(seed)
    noise, line = draw.randbytes(3000), f"G99000120050317{draw.randint(0, 9999):04d},欧阳明,男,1班\n"
    head = "学籍号,姓名,性别,班级\n"
    sheet = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
    yield "zip bomb", _xlsx(b"<x>" + b" " * 64_000_000)
    yield "zip bomb that lies about its size", _lying(_xlsx(sheet.format("<row r='1'>" + " " * 70_000_000).encode()))
    yield (
        "a cell at the end of the world",
        _xlsx(sheet.format('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>').encode()),
    )
    yield (
        "a billion laughs",
        _xlsx(_laughs() + sheet.format('<row r="1"><c r="A1" t="str"><v>&l9;</v></c></row>').encode()),
    )
    yield "formula", _xlsx(sheet.format('<row r="1"><c r="A1"><f>cmd|\'/c calc\'!A1</f><v>1</v></c></row>').encode())
    yield "cut off", _xlsx(sheet.format("").encode())[: draw.randint(10, 300)]
    yield "noise behind a head", b"PK\x03\x04" + noise
    yield "changed", _changed(_xlsx(sheet.format("<row/>").encode()), draw, 20)
    yield "no workbook", _zip({"../../etc/passwd": noise})
    yield "null", (head + line).encode() + b"\x00" * draw.randint(1, 99)
    yield "formula as text", (head + f"=cmd|'/c calc'!A1,@SUM(A1),-1,+{draw.randint(1, 9)}\n").encode()
    yield "another encoding", (head + line).encode("utf-16")
    yield "no encoding", head.encode() + noise
    yield "one endless line", head.encode() + b'"' + b"a," * 2_000_000
    yield "an endless cell", (head + "学" * 1_500_000).encode()


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def gps() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0110] = "SECRET-DEVICE"
    exif[0x8825] = {1: "N", 2: (28.0, 11.0, 39.0)}
    return exif


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack("!I", len(content)) + name + content + struct.pack("!I", zlib.crc32(name + content))


def _png(width: int, height: int, *, most: int = 300) -> bytes:
    """A picture of one colour: it says that it unpacks to gigabytes, and does as far as `most` rows."""
    line = zlib.compressobj(9)
    packed = b"".join(line.compress(bytes(width * 3 + 1)) for _ in range(min(height, most))) + line.flush()
    head = _chunk(b"IHDR", struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def _changed(content: bytes, draw: random.Random, times: int) -> bytes:
    changed = bytearray(content)
    for _ in range(times):
        changed[draw.randrange(len(changed))] = draw.randrange(256)
    return bytes(changed)


def _laughs() -> bytes:
    lines = "".join(f'<!ENTITY l{step} "{f"&l{step - 1};" * 10}">' for step in range(1, 10))
    return f'<!DOCTYPE l [<!ENTITY l0 "ha">{lines}]>'.encode()


def _zip(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def _xlsx(sheet: bytes) -> bytes:
    """A workbook as spreadsheets write it, with another sheet in it."""
    whole = io.BytesIO()
    with xlsxwriter.Workbook(whole) as workbook:
        workbook.add_worksheet()
    with zipfile.ZipFile(whole) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return _zip(parts | {"xl/worksheets/sheet1.xml": sheet})


def _lying(packed: bytes) -> bytes:
    """The same file, saying of its largest part that it is small."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        size = max(entry.file_size for entry in archive.infolist())
    return packed.replace(struct.pack("<I", size), struct.pack("<I", 1000))
