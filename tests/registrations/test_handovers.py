"""R27: the slip of who cannot come goes to a guardian, or its code to the phone that has answered; with log."""

import pytest

from baoming.audit.models import Event
from baoming.messages.models import Message
from baoming.messages.services.outbox import number_of, text_of
from baoming.registrations.absent_queries import content_of, newest_hand_in
from baoming.registrations.models import Activation, HandIn, Registration, SlipHandover
from baoming.registrations.queries import document_of
from baoming.registrations.services import hand_ins, handovers, slips
from baoming.registrations.services.claim import claim
from baoming.registrations.services.slips import print_slip
from baoming.shared.errors import Invalid, Refused
from tests import factories as make
from tests.registrations import absent
from tests.registrations.absent import CODE, PHONE
from tests.reviews import files

pytestmark = pytest.mark.django_db
WHO = handovers.Guardian("欧阳明", "父亲", "居民身份证")
OTHER = "19900007009"


def test_a_slip_for_the_guardian_says_later_who_took_it() -> None:
    row = absent.numbered(absent.away())
    pdf = handovers.hand_slip_over(row.pk, WHO, reason="住院治疗", by=files.site(row))
    assert pdf.startswith(b"%PDF")
    kept = SlipHandover.objects.get()
    words = {"guardian": "欧阳明", "relation": "父亲", "document": "居民身份证", "reason": "住院治疗"}
    assert content_of(kept) == words
    assert "住院" not in kept.content_sealed
    assert (kept.way, kept.slip) == ("guardian", 1)
    assert Event.objects.filter(verb="hand_over_slip").get().details == {"slip": 1, "way": "guardian"}


@pytest.mark.parametrize("who", [("", "父亲", "身份证"), ("欧阳明", " ", "身份证"), ("欧阳明", "父亲", "证" * 41)])
def test_what_is_missing_of_the_guardian_is_named(who: tuple[str, str, str]) -> None:
    row = absent.numbered(absent.away())
    with pytest.raises(Invalid):
        handovers.hand_slip_over(row.pk, handovers.Guardian(*who), reason="住院治疗", by=files.site(row))
    with pytest.raises(Invalid, match="不能到场的原因"):
        handovers.send_slip(row.pk, reason=" ", by=files.site(row))
    assert not Activation.objects.exists()


def test_the_code_by_sms_is_the_only_one_that_is_good(monkeypatch: pytest.MonkeyPatch) -> None:
    row = absent.numbered(absent.away())
    handovers.hand_slip_over(row.pk, WHO, reason="住院治疗", by=files.site(row))
    Message.objects.all().delete()
    make.season("sign_up")
    monkeypatch.setattr("baoming.registrations.services.slips.new_activation_code", lambda: CODE)
    absent.forget_counts()
    handovers.send_slip(row.pk, reason="在外地治疗", by=files.site(row))
    message = Message.objects.get(template="slip_code")
    assert CODE in text_of(message)
    assert "请勿转给任何人" in text_of(message)
    assert number_of(message) == PHONE
    assert Activation.objects.filter(revoked_at=None).count() == 1
    card = document_of(row)
    claimed = claim(
        season=row.season, name=row.name, number=card.number, valid_to=card.valid_to, code=CODE, address="127.0.0.1"
    )
    assert claimed.pk == row.pk


def test_no_sms_goes_to_a_phone_that_was_not_noted_and_to_who_can_come() -> None:
    row = absent.numbered(absent.away())
    HandIn.objects.all().update(registration=absent.away())
    with pytest.raises(Refused, match="还没有从哪部手机交来过照片"):
        handovers.send_slip(row.pk, reason="住院治疗", by=files.site(row))
    there = make.registration(row.site, done=make.before("registration_fee"))
    for act in (
        lambda: handovers.send_slip(there.pk, reason="住院治疗", by=files.site(there)),
        lambda: handovers.hand_slip_over(there.pk, WHO, reason="住院治疗", by=files.site(there)),
    ):
        with pytest.raises(Refused, match="不是因故不能到场的"):
            act()
    assert not Activation.objects.exists()


def sms_to(row: Registration) -> str:
    """Send the code of the slip; returns the phone that it went to."""
    absent.forget_counts()
    handovers.send_slip(row.pk, reason="住院治疗", by=files.site(row))
    return number_of(Message.objects.get(template="slip_code"))


@pytest.mark.parametrize("revoked", [False, True])
def test_a_phone_that_has_not_answered_gets_no_code(revoked: bool) -> None:
    """A mistyped number: a code for a photo went there, and nobody has come back with it."""
    row = absent.numbered(absent.away())
    HandIn.objects.update(registration=absent.away())  # nothing has come from this person
    absent.issued(row, code="7G2K-1111-1111-1111", phone=OTHER)
    if revoked:
        hand_ins.revoke_hand_in(row.pk, by=files.site(row))
    with pytest.raises(Refused, match="还没有从哪部手机交来过照片"):
        sms_to(row)
    assert not Message.objects.filter(template="slip_code").exists()
    assert not Activation.objects.exists()


@pytest.mark.parametrize("state", ["handed", "accepted", "returned"])
def test_the_code_goes_to_the_newest_phone_that_has_answered(state: str) -> None:
    row = absent.numbered(absent.away())
    HandIn.objects.update(state=state)
    if state != "handed":  # while one waits for a look, no other is sent
        absent.issued(row, code="7G2K-1111-1111-1111", phone=OTHER)
    assert sms_to(row) == PHONE


def test_control_by_the_newest_leave_alone_the_code_goes_to_the_phone_that_never_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(handovers, "answered_hand_in", newest_hand_in)
    row = absent.numbered(absent.away())
    absent.issued(row, code="7G2K-1111-1111-1111", phone=OTHER)
    assert sms_to(row) == OTHER


def test_control_without_the_rule_a_slip_goes_to_nobody_knows_whom(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slips, "is_absent", lambda _: False)
    row = absent.numbered(absent.away())
    assert print_slip(row.pk, by=files.site(row)).startswith(b"%PDF")
    assert not SlipHandover.objects.exists()
