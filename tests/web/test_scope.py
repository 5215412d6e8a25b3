"""Staff find what is below their own office, and nothing else; the list of routes comes from the URL table.

The control takes the scope away: the same requests then reach another county's people.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from django.db.models import QuerySet
from django.test import Client

from baoming.documents.models import PrintFileQuerySet
from baoming.imports.models import ImportQuerySet
from baoming.messages.models import AnnouncementQuerySet
from baoming.organizations import queries as organizations
from baoming.organizations.models import Organization, OrganizationQuerySet, Staff
from baoming.organizations.roles import Role
from baoming.registrations.models import HoldRow, Registration, Signature, StepLog
from baoming.registrations.models.batches import BatchQuerySet
from baoming.registrations.models.registration import RegistrationQuerySet
from baoming.reviews.cases import Act
from baoming.reviews.models import Case
from baoming.web.office import cases, scope
from tests import factories as make
from tests.registrations import confirmed
from tests.roles import portals_as_worker
from tests.web.conftest import signed_in
from tests.web.routes import _any_address, address, routes, takes_an_id

pytestmark = pytest.mark.django_db
PAGE, ACT, FORM = ("GET", "HEAD"), ("POST",), ("GET", "POST")
REACHED = {200, 302, 409, 422}


@dataclass(frozen=True)
class Route:
    """A route about one registration or one site: how it is asked, and a role that may ask.

    `sent`: what it must be sent, lest it find no act for want of a field.
    """

    methods: tuple[str, ...]
    role: Role = Role.OPERATOR
    sent: Mapping[str, str] = field(default_factory=dict)


OF_ONE = {
    "candidate": Route(PAGE),
    "photo_file": Route(PAGE),
    "confirm_person": Route(ACT),
    "sheet": Route(ACT),
    "signature": Route(ACT),
    "signed_page": Route(PAGE),
    "correction": Route(ACT),
    "moral": Route(ACT),
    "completion": Route(ACT, Role.COUNTY),
    "reopening": Route(ACT, Role.COUNTY),
    "final_review": Route(ACT, Role.CITY),
    "send_again": Route(ACT),
    "save_reset": Route(ACT),
    "phone_reset": Route(ACT),
    "restore": Route(ACT),
    "dispute": Route(ACT),
    "household": Route(FORM),
    "evidence": Route(PAGE),
    "case": Route(PAGE),
    "case_act": Route(ACT, sent={"act": Act.WITHDRAW}),
    "case_notice": Route(ACT),
    "case_new": Route(FORM),
    "decide": Route(ACT),
    "review_time": Route(ACT, Role.COUNTY),
    "transfer": Route(ACT, Role.COUNTY),
    "undo": Route(ACT),
    "desk_file": Route(PAGE),
    "desk_reread": Route(ACT),
    "desk_check": Route(FORM),
    "desk_review": Route(ACT),
    "desk_photo": Route(ACT),
    "desk_pass": Route(ACT),
    "desk_name": Route(ACT),
    "name_image": Route(PAGE),
    "retake": Route(ACT, Role.COUNTY),
    "keep_photo": Route(ACT, Role.COUNTY),
    "desk_number": Route(ACT),
    "desk_slip": Route(ACT),
    "desk_absent": Route(FORM),
    "desk_absent_picture": Route(PAGE),
    "prints_one": Route(PAGE),
    "prints_pdf": Route(PAGE),
    "submission": Route(ACT),
    "take_back": Route(ACT),
    "classes_site": Route(PAGE),
    "classes_one": Route(PAGE),
    "classes_act": Route(FORM),
    "classes_batch": Route(PAGE),
    "classes_batch_undo": Route(ACT),
    "imports_one": Route(PAGE),
    "imports_bad": Route(ACT),
    "imports_apply": Route(ACT),
    "imports_undo": Route(ACT),
    "open_site": Route(ACT, Role.COUNTY),
    "withdraw_announcement": Route(ACT, Role.COUNTY),
    "segments_site": Route(PAGE, Role.COUNTY),
    "segments_new": Route(ACT, Role.COUNTY),
    "segments_extend": Route(ACT, Role.COUNTY),
    "segments_return": Route(ACT, Role.COUNTY),
    "segments_split": Route(ACT, Role.COUNTY),
    "segments_reassign": Route(ACT, Role.COUNTY),
    "segments_stop": Route(ACT, Role.COUNTY),
}
OF_MANY = {
    "today": PAGE,
    "candidates": PAGE,
    "find": ACT,
    "alarms": PAGE,
    "households": PAGE,
    "declarations": PAGE,
    "missing": PAGE,
    "upward": FORM,
    "checks": FORM,
    "alikes": FORM,
    "overflows": FORM,
    "cases": PAGE,
    "approvals": PAGE,
    "approvals_answer": ACT,
    "desk": PAGE,
    "desk_card": ACT,
    "desk_typing": FORM,
    "photos": PAGE,
    "prints": PAGE,
    "paper_drafts": ACT,
    "prints_scans": FORM,
    "prints_scans_confirm": ACT,
    "prints_scans_drop": ACT,
    "prints_signatures": PAGE,
    "prints_signatures_print": ACT,
    "classes": PAGE,
    "classes_all": FORM,
    "classes_batches": PAGE,
    "imports": FORM,
    "rosters": FORM,
    "rosters_take": ACT,
    "sites": PAGE,
    "segments": PAGE,
    "segments_plan": FORM,
    "segments_voids": PAGE,
    "segments_changes": PAGE,
    "codes": FORM,
    "clock": FORM,
    "announcements": FORM,
    "extensions": FORM,
    "pause": FORM,
    "senders": PAGE,
    "staff": FORM,
    "staff_act": ACT,
    "staff_answer": ACT,
    "account": PAGE,
    "account_codes": ACT,
    "account_pin": FORM,
    "lock": ACT,
    "unlock": FORM,
    "audit": FORM,
    "audit_export": ACT,
    "audit_verify": ACT,
    "account_browsers": ACT,
}
OPEN = {"activate": FORM, "sign_in": FORM, "second_step": FORM, "authenticator": FORM, "sign_out": ACT}
CANDIDATES_OWN = {
    "tasks": PAGE,
    "viewers": PAGE,
    "messages": FORM,
    "browsers": FORM,
    "name": FORM,
    "name_picture": PAGE,
    "fee": FORM,
    "fee_ask": ACT,
    "person_check": FORM,
    "phone": FORM,
    "phone_change": FORM,
    "phone_site": FORM,
    "passwords": FORM,
    "pledge": FORM,
    "form": ("GET",),
    "form_check": ("GET",),
    "form_save": ACT,
    "form_forgot": FORM,
    "form_page": FORM,
    "changes": FORM,
    "household": FORM,
    "declarations": FORM,
    "evidence": PAGE,
    "versions": ("GET",),
    "version": ("GET",),
    "requests": PAGE,
    "request_new": FORM,
    "request": PAGE,
    "request_act": ACT,
    "request_notice": PAGE,
}
CANDIDATES_OPEN = {
    "sheet": PAGE,
    "home": PAGE,
    "manifest": PAGE,
    "worker": PAGE,
    "offline": PAGE,
    "help": PAGE,
    "install": PAGE,
    "sites": PAGE,
    "no_card": PAGE,
    "announcements": PAGE,
    "announcement": PAGE,
    "review_form": FORM,
    "review_form_blank": PAGE,
    "paper_draft": PAGE,
    "claim": FORM,
    "hand_in": FORM,
    "hand_in_picture": PAGE,
    "forgot_login": FORM,
    "sign_in": FORM,
    "sign_out": ACT,
    "care": ACT,
}
METHODS = {**{name: route.methods for name, route in OF_ONE.items()}, **OF_MANY, **OPEN}


def ask(client: Client, name: str, row: Registration) -> int:
    """Ask in the way that the route is meant to be asked."""
    route, place = OF_ONE[name], address(name, row)
    answer = client.post(place, route.sent) if route.sent else client.generic(route.methods[0], place)
    return answer.status_code


def office_of(role: Role, site: Organization) -> Organization:
    """The office above `site` in which `role` works."""
    assert site.parent is not None
    offices = {Role.OPERATOR: site, Role.COUNTY: site.parent, Role.CITY: site.parent.parent}
    office = offices[role]
    assert office is not None
    return office


def staff_of(site: Organization) -> dict[Role, Staff]:
    return {role: make.staff(office_of(role, site), role) for role in (Role.OPERATOR, Role.COUNTY, Role.CITY)}


def strangers(row: Registration) -> dict[str, dict[Role, Staff]]:
    """Staff of every role who have nothing to do with `row`, by where they work."""
    same_county, county, city = make.site("02"), make.site("01", of="0103"), make.site("01", of="0203")
    inside = {staff.path for staff in staff_of(row.site).values()}
    found = {"second site": staff_of(same_county), "second county": staff_of(county), "second city": staff_of(city)}
    return {
        place: {role: staff for role, staff in people.items() if staff.path not in inside}
        for place, people in found.items()
    }


def answers(client: Client, row: Registration, people: dict[Role, Staff]) -> dict[str, int]:
    """What every route about one registration or site answers to those of these people who may ask such things."""
    asked = {name: people[route.role] for name, route in OF_ONE.items() if route.role in people}
    return {name: ask(signed_in(client, staff), name, row) for name, staff in asked.items()}


def test_every_route_of_the_url_table_stands_in_one_of_the_lists() -> None:
    found = routes("office")
    assert {name for name, pattern in found.items() if takes_an_id(pattern)} == set(OF_ONE)
    assert {name for name, pattern in found.items() if not takes_an_id(pattern)} == {*OF_MANY, *OPEN}
    assert set(routes("candidate")) == {*CANDIDATES_OWN, *CANDIDATES_OPEN}
    ids = {converter for pattern in found.values() for converter in pattern.pattern.converters}
    assert ids == {
        "registration_id",
        "site_id",
        "file_id",
        "batch_id",
        "kind",
        "announcement_id",
        "case_id",
        "import_id",
    }


def test_what_lies_outside_the_own_office_is_not_found(office: Client) -> None:
    row = confirmed.saved()
    asked = {}
    for place, people in strangers(row).items():
        asked[place] = answers(office, row, people)
        for name, status in asked[place].items():
            assert status == 404, f"{name} answered {status} to the {place}"
    assert len(asked["second site"]) < len(asked["second county"]) < len(asked["second city"]) == len(OF_ONE)


def test_the_own_offices_reach_the_same_routes(office: Client) -> None:
    row = confirmed.saved()
    reached = answers(office, row, staff_of(row.site))
    assert set(reached) == set(OF_ONE)
    assert set(reached.values()) <= REACHED, reached


def without_scoping(patch: pytest.MonkeyPatch) -> None:
    """Take away what the application itself narrows to the office's area."""

    def everywhere(rows: QuerySet[Any], path: str) -> QuerySet[Any]:
        return rows.all()

    def anybody(pk: UUID, season_id: int, low: str, high: str) -> Registration | None:
        return Registration.objects.select_related("site").filter(pk=pk, season=season_id).first()

    for rows in (
        RegistrationQuerySet, OrganizationQuerySet, PrintFileQuerySet, BatchQuerySet, AnnouncementQuerySet,
        ImportQuerySet,
    ):  # fmt: skip
        patch.setattr(rows, "within", everywhere)
    patch.setattr(scope, "within_reach", anybody)
    patch.setattr(cases, "case_of", lambda case_id, season_id, path: Case.objects.filter(pk=case_id).first())
    sites = Organization.objects.filter(level=Organization.Level.SITE)
    patch.setattr(organizations, "_sites", lambda low, high: list(sites))


