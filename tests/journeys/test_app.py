"""The candidate app in a real browser: what it keeps is nobody's, and without a network it says what is safe (R3)."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.forms.samples import FILLED
from tests.journeys import served
from tests.registrations.test_save_form import candidate, save, type_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

KEPT_PAGES = {"/offline/", "/help/", "/install/"}
WALK = ("/", "/tasks/", "/form/contact", "/form/family", "/form/check", "/versions/1", "/viewers/", "/help/")
AT_WORK = """async () => {
  while (!navigator.serviceWorker.controller) await new Promise((go) => setTimeout(go, 50));
}"""
KEPT = """async () => {
  const found = {};
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const asked of await cache.keys())
      found[new URL(asked.url).pathname] = await (await cache.match(asked, { ignoreVary: true })).text();
  }
  return found;
}"""


def walk(page: Page) -> dict[str, str]:
    """Read the own pages with the worker at work; return all that the browser's caches hold, by address."""
    page.goto("/")
    page.evaluate(AT_WORK)
    for place in WALK:
        answer = page.goto(place)
        assert answer
        assert (answer.status, answer.from_service_worker) == (200, True), place
    found: dict[str, str] = page.evaluate(KEPT)
    return found


def personal(found: dict[str, str], secrets: set[str]) -> list[str]:
    """Return what is kept and should not be: another page than the three, or a word of the person's."""
    pages = {place for place in found if not place.startswith("/static/")}
    wrong = [f"page {place}" for place in sorted(pages - KEPT_PAGES)]
    return wrong + [
        f"a word in {place}" for place, text in sorted(found.items()) if any(one in text for one in secrets)
    ]


@pytest.mark.parametrize(
    ("application", "wrong"),
    [
        ("", set()),
        ("tests.journeys.greedy:pages", {f"page {place}" for place in WALK} - {"page /help/"}),
        ("tests.journeys.greedy:cookies", {f"a word in {place}" for place in KEPT_PAGES}),
    ],
    ids=["ours", "control: every page", "control: with cookies"],
)
def test_a_walk_leaves_no_page_of_a_person_on_the_phone(tmp_path: Path, application: str, wrong: set[str]) -> None:
    row = candidate()
    type_in(row)
    save(row)
    secrets = {row.name, row.site.name, FILLED["postcode"][0], FILLED["recipient"][0]}
    session = served.signed_in(row)
    with served.portal(tmp_path, application=application) as portal, served.handset(portal.port, session) as phone:
        page = phone.context.new_page()
        found = walk(page)
        assert set(found) >= KEPT_PAGES | {"/static/candidate.css", "/static/app.js"}
        assert {one for one in personal(found, secrets) if not one.startswith("a word") or wrong} >= wrong
        if not wrong:
            assert personal(found, secrets) == []
            assert phone.watch.faults == []
            without_a_network(page, portal.kill)


def without_a_network(page: Page, cut: object) -> None:
    """Pages that are kept open; any other says what is safe and what to do; what was typed stays."""
    page.goto("/form/contact")
    page.get_by_label("邮政编码").fill("410088")
    page.context.set_offline(True)
    expect(page.get_by_text("填写的内容还在本页")).to_be_visible()
    page.get_by_role("button", name="存为草稿，下一部分").click()
    expect(page.get_by_label("邮政编码")).to_have_value("410088")
    page.context.set_offline(False)
    expect(page.get_by_text("填写的内容还在本页")).to_have_count(0)
    page.goto("/")
    page.get_by_role("button", name="长辈版").click()
    expect(page.locator("body")).to_have_attribute("data-weui-mode", "care")
    cut()  # type: ignore[operator]
    page.goto("/tasks/")
    expect(page.get_by_role("heading", name="现在没有网络")).to_be_visible()
    expect(page.get_by_text("已经保存、已经存为草稿、已经缴的，都在")).to_be_visible()
    expect(page.locator("body")).to_have_attribute("data-weui-mode", "care")
    page.get_by_role("link", name="打不开怎么办").click()
    expect(page.get_by_role("heading", name="打不开怎么办")).to_be_visible()
