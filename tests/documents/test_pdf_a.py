"""Every paper of the product is PDF/A-2b, said by a validator that others wrote.

PDF/A matters because the papers are kept for years: fonts inside, no scripts, colours that mean something.
"""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pdf_oxide
import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, StreamObject, TextStringObject

import baoming
from baoming.registrations.class_lists import ClassList, ListLine
from baoming.registrations.paper_drafts import draft_number, paper_drafts
from baoming.registrations.sheets import class_file, number_slips, registration_forms
from baoming.reviews.review_forms import ReviewWords, review_form
from tests.forms.samples import FORM
from tests.registrations.sheet_samples import MADE_AT, PRINT, SEASON, SITE, sheet, slip

# What the validator does not look at, and says so: our papers have no annotations (asserted below).
NOT_LOOKED_AT = "[WARN-007] Full annotation validation requires page-level access"
WORDS = Path(baoming.__file__).parent / "reviews/data/43/2023/review_form.json"


def cover() -> ClassList:
    line = ListLine(student_no="07", serial="99010023", name="欧阳思远", sex="男", version=3)
    return ClassList(
        title="高三（12）班", teacher="李老师", site=SITE, print=PRINT, part=1, parts=1, code="7F3A", lines=[line],
        missing=[("𠮷田", "还没有照片")],
    )  # fmt: skip


def review() -> bytes:
    words = ReviewWords(**json.loads(WORDS.read_text("utf-8")))
    return review_form({"name": "欧阳思远"}, words=words, season=SEASON, made_at=MADE_AT)


PAPERS: dict[str, Callable[[], bytes]] = {
    "报名登记表": lambda: registration_forms([sheet()], season=SEASON, made_at=MADE_AT),
    "报名登记表 with a rare name": lambda: registration_forms([sheet(name="𠮷𫍯")], season=SEASON, made_at=MADE_AT),
    "签字名单 and sheets": lambda: class_file(
        [sheet(), sheet(serial="99010024")], cover=cover(), season=SEASON, made_at=MADE_AT
    ),
    "报名序号通知单": lambda: number_slips([slip()], season=SEASON, made_at=MADE_AT),
    "草表": lambda: paper_drafts(
        FORM, [draft_number(SITE, 147, year=2023, issued="2022-11-07")], season=SEASON, made_at=MADE_AT
    ),
    "报名资格审核表": review,
}


def faults(pdf: bytes) -> list[str]:
    said = pdf_oxide.PdfDocument.from_bytes(pdf).validate_pdf_a("2b")
    return [*said["errors"], *(one for one in said["warnings"] if one != NOT_LOOKED_AT)]


@pytest.mark.parametrize("paper", PAPERS)
def test_a_paper_is_pdf_a_2b(paper: str) -> None:
    pdf = PAPERS[paper]()
    assert faults(pdf) == []
    assert not any("/Annots" in page for page in PdfReader(io.BytesIO(pdf)).pages)


def spoilt(change: Callable[[PdfWriter], object]) -> list[str]:
    writer = PdfWriter(clone_from=io.BytesIO(PAPERS["报名登记表"]()))
    change(writer)
    made = io.BytesIO()
    writer.write(made)
    return faults(made.getvalue())


def _script(writer: PdfWriter) -> None:
    action = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(action)


def _fonts_outside(writer: PdfWriter) -> None:
    for number in range(1, len(writer._objects) + 1):
        part = writer.get_object(number)
        if isinstance(part, DictionaryObject) and not isinstance(part, StreamObject):
            for key in ("/FontFile2", "/FontFile3"):
                part.pop(key, None)


SPOILT: dict[str, tuple[Callable[[PdfWriter], object], str]] = {
    "no metadata": (lambda pdf: pdf.root_object.pop("/Metadata"), "missing XMP metadata"),
    "no meaning of colours": (lambda pdf: pdf.root_object.pop("/OutputIntents"), "No output intent"),
    "a script": (_script, "JavaScript"),
    "fonts outside": (_fonts_outside, "no embedded /FontFile"),
    "encrypted": (lambda pdf: pdf.encrypt("", "geheim", algorithm="RC4-128"), "must not be encrypted"),
}


@pytest.mark.parametrize("how", SPOILT)
def test_the_validator_sees_a_paper_that_is_not(how: str) -> None:
    change, symptom = SPOILT[how]
    assert any(symptom in one for one in spoilt(change))


def test_the_validator_passes_what_was_only_written_again() -> None:
    """So that the faults above are those of the change."""
    assert spoilt(lambda pdf: None) == []
