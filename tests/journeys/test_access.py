"""Every page of the candidate portal can be used by everybody: axe, large letters, 320 px, keyboard alone (ux.md 4)."""

import re
from collections.abc import Iterable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Page, expect

from baoming.registrations.models import Registration
from tests.forms.samples import FILLED, FORM
from tests.journeys import access, served
from tests.registrations.test_save_form import PASSWORD, candidate, save, type_in
from tests.reviews.asking import asked
from tests.web.routes import routes
from tests.web.test_announcements import announced

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

# Who reads what: the route, and its address. Nobody is signed in for the first.
STRANGER = {
    "home": "/", "sites": "/sites/?county=0102", "no_card": "/no-card/", "announcements": "/announcements/",
    "claim": "/claim/", "sign_in": "/sign-in/", "forgot_login": "/forgot/", "offline": "/offline/", "help": "/help/",
    "install": "/install/", "sheet": "/sheet/X", "not a page": "/nowhere/", "announcement": "",
    "review_form": "/review-form/", "hand_in": "/hand-in/",
}  # fmt: skip
STEPS = {"fee": "/fee/", "person_check": "/person-check/", "phone": "/phone/", "passwords": "/passwords/",
         "pledge": "/pledge/"}  # fmt: skip
SAVED = {
    "tasks": "/tasks/", "viewers": "/viewers/", "messages": "/messages/",
    "browsers": "/browsers/", "phone_change": "/phone/change/",
    "phone_site": "/phone/site/", "form_forgot": "/form/forgot", "changes": "/changes/",
    "declarations": "/declarations/", "household": "/household/", "versions": "/versions/",
    "requests": "/requests/", "request": "", "request_new": "/requests/new/accommodation/",
    "version": "/versions/1", "form_check": "/form/check", "the sheet": "/form/check#save",
    **{f"form_page {page.key}": f"/form/{page.key}" for page in FORM.pages},
}  # fmt: skip
# Data and prints, acts, a way on.
# "name" is a page of those whose name no font draws: looked at with its act (tests/access/test_candidate.py).
NO_PAGE = {
    "manifest",
    "worker",
    "care",
    "sign_out",
    "fee_ask",
    "request_act",
    "request_notice",
    "form_save",
    "form",
    "review_form_blank",
    "paper_draft",
    "evidence",
    "name",
    "name_picture",
    "hand_in_picture",
}
FORMS = ("/claim/", "/sign-in/", "/forgot/")  # sent as they are: with an error summary


TOLD = "add it to STRANGER, STEPS or SAVED above with its address, or to NO_PAGE if it answers no page"
# All is measured in each size; by day axe is asked in usual letters on a usual phone and in large ones on a narrow one.
ASKED = (access.PHONES[0], access.PHONES[-1])
MOST = 100 * 1024  # bytes of a page before photos, with its styles and scripts (ux.md rule 27)


def unread(known: Iterable[str]) -> dict[str, str]:
    """Return the routes that stand in no list above."""
    read = {name.partition(" ")[0] for name in (*STRANGER, *STEPS, *SAVED)}
    return dict.fromkeys(sorted(set(known) - NO_PAGE - read), TOLD)


def test_no_page_is_left_out() -> None:
    assert unread(routes("candidate")) == {}
    assert unread({"home", "nowhere"}) == {"nowhere": TOLD}


def faults(page: Page, *, by_night: bool = False) -> list[str]:
    asked = access.PHONES if by_night else ASKED
    return access.faults(page, asked, measured_only=[size for size in access.PHONES if size not in asked])


def read(
    page: Page, scales: access.Scales, places: dict[str, str], found: dict[str, list[str]], who: str, *, by_night: bool
) -> None:
    for name, place in places.items():
        page.goto("about:blank")  # a part of a page is a page of its own here
        weight = scales.weigh(page, place)
        assert not page.url.endswith("/sign-in/") or name == "sign_in", name
        heavy = [] if 2_000 < weight <= MOST else [f"{weight} bytes"]
        found[f"{who}: {name}"] = heavy + access.stops(page) + faults(page, by_night=by_night)


def refused(page: Page, found: dict[str, list[str]], *, by_night: bool) -> None:
    for place in FORMS:
        page.goto(place)
        page.locator(".dock .button").first.click()
        expect(page.locator(".errors")).to_be_focused()
        found[f"refused: {place}"] = faults(page, by_night=by_night)


@pytest.fixture
def people() -> dict[str, Registration]:
    """The one who has saved and changed a draft since, and one at each step before the form."""
    saved = candidate()
    type_in(saved)
    save(saved)
    type_in(saved, {**FILLED, "postcode": ["410017"]})
    return {"saved": saved} | {step: served.at_step(step, place) for place, step in enumerate(STEPS, start=11)}


def test_every_page_can_be_used_by_everybody(people: dict[str, Registration], tmp_path: Path) -> None:
    look_at_every_page(people, tmp_path, by_night=False)


