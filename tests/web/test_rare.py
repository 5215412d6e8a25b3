"""Which pages bring the faces for rare characters: those that hold one, in both portals; no other page is heavier."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.template import engines
from django.test import Client, RequestFactory, override_settings
from jinja2 import Template
from whitenoise.storage import CompressedManifestStaticFilesStorage

from baoming.documents.glyphs import Typefaces
from baoming.organizations.models import Staff
from baoming.registrations.models import Registration
from baoming.shared.errors import Refused
from baoming.web import errors, rare, rare_files, templates
from baoming.web.candidate import app
from baoming.web.rare import Page
from tests import factories as make
from tests.registrations import confirmed
from tests.web import look
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db
LINK = '<link rel="stylesheet" href="/static/rare/faces.css">\n'
ORDINARY = "龙㛃明"  # 㛃 is of Extension A, which phones draw
RARE = ("𠮷明", "𡈽", "𪚥", "龙\U0002a700", "龙\U0002b740", "李𬱖", "\U0002ceb0", "𰻝", "\U0002f800", "鿫", "﨑山")


def named(row: Registration, name: str) -> Registration:
    Registration.objects.filter(pk=row.pk).update(name=name)
    return row


def of_candidate(phone: Client, row: Registration) -> Iterator[str]:
    assert row.account
    phone.force_login(row.account)
    for place in ("/tasks/", "/form/", "/receipt/", "/sheet/"):
        answer = phone.get(place)
        if answer.status_code == 200:
            yield answer.content.decode()


def of_office(office: Client, row: Registration) -> Iterator[str]:
    signed_in(office, make.staff(row.site))
    for place in ("/candidates/", f"/candidates/{row.pk}/", f"/desk/{row.pk}/"):
        yield office.get(place).content.decode()


@pytest.mark.parametrize("name", RARE)
def test_a_page_that_shows_a_rare_character_links_the_faces_once_at_the_end_of_its_head(name: str) -> None:
    page = templates.environment().from_string("<head></head>{{ name }}").render(name=name)
    assert page == f"<head>{LINK}</head>{name}"


def test_pages_of_the_office_link_them(office: Client) -> None:
    make.season()
    row = make.registration(make.site(), name="𠮷明")
    for page in of_office(office, row):
        assert "𠮷明" in page
        assert page.partition("</head>")[0].count(LINK) == 1


def test_the_candidates_own_pages_link_them_too(phone: Client) -> None:
    row = named(confirmed.printed(), "𠮷明")
    with_name = [page for page in of_candidate(phone, row) if "𠮷明" in page]
    assert len(with_name) >= 1
    assert all(page.count(LINK) == 1 for page in with_name)


def test_ordinary_pages_are_what_they_were_to_the_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a season's people all but some thousand: nothing is added for them."""
    ours = dict(look.pages())
    monkeypatch.setattr(Page, "render", Template.render)
    assert ours == dict(look.pages())
    assert len(ours) > 5


def test_ordinary_people_fetch_no_faces(office: Client, phone: Client) -> None:
    row = named(confirmed.printed(), ORDINARY)
    with override_settings(PORTAL="candidate", ROOT_URLCONF="baoming.config.urls_candidate"):
        pages = list(of_candidate(phone, row))
    with override_settings(PORTAL="office", ROOT_URLCONF="baoming.config.urls_office"):
        pages += of_office(office, row)
    assert len(pages) >= 4
    assert not any("rare/" in page for page in pages)


@pytest.mark.parametrize("portal", ["office", "candidate"])
def test_pages_of_refusals_and_defects_link_them(portal: str) -> None:
    """Whatever page has the character, whoever gave it: here the sentence of a refusal."""
    with override_settings(PORTAL=portal, ROOT_URLCONF=f"baoming.config.urls_{portal}"):
        request = RequestFactory().get("/")
        rare = errors.refused(request, Refused("“𠮷明”已经登记过")).content.decode()
        plain = errors.refused(request, Refused("“吉明”已经登记过")).content.decode()
    assert rare.replace("𠮷", "吉") == plain.replace("</head>", LINK + "</head>")


@pytest.mark.parametrize("portal", ["office", "candidate"])
@pytest.mark.parametrize("name", look.ALONE)
def test_every_page_that_stands_alone_has_a_place_for_the_link(portal: str, name: str) -> None:
    assert dict(look.alone(portal))[f"{portal}/{name}.html"].count("</head>") == 1


def test_every_template_of_a_page_has_a_head_that_ends() -> None:
    for path in (look.WEB / "templates").rglob("*.html"):
        text = path.read_text("utf-8")
        assert text.count("</head>") == text.count("<!doctype html>"), path


def test_what_is_no_page_is_left_alone(office: Client) -> None:
    """A fragment, a script, a file: there is no head to link from."""
    env = look.make_environment()
    assert env.from_string("<p>{{ name }}</p>").render(name="𠮷") == "<p>𠮷</p>"
    signed_in(office, make.staff(_too_wide().site))
    file = office.post("/overflows/").content.decode("utf-8-sig")
    assert "𠮷𠮷" in file
    assert "rare/" not in file


def _too_wide() -> Registration:
    make.season()
    return make.registration(make.site(), name="𠮷" * 7)


def test_a_head_that_somebody_types_is_no_head(office: Client) -> None:
    make.season()
    row = make.registration(make.site(), name="𠮷</head>")
    for page in of_office(office, row):
        assert page.count("</head>") == 1


