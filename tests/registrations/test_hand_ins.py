"""R27: the photo of who cannot come is handed in by a code before the account, and is one once the site says so."""

from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from django.core.files.storage import default_storage

from baoming.accounts.codes import code_digest
from baoming.accounts.services.buckets import take
from baoming.accounts.throttling import HAND_INS
from baoming.audit.actors import Actor
from baoming.audit.models import Event
from baoming.messages.models import Message
from baoming.messages.services.outbox import number_of, text_of
from baoming.messages.templates import covered
from baoming.registrations.absent_queries import handed_in, is_absent, newest_hand_in, phone_of
from baoming.registrations.models import HandIn, Photo, Registration
from baoming.registrations.queries import document_of, state_of
from baoming.registrations.services import hand_ins, intake
from baoming.registrations.services.intake import reread_card, retype_card
from baoming.seasons.queries import season_now
from baoming.shared.errors import Invalid, NotOpen, Refused, TooMany
from baoming.shared.moments import BEIJING, moment
from standins.faces import face
from tests import factories as make
from tests.registrations import absent
from tests.registrations.absent import CODE, PHONE
from tests.registrations.test_pass_photo import RED
from tests.reviews import files

pytestmark = pytest.mark.django_db


def site(row: Registration) -> Actor:
    return files.site(row)


def opened(row: Registration, code: str = CODE, number: str = "") -> HandIn:
    return hand_ins.find_hand_in(
        season=row.season, number=number or document_of(row).number, code=code, address="127.0.0.1"
    )


def test_the_code_goes_to_the_phone_and_is_kept_nowhere() -> None:
    row = absent.away()
    made = absent.issued(row)
    message = Message.objects.get(template="hand_in_code")
    assert CODE in text_of(message)
    assert "不要转给别人" in text_of(message)
    assert number_of(message) == PHONE == phone_of(made)
    assert CODE not in covered(text_of(message), "hand_in_code")
    assert bytes(HandIn.objects.get().digest) == code_digest(CODE)
    assert PHONE not in made.phone_sealed
    assert made.expires_at - made.made_at <= timedelta(days=3)
    assert opened(row, code=CODE.lower().replace("-", " ")).pk == made.pk


def test_only_who_cannot_come_and_was_typed_gets_one() -> None:
    for row in (absent.away("expired"), make.registration(make.site())):
        assert not is_absent(row)
        with pytest.raises(Refused, match="不是因故不能到场的"):
            hand_ins.issue_hand_in(row.pk, PHONE, by=site(row))
    assert not HandIn.objects.exists()


def test_who_has_come_meanwhile_is_no_longer_absent() -> None:
    row = absent.away()
    card = document_of(row)
    reread_card(row.pk, card, reader="R01", nonce="n1", by=site(row))
    row.refresh_from_db()
    assert not is_absent(row)


@pytest.mark.parametrize("phone", ["", "123", "29900006021"])
def test_what_is_no_phone_is_told(phone: str) -> None:
    row = absent.away()
    with pytest.raises(Invalid):
        hand_ins.issue_hand_in(row.pk, phone, by=site(row))


def test_other_offices_and_other_times_send_none() -> None:
    row = absent.away()
    with pytest.raises(NotOpen):
        hand_ins.issue_hand_in(row.pk, PHONE, by=files.county(row))
    make.season("confirmation")
    with pytest.raises(NotOpen):
        hand_ins.issue_hand_in(row.pk, PHONE, by=site(row))


def expired(row: Registration) -> None:
    HandIn.objects.update(expires_at=season_now(row.season_id))


WAYS_TO_END: list[tuple[Callable[[Registration], object], str]] = [
    (lambda row: hand_ins.revoke_hand_in(row.pk, by=site(row)), "已经作废"),
    (lambda row: absent.issued(row, code="7G2K-1111-1111-1111", phone="19900007002"), "已经作废"),
    (absent.handed, "已经用过"),
    (expired, "失效"),
]


@pytest.mark.parametrize(("end", "sentence"), WAYS_TO_END)
def test_a_code_that_has_ended_opens_nothing_and_says_so(end: Callable[[Registration], object], sentence: str) -> None:
    row = absent.away()
    made = absent.issued(row)
    end(row)
    with pytest.raises(Refused, match=sentence):
        opened(row)
    with pytest.raises(Refused):
        hand_ins.keep_picture(row.pk, made.pk, face(3))


def test_control_without_the_end_a_used_code_opens_the_page_again(monkeypatch: pytest.MonkeyPatch) -> None:
    row = absent.away()
    absent.handed(row)
    monkeypatch.setattr(hand_ins, "require_open", lambda *_: None)
    assert opened(row).state == "handed"


