"""The same 报名登记表 laid out with ReportLab's platypus: what a sheet of ours is measured by.

Same record, same fonts (cut to the characters used and kept inside), same photograph, bar code and QR, the same bands
and blanks for signatures on one A4 page. It need not be as fine: only nothing may be missing that costs time.
"""

import io
from collections.abc import Sequence
from functools import cache, partial
from xml.sax.saxutils import escape

from reportlab.graphics.barcode.code128 import Code128
from reportlab.graphics.barcode.qr import QrCode
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Image, Paragraph, SimpleDocTemplate, Spacer, Table

from baoming.documents.glyphs import default_faces
from baoming.registrations.sheets import Group, RegistrationSheet, SeasonHead

_WIDTH = A4[0] - 34 * mm
_LABEL = 18 * mm


@cache
def make_ready() -> None:
    """Read the four faces once a process, as our own engine does."""
    for folder in default_faces().folders[:4]:
        file = next(folder.glob("*.ttf"))
        pdfmetrics.registerFont(TTFont(_face(str(folder)), str(file)))


def sheet(record: RegistrationSheet, *, season: SeasonHead) -> bytes:
    """Return the sheet as PDF."""
    make_ready()
    made = io.BytesIO()
    page = SimpleDocTemplate(
        made, pagesize=A4, leftMargin=20 * mm, rightMargin=14 * mm, topMargin=13 * mm, bottomMargin=16 * mm,
        title=f"{season.name}报名登记表", author=season.authority,
    )  # fmt: skip
    story = [_head(record, season), _identity(record), *map(_band, record.groups), *_by_hand(record)]
    page.build(story, onFirstPage=partial(_foot, record))
    return made.getvalue()


def _face(folder: str) -> str:
    return f"{'Serif' if 'serif' in folder else 'Sans'}{'-Bold' if '700' in folder else ''}"


@cache
def _style(face: str, size: float, *, centred: bool = False) -> ParagraphStyle:
    made = ParagraphStyle(f"{face}{size}{centred}", fontName=face, fontSize=size, leading=size * 1.25, wordWrap="CJK")
    made.alignment = TA_CENTER if centred else 0
    return made


def _label(text: str) -> Paragraph:
    return Paragraph(escape(text), _style("Sans", 8 if len(text) <= 5 else 7, centred=True))


def _value(text: str | None, *, strong: bool = False) -> Paragraph:
    return Paragraph(escape(text or "—"), _style("Serif-Bold" if strong else "Serif", 9.5))


def _head(record: RegistrationSheet, season: SeasonHead) -> Table:
    bars = Code128(record.serial, barHeight=8 * mm, barWidth=0.3 * mm)
    under = Paragraph(f"报名序号 {record.serial[:4]} {record.serial[4:]}", _style("Sans-Bold", 9, centred=True))
    titles = [Paragraph(season.name, _style("Serif", 11, centred=True)),
              Paragraph("报 名 登 记 表", _style("Serif-Bold", 19, centred=True))]  # fmt: skip
    code = QrCode(record.qr, width=17.5 * mm, height=17.5 * mm, qrLevel="M")
    return Table([[[bars, under], titles, code]], colWidths=[42 * mm, _WIDTH - 84 * mm, 42 * mm])


def _framed(title: str, rows: Sequence[Sequence[object]], widths: Sequence[float], *spans: tuple[object, ...]) -> Table:
    """Return one band: an upright title, and its rows in a grid."""
    upright = Paragraph(escape(title), _style("Sans-Bold", 7.5, centred=True))  # as wide as one character
    lines = [[upright if place == 0 else "", *row] for place, row in enumerate(rows)]
    style = [("GRID", (0, 0), (-1, -1), 0.5, "black"), ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
             ("SPAN", (0, 0), (0, -1)), ("TOPPADDING", (0, 0), (-1, -1), 1), ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
             *spans]  # fmt: skip
    return Table(lines, colWidths=[7 * mm, *widths], style=style)