def test_control_without_either_layer_every_route_reaches_another_countys_people(
    office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = confirmed.saved()
    second_city = strangers(row)["second city"]
    without_scoping(monkeypatch)
    with portals_as_worker():
        reached = answers(office, row, second_city)
        listed = signed_in(office, second_city[Role.OPERATOR]).get("/candidates/").content.decode()
    assert set(reached) == set(OF_ONE)
    assert set(reached.values()) <= REACHED, reached
    assert row.name in listed


def test_row_level_security_alone_hides_another_countys_people(office: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    row = confirmed.saved()
    second_city = strangers(row)["second city"]
    before = rows_of_everybody()
    without_scoping(monkeypatch)
    ids = {"registration_id", "case_id"}
    of_people = {name for name, found in routes("office").items() if ids & found.pattern.converters.keys()}
    reached = answers(office, row, second_city)
    assert {reached[name] for name in of_people} == {404}, reached
    signed_in(office, second_city[Role.OPERATOR])
    for page in ("/candidates/", "/classes/", "/desk/", "/photos/", "/prints/", "/cases/"):
        assert row.name not in office.get(page).content.decode()
    assert rows_of_everybody() == before


def rows_of_everybody() -> dict[str, int]:
    """Count what belongs to people, as one who sees all."""
    return {model.__name__: model._default_manager.count() for model in (Registration, StepLog, Signature, HoldRow)}


def test_lists_show_nobody_from_elsewhere(office: Client) -> None:
    row = confirmed.saved()
    for people in strangers(row).values():
        signed_in(office, people[Role.OPERATOR])
        assert row.name not in office.get("/candidates/").content.decode()
        found = office.post("/candidates/find/", {"wanted": row.name})
        assert f"查找“{row.name}”，找到0人" in found.content.decode()


@pytest.mark.parametrize(("portal", "methods"), [("office", METHODS), ("candidate", CANDIDATES_OWN | CANDIDATES_OPEN)])
def test_an_act_is_never_a_get_and_a_page_never_a_post(
    portal: str, methods: dict[str, tuple[str, ...]], request: pytest.FixtureRequest
) -> None:
    client: Client = request.getfixturevalue({"office": "office", "candidate": "phone"}[portal])
    make.season()
    for name, allowed in methods.items():
        for method in {"GET", "POST"} - set(allowed):
            assert client.generic(method, _any_address(portal, name)).status_code == 405, (name, method)


@pytest.mark.parametrize(
    ("portal", "methods"),
    [("office", {name: METHODS[name] for name in (*OF_ONE, *OF_MANY)}), ("candidate", CANDIDATES_OWN)],
)
def test_a_stranger_is_led_to_sign_in_everywhere(
    portal: str, methods: dict[str, tuple[str, ...]], request: pytest.FixtureRequest
) -> None:
    client: Client = request.getfixturevalue({"office": "office", "candidate": "phone"}[portal])
    make.season()
    for name, allowed in methods.items():
        for method in allowed:
            answer = client.generic(method, _any_address(portal, name))
            assert (answer.status_code, answer.headers.get("Location")) == (302, "/sign-in/"), (name, method)
