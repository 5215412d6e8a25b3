"""A2, R19: what its owner disowns (这不是我改的) is not printed, alone or with the class, till released."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.test import override_settings

from baoming.documents.models import Print
from baoming.organizations.roles import Role
from baoming.registrations.models import Batch, BatchLine, Registration, Signature
from baoming.registrations.services import sheet_data
from baoming.registrations.services.disputes import ask_release, dispute, release
from baoming.registrations.services.sheets import print_sheet, record_signature
from baoming.reviews.services.class_prints import print_class
from baoming.reviews.tasks import run_batch
from baoming.shared.errors import NotOpen
from tests import factories as make
from tests.registrations.confirmed import county, operator, saved
from tests.registrations.test_restores import clerk
from tests.registrations.test_save_form import PASSWORD, me

pytestmark = pytest.mark.django_db


@pytest.fixture
def row() -> Iterator[Registration]:
    """Saved once, printed by nobody yet, and frozen by the save password."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        made = saved()
        _freeze(made)
        made.refresh_from_db()
        yield made


def _freeze(row: Registration) -> None:
    dispute(row.pk, first=1, password=PASSWORD, code="", device="", address="127.0.0.1", session="", by=me(row))


def settle(row: Registration) -> None:
    ask_release(row.pk, number=0, reason="本人到场核对", by=clerk(row))
    release(row.pk, by=county(row))


def class_print(row: Registration) -> Batch:
    batch = print_class(
        row.season, [row.pk], key=uuid4(), about="高三（1）班", by=make.staff(row.site, Role.OPERATOR).actor
    )
    run_batch(str(batch.pk))
    batch.refresh_from_db()
    return batch


def test_it_is_not_printed_while_frozen_and_is_after_the_release(row: Registration) -> None:
    with pytest.raises(NotOpen, match="已经冻结"):
        print_sheet(row.pk, by=operator(row))
    row.refresh_from_db()
    assert (row.printed_version, Print.objects.count()) == (0, 0)
    settle(row)
    print_sheet(row.pk, by=operator(row))
    assert Print.objects.get().version == 1


def test_a_class_print_leaves_it_out_and_says_why(row: Registration) -> None:
    batch = class_print(row)
    assert (batch.done, batch.skipped, Print.objects.count()) == (0, 1, 0)
    assert "已经冻结" in BatchLine.objects.get(batch=batch).sentence


def test_control_without_the_guard_a_sheet_of_the_freeze_is_signed_after_the_release(
    row: Registration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet_data, "_disowned", lambda _: False)
    assert class_print(row).done == 1
    print_sheet(row.pk, by=operator(row))
    settle(row)
    record_signature(row.pk, version=1, by=operator(row))
    assert Signature.objects.get(voided_at=None).version.number == 1
