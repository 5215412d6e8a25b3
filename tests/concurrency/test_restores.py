"""R14: a restore and another act on the same person at once: who comes second sees what the first has done.

The control looks at the person before the lock is free: the restore then takes over what was saved meanwhile.
"""

import pytest

from baoming.registrations.form_queries import newest_version, values_of, version_of
from baoming.registrations.models import FormVersion, Registration
from baoming.registrations.services import restores
from baoming.registrations.services.restores import ask_restore, confirm_restore
from baoming.reviews.services import assess_morals, complete_registration
from baoming.shared.errors import Changed, NotOpen, Refused
from tests import factories as make
from tests.concurrency.test_decisions import one_after_the_other, save, seen_before
from tests.forms.samples import FILLED
from tests.registrations import confirmed
from tests.registrations.confirmed import MORAL, county, operator
from tests.registrations.test_restores import WHY, clerk
from tests.registrations.test_save_form import now, type_in
from tests.registrations.test_save_form import save as saved

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]


def asked() -> tuple[Registration, str]:
    """Version 1 is asked for, version 2 stands, and a third is typed; returns the revision that saves it."""
    row = confirmed.ready()
    for postcode in ("410016", "410017"):
        type_in(row, {**FILLED, "postcode": [postcode]})
        saved(row)
    ask_restore(row.pk, number=1, reason=WHY, by=clerk(row))
    type_in(row, {**FILLED, "postcode": ["410018"]})
    return row, now(row)


def postcodes(row: Registration) -> list[str]:
    row.refresh_from_db()
    return [str(values_of(version_of(row, number + 1))["postcode"]) for number in range(row.version)]


def test_who_restores_while_the_candidate_saves_is_told_so() -> None:
    row, revision = asked()
    office = county(row)
    refused = one_after_the_other(lambda: save(row, revision), lambda: confirm_restore(row.pk, by=office))
    assert isinstance(refused, Refused)
    assert "重新申请" in str(refused)
    assert postcodes(row) == ["410016", "410017", "410018"]


def test_who_saves_while_it_is_restored_looks_again_first() -> None:
    row, revision = asked()
    office = county(row)
    refused = one_after_the_other(lambda: confirm_restore(row.pk, by=office), lambda: save(row, revision))
    assert isinstance(refused, Changed)
    assert postcodes(row) == ["410016", "410017", "410016"]


def test_who_completes_while_it_is_restored_finds_the_signature_gone() -> None:
    row, _ = asked()
    make.season("confirmation")
    confirmed.print_sheet(row.pk, by=operator(row))
    confirmed.record_signature(row.pk, version=2, by=operator(row))
    assess_morals(row.pk, qualified=True, text=MORAL, by=operator(row))
    office = county(row)
    refused = one_after_the_other(
        lambda: confirm_restore(row.pk, by=office), lambda: complete_registration(row.pk, by=office)
    )
    assert isinstance(refused, NotOpen)
    row.refresh_from_db()
    assert "completion" not in row.done_steps
    assert newest_version(row) is not None


def test_control_without_the_lock_a_restore_walks_over_a_save(monkeypatch: pytest.MonkeyPatch) -> None:
    row, revision = asked()
    office = county(row)
    monkeypatch.setattr(restores, "locked", seen_before)
    refused = one_after_the_other(lambda: save(row, revision), lambda: confirm_restore(row.pk, by=office))
    assert not isinstance(refused, Refused), "the request was still seen as the newest"
    assert FormVersion.objects.filter(registration=row).count() == 3  # the unique number alone stopped it
