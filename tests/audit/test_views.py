"""Looking is an event: a page of one person leaves one before it is shown; no page without one shows a file (R36)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client

from baoming.audit.models import Event
from baoming.documents.services import keep_file
from baoming.web.office.story import page as story
from tests import factories as make
from tests.audit.walking import WORDS, refused, table
from tests.matrix.asking import LINES, address
from tests.matrix.tables import Line
from tests.matrix.test_fields import Planted, planted
from tests.matrix.world import World, make_world
from tests.registrations import confirmed
from tests.web.conftest import office, signed_in

__all__ = ["office"]
pytestmark = pytest.mark.django_db
VIEWS = {one.act: one for one in table("views.tsv")}
LISTED = {"name", "class_name", "registration_number"}  # what a list may show of many


@dataclass(frozen=True)
class Seen:
    verbs: list[str]
    text: str
    status: int


def seen(client: Client, place: str) -> Seen:
    """Open a page, see what it leaves, and undo it."""
    client.raise_request_exception = False
    last = Event.objects.order_by("-id").values_list("id", flat=True).first() or 0
    with transaction.atomic():
        answer = client.get(place)
        verbs = list(Event.objects.filter(id__gt=last).values_list("verb", flat=True))
        transaction.set_rollback(True)
    return Seen(verbs, text_of(answer), answer.status_code)


def text_of(answer: HttpResponseBase) -> str:
    return "" if answer.streaming else answer.content.decode(errors="replace")  # type: ignore[attr-defined]


def pages(world: World, lines: Iterable[Line]) -> Iterator[tuple[Line, Client, str]]:
    """Each page with a GET, opened by each role that may, for the own person."""
    clients = {role: signed_in(Client(), staff) for role, staff in world.staff.items()}
    for line in lines:
        if "GET" in line.methods:
            for client in [Client()] if line.open else [clients[role] for role in sorted(line.roles)]:
                yield line, client, address(line, world.targets["own"])


def whole(values: dict[str, Planted], text: str) -> set[str]:
    return {name for name, value in values.items() if name not in LISTED and any(one in text for one in value.whole)}


def faults(world: World, lines: Iterable[Line] = LINES) -> list[str]:
    """Return each page that leaves another event than its line says, or shows a file and leaves none."""
    keep_file(world.targets["own"].file.pk, b"%PDF-1.7 /Type /Page ")
    values, found = planted(world.targets["own"].person), list[str]()
    for line, client, place in pages(world, lines):
        one, view = seen(client, place), VIEWS[line.key]
        if sorted(set(one.verbs)) != view.verbs or one.status == 500:
            found.append(f"{line.key}: {one.status}, left {one.verbs}")
        if not view.verbs and (shown := whole(values, one.text)):
            found.append(f"{line.key}: shows {sorted(shown)} without an event")
        if view.verbs:
            with refused():
                unheard = seen(client, place)
            if unheard.status != 500 or WORDS not in unheard.text or whole(values, unheard.text):
                found.append(f"{line.key}: {unheard.status} without its event")
    return found


def test_each_page_leaves_what_its_line_says_and_is_not_shown_without(office: Client) -> None:
    assert {line.key for line in LINES if "GET" in line.methods} == set(VIEWS)
    assert faults(make_world()) == []


def test_control_a_story_that_is_shown_without_its_event_is_found(
    office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(story, "record", lambda *_, **__: None)
    found = faults(make_world(), [line for line in LINES if line.key in VIEWS and VIEWS[line.key].verbs])
    assert {one.partition(":")[0] for one in found} == {"candidate"}
    assert any("left []" in one for one in found)
    assert any("200 without its event" in one for one in found)


def test_who_is_shown_a_page_by_a_refused_act_has_looked_too(office: Client) -> None:
    """The story and the desk's file are drawn again, with all that stands on them, beside the refusal."""
    row = confirmed.saved()
    signed_in(office, make.staff(row.site))
    for place, body in ((f"/candidates/{row.pk}/signature/", {}), (f"/desk/{row.pk}/review/", {"act": "return"})):
        before = Event.objects.filter(verb="see_candidate", subject=row.pk).count()
        answer = office.post(place, body)
        assert answer.status_code == 422, place
        assert row.name in answer.content.decode()
        assert Event.objects.filter(verb="see_candidate", subject=row.pk).count() == before + 1, place
