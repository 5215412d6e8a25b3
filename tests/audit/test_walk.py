"""Each act leaves its events in the same transaction, and is not done without (L2, I7).

Every line of routes.tsv is asked twice: first with an event that the database refuses, and nothing of the act may be
there; then as it is, and the act and all its events are. Looking at a person is an event too: views.tsv, test_views.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings

from baoming.audit import services
from baoming.audit.models import Event
from baoming.messages.providers.inbox import InboxSms
from baoming.messages.services import receipts, shifting
from baoming.payments import services as payments
from baoming.registrations.services import access, person_checks
from baoming.web.office.words import ALL_VERBS, VERBS
from tests import traces
from tests.audit.acts import ACTS
from tests.audit.acts.register import CODE, READER, SMS_SECRET
from tests.audit.walking import Line, faults, lost, table, with_event, without_event
from tests.matrix.tables import office_lines
from tests.matrix.tables import table as matrix
from tests.payments.test_sweep import Cashier
from tests.web import test_words
from tests.web.routes import routes
from tests.web.test_person_check import Provider

pytestmark = pytest.mark.django_db
LINES = table("routes.tsv")
MD5 = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A paired card reader, a cashier, a provider of checks and known codes; the wire formats are proved elsewhere."""
    (tmp_path / "reader").mkdir()
    (tmp_path / "reader" / "reader.pub").write_bytes(READER)
    cashier, provider = Cashier(), Provider()
    provider.outcome = "passed"
    monkeypatch.setattr(payments, "cashier", lambda: cashier)
    monkeypatch.setattr(person_checks, "provider", lambda way: provider)
    monkeypatch.setattr(access, "sms_code", lambda: CODE)
    inbox = InboxSms("http://127.0.0.1:9", SMS_SECRET)
    for module in (receipts, shifting):
        monkeypatch.setattr(module, "senders", lambda: {"sms": inbox, "tencent": inbox})
    with override_settings(SERVICE_KEYS=tmp_path, PASSWORD_HASHERS=MD5):
        yield


@pytest.fixture
def line(request: pytest.FixtureRequest) -> Iterator[Line]:
    """A line of the table, in its portal."""
    with in_portal(request.param) as found:
        yield found


class in_portal:
    """For one block, be the process that a line belongs to."""

    def __init__(self, one: Line) -> None:
        name = "candidate" if one.portal == "candidate" else "office"
        self.line, self.settings = one, override_settings(PORTAL=name, ROOT_URLCONF=f"baoming.config.urls_{name}")

    def __enter__(self) -> Line:
        self.settings.enable()
        return self.line

    def __exit__(self, *_: object) -> None:
        self.settings.disable()


@pytest.mark.parametrize("line", LINES, indirect=True, ids=str)
def test_an_act_is_done_with_its_events_and_not_without(line: Line) -> None:
    assert faults(line, ACTS[str(line)]()) == []


def changing() -> set[tuple[str, str]]:
    """Every route that takes a POST, as the tables of the matrix know them; the routes themselves fail there."""
    office = {("office", one.route) for one in office_lines() if "POST" in one.methods}
    return office | {("candidate", row["route"]) for row in matrix("candidate.tsv") if "POST" in row["methods"].split()}


def unlisted(lines: list[Line]) -> set[tuple[str, str]]:
    return changing() ^ {(one.portal, one.route) for one in lines if one.portal != "worker"}


def test_every_route_that_changes_something_stands_in_the_table() -> None:
    assert unlisted(LINES) == set()
    assert {str(one) for one in LINES} == set(ACTS)
    assert all(one.verbs or one.why for one in LINES)
    for portal in ("office", "candidate"):
        known = {row["route"] for row in matrix(f"{portal}.tsv")}
        assert set(routes(portal)) <= {name.partition("/")[0] for name in known}


def test_control_a_route_without_a_line_is_found() -> None:
    assert unlisted([one for one in LINES if one.route != "pledge"]) == {("candidate", "pledge")}


