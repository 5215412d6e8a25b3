"""Z3: every POST of the office with all names that a form or a table knows added changes what `fields.tsv` allows."""

from itertools import product

import pytest
from django.db import transaction
from django.test import Client

from baoming.organizations.roles import Role
from baoming.registrations.models import FormGroup, FormVersion, Registration
from baoming.web.office.story import page
from tests.forms.samples import FILLED
from tests.matrix.asking import LINES, address
from tests.matrix.tables import table
from tests.matrix.world import World, make_world
from tests.web.conftest import office, signed_in
from tests.web.test_nasty_input import SOUND_OFFICE, fields_of

__all__ = ["office"]
pytestmark = pytest.mark.django_db
FIELDS = table("fields.tsv")
KEPT = sorted({name for row in FIELDS for name in row["kept"].split()} | {"site_id", "path", "season_id", "account_id"})


def kept(world: World) -> dict[tuple[str, str], object]:
    """Return what the table speaks of, for everybody; of forms, which versions and groups there are."""
    people = [target.person.pk for target in world.targets.values()]
    rows = Registration.objects.filter(pk__in=people).values("pk", *KEPT)
    found: dict[tuple[str, str], object] = {
        (str(row["pk"]), name): bytes(row[name]) if isinstance(row[name], memoryview) else row[name]
        for row, name in product(rows, KEPT)
    }
    for pk in people:
        found[str(pk), "form"] = [
            sorted(map(str, model.objects.filter(registration=pk).values_list("pk", flat=True)))
            for model in (FormVersion, FormGroup)
        ]
    return found


def sent(world: World, body: dict[str, str]) -> dict[str, str]:
    """Add to a body every name that a form or a table knows, and the ids of somebody of another county."""
    other = world.targets["same city"].person
    columns = {field.attname: "9" for field in Registration._meta.concrete_fields}
    ids = {"id": str(other.pk), "pk": str(other.pk), "registration": str(other.pk), "registration_id": str(other.pk),
           "site_id": str(other.site_id), "path": other.path, "account_id": str(other.account_id), "season_id": "1",
           "role": "province", "staff": "1", "name": "冒名", "class_name": "高三（7）班"}  # fmt: skip
    own = {f"{name}": "冒填" for name in (*fields_of(other), *FILLED)}
    return {**own, **columns, **ids, **body}


def test_what_is_sent_beside_a_form_changes_nothing(office: Client) -> None:
    """Mass assignment: each POST of the office, as each role that may ask."""
    world = make_world()
    near, before = world.targets["own"], kept(world)
    sound = {address.replace("{row}", str(near.person.pk)): body for address, body in SOUND_OFFICE.items()}
    allowed = {name: set(row["writes"].split()) for row in FIELDS for name in row["kept"].split()}
    found, done = [], 0
    for line, role in product(LINES, Role):
        if "POST" not in line.methods or role not in line.roles:
            continue
        place = address(line, near)
        client = signed_in(Client(), world.staff[role])
        for body in ({}, near.body(line) | sound.get(place, {})):
            with transaction.atomic():
                done += client.post(place, sent(world, body)).status_code in {200, 302}
                changed = [key for key, value in kept(world).items() if before[key] != value]
                transaction.set_rollback(True)
            found += [
                f"{line.key} by {role}: {name} of {'the own' if pk == str(near.person.pk) else 'another'} person"
                for pk, name in changed
                if line.route not in allowed.get(name, set()) or pk != str(near.person.pk)
            ]
    assert found == []
    assert done > 20  # or nothing was asked that does something


def test_control_a_view_that_assigns_what_is_sent_is_seen(office: Client, monkeypatch: pytest.MonkeyPatch) -> None:

    find = page.one

    def assigning(request, registration_id):  # type: ignore[no-untyped-def]
        row = find(request, registration_id)
        if "class_name" in request.POST:
            Registration.objects.filter(pk=row.pk).update(class_name=request.POST["class_name"])
        return row

    monkeypatch.setattr(page, "one", assigning)
    with pytest.raises(AssertionError, match="class_name of the own person"):
        test_what_is_sent_beside_a_form_changes_nothing(office)