def test_control_without_the_class_of_pages_no_page_has_the_link(
    office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = engines["jinja2"].env
    monkeypatch.setattr(env, "template_class", Template)
    monkeypatch.setattr(env, "cache", None)
    make.season()
    row = make.registration(make.site(), name="𠮷明")
    assert not any("rare/" in page for page in of_office(office, row))


def test_the_worker_keeps_none_of_the_faces() -> None:
    assert not any("rare" in name for name in app.FILES)


def test_both_portals_fall_back_on_the_faces_after_all_that_the_device_has() -> None:
    tokens = (look.WEB / "static" / "tokens.css").read_text("utf-8")
    lists = re.findall(r"--font(?:-display)?: (.*?);", tokens)
    assert len(lists) == 2
    assert all(one.endswith('sans-serif, "SimSun-ExtB", "Rare Han"') for one in lists)
    others = "".join(path.read_text("utf-8") for path in (look.WEB / "static").glob("*.css"))
    own = re.findall(r"font(?:-family)?:[^;]*\"[^;]*;", others.replace(tokens, ""))
    assert all("ui-monospace" in one for one in own), own  # codes and numbers: no name is set in a family of its own


def as_installed(folder: Path) -> override_settings:
    """Serve static files as an installation does, named by their content."""
    kind = "whitenoise.storage.CompressedManifestStaticFilesStorage"
    return override_settings(STATIC_ROOT=folder, STORAGES={**settings.STORAGES, "staticfiles": {"BACKEND": kind}})


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("static")
    with as_installed(folder):
        call_command("collectstatic", "--noinput", "--verbosity", "0")
    return folder


def test_an_installation_has_each_piece_by_the_name_that_the_sheet_says(collected: Path) -> None:
    kept = CompressedManifestStaticFilesStorage(location=collected, base_url="/static/")
    sheet = collected / kept.stored_name("rare/faces.css")
    fetched = re.findall(r"url\(\"?([^\")]+)\"?\)", sheet.read_text("ascii"))
    assert len(fetched) > 60
    for name in fetched:
        assert re.fullmatch(r"\d\d\.[0-9a-f]{12}\.woff2", name)
        assert (sheet.parent / name).is_file()
    assert sheet.with_name(f"{sheet.name}.br").stat().st_size < 4096
    assert not list(sheet.parent.glob("*.woff2.*z"))  # compressed already


def test_a_piece_is_kept_for_a_year_and_read_as_a_font(collected: Path) -> None:
    [piece] = (collected / "rare").glob("01.????????????.woff2")
    with as_installed(collected):
        answer = Client().get(f"/static/rare/{piece.name}")
        fetched = b"".join(answer)  # type: ignore[arg-type]
    assert fetched == piece.read_bytes()
    assert answer["Content-Type"] == "font/woff2"
    assert "immutable" in answer["Cache-Control"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"


def test_nothing_else_of_the_packages_is_served(collected: Path) -> None:
    shown = {path.name.split(".")[-1] for path in (collected / "rare").iterdir()}
    assert shown == {"woff2", "css", "br", "gz"}
    assert finders.find("rare/HanaMin.css") is None
    assert finders.find("rare/../package.json") is None


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """An installation in which `npm ci` has not run; where its static files go."""
    monkeypatch.setattr(rare_files, "default_faces", lambda: Typefaces(node_modules=tmp_path / "none", cache=tmp_path))
    finders.get_finder.cache_clear()
    yield tmp_path / "static"
    finders.get_finder.cache_clear()


def page_of_one_who_is_rare() -> str:
    call_command("collectstatic", "--noinput", "--verbosity", "0")
    made = templates.environment().from_string("<head></head>{{ name }}")
    made.render(name="𪚥")
    return made.render(name="𠮷明")


def test_without_the_packages_of_fonts_a_page_is_shown_without_faces_and_that_is_logged_once(
    bare: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with as_installed(bare):
        assert page_of_one_who_is_rare() == "<head></head>𠮷明"
        assert finders.find("rare/faces.css") is None
        assert finders.find("rare/01.woff2") is None
    said = [line.getMessage() for line in caplog.records if line.name == "baoming.web"]
    assert len(said) == 2, said
    assert "run `npm ci`" in said[0]
    assert "was not collected" in said[1]
    assert list(bare.glob("tokens.*.css")), "all else is collected"


def test_control_without_asking_for_the_packages_nothing_is_collected(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Typefaces, "absent", [])
    with as_installed(bare), pytest.raises(FileNotFoundError):
        page_of_one_who_is_rare()


def test_control_a_page_that_insists_on_the_sheet_is_a_defect(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rare, "_link", lambda static: static(rare.SHEET))
    with as_installed(bare), pytest.raises(ValueError, match="Missing staticfiles manifest entry"):
        page_of_one_who_is_rare()


def test_with_the_packages_the_page_links_the_sheet_by_the_name_it_was_collected_under(collected: Path) -> None:
    with as_installed(collected):
        assert re.search(r'href="/static/rare/faces\.[0-9a-f]{12}\.css"', page_of_one_who_is_rare())


def test_staff_with_a_rare_name_see_their_own_name_everywhere(office: Client) -> None:
    make.season()
    clerk = make.staff(make.site())
    Staff.objects.filter(pk=clerk.pk).update(name="马𠮷")
    signed_in(office, clerk)
    assert LINK in office.get("/").content.decode()
    assert LINK in office.get("/candidates/").content.decode()
    assert LINK not in office.get("/nowhere/").content.decode()  # where the page says no name
