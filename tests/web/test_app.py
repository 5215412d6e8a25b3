"""The candidate app: what the phone is told, what its worker may keep, and what is said inside WeChat (R3)."""

import json
import re

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse
from PIL import Image, ImageChops

from baoming.web.candidate import app
from tests import factories as make
from tests.registrations import confirmed
from tests.web import icons

pytestmark = pytest.mark.django_db

WECHAT = "Mozilla/5.0 (Linux; Android 12) AppleWebKit/537.36 Chrome/107.0 Mobile Safari/537.36 MicroMessenger/8.0.38"
HUAWEI = "Mozilla/5.0 (Linux; Android 12; HarmonyOS) AppleWebKit/537.36 Chrome/99.0 HuaweiBrowser/13.0 Mobile"
XIAOMI = "Mozilla/5.0 (Linux; U; Android 12) AppleWebKit/537.36 Chrome/100.0 Mobile XiaoMi/MiuiBrowser/17.1"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 16_1 like Mac OS X) AppleWebKit/605.1.15 Version/16.1 Mobile Safari/604.1"
ANDROID = "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/118.0 Mobile Safari/537.36"
COMPUTER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/118.0 Safari/537.36"
LEAVE = "点右上角 ··· → 在浏览器打开。微信里"


@pytest.fixture(autouse=True)
def season() -> None:
    make.season()


def test_the_phone_is_told_a_neutral_name_and_signs_that_are_there(phone: Client) -> None:
    answer = phone.get("/app.webmanifest")
    said = json.loads(answer.content)
    assert answer["Content-Type"] == "application/manifest+json"
    assert (said["name"], said["start_url"], said["scope"], said["display"]) == ("高考报名", "/", "/", "standalone")
    assert {icon["sizes"] for icon in said["icons"]} >= {"192x192", "512x512"}
    for icon in said["icons"]:
        assert finders.find(icon["src"].removeprefix(settings.STATIC_URL)), icon["src"]
    assert '<link rel="manifest" href="/app.webmanifest">' in phone.get("/").content.decode()


@pytest.mark.parametrize("size", icons.SIZES)
def test_the_sign_is_the_one_that_our_own_code_draws(size: int) -> None:
    with Image.open(icons.STATIC / f"icon-{size}.png") as kept:
        assert ImageChops.difference(kept.convert("RGB"), icons.draw(size)).getbbox() is None


def lists(worker: str) -> tuple[list[str], list[str]]:
    """Return the pages and the files that the worker keeps."""
    pages, files = (json.loads(re.search(rf"const {name} = (.*);", worker)[1]) for name in ("PAGES", "FILES"))  # type: ignore[index]
    return pages, files


def test_the_worker_keeps_three_pages_and_the_shell_and_nothing_later(phone: Client) -> None:
    answer = phone.get("/worker.js")
    worker = answer.content.decode()
    pages, files = lists(worker)
    assert answer["Content-Type"].startswith("text/javascript")
    assert pages == ["/offline/", "/help/", "/install/"]
    for file in files:
        assert finders.find(file.removeprefix(settings.STATIC_URL)), file
    assert 'credentials: "omit"' in worker
    assert worker.count("cache.add") == 1
    assert ".put(" not in worker


def test_what_is_kept_shows_no_person_no_form_and_no_hour_even_to_somebody_signed_in(phone: Client) -> None:
    row = confirmed.printed()
    assert row.account
    phone.force_login(row.account)
    for name in app.PAGES:
        page = phone.get(reverse(f"candidate:{name}", urlconf="baoming.config.urls_candidate")).content.decode()
        assert row.name not in page, name
        assert "<form" not in page, name
        assert "csrf" not in page, name
        assert "data-kept" in page, name


def test_another_page_is_another_edition(phone: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    before = phone.get("/worker.js").content
    app._edition.cache_clear()
    monkeypatch.setattr(app, "PAGES", (*app.PAGES, "sites"))
    after = phone.get("/worker.js").content
    app._edition.cache_clear()
    assert before != after


@pytest.mark.parametrize(
    ("agent", "first", "own"),
    [(WECHAT, "wechat", True), (HUAWEI, "maker", True), (XIAOMI, "maker", True), (IPHONE, "safari", True),
     (ANDROID, "chrome", True), (COMPUTER, "chrome", False), ("", "chrome", False)],
)  # fmt: skip
def test_the_guide_of_the_own_browser_comes_first(phone: Client, agent: str, first: str, own: bool) -> None:
    page = phone.get("/install/", headers={"User-Agent": agent}).content.decode()
    guides = re.findall(r'<h2 id="g-(\w+)"', page)
    assert guides[0] == first
    assert sorted(guides) == ["chrome", "maker", "safari", "wechat"]
    assert ("您现在用的" in page) is own


@pytest.mark.parametrize("place", ["/", "/claim/", "/sign-in/", "/install/"])
def test_wechat_is_told_the_way_out_before_anything_is_filled_in(phone: Client, place: str) -> None:
    page = phone.get(place, headers={"User-Agent": WECHAT}).content.decode()
    assert LEAVE in page
    assert page.index(LEAVE) < page.find('name="number"') % len(page)
    assert LEAVE not in phone.get(place, headers={"User-Agent": IPHONE}).content.decode()


def test_the_large_letters_are_switched_on_the_first_page_and_in_the_settings(phone: Client) -> None:
    row = confirmed.printed()
    assert 'action="/care/"' in phone.get("/").content.decode()
    assert phone.post("/care/", {"care": "1"}).headers["Location"] == "/"
    assert row.account
    phone.force_login(row.account)
    assert "换回标准版" in phone.get("/tasks/").content.decode()
    assert phone.post("/care/", {"care": "", "back": "tasks"}).headers["Location"] == "/tasks/"
    assert "长辈版（大字）" in phone.get("/tasks/").content.decode()
