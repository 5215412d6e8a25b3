"""R20: a page whose line to sign on is empty is told from one with a name on it, and is not ticked for the site."""

import cv2
import numpy as np
import pytest
from django.test import Client

from baoming.registrations.page_scans import is_unsigned, read_page
from baoming.web.office import scans as pages
from tests.registrations import degrade
from tests.registrations.degrade import Picture
from tests.registrations.scanned import handed_in, printed
from tests.web.conftest import office
from tests.web.test_confirmation import of_site

__all__ = ["office"]
pytestmark = pytest.mark.django_db
UNTICKED = "签名处好像是空白"


def name_on(sheet: Picture, *, ink: int = 3) -> Picture:
    """Three narrow letters in thin ink above the line, of somebody with a small hand; `sheet`: at 200 dots an inch."""
    dot = 200 / 25.4
    drawn = sheet.copy()
    for place in range(3):
        left, low = int((66 + 7 * place) * dot), int(249 * dot)
        points = np.array(
            [(left, low - 24), (left + 14, low - 4), (left + 28, low - 26), (left + 40, low - 2)], np.int32
        )
        cv2.polylines(drawn, [points], False, (90, 60, 40), ink)
    return drawn


WAYS = {
    "clean": lambda sheet: sheet,
    "squeezed": lambda sheet: cv2.imdecode(np.frombuffer(degrade.jpeg(sheet, 40), np.uint8), cv2.IMREAD_COLOR),
    "grey": lambda sheet: np.clip(sheet * 0.75 + 20, 0, 255).astype(np.uint8),
    "aslant": lambda sheet: degrade.turned(sheet, 0.8),
    "upside down": lambda sheet: np.ascontiguousarray(sheet[::-1, ::-1]),
}


@pytest.mark.parametrize("way", WAYS)
def test_an_empty_line_is_told_from_a_name(way: str) -> None:
    _, pdf = printed()
    sheet = degrade.page(pdf)
    assert read_page(degrade.jpeg(WAYS[way](sheet)), 0).blank
    for signed in (name_on(sheet), name_on(sheet, ink=6)):
        assert not read_page(degrade.jpeg(WAYS[way](signed)), 0).blank


def test_what_is_no_sheet_is_not_said_to_be_empty() -> None:
    assert not is_unsigned(np.full((1754, 1240, 3), 255, np.uint8))
    assert not is_unsigned(np.full((400, 300, 3), 255, np.uint8))


def listed(office: Client, *, signed: bool) -> str:
    row, pdf = printed()
    sheet = degrade.page(pdf)
    handed_in(row, degrade.scanned_pdf(degrade.jpeg(name_on(sheet) if signed else sheet)))
    return of_site(office, row).get("/prints/scans/").content.decode()


@pytest.mark.parametrize("signed", [True, False])
def test_only_who_seems_to_have_signed_is_ticked(office: Client, signed: bool) -> None:
    page = listed(office, signed=signed)
    assert page.count('name="pick"') == 1
    assert page.count(" checked") == int(signed)
    assert (UNTICKED in page) is not signed


def test_control_where_no_line_is_looked_at_an_empty_one_is_ticked(
    office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages.Waiting, "blank", property(lambda _: False))
    page = listed(office, signed=False)
    assert page.count(" checked") == 1
    assert UNTICKED not in page
