"""What is done in a candidate's session and costs them something is told to the bound phone (R14, R15)."""

from collections.abc import Callable

import pytest

from baoming.messages.models import Message
from baoming.registrations.models import Registration
from baoming.reviews.cases import Act
from baoming.reviews.services import cases
from baoming.vault.services import keys
from tests.registrations.test_save_form import me
from tests.reviews import files
from tests.reviews.asking import after_sign_up, asked, do, refused_accommodation

pytestmark = pytest.mark.django_db


def told(row: Registration) -> list[str]:
    sent = Message.objects.filter(recipient=row.pk, template="case_own")
    return [keys().unseal(one.text_sealed, context=f"outbox_message.text_sealed.{one.pk}").decode() for one in sent]


def gives_up() -> Registration:
    row = after_sign_up()
    asked(row, "withdrawal", {"why": ["出国读书"]})
    return row


def takes_back() -> Registration:
    row = after_sign_up()
    do(asked(row, "fee_exemption"), Act.WITHDRAW, me(row), note="不申请了")
    return row


def signs() -> Registration:
    row = after_sign_up()
    case = refused_accommodation(row)
    assert told(row) == []
    do(case, Act.RECEIVE, me(row))
    return row


@pytest.mark.parametrize("act", [gives_up, takes_back, signs])
def test_the_bound_phone_is_told_that_it_was_done_and_not_what_it_was(act: Callable[[], Registration]) -> None:
    row = act()
    [text] = told(row)
    assert row.site.phone in text
    assert "申请与变更" in text
    for secret in ("放弃", "减免", "合理便利", "出国", row.name):
        assert secret not in text


def test_control_where_only_decisions_are_told_nobody_hears_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cases, "_tell_own", lambda *_, **__: None)
    with pytest.raises(ValueError, match="not enough values"):
        test_the_bound_phone_is_told_that_it_was_done_and_not_what_it_was(takes_back)


def test_what_only_asks_and_what_the_site_does_on_paper_is_not_told() -> None:
    row = after_sign_up()
    case = asked(row, "fee_exemption")
    do(case, Act.WITHDRAW, files.site(row), note="本人书面撤回")
    assert told(row) == []
