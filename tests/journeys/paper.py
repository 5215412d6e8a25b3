"""What comes out of the printer, read as a person reads it."""

import io
import re
from pathlib import Path
from typing import Literal

from playwright.sync_api import Download, Page
from pypdf import PdfReader

_GROUPED_CODE = re.compile(r"(?<![0-9A-Z])[0-9A-Z]{4}(?:\s+[0-9A-Z]{4}){3}(?![0-9A-Z])")


def print_out(page: Page, button: str, *, role: Literal["button", "link"] = "button") -> str:
    """Press `button` (or follow the link), which prints, and return the words on the paper."""
    with page.expect_download() as printing:
        page.get_by_role(role, name=button if role == "button" else re.compile(button)).click()
    return words_of(printing.value)


def words_of(printed: Download) -> str:
    """Return the words on paper that came out."""
    pdf = Path(printed.path()).read_bytes()
    return "\n".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(pdf)).pages)


def activation_code(slip: str) -> str:
    """Return the code on the slip, as it stands there in fours."""
    found = _GROUPED_CODE.search(slip)
    assert found, slip
    return found.group()


def squeezed(words: str) -> str:
    """Return the words without gaps: print breaks and spaces them for the eye."""
    return "".join(words.split())
