"""R14, R29: every save is told to the bound phone, in the transaction that saves, and without values."""

from datetime import timedelta

import pytest
from django.db import DatabaseError

from baoming.messages.models import Message
from baoming.registrations.models import FormVersion, Registration
from baoming.registrations.services import forms
from baoming.registrations.services.forms import WrongSavePassword, keep_draft
from baoming.shared.errors import Invalid, NotOpen
from baoming.shared.moments import short
from baoming.vault.services import keys
from tests import factories as make
from tests.forms.samples import BOUND_PHONE, FILLED
from tests.registrations.test_save_form import candidate, deadline, me, now, save, type_in

pytestmark = pytest.mark.django_db


def notices(row: Registration) -> list[str]:
    """What was sent to this person about saves, oldest first."""
    sent = Message.objects.filter(recipient=row.pk, template="form_saved").order_by("at")
    assert {keys().unseal(one.number_sealed, context=f"outbox_message.number_sealed.{one.pk}") for one in sent} <= {
        BOUND_PHONE.encode()
    }
    return [keys().unseal(one.text_sealed, context=f"outbox_message.text_sealed.{one.pk}").decode() for one in sent]


def test_a_save_is_told_to_the_bound_phone_in_labels_without_values() -> None:
    row = candidate()
    type_in(row)
    first = save(row)
    type_in(row, {**FILLED, "postcode": ["410017"], "recipient": ["欧阳远"]})
    save(row)
    told = notices(row)
    assert len(told) == 2
    assert "第1版（第一次保存）" in told[0]
    assert "第2版（改动：邮政编码、收件人）" in told[1]
    assert all(f"不是您改的请登录点“这不是我改的”或打{row.site.phone}" in text for text in told)
    assert all("认不出的设备保存" in text for text in told)
    assert short(first.at) in told[0]
    assert "410017" not in told[1]
    assert "欧阳远" not in told[1]


def test_many_changes_are_counted_not_listed() -> None:
    row = candidate()
    type_in(row)
    save(row)
    changes = {"postcode": ["410017"], "recipient": ["欧阳远"], "members.0.name": ["欧阳远"], "strengths": ["短跑"]}
    type_in(row, {**FILLED, **changes})
    save(row)
    assert "改动：邮政编码、收件人、家庭成员等4处" in notices(row)[1]


def test_a_repeated_save_sends_no_second_notice() -> None:
    row = candidate()
    type_in(row)
    revision = now(row)
    save(row, revision=revision)
    save(row, revision=revision)
    assert len(notices(row)) == 1


def test_no_version_no_notice() -> None:
    row = candidate()
    keep_draft(row.pk, page="exam", raw=FILLED, revision="0.0", by=me(row))
    with pytest.raises(Invalid):
        save(row)
    type_in(row)
    with pytest.raises(WrongSavePassword):
        save(row, password="denglu-2023")
    make.at(deadline() + timedelta(seconds=1))
    with pytest.raises(NotOpen):
        save(row)
    assert notices(row) == []


def test_a_save_that_breaks_after_the_notice_sends_none(monkeypatch: pytest.MonkeyPatch) -> None:
    row = candidate()
    type_in(row)

    def breaks(*_: object, **__: object) -> None:
        assert len(notices(row)) == 1
        raise DatabaseError("the audit does not answer")

    monkeypatch.setattr(forms, "record", breaks)
    with pytest.raises(DatabaseError):
        save(row)
    assert (FormVersion.objects.count(), notices(row)) == (0, [])
