"""Files that somebody sends to do harm, or that a broken program made: pictures, rosters, pages, drawn by seed."""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator

import segno
import xlsxwriter
from PIL import Image
from pypdf import PdfWriter

from standins.faces import face

File = tuple[str, bytes]
COLUMNS = "学籍号,姓名,性别,班级"  # of a roster


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
    head = f"{COLUMNS}\n"
    sheet = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
    cell = '<c r="{}"><v>1</v></c>'
    yield "zip bomb", _xlsx(b"<x>" + b" " * 64_000_000)
    yield "zip bomb that lies about its size", _lying(_xlsx(sheet.format("<row r='1'>" + " " * 70_000_000).encode()))
    yield (
        "cells at both ends of the world",
        _xlsx(
            sheet.format(
                f'<row r="1">{cell.format("A1")}</row><row r="1048576">{cell.format("XFD1048576")}</row>'
            ).encode()
        ),
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


def pages(seed: int, sheet: bytes) -> Iterator[File]:
    """Twenty files handed in as signed pages; `sheet`: a PDF of a real one."""
    draw, photo = random.Random(seed), face(1)
    noise = draw.randbytes(3000)
    yield "bomb", _png(draw.randint(30_000, 60_000), draw.randint(30_000, 60_000))
    yield "bomb below the limit of pixels", _png(4000, 3990, most=3990)
    yield "long and thin", saved(Image.new("L", (draw.randint(20_000, 60_000), 8)), "PNG")
    yield "HEIC", b"\x00\x00\x00\x18ftypheic" + noise
    yield "photo cut off", photo[: draw.randint(3, len(photo) - 1)]
    yield "page before a photo", b"<html>" + photo
    yield "PDF behind a photo", photo + sheet
    yield "PDF cut off", sheet[: draw.randint(200, len(sheet) - 200)]
    yield "PDF changed", _changed(sheet, draw, 400)
    yield "noise behind a PDF head", b"%PDF-1.7\n" + noise
    yield "ten thousand pages", _pdf([b""] * 10_000)
    yield "a page of two hundred metres", _pdf([b""], box=567_000)
    yield "a page of nothing", _pdf([b""], box=0)
    yield "a picture that unpacks to gigabytes", _pdf_of_picture(draw.randint(25_000, 60_000))
    yield "content that unpacks to gigabytes", _pdf([zlib.compress(b"0 0 m 9 9 l S\n" * 8_000_000, 9)], packed=True)
    yield "a million strokes", _pdf([zlib.compress(b"0 0 m 500 700 l 3 9 l 8 1 l S\n" * 1_000_000, 9)], packed=True)
    yield "a form that draws itself", _pdf([b"/X Do"], more=b"/Resources<</XObject<</X 4 0 R>>>>")
    yield "with a password", _locked(sheet)
    yield "with a script and a file", _pdf([b""], more=b"/AA<</O<</S/JavaScript/JS(app.alert\\(1\\))>>>>")
    yield (
        "codes of markup and without end",
        _codes(("<script>alert(1)</script>", "BM1.F." + "9" * 1500, b"\x00\xed\xa0\xbd\xff\xfe")),
    )


def _pdf(contents: list[bytes], *, box: int = 595, packed: bool = False, more: bytes = b"") -> bytes:
    """A PDF of one page for each content; the objects are where the table says."""
    head = b"%PDF-1.7\n"
    kids = b" ".join(b"%d 0 R" % (4 + 2 * place) for place in range(len(contents)))
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(contents), kids), b"null"]
    for place, content in enumerate(contents):
        coded = b"/Filter/FlateDecode" if packed else b""
        page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents %d 0 R%s>>" % (box, box, 5 + 2 * place, more)
        objects += [page, b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), coded, content)]
    return _with_table(head, objects)


def _pdf_of_picture(side: int) -> bytes:
    """A page with one picture of `side` × `side` dots of one colour."""
    line = zlib.compressobj(9)
    packed = b"".join(line.compress(bytes(side * 3)) for _ in range(300)) + line.flush()
    form = b"<</Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace/DeviceRGB" % (side, side)
    picture = form + b"/Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(packed), packed)
    content = b"595 0 0 595 0 0 cm /X Do"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 595]/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>>>"
    drawn = b"<</Length %d>>stream\n%s\nendstream" % (len(content), content)
    root, kids = b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>"
    return _with_table(b"%PDF-1.7\n", [root, kids, page, drawn, picture])


def _with_table(head: bytes, objects: list[bytes]) -> bytes:
    out, places = bytearray(head), []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    last = b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
    return bytes(out) + last % (len(objects) + 1, table, len(objects) + 1, len(out))


def _locked(sheet: bytes) -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(sheet))
    writer.encrypt("geheim", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _codes(texts: tuple[str | bytes, ...]) -> bytes:
    """A picture of QR codes with these texts."""
    page = Image.new("L", (1700, 2300), 255)
    for place, text in enumerate(texts):
        out = io.BytesIO()
        segno.make(text, micro=False).save(out, kind="png", scale=4, border=4)
        page.paste(Image.open(out), (50, 50 + place * 750))
    return saved(page, "PNG")


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
