"""A browser on a device without a font for rare characters: the face that the page brings draws them, and only that.

The device is made here: its fonts have Latin letters and a thousand of the usual characters, whatever is installed on
this machine.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings
from fontTools.ttLib import TTFont

from baoming.config.settings import content_policy
from baoming.documents.glyphs import default_faces
from baoming.registrations.models import Registration
from tests import factories as make
from tests.access.pages import Shown, seen
from tests.access.window import Window, window
from tests.journeys.access import DESK, PHONES
from tests.registrations import confirmed
from tests.web.conftest import signed_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db]

HANA_B = "𠮷𡈽𪚥\U0002a700\U0002b740\U0002ceb0"  # of Extension B, thrice, C, D and F
HANA_A, NOTO = "\U0002f800", "𬱖𰻝鿫"  # a compatibility character; of E, of G, and of the end of the first plane
NAME = f"欧{HANA_B}{HANA_A}{NOTO}"
DRAWN = {"HanaMinB": len(HANA_B), "HanaMinA": len(HANA_A), "Noto Sans SC": len(NOTO)}
PIECES = 8  # that draw them: Noto's is one, and each of the others lies in another
NO_FACE = "\U00030001"  # of Extension G: the name stands as a picture where this is in it
LOADED = """() => document.fonts.ready
  .then((faces) => [...faces].filter(({ status }) => status === "loaded").length)"""


@pytest.fixture(scope="module")
def bare_device(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What fontconfig is told on a device that has few characters."""
    folder = tmp_path_factory.mktemp("device")
    for piece, spans in default_faces().pieces:
        if any(ord(one) in span for one in "A欧" for span in spans):
            font = TTFont(piece)
            font.flavor = None
            font.save(folder / f"{piece.stem}.ttf")
    told = folder / "fonts.conf"
    told.write_text(f"<fontconfig><dir>{folder}</dir><cachedir>{folder}/cache</cachedir></fontconfig>", "utf-8")
    return told


@pytest.fixture
def device(bare_device: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FONTCONFIG_FILE", str(bare_device))


def pages_of(name: str) -> list[Shown]:
    """The list of steps of a candidate of that name, and what the site sees of them."""
    row = confirmed.printed()
    Registration.objects.filter(pk=row.pk).update(name=name)
    return [*_of_candidate(row), *_of_office(row)]


def _of_candidate(row: Registration) -> Iterator[Shown]:
    policy = {"DIRECTIVES": content_policy("candidate")}
    with override_settings(
        PORTAL="candidate", ROOT_URLCONF="baoming.config.urls_candidate", CONTENT_SECURITY_POLICY=policy
    ):
        phone = Client()
        assert row.account
        phone.force_login(row.account)
        yield from seen("candidate", "tasks", "a rare name", phone.get("/tasks/"))


def _of_office(row: Registration) -> Iterator[Shown]:
    with override_settings(PORTAL="office", ROOT_URLCONF="baoming.config.urls_office"):
        desk = signed_in(Client(), make.staff(row.site))
        yield from seen("office", "candidates", "a rare name", desk.get("/candidates/"))
        yield from seen("office", "candidate", "a rare name", desk.get(f"/candidates/{row.pk}/"))


def brought(screen: Window, name: str) -> list[dict[str, int]]:
    """Return, of each place that shows `name`, how many of its characters which face of the page has drawn."""
    browser: Any = screen.page.context.new_cdp_session(screen.page)
    for domain in ("DOM", "CSS"):
        browser.send(f"{domain}.enable")
    browser.send("DOM.getDocument", {"depth": -1})
    found = browser.send("DOM.performSearch", {"query": name})
    asked = {"searchId": found["searchId"], "fromIndex": 0, "toIndex": found["resultCount"]}
    places = browser.send("DOM.getSearchResults", asked)["nodeIds"] if found["resultCount"] else []
    used = [browser.send("CSS.getPlatformFontsForNode", {"nodeId": place})["fonts"] for place in places]
    return [
        {font["familyName"]: int(font["glyphCount"]) for font in fonts if font["isCustomFont"]}
        for fonts in used
        if fonts
    ]


@pytest.mark.parametrize("size", [PHONES[0], DESK], ids=["phone", "desk"])
@pytest.mark.usefixtures("device")
def test_each_rare_character_of_a_name_is_drawn_by_a_face_of_the_page(size: Any) -> None:
    shown = pages_of(NAME)
    assert len(shown) == 3
    with window(size, lasting=False) as screen:
        for one in shown:
            screen.asked.clear()
            page = screen.show(one)
            loaded = page.evaluate(LOADED)
            drawn = brought(screen, NAME)
            assert drawn, one.name
            assert all(faces == DRAWN for faces in drawn), one.name
            fetched = {place for place in screen.asked if place.endswith(".woff2")}
            assert len(fetched) == loaded == PIECES, one.name  # of the sixty others none comes
        assert screen.broken == []


@pytest.mark.usefixtures("device")
def test_a_character_that_no_face_has_fetches_none() -> None:
    shown = pages_of(f"欧{NO_FACE}")
    with window(DESK, lasting=False) as screen:
        for one in shown:
            screen.asked.clear()
            page = screen.show(one)
            assert page.evaluate(LOADED) == 0
            assert not any(brought(screen, f"欧{NO_FACE}"))
            assert not [place for place in screen.asked if place.endswith(".woff2")]


@pytest.mark.usefixtures("device")
def test_an_ordinary_page_asks_for_nothing_of_it_even_where_the_device_has_no_font_at_all() -> None:
    shown = pages_of("欧阳思远")
    with window(PHONES[0], lasting=False) as screen:
        for one in shown:
            screen.asked.clear()
            assert screen.show(one).evaluate("document.fonts.size") == 0
            assert not [place for place in screen.asked if "rare" in place]


@pytest.mark.usefixtures("device")
def test_control_without_the_link_nothing_draws_them() -> None:
    shown = pages_of(NAME)
    with window(DESK, lasting=False) as screen:
        for one in shown:
            link = one.html.index('<link rel="stylesheet" href="/static/rare/')
            bare = one.html[:link] + one.html[one.html.index(">", link) + 1 :]
            page = screen.show(Shown(one.portal, one.route, one.state, bare, one.policy))
            assert page.evaluate(LOADED) == 0
            assert brought(screen, NAME)
            assert not any(brought(screen, NAME)), one.name


@pytest.mark.usefixtures("device")
def test_control_a_policy_that_forgets_fonts_is_found() -> None:
    one = pages_of(NAME)[0]
    with window(DESK, lasting=False) as screen:
        policy = one.policy.replace("font-src 'self'", "font-src 'none'")
        assert policy != one.policy
        screen.show(Shown(one.portal, one.route, one.state, one.html, policy)).wait_for_timeout(500)
        assert not any(brought(screen, NAME))


def test_the_device_is_not_this_machine(bare_device: Path) -> None:
    assert os.environ.get("FONTCONFIG_FILE") != str(bare_device)
    held = set().union(*(TTFont(file, lazy=True).getBestCmap() for file in bare_device.parent.glob("*.ttf")))
    assert {ord(one) for one in NAME} & held == {ord("欧")}