def test_one_sentence_for_every_mismatch_and_guesses_are_counted() -> None:
    row = absent.away()
    absent.issued(row)
    said = set()
    for number, code in (("", "7G2K-1111-1111-1111"), (make.number(), CODE), ("123", CODE), ("", "短")):
        with pytest.raises(hand_ins.HandInRefused) as refusal:
            opened(row, code=code, number=number)
        said.add(str(refusal.value))
    assert said == {hand_ins.MISMATCH}


def test_anothers_code_does_not_open_this_person() -> None:
    row = absent.away()
    absent.issued(row)
    other = absent.away()
    absent.issued(other, code="7G2K-1111-1111-1111", phone="19900007002")
    with pytest.raises(hand_ins.HandInRefused):
        opened(row, code="7G2K-1111-1111-1111")


def test_five_codes_a_day_are_enough() -> None:
    row = absent.away()
    for place in range(5):
        absent.issued(row, phone=f"1990000701{place}")
    with pytest.raises(TooMany):
        absent.issued(row, phone="19900007020")
    assert HandIn.objects.filter(state="open").count() == 1


def test_what_is_handed_in_is_what_was_looked_at_and_no_photo_yet() -> None:
    row = absent.away()
    first = absent.uploaded(row)
    seen = first.sha256
    second = absent.uploaded(row, picture=face(5))
    assert second.sha256 != seen
    with pytest.raises(Refused, match="刚刚换过"):
        hand_ins.hand_in_picture(row.pk, second.pk, seen=seen)
    with pytest.raises(Refused):
        hand_ins.hand_in_picture(row.pk, second.pk, seen="")
    hand_ins.hand_in_picture(row.pk, second.pk, seen=second.sha256)
    row.refresh_from_db()
    assert "photo" not in row.done_steps
    assert not Photo.objects.exists()
    assert [one.registration_id for one in handed_in(row.season_id, row.path)] == [row.pk]
    assert handed_in(row.season_id, make.site("02").path) == []


def test_the_site_makes_it_the_photo_by_its_own_act_once() -> None:
    row = absent.away()
    came = absent.handed(row)
    photo = hand_ins.accept_hand_in(row.pk, came.pk, by=site(row))
    row.refresh_from_db()
    assert "photo" in row.done_steps
    assert (photo.source, photo.taken_by, photo.sha256) == ("electronic", "周敏", came.sha256)
    assert default_storage.exists(photo.file)
    for again in (hand_ins.accept_hand_in, lambda *a, **k: hand_ins.return_hand_in(*a, reason="glare", **k)):
        with pytest.raises(NotOpen, match="已经处理过"):
            again(row.pk, came.pk, by=site(row))
    assert Photo.objects.count() == 1


def test_one_with_a_fault_may_be_handed_in_and_waits_at_the_desk() -> None:
    row = absent.away()
    came = absent.handed(row, picture=RED)
    assert came.faults
    photo = hand_ins.accept_hand_in(row.pk, came.pk, by=site(row))
    row.refresh_from_db()
    assert photo.waiting
    assert "photo" not in row.done_steps
    assert row.photo_state == "faulty"


def test_given_back_it_comes_again_by_a_new_code() -> None:
    row = absent.away()
    came = absent.handed(row)
    with pytest.raises(Invalid, match="请选择一条退回的理由"):
        hand_ins.return_hand_in(row.pk, came.pk, reason="ugly", by=site(row))
    with pytest.raises(TooMany):  # the phone has just had a message: nothing is decided
        hand_ins.return_hand_in(row.pk, came.pk, reason="glare", by=site(row))
    assert newest_hand_in(row) == came
    assert HandIn.objects.get().state == "handed"
    absent.forget_counts()
    again = hand_ins.return_hand_in(row.pk, came.pk, reason="glare", by=site(row))
    assert again is not None
    came.refresh_from_db()
    assert (came.state, came.reason, again.state) == ("returned", "glare", "open")
    told = text_of(Message.objects.get(template="hand_in_returned"))
    assert "要重交" in told
    assert phone_of(again) == PHONE
    assert newest_hand_in(row) == again
    assert Event.objects.get(verb="return_hand_in").details["reason"] == "glare"


def test_while_one_waits_for_a_look_no_other_code_is_sent() -> None:
    row = absent.away()
    absent.handed(row)
    with pytest.raises(Refused, match="请先审核"):
        absent.issued(row)


def test_with_the_codes_of_a_day_used_up_the_photo_is_given_back_without_one() -> None:
    row = absent.away()
    came = absent.handed(row)
    for _ in range(4):
        take(f"hand-in:{row.pk}", HAND_INS)
    Message.objects.all().delete()
    assert hand_ins.return_hand_in(row.pk, came.pk, reason="glare", by=site(row)) is None
    came.refresh_from_db()
    assert came.state == "returned"
    assert not Message.objects.exists()
    assert newest_hand_in(row) == came


