"""From the desk to the final review: each act leaves its event in the same transaction, and is not done without (L2).

Each request is asked twice: first with an event that the database refuses, and nothing of the act may be there;
then as it is, and the act and its event are. Looking at a person is an event too.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from django.db import DataError, connection, transaction
from django.test import Client, override_settings

from baoming.audit import services
from baoming.audit.models import Event
from baoming.organizations.roles import Role
from baoming.registrations.models import Registration
from baoming.seasons.queries import data
from standins.faces import face
from tests import factories as make
from tests import traces
from tests.registrations import confirmed
from tests.registrations.test_save_form import PASSWORD, now, type_in
from tests.web.conftest import phone, signed_in
from tests.web.test_office import typed

__all__ = ["phone"]
pytestmark = pytest.mark.django_db
_WHOLE = "SELECT md5(coalesce(string_agg(one::text, '|' ORDER BY one::text), '')) FROM {} AS one"
_TABLES = """
SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition
    AND relnamespace = 'public'::regnamespace AND relname NOT LIKE 'audit%%' AND relname NOT LIKE 'procrastinate%%'
"""


@dataclass
class Ask:
    """One request: what it leaves, and whether it only looks."""

    place: str
    verb: str
    body: dict[str, str] = field(default_factory=dict)
    get: bool = False


def state() -> dict[str, str]:
    """Return a digest of every table that is not written without an event."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        names = [name for (name,) in cursor.fetchall() if name not in traces.EXEMPT]
        return {name: cursor.execute(_WHOLE.format(name)).fetchone()[0] for name in names}


def send(client: Client, ask: Ask) -> int:
    """Ask once, as a browser does; a photo is read anew each time."""
    if ask.get:
        return client.get(ask.place).status_code
    picture = io.BytesIO(face(1))
    picture.name = "photo.jpg"
    sent = {**ask.body, **({"photo": picture} if ask.place.endswith("/photo/") else {})}
    return client.post(ask.place, sent).status_code


def faults_of(client: Client, ask: Ask, *, check: bool = True) -> list[str]:
    """Ask without and with its event, and return what is not as it must be."""
    before, found = state(), list[str]()
    try:
        with pytest.MonkeyPatch.context() as patch, transaction.atomic():
            told = services._event
            patch.setattr(services, "_event", lambda verb, **rest: told("x" * 41, **rest))
            if not check:
                patch.setattr(services, "insert", lambda *_, **__: None)
            send(client, ask)
        found.append(f"{ask.place} was answered without its event")
    except DataError:
        pass
    if state() != before:
        found.append(f"{ask.place} was done without its event")
    if not check:
        return found
    last = Event.objects.order_by("-id").values_list("id", flat=True).first() or 0
    with traces.watched() as seen:
        status = send(client, ask)
    verbs = set(Event.objects.filter(id__gt=last).values_list("verb", flat=True))
    if status not in {200, 302} or ask.verb not in verbs or seen.untraced:
        found.append(f"{ask.place}: {status}, {verbs}, {seen.untraced}")
    if not ask.get and state() == before:
        found.append(f"{ask.place} did nothing")
    return found


@pytest.fixture
def office() -> Iterator[None]:
    with override_settings(PORTAL="office", ROOT_URLCONF="baoming.config.urls_office"):
        yield


def at_the_desk(row: Registration, rules: dict[str, str]) -> list[Ask]:
    desk = f"/desk/{row.pk}/"
    return [
        Ask(desk, "see_candidate", get=True),
        Ask(f"{desk}review/", "step:eligibility", {**rules, "act": "pass"}),
        Ask(f"{desk}photo/", "take_photo"),
        Ask(f"{desk}number/", "step:number"),
        Ask(f"{desk}slip/", "print_slip"),
        Ask(f"/candidates/{row.pk}/photo/", "see_photo", get=True),
    ]


@pytest.mark.usefixtures("office")
def test_nothing_is_done_at_the_desk_without_its_event() -> None:
    season, site = make.season(), make.site()
    make.segment(site)
    client = signed_in(Client(), make.staff(site))
    found = faults_of(client, Ask("/desk/typing/", "open_file", typed(make.number())))
    row = Registration.objects.get()
    rules = {rule["key"]: "yes" for rule in data(season, "eligibility")["rules"]}
    for ask in at_the_desk(row, rules):
        found += faults_of(client, ask)
    assert found == []
    assert held() == []


@pytest.mark.usefixtures("office")
def test_nothing_is_confirmed_without_its_event() -> None:
    row = confirmed.saved()
    county = row.site.parent
    assert county is not None
    assert county.parent is not None
    own, moral = f"/candidates/{row.pk}/", {"qualified": "yes", "text": "团结同学"}
    acts: list[tuple[Role, list[Ask]]] = [
        (Role.OPERATOR, [
            Ask(own, "see_candidate", get=True),
            Ask("/photos/", "see_photos", get=True),
            Ask(f"{own}sheet/", "print_sheet"),
            Ask(f"{own}signature/", "step:signature", {"version": "1"}),
            Ask(f"{own}moral/", "step:moral_assessment", moral),
            Ask(f"{own}submission/", "submit"),
        ]),
        (Role.COUNTY, [
            Ask(f"{own}completion/", "step:completion"), Ask(f"{own}reopening/", "reopen", {"reason": "考生申请"}),
            Ask(f"{own}retake/", "return_photo", {"photo": photo_of(row), "retake": "glare"}),
        ]),
    ]  # fmt: skip
    offices = {Role.OPERATOR: row.site, Role.COUNTY: county}
    found = []
    for role, asks in acts:
        client = signed_in(Client(), make.staff(offices[role], role))
        for ask in asks:
            found += faults_of(client, ask)
    assert found == []
    assert held() == []


def photo_of(row: Registration) -> str:
    return str(row.photo_set.get(current=True).pk)


def test_a_candidates_save_is_not_there_without_its_event(phone: Client) -> None:
    row = confirmed.ready()
    assert row.account is not None
    phone.force_login(row.account)
    type_in(row)
    body = {"save_password": PASSWORD, "revision": now(row)}
    assert faults_of(phone, Ask("/form/save", "save_form", body)) == []
    assert faults_of(phone, Ask("/pledge/", "", {}), check=True) != []  # the control: what is refused leaves no event
    assert held() == []


@pytest.mark.usefixtures("office")
def test_control_a_write_of_events_that_fails_silently_is_found() -> None:
    make.season()
    client = signed_in(Client(), make.staff(make.site()))
    found = faults_of(client, Ask("/desk/typing/", "open_file", typed(make.number())), check=False)
    assert found == ["/desk/typing/ was answered without its event", "/desk/typing/ was done without its event"]


def held() -> list[str]:
    """What the events of this test hold that may not stand in one."""
    events = Event.objects.values_list("verb", "details")
    assert len(events) > 5
    return [fault for verb, details in events for fault in traces.personal(verb, details)]


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
