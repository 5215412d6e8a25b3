"""T6, R14: a save that waits while the save password is being reset is proved by the old one no more.

The control trusts the hash that was read before the lock: whoever has the old password then still saves.
"""

import pytest
from django.contrib.auth.hashers import make_password

from baoming.registrations.models import FormVersion, Registration
from baoming.registrations.services import forms, rebinding, save_resets
from baoming.registrations.services.forms import WrongSavePassword
from baoming.registrations.services.rebinding import rebind_phone
from baoming.registrations.services.steps import locked
from tests.concurrency.test_decisions import one_after_the_other, save
from tests.registrations.test_recoveries import CODE, LOGIN, NEW, at_site, clerk
from tests.registrations.test_save_form import PASSWORD, candidate, me, now, type_in

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]


def confirmed_reset() -> Registration:
    """Two members of the site's staff have let the candidate set a new save password; something is typed."""
    row = candidate()
    assert row.account
    row.account.password = make_password(LOGIN)
    row.account.save()
    type_in(row)
    at_site(row)
    save_resets.confirm_at_site(row.pk, by=clerk(row, "李强"))
    return row


def reset(row: Registration) -> None:
    save_resets.set_save_password(row.pk, login=LOGIN, save=NEW, device="", address="127.0.0.1", by=me(row))


def test_who_saves_with_the_old_password_while_it_is_reset_saves_nothing() -> None:
    row = confirmed_reset()
    revision = now(row)
    refused = one_after_the_other(lambda: reset(row), lambda: save(row, revision))
    assert isinstance(refused, WrongSavePassword)
    assert "刚刚重设" in str(refused)
    assert FormVersion.objects.count() == 0


def test_control_trusting_what_was_read_before_the_lock_the_old_password_saves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = confirmed_reset()
    revision = now(row)
    monkeypatch.setattr(forms, "still_proves", lambda _: True)
    assert one_after_the_other(lambda: reset(row), lambda: save(row, revision)) is None
    assert FormVersion.objects.count() == 1


def test_who_binds_another_phone_with_the_old_password_while_it_is_reset_binds_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("baoming.registrations.services.access.sms_code", lambda: CODE)
    row = confirmed_reset()
    rebinding.send_rebind_code(row.pk, "13900009999", by=me(row), address="127.0.0.1")
    before = bytes(Registration.objects.get(pk=row.pk).phone_blind or b"")
    refused = one_after_the_other(
        lambda: reset(row),
        lambda: rebind_phone(row.pk, code=CODE, save_password=PASSWORD, device="", by=me(row)),
    )
    assert isinstance(refused, WrongSavePassword)
    assert bytes(Registration.objects.get(pk=row.pk).phone_blind or b"") == before


def test_nobody_waits_for_a_hash_behind_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashing comes first: whatever order the acts take, no password is hashed while the registration is locked."""
    row = confirmed_reset()
    order: list[str] = []

    def watched(name: str, real: object) -> object:
        def call(*args: object, **given: object) -> object:
            order.append(name)
            return real(*args, **given)  # type: ignore[operator]

        return call

    monkeypatch.setattr(forms, "locked", watched("lock", locked))
    monkeypatch.setattr(save_resets, "locked", watched("lock", locked))
    monkeypatch.setattr(forms, "check_password", watched("hash", forms.check_password))
    monkeypatch.setattr(save_resets, "make_password", watched("hash", save_resets.make_password))
    save(row, now(row))
    reset(row)
    assert order == ["hash", "lock", "hash", "lock"]