def by_name(name: str) -> Line:
    return next(one for one in LINES if str(one) == name)


@pytest.mark.parametrize("name", ["office desk_typing", "office case_act/grant_void", "candidate form_save"])
def test_control_an_event_that_is_lost_in_silence_is_found(name: str) -> None:
    with in_portal(by_name(name)) as line, lost():
        found = without_event(line, ACTS[name]())
    assert any("answered 302 without its event" in one or "answered 200" in one for one in found)
    assert any("stayed without its event" in one for one in found)


@pytest.mark.parametrize("verbs", [["step:number", "step:number"], ["issue"], []])
def test_control_an_act_with_another_event_or_one_more_is_found(verbs: list[str]) -> None:
    one = by_name("office desk_number")
    with in_portal(one):
        found = with_event(Line(one.portal, one.act, verbs, one.writes, one.why), ACTS[str(one)]())
    assert any("left ['step:number']" in fault for fault in found)


def test_control_what_is_written_without_an_event_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("baoming.registrations.services.retakes.record", lambda *_, **__: None)
    monkeypatch.setattr("baoming.registrations.services.steps.record", lambda *_, **__: None)
    one = by_name("office keep_photo")
    with in_portal(one):
        found = with_event(one, ACTS[str(one)]())
    assert any("wrote ['registrations_photo', 'registrations_registration'" in fault for fault in found)


# every verb in the code


def recorded() -> set[str]:
    """Every verb in the code: those that `record` is called with, and those of the steps that services do and undo."""
    plain = {verb for verb in test_words.recorded() if not verb.endswith(":")}
    steps = {f"step:{key}" for key in named("complete_step")} | {f"undo:{key}" for key in named("return_step")}
    kinds = {verb for verb in VERBS if verb.startswith(("hold:", "clear:", "undo_review:", "case:"))}
    return plain | steps | kinds


def named(service: str) -> set[str]:
    """The steps that are given to this service by name, or by a name that stands for one."""
    found = set()
    for path in test_words.PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        known = {one.targets[0].id: one.value.value for one in tree.body if is_constant(one)}  # type: ignore[attr-defined]
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == service:
                found.add(getattr(node.args[1], "value", None) or known.get(getattr(node.args[1], "id", "")))
    return {key for key in found if isinstance(key, str)}


def is_constant(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and hasattr(node.targets[0], "id")


def unproved(verbs: set[str]) -> set[str]:
    """Return the verbs that no line leaves."""
    return verbs - {verb for one in (*LINES, *table("views.tsv")) for verb in one.verbs}


def test_every_verb_in_the_code_is_left_by_a_line_and_no_line_leaves_another() -> None:
    assert len(named("complete_step")) > 10
    assert unproved(recorded()) == set()
    assert {verb for one in LINES for verb in one.verbs} <= set(ALL_VERBS)


def test_control_a_verb_that_nothing_leaves_is_found() -> None:
    assert unproved({"step:number", "shred_everything"}) == {"shred_everything"}


# what an event may hold


@pytest.mark.parametrize(
    "details",
    [
        {"name": "x"},
        {"changed": ["欧阳思远"]},
        {"reason": "990001200503170137"},
        {"to": "13800001234"},
        {"by": {"x": 1}},
    ],
)
def test_control_a_value_in_an_event_is_found(details: dict[str, object]) -> None:
    assert len(traces.personal("save_form", details)) == 1
    assert traces.personal("save_form", {"version": 2, "changed": ["postcode", "first_subject"]}) == []


def test_control_a_value_in_the_event_of_an_act_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    event = services._event

    def talkative(verb: str, **rest: object) -> Event:
        return event(verb, **{**rest, "details": {"reason": "欧阳思远"}})  # type: ignore[arg-type]

    one = by_name("office desk_number")
    with in_portal(one):
        ask = ACTS[str(one)]()
        monkeypatch.setattr(services, "_event", talkative)
        assert "office desk_number: step:number.reason is a value" in with_event(one, ask)
