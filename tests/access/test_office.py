"""Every page of the office portal in its states: axe, twice as large, a narrow window, the keyboard alone (ux.md 4)."""

from collections.abc import Iterable

import pytest
from django.test import Client

from tests.access import pages, states
from tests.access.pages import Shown
from tests.access.window import Window, window
from tests.audit.test_walk import _outside
from tests.journeys.access import DESK, NARROW, TWICE, faults, stops
from tests.matrix.asking import LINES
from tests.web.conftest import office
from tests.web.routes import routes

__all__ = ["_outside", "office"]  # fixtures
pytestmark = [pytest.mark.journey, pytest.mark.django_db]

NO_PAGE = {"photo_file": "a picture", "signed_page": "a picture of a page", "name_image": "a picture",
    "evidence": "a picture", "desk_absent_picture": "a picture"}  # fmt: skip
# Acts that nothing can be filled in for: they refuse on the page of the refusal, or not at all.
BUTTONS = {
    "sign_out": "a button", "lock": "a button", "account_browsers": "a button", "audit_verify": "a button",
    "desk_number": "a button", "desk_slip": "a button", "sheet": "a button", "withdraw_announcement": "a button",
    "case_notice": "a button",
    "find": "nothing found is an answer", "clock": "a button for each phase", "audit": "an empty question asks for all",
    "audit_export": "the question of the page before", "staff_answer": "two buttons", "paper_drafts": "a button",
    "prints_scans_confirm": "a button", "prints_scans_drop": "a button", "prints_signatures_print": "a button",
    "send_again": "a button", "overflows": "a button, for the list as a file",
    "imports_bad": "a button, for the lines as a file",
}  # fmt: skip
TOLD = """{} is looked at by nobody. A page of the office portal is found through its line in tests/matrix/office.tsv
(with a role that may open it), an act through its line in tests/audit/routes.tsv and its builder in tests/audit/acts.
What is no page, or an act with nothing to fill in, stands in NO_PAGE or BUTTONS here with the reason."""


def unseen(shown: Iterable[Shown]) -> dict[str, str]:
    """Return the routes of the URL table of which no page was seen, or no refusal."""
    shown = list(shown)
    known = routes("office")
    read = {line.route for line in LINES if "GET" in line.methods and line.route in known}
    written = {line.route for line in LINES if "POST" in line.methods and line.route in known}
    missed = read - {one.route for one in shown} - set(NO_PAGE)
    silent = written - {one.route for one in shown if one.refuses} - set(BUTTONS)
    return {name: TOLD.format(name) for name in sorted(missed | silent)}


def looked_at(desk: Window, shown: Iterable[Shown], *, by_night: bool = False) -> dict[str, list[str]]:
    """Return what is wrong with which page. All are measured; axe is asked about each route and one refusal of it.

    `by_night`: about all that are made of other parts, and twice as large, too.
    """
    found, known, asked = dict[str, list[str]](), set[str](), set[object]()
    for one in shown:
        kind = one.shape if by_night else (one.route, bool(one.refuses))
        page = desk.show(one)
        wrong = ["the summary of errors has no focus"] if one.refuses and not desk.summary_has_focus() else []
        if one.long or (one.route not in known and not one.refuses):
            large = [TWICE] if by_night or one.long else []
            left = [size for size in (TWICE, NARROW) if size not in large]
            wrong += stops(page) + faults(page, [DESK, *large], measured_only=left)
        elif kind not in asked:
            wrong += faults(page, [DESK], measured_only=[TWICE, NARROW])
        else:
            wrong += faults(page, [], measured_only=[TWICE, NARROW])
        known.add(one.route)
        asked.add(kind)
        if wrong:
            found[one.name] = wrong
    return found


def every_page(*, by_night: bool) -> list[Shown]:
    """Return the pages of the office portal, by night in all their states; none that is in a table is left out."""
    shown = pages.of_roles()
    shown += pages.of_acts("office", {one.route for one in shown if one.refuses})
    assert unseen(shown) == {}
    shown = [*shown, *states.of_states()]
    found = pages.without_twins(shown) if by_night else pages.with_something_new(shown)
    assert len(found) > (250 if by_night else 150)
    return found


def look_at_every_page(*, by_night: bool) -> None:
    """Fail, naming the pages, where something is wrong with any."""
    shown = every_page(by_night=by_night)
    with window(DESK) as desk:
        found = looked_at(desk, shown, by_night=by_night)
    assert found == {}
    assert desk.broken == []


def test_every_page_can_be_used_by_everybody(office: Client) -> None:
    look_at_every_page(by_night=False)


def test_control_a_route_that_nobody_looks_at_is_found() -> None:
    told = unseen(
        [Shown("office", line.route, "", '<section class="errors"', "") for line in LINES if line.route != "pause"]
    )
    assert list(told) == ["pause"]
    assert "tests/matrix/office.tsv" in told["pause"]


PLANTED = {
    "<p style='color: #8a8a8a'>报名</p>": "color-contrast",
    "<input name=x>": "label",
    "<img src='/x.png'>": "image-alt",
    "<ul><p>报名</p></ul>": "list",
    "<p style='width: 900px'>报名</p>": "200%: 908px wide",
    "<p style='width: 400px'>报名</p>": "320px: 408px wide",
    "<p style='width: 40px; overflow: hidden; white-space: nowrap'>报名登记表</p>": "cut off",
    "<table style='table-layout: fixed; width: 40px'><tr><td style='white-space: nowrap'>报名登记表</table>": "cut off",
    "<div style='overflow: auto; height: 20px'><p style='height: 90px'>报名</p></div>": "scrollable-region-focusable",
    "<a href='/' style='outline: 0; box-shadow: none'>报名</a>": "no sign of focus",
    "<div style='position: fixed; inset: 0; background: #fff'></div><button>报名</button>": "hidden: button",
    "<a href='/'>报名</a><button onkeydown='return false'>乙</button>": "does not get out",
    '<section class="errors" tabindex="-1"><h2>错</h2></section>': "the summary of errors has no focus",
}


def test_control_each_fault_is_found() -> None:
    html = "<!doctype html><html lang=zh-CN><title>报名</title><main><h1>报名</h1>{}</main>"
    planted = [Shown("office", fault, "", html.format(body), "", long=True) for body, fault in PLANTED.items()]
    with window(DESK) as desk:
        found = looked_at(desk, planted)
    assert {one.route for one in planted if not any(one.route in wrong for wrong in found.get(one.name, []))} == set()