def look_at_every_page(people: dict[str, Registration], folder: Path, *, by_night: bool) -> None:
    """Fail, naming the pages, where something is wrong with any. `by_night`: axe is asked in each size."""
    told = f"/announcements/{announced(path='43/').pk}/"
    request = f"/requests/{asked(people['saved'], 'fee_exemption').pk}/"
    sessions = {name: served.signed_in(row) for name, row in people.items()}
    found: dict[str, list[str]] = {}
    with served.portal(folder) as portal, served.handset(portal.port) as phone:
        page = phone.context.new_page()
        scales = access.Scales(page)
        read(page, scales, {**STRANGER, "announcement": told}, found, "stranger", by_night=by_night)
        refused(page, found, by_night=by_night)
        for step in STEPS:
            served.sign_in(phone.context, sessions[step])
            read(page, scales, {"tasks": "/tasks/", step: STEPS[step]}, found, f"at {step}", by_night=by_night)
        served.sign_in(phone.context, sessions["saved"])
        read(page, scales, {**SAVED, "request": request}, found, "saved", by_night=by_night)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert phone.watch.faults == []


PLANTED = {
    "<img src='/x.png'>": "image-alt",
    "<p style='color: #999'>报名</p>": "color-contrast",
    "<input id=f-x>": "label",
    "<p style='width: 900px'>报名</p>": "px wide",
    "<p style='font-size: 14px'>报名</p>": "14px letters",
    "<a class=button style='display: block; height: 50px' href='/'>报名</a>": "50px high",
    "<a href='/' style='display: block; height: 8px; font-size: 8px'>甲</a>"
    "<a href='/' style='display: block; height: 8px; font-size: 8px'>乙</a>": "target-size",
    "<button style='height: 40px; width: 90px'>报名</button>": "90×40px to touch",
    "<p style='width: 30px; overflow: hidden; white-space: nowrap'>报名登记表</p>": "cut off",
}  # fmt: skip


def test_control_each_fault_is_found(playwright_page: Page) -> None:
    missed = []
    for body, fault in PLANTED.items():
        playwright_page.set_content(f"<!doctype html><html lang=zh-CN><title>报名</title><main>{body}</main>")
        if not any(fault in one for one in faults(playwright_page)):
            missed.append(fault)
    assert missed == []


def test_control_a_heavy_page_is_weighed(playwright_page: Page) -> None:
    pages = {"/": b"<!doctype html><link rel=stylesheet href=/x.css>", "/x.css": b"/*" + b"x" * MOST + b"*/"}

    class Heavy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/css" if self.path == "/x.css" else "text/html")
            self.send_header("Cache-Control", "max-age=600")
            self.end_headers()
            self.wfile.write(pages.get(self.path, b""))

    with ThreadingHTTPServer(("127.0.0.1", 0), Heavy) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        scales = access.Scales(playwright_page)
        for _ in range(2):  # what was kept is weighed again
            assert scales.weigh(playwright_page, f"http://127.0.0.1:{server.server_port}/") > MOST
        server.shutdown()


@pytest.fixture
def playwright_page() -> Iterator[Page]:
    with served.handset(9) as phone:
        yield phone.context.new_page()


def test_the_form_is_filled_and_saved_by_the_keyboard_alone(tmp_path: Path) -> None:
    row = candidate()
    type_in(row)
    session, found = served.signed_in(row), list[str]()
    with served.portal(tmp_path) as portal, served.handset(portal.port, session) as phone:
        page = phone.context.new_page()
        page.goto(f"/form/{FORM.pages[0].key}")
        for part in FORM.pages:
            expect(page).to_have_url(re.compile(f"/form/{part.key}$"))
            if part.key == "contact":
                found += access.tab_to(page, page.get_by_label("邮政编码"))
                page.keyboard.type("410018")
            found += access.tab_to(page, page.locator(".dock .button").first)
            page.keyboard.press("Enter")
        expect(page.get_by_text("410018")).to_be_visible()
        found += access.tab_to(page, page.get_by_role("link", name="去保存"))
        page.keyboard.press("Enter")
        expect(page.get_by_label("我确认选考")).to_be_focused()
        page.keyboard.press("Space")
        found += access.tab_to(page, page.get_by_label("保存密码", exact=True))
        page.keyboard.type(PASSWORD)
        found += access.tab_to(page, page.get_by_role("button", name="确认并保存报名信息"))
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="已保存第1版")).to_be_visible()
    assert sorted(set(found)) == []


def test_control_focus_that_nobody_sees_is_found(playwright_page: Page) -> None:
    playwright_page.set_content(
        "<style>:focus { outline: 0 }</style><a id=bare href='/'>甲</a>"
        "<div style='position: fixed; inset: 60px 0 0; z-index: 1; background: #fff'></div>"
        "<a id=beneath style='position: absolute; top: 200px; outline: 2px solid' href='/'>乙</a>"
        "<a id=last href='/'>丙</a>"
    )
    found = access.tab_to(playwright_page, playwright_page.locator("#last"))
    assert "no sign of focus: a bare" in found
    assert "hidden: a beneath" in found