def _identity(record: RegistrationSheet) -> Table:
    card = record.card
    photo = Image(io.BytesIO(card.photo), width=24 * mm, height=32 * mm)
    rows = [
        [
            _label("姓名"),
            _value(card.name),
            _label("性别"),
            _value(card.sex),
            _label("民族"),
            _value(card.ethnicity),
            photo,
        ],
        [_label("证件类型"), _value(card.document), _label("出生日期"), _value(card.birth), "", "", ""],
        [_label(card.number_label), _value(card.number, strong=True), "", "", "", "", ""],
        [_label("住址"), _value(card.address), "", "", "", "", ""],
        [_label("签发机关"), _value(card.issuer), _label("有效期限"), _value(card.validity), "", "", ""],
        [_label("采集方式"), _value(card.reading), "", "", "", "", ""],
    ]
    spans = [("SPAN", (7, 0), (7, 5)), *(("SPAN", (2, row), (6, row)) for row in (2, 3, 5)),
             *(("SPAN", (4, row), (6, row)) for row in (1, 4))]  # fmt: skip
    rest = _WIDTH - (7 + 18 + 18 + 12 + 18 + 26 + 28) * mm
    return _framed("身份证件信息", rows, [_LABEL, rest, _LABEL, 12 * mm, _LABEL, 26 * mm, 28 * mm], *spans)


def _band(group: Group) -> Table:
    if group.table is not None:
        shares = [share * (_WIDTH - 7 * mm) / sum(group.table.shares) for share in group.table.shares]
        lines = [[_label(text) for text in group.table.headings],
                 *([_value(text) for text in line] for line in group.table.lines)]  # fmt: skip
        return _framed(group.title, lines, shares)
    rows, spans = [], []
    for place, row in enumerate(group.rows):
        cells = [part for cell in row for part in (_label(cell.label), _value(cell.value, strong=cell.strong))]
        if len(cells) < 6:
            spans.append(("SPAN", (len(cells), place), (6, place)))
        rows.append([*cells, *[""] * (6 - len(cells))])
    third = (_WIDTH - 7 * mm - 3 * _LABEL) / 3
    return _framed(group.title, rows, [_LABEL, third] * 3, *spans)


def _by_hand(record: RegistrationSheet) -> list[Flowable]:
    """Return what is written by hand: the assessment, the candidate's confirmation, three offices' opinions."""
    wide, third = [_WIDTH - 7 * mm], [(_WIDTH - 7 * mm) / 3] * 3
    said = (
        f"本人已逐项校对本表全部信息（共 {record.version.fields} 项）及照片，确认真实、准确、完整，"
        f"与本人保存的第 {record.version.no} 版一致。因信息有误或弄虚作假造成的后果，由本人承担。"
    )
    signed = Paragraph("考生签名：________　监护人签名（未满14周岁）：________　年　月　日", _style("Sans", 9))
    judged = Paragraph("考核负责人签名：________　考核单位（盖章）　年　月　日", _style("Sans", 9))
    offices = [
        [Paragraph(f"{who}意见：", _style("Sans-Bold", 8.5)), Spacer(1, 6 * mm),
         Paragraph("审核人签名：______　（盖章）　年　月　日", _style("Sans", 8.5))]
        for who in ("报名点", "县（市、区）招考机构", "市（州）招考机构")
    ]  # fmt: skip
    return [
        _framed("思想品德考核意见", [[[_value(record.moral), Spacer(1, 8 * mm), judged]]], wide),
        _framed("考生确认", [[[_value(said), Spacer(1, 5 * mm), signed]]], wide),
        _framed("审核", [offices], third),
    ]


def _foot(record: RegistrationSheet, canvas: Canvas, page: object) -> None:
    canvas.setFont("Sans", 7)
    version, site = record.version, record.site
    canvas.drawString(20 * mm, 11 * mm, f"第 {version.no} 版 · {version.saved_at} 保存 · 内容摘要（SM3）{version.hash}")
    canvas.drawString(
        20 * mm, 8 * mm, f"{record.print.at} 打印 · 打印人 {record.print.by} · 报名点 {site.code} {site.name}"
    )
    canvas.drawRightString(A4[0] - 14 * mm, 11 * mm, "涂改无效，信息变更后须重新打印、重新签名")
    canvas.drawRightString(A4[0] - 14 * mm, 8 * mm, "第 1 页 共 1 页")
