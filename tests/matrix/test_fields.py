"""Z3: which of a candidate's data each role reads on the pages it may open, against `fields.tsv`.

Each value is planted once and looked for, whole and masked, in every answer. What is sent beside a form is asked in
tests/nightly/test_mass_assignment.py.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.test import Client

from baoming.organizations.roles import Role
from baoming.registrations import queries
from baoming.registrations.form_queries import form_of
from baoming.registrations.models import Registration
from baoming.shared.text import mask_document, mask_name, mask_phone, serial
from baoming.web.office import attached as booklets
from tests import factories as make
from tests.forms.samples import BOUND_PHONE, FILLED
from tests.matrix.asking import LINES, address
from tests.matrix.tables import table
from tests.matrix.test_candidate import LINES as CANDIDATE_LINES
from tests.matrix.test_candidate import address as own_address
from tests.matrix.world import CASE_ASKED, CLASS, Target, World, make_world
from tests.registrations import attached
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db
FIELDS = table("fields.tsv")
READERS = ("candidate", *Role)


@dataclass(frozen=True)
class Planted:
    whole: tuple[str, ...]
    masked: str = ""


def planted(row: Registration) -> dict[str, Planted]:
    document = queries.document_of(row)
    assert row.number is not None
    form = {name: Planted((FILLED[key][0],)) for name, key in _FORM.items()}
    return form | {
        "name": Planted((row.name,), mask_name(row.name)),
        "document_number": Planted((document.number,), mask_document(document.number)),
        "document_address": Planted((document.address,)),
        "document_issuer": Planted((document.issuer,)),
        "registration_number": Planted((serial(row.number), f"{row.number:08d}"[:4] + " " + f"{row.number:08d}"[4:])),
        "class_name": Planted((CLASS,)),
        "bound_phone": Planted((BOUND_PHONE,), mask_phone(BOUND_PHONE)),
        "case_asked": Planted((CASE_ASKED,)),
    }


_FORM = {
    "school_name": "school.name", "address_township": "address.township", "address_detail": "address.detail",
    "postcode": "postcode", "recipient": "recipient", "parent_name": "members.0.name",
    "parent_phone": "members.0.phone", "strengths": "strengths",
}  # fmt: skip


SEARCHES: dict[str, Callable[[Registration], dict[str, str]]] = {
    "find": lambda person: {"wanted": person.name},
    "audit": lambda person: {"about": str(person.pk)},
}


def read(texts: Iterator[str], values: dict[str, Planted]) -> dict[str, str]:
    """Return how much of each field stands in some of these pages."""
    found = dict.fromkeys(values, "-")
    for text in texts:
        for name, value in values.items():
            if any(one in text for one in value.whole):
                found[name] = "whole"
            elif value.masked and value.masked in text and found[name] == "-":
                found[name] = "masked"
    return found


def pages_of(world: World, role: Role) -> Iterator[str]:
    client, near = signed_in(Client(), world.staff[role]), world.targets["own"]
    for line in LINES:
        if role in line.roles and "GET" in line.methods:
            yield _text(client, address(line, near))
    for line in LINES:
        if role in line.roles and line.key in SEARCHES:
            yield client.post(address(line, near), SEARCHES[line.key](near.person)).content.decode()


def pages_of_candidate(target: Target) -> Iterator[str]:
    client = Client()
    assert target.person.account is not None
    client.force_login(target.person.account)
    for line in CANDIDATE_LINES:
        if "GET" in line["methods"].split() and line["who"] == "own" and line["route"] != "form_page":
            yield _text(client, own_address(target, line["route"]))
    for part in form_of(target.person.season).pages:
        yield _text(client, f"/form/{part.key}")


def _text(client: Client, place: str) -> str:
    with transaction.atomic():
        answer = client.get(place)
        transaction.set_rollback(True)
    return answer.content.decode(errors="replace") if not answer.streaming else ""


def expected(role: str) -> dict[str, str]:
    return {row["field"]: row[role] for row in FIELDS}


def test_each_role_reads_what_the_table_gives_it(office: Client) -> None:
    world = make_world()
    values = planted(world.targets["own"].person)
    assert {role: read(pages_of(world, role), values) for role in Role} == {role: expected(role) for role in Role}


def test_a_candidate_reads_the_own_data(phone: Client) -> None:
    target = make_world().targets["own"]
    make.season("sign_up")
    assert read(pages_of_candidate(target), planted(target.person)) == expected("candidate")


BOOKLET = {"name", "class_name", "document_address", "address_township", "address_detail"}  # see fields.tsv


def test_the_page_of_the_household_booklet_shows_a_site_what_it_is_held_against_and_nothing_else(
    office: Client,
) -> None:
    row = attached.saved()
    attached.upload(row)
    row.number, row.class_name = 1020001, CLASS
    row.save()
    values, county = planted(row), make.county("0102")
    readers = {Role.OPERATOR: row.site, Role.TEACHER: row.site, Role.COUNTY: county, Role.SECURITY_ADMIN: county}
    for role, place in readers.items():
        client = signed_in(Client(), make.staff(place, role))
        found = read(iter([_text(client, f"/candidates/{row.pk}/household/")]), values)
        shown = {field for field, how in found.items() if how != "-"}
        assert shown == (BOOKLET if role is Role.OPERATOR else set()), role


def test_control_a_page_with_one_field_more_is_seen(office: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(booklets, "_FIELDS", ("household", "address", "recipient"))
    with pytest.raises(AssertionError, match="recipient"):
        test_the_page_of_the_household_booklet_shows_a_site_what_it_is_held_against_and_nothing_else(office)


def test_every_cell_is_looked_at_and_what_it_says_would_be_seen() -> None:
    """No cell is empty of meaning: each field is planted, somebody reads it, and it is told whole from masked."""
    values = planted(make_world().targets["own"].person)
    assert {row["field"] for row in FIELDS} == values.keys()
    for row in FIELDS:
        cells = {row[reader] for reader in READERS}
        assert cells <= {"whole", "masked", "-"}
        assert cells != {"-"}, row["field"]
        value = values[row["field"]]
        seen = {"whole": read(iter(value.whole[:1]), values), "masked": read(iter([value.masked]), values), "-": {}}
        assert {cell: seen[cell].get(row["field"], "-") for cell in cells} == {cell: cell for cell in cells}