def over(row: Registration) -> None:
    """Intake has ended while a photo waits."""
    make.season("confirmation")
    row.refresh_from_db()


def rest(row: Registration) -> datetime:
    """It is night: intake goes on in the morning. Returns when."""
    make.at(datetime(2022, 11, 2, 21, tzinfo=BEIJING))
    row.refresh_from_db()
    time = state_of(row).phases["intake"]
    assert (time.open, time.over, time.resting) == (False, False, True)
    assert time.opens
    return time.opens


def test_at_night_a_photo_is_given_back_with_a_new_code_and_taken_in_the_morning() -> None:
    row = absent.away()
    came = absent.handed(row)
    absent.forget_counts()
    opens = rest(row)
    with pytest.raises(NotOpen, match="现在不在办理时间") as refusal:
        hand_ins.accept_hand_in(row.pk, came.pk, by=site(row))
    assert moment(opens) in str(refusal.value)
    again = hand_ins.return_hand_in(row.pk, came.pk, reason="glare", by=site(row))
    assert again is not None
    assert Message.objects.filter(template="hand_in_returned").count() == 1
    make.at(opens)
    came = absent.handed(row)
    assert hand_ins.accept_hand_in(row.pk, came.pk, by=site(row)).source == "electronic"


def test_others_than_the_site_give_nothing_back_at_any_time() -> None:
    row = absent.away()
    came = absent.handed(row)
    over(row)
    with pytest.raises(NotOpen):
        hand_ins.return_hand_in(row.pk, came.pk, reason="glare", by=files.county(row))
    came.refresh_from_db()
    assert came.state == "handed"


def come(row: Registration) -> None:
    reread_card(row.pk, document_of(row), reader="R01", nonce="n1", by=site(row))


def test_once_the_card_is_read_nothing_more_comes_by_a_code() -> None:
    row = absent.away()
    made = absent.uploaded(row)
    come(row)
    made.refresh_from_db()
    assert made.state == "revoked"
    with pytest.raises(Refused, match="已经作废"):
        opened(row)
    with pytest.raises(Refused, match="已经作废"):
        hand_ins.hand_in_picture(row.pk, made.pk, seen=made.sha256)


def test_once_the_card_is_read_a_photo_that_waits_is_not_looked_at_any_more() -> None:
    row = absent.away()
    came = absent.handed(row)
    come(row)
    with pytest.raises(NotOpen, match="已经处理过"):
        hand_ins.accept_hand_in(row.pk, came.pk, by=site(row))
    assert handed_in(row.season_id, row.path) == []
    assert not Photo.objects.exists()


@pytest.mark.parametrize("guarded", [True, False])
def test_each_act_asks_whether_the_person_is_still_absent(monkeypatch: pytest.MonkeyPatch, guarded: bool) -> None:
    """Even where the leave was left open; without the question the photo of who has come is taken over."""
    monkeypatch.setattr(intake, "end_hand_ins", lambda *_, **__: None)
    row = absent.away()
    made = absent.uploaded(row)
    come(row)
    if not guarded:
        monkeypatch.setattr(hand_ins, "require_absent", lambda _: None)
        hand_ins.hand_in_picture(row.pk, made.pk, seen=made.sha256)
        hand_ins.accept_hand_in(row.pk, made.pk, by=site(row))
        assert Photo.objects.exists()
        return
    with pytest.raises(Refused, match="不是因故不能到场的"):
        hand_ins.hand_in_picture(row.pk, made.pk, seen=made.sha256)
    HandIn.objects.update(state="handed")
    for act in (hand_ins.accept_hand_in, lambda *a, **k: hand_ins.return_hand_in(*a, reason="glare", **k)):
        with pytest.raises(Refused, match="不是因故不能到场的"):
            act(row.pk, made.pk, by=site(row))


def test_retyped_for_another_reason_who_can_come_hands_nothing_in() -> None:
    row = absent.away(matched=False)
    made = absent.issued(row)
    retype_card(row.pk, document_of(row), reason="absent", by=site(row))
    made.refresh_from_db()
    assert made.state == "open"
    retype_card(row.pk, document_of(row), reason="expired", by=site(row))
    made.refresh_from_db()
    assert made.state == "revoked"


def test_what_was_read_is_what_stands_there_after_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    row = absent.away()
    came = absent.handed(row)

    def swapped(_: HandIn) -> bytes:
        HandIn.objects.update(sha256="0" * 64)
        return face(3)

    monkeypatch.setattr(hand_ins, "HANDED", SimpleNamespace(read=swapped))
    with pytest.raises(NotOpen, match="已经处理过"):
        hand_ins.accept_hand_in(row.pk, came.pk, by=site(row))
    assert not Photo.objects.exists()
