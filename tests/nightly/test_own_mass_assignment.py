"""Z3: every POST of the candidate portal, with each column of each table beside it, writes what it writes without."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import override_settings

from baoming.accounts.models import Bucket
from baoming.registrations.form_queries import draft_of, typed_of
from baoming.registrations.models import Registration
from baoming.web.middleware import ReadableInput
from tests import factories as make
from tests.forms.samples import FILLED
from tests.matrix.effects import Effects, columns, effects_of
from tests.matrix.own_acts import Act, Body, acts
from tests.matrix.tables import table
from tests.web.conftest import nobody_outside, phone, service_keys

__all__ = ["nobody_outside", "phone", "service_keys"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nobody_outside", "phone")]
OFFICES = ("role", "staff", "office", "decision", "qualified", "handle", "sure", "to_role", "reason", "hours", "text")


@pytest.fixture(autouse=True)
def _quick_hashes() -> Iterator[None]:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


def beside(act: Act, body: Body, other: Registration) -> Body:
    """Return every column there is, set to somebody else's value or to one that says more than the own."""
    theirs = {
        field.attname: str(getattr(other, field.attname))
        for field in other._meta.concrete_fields
        if getattr(other, field.attname)
    }
    kinds = {"boolean": "true", "integer": "9", "smallint": "9", "bigint": "9", "uuid": str(other.pk)}
    found = {name: kinds.get(kind, "paid") for name, kind in columns().items()}
    ids = {f"{name}{end}": str(other.pk) for name in ("registration", "subject", "recipient") for end in ("", "_id")}
    more = {"account": str(other.account_id), "done": "65535", "path": other.path, "site": str(other.site_id)}
    form = dict.fromkeys(FILLED, "冒填")
    wanted = {**form, **found, **theirs, **ids, **more, **dict.fromkeys(OFFICES, "1")}
    return {name: value for name, value in wanted.items() if name not in body and name not in act.reads}


def written(act: Act, other: Registration | None = None) -> tuple[Effects, int]:
    """Return what an act writes, and its answer; with `other`, more is sent than its page does."""
    Bucket.objects.all().delete()
    with transaction.atomic():
        body, client = act.body(), act.client()
        sent = body | beside(act, body, other) if other else body
        answers: list[HttpResponse] = []
        effects = effects_of(lambda: answers.append(client.post(act.place, sent)), also=lambda: drafted(act.person))
        transaction.set_rollback(True)
    return effects, answers[0].status_code


def drafted(row: Registration) -> object:
    """What lies sealed in the draft."""
    draft = draft_of(row)
    return typed_of(row, draft).raw if draft else None


def differences(done: list[Act], other: Registration) -> list[str]:
    """Return what is written otherwise when more is sent."""
    found = []
    for act in done:
        (first, status), (again, _), (more, answer) = written(act), written(act), written(act, other)
        assert status in act.answers, (act.name, status)
        assert bool(first) == act.writes, (act.name, first)
        chance = {key for key in first.keys() | again.keys() if first.get(key) != again.get(key)}
        keys = {key for key in first.keys() | more.keys() if first.get(key) != more.get(key)} - chance
        found += [f"{act.name}: {' '.join(key)}" for key in sorted(keys)]
        found += [f"{act.name}: answered {answer}, not {status}"] if answer != status else []
    return found


def somebody_else() -> Registration:
    row = make.registration(make.site("01", of="0203"), name="慕容昭雪")
    row.account = make.staff(row.site).account
    row.save()
    return row


def test_every_post_of_the_candidate_portal_is_tried() -> None:
    rows = [row for row in table("candidate.tsv") if "POST" in row["methods"].split() and row["who"] != "cashier"]
    assert {act.name.partition(" ")[0] for act in acts()} == {row["route"] for row in rows}


def test_what_is_sent_beside_a_form_changes_nothing() -> None:
    """Mass assignment: as its owner, with the ids of somebody else and with states, numbers, roles of one's own."""
    assert "\n".join(differences(acts(), somebody_else())) == ""


def test_control_a_portal_that_assigns_what_is_sent_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def assigning(self: object, request: HttpRequest, *_: object) -> None:
        mine = getattr(request, "registration", None)
        if mine is not None and "class_name" in request.POST:
            Registration.objects.filter(pk=mine.pk).update(class_name=request.POST["class_name"])

    monkeypatch.setattr(ReadableInput, "process_view", assigning)
    found = differences([act for act in acts() if act.name in {"pledge", "form_save"}], somebody_else())
    assert {"pledge", "form_save"} == {one.partition(":")[0] for one in found if one.endswith("class_name")}
