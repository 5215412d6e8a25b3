"""A2, T2: 这不是我改的 freezes the form at one word of its owner; two offices release it, and nobody alone."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.test import override_settings
from django.utils import timezone

from baoming.accounts.models import Account, Bucket, Session
from baoming.audit.actors import Actor, Party
from baoming.audit.models import Event
from baoming.messages.models import Message
from baoming.registrations import journey
from baoming.registrations.form_queries import newest_version, values_of, version_of
from baoming.registrations.models import Dispute, HoldRow, Registration, Restore
from baoming.registrations.queries import count_disputes, open_disputes, state_of
from baoming.registrations.services import access, disputes, rebinding, restores, save_resets
from baoming.registrations.services.disputes import ask_release, decline_release, dispute, release
from baoming.reviews.services import review_finally
from baoming.shared.errors import Invalid, NotOpen, Refused, TooMany
from tests import factories as make
from tests.forms.samples import FILLED
from tests.registrations import confirmed
from tests.registrations.confirmed import city, county
from tests.registrations.test_restores import clerk
from tests.registrations.test_save_form import PASSWORD, candidate, me, save, type_in
from tests.registrations.test_sheets_service import open_phase

pytestmark = pytest.mark.django_db
LOGIN, CODE, WHY = "deng2lu7mi", "246810", "本人到场，核对了身份证和每一处改动"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(access, "sms_code", lambda: CODE)
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def row() -> Registration:
    """Somebody has changed the first subject in a second version."""
    made = candidate()
    assert made.account
    made.account.password = make_password(LOGIN)
    made.account.save()
    type_in(made)
    save(made)
    type_in(made, {**FILLED, "first_subject": ["HISTORY"]})
    save(made)
    return made


def say(row: Registration, *, password: str = LOGIN, code: str = "", session: str = "mine") -> Dispute:
    made = dispute(
        row.pk, first=2, password=password, code=code, device="", address="127.0.0.1", session=session, by=me(row)
    )
    row.refresh_from_db()
    return made


def released(row: Registration, number: int = 0) -> Dispute:
    ask_release(row.pk, number=number, reason=WHY, by=clerk(row))
    made = release(row.pk, by=county(row))
    row.refresh_from_db()
    return made


def ask(row: Registration) -> Restore:
    return restores.ask_restore(row.pk, number=1, reason=WHY, by=clerk(row))


def sent(row: Registration) -> list[str]:
    return list(Message.objects.filter(recipient=row.pk).order_by("at").values_list("template", flat=True))


@pytest.mark.parametrize(("password", "proof"), [(LOGIN, "login"), (PASSWORD, "save"), ("", "phone")])
def test_any_secret_that_is_left_freezes_the_form(row: Registration, password: str, proof: str) -> None:
    if not password:
        disputes.send_dispute_code(row.pk, by=me(row), address="127.0.0.1")
    made = say(row, password=password, code="" if password else CODE)
    assert (made.proof, made.first, made.last) == (proof, 2, 2)
    type_in(row, {**FILLED, "postcode": ["410019"]})
    with pytest.raises(NotOpen, match="已冻结"):
        save(row)
    assert row.version == 2
    assert row.held == 1
    assert sent(row)[-1] == "form_disputed"
    assert Event.objects.filter(subject=row.pk, verb="dispute").get().details == {"version": 2, "proof": proof}


def test_an_open_session_alone_freezes_nothing(row: Registration) -> None:
    for wrong in ("", "falsch-2023"):
        with pytest.raises(Invalid):
            say(row, password=wrong)
    disputes.send_dispute_code(row.pk, by=me(row), address="127.0.0.1")
    with pytest.raises(Invalid):
        say(row, code="000000")
    row.refresh_from_db()
    assert row.disputed_at is None


def test_a_code_that_went_to_another_phone_is_no_proof(row: Registration) -> None:
    rebinding.send_rebind_code(row.pk, "13900009999", by=me(row), address="127.0.0.1")
    with pytest.raises(Invalid, match="还没有获取"):  # it is for another act
        say(row, code=CODE)
    Bucket.objects.all().delete()
    access.issue_code(row, "13900009999", template=disputes.DISPUTE_CODE, address="")
    with pytest.raises(Invalid, match="绑定手机"):
        say(row, code=CODE)


def test_guessing_here_uses_up_the_tries_of_both_passwords(row: Registration) -> None:
    for _ in range(10):
        with pytest.raises(Invalid):
            say(row, password="falsch-2023")
    keys = set(Bucket.objects.values_list("key", flat=True))
    assert any(key.startswith("in:") for key in keys)
    assert any(key.startswith("save:") for key in keys)
    with pytest.raises(TooMany):
        say(row)


@pytest.mark.parametrize(("password", "left"), [(PASSWORD, ["mine"]), ("", ["mine"]), (LOGIN, [])])
def test_every_other_session_ends_and_by_the_login_password_the_own_one_too(
    row: Registration, password: str, left: list[str]
) -> None:
    account = Account.objects.get(pk=row.account_id)
    for key in ("mine", "thief"):
        Session.objects.create(session_key=key, session_data="", expire_date=timezone.now(), account=account)
    if not password:
        disputes.send_dispute_code(row.pk, by=me(row), address="127.0.0.1")
    say(row, password=password, code="" if password else CODE)
    assert list(Session.objects.values_list("session_key", flat=True)) == left


def test_nothing_that_could_move_the_form_or_its_owner_goes_on(row: Registration) -> None:
    say(row)
    state = state_of(row)
    for step in ("form", "signature", "final_review", "completion", "admission_ticket"):
        assert state.holds_on(step), step
    with pytest.raises(NotOpen, match="已经冻结"):
        rebinding.send_rebind_code(row.pk, "13900009999", by=me(row), address="127.0.0.1")
    with pytest.raises(NotOpen, match="已经冻结"):
        save_resets.send_reset_code(row.pk, by=me(row), address="127.0.0.1")
    assert journey.STEPS["registration_fee"].key not in {step for hold in state.holds for step in hold.steps}


def test_two_offices_release_it_as_it_stands(row: Registration) -> None:
    say(row)
    made = released(row)
    assert (made.state, row.disputed_at, row.held, row.version) == ("released", None, 0, 2)
    assert not HoldRow.objects.filter(registration=row, cleared_at=None).exists()
    assert sent(row)[-1] == "dispute_ended"
    type_in(row, {**FILLED, "postcode": ["410019"]})
    save(row)
    assert row.version == 3


def test_two_offices_release_it_with_an_older_version(row: Registration) -> None:
    say(row)
    released(row, 1)
    assert (row.version, row.disputed_at, row.held) == (3, None, 0)
    assert values_of(newest_version(row)) == values_of(version_of(row, 1))
    assert sent(row)[-2:] == ["form_restored", "dispute_ended"]


def test_one_person_alone_releases_nothing(row: Registration) -> None:
    say(row)
    with pytest.raises(Refused, match="先由报名点"):
        release(row.pk, by=county(row))
    with pytest.raises(NotOpen, match="由报名点"):
        ask_release(row.pk, number=0, reason=WHY, by=county(row))
    ask_release(row.pk, number=0, reason=WHY, by=clerk(row))
    with pytest.raises(NotOpen, match="由县"):
        release(row.pk, by=clerk(row))
    with pytest.raises(NotOpen, match="由县"):
        release(row.pk, by=me(row))
    same = Actor(kind=Party.COUNTY, id="operator", path=row.path, label="周敏")
    with pytest.raises(NotOpen, match="两个人"):
        release(row.pk, by=same)
    row.refresh_from_db()
    assert row.disputed_at is not None


def test_the_database_itself_wants_two(row: Registration) -> None:
    made = say(row)
    ask_release(row.pk, number=0, reason=WHY, by=clerk(row))
    for by in ("", "operator"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Dispute.objects.filter(pk=made.pk).update(state="released", decided_by=by)


def test_the_county_sends_it_back_and_it_stays_frozen(row: Registration) -> None:
    say(row)
    ask_release(row.pk, number=1, reason=WHY, by=clerk(row))
    with pytest.raises(Refused, match="正在等"):
        ask_release(row.pk, number=0, reason=WHY, by=clerk(row))
    decline_release(row.pk, by=county(row))
    decline_release(row.pk, by=county(row))
    row.refresh_from_db()
    assert row.disputed_at is not None
    released(row)
    assert row.version == 2


def test_a_save_is_disputed_once_until_another_one_is_made(row: Registration) -> None:
    first = say(row)
    assert say(row).pk == first.pk
    released(row)
    with pytest.raises(NotOpen, match="核对过"):
        say(row)
    type_in(row, {**FILLED, "postcode": ["410019"]})
    save(row)
    assert say(row).last == 3


def test_what_was_restored_is_judged_too_and_not_frozen_again(row: Registration) -> None:
    for _ in range(2):
        say(row)
        assert released(row, 1).last == row.version
        with pytest.raises(NotOpen, match=f"第{row.version}版已经由报名点和县（市、区）核对过"):
            say(row)
        type_in(row, {**FILLED, "postcode": [f"41001{row.version}"]})
        save(row)
        row.refresh_from_db()


def test_a_restore_that_was_asked_before_falls_with_the_freeze(row: Registration) -> None:
    ask(row)
    say(row)
    fallen = Restore.objects.get()
    assert (fallen.state, fallen.decided_by) == ("declined", me(row).id)
    assert Event.objects.filter(subject=row.pk, verb="decline_restore").get().details == {"version": 1}
    released(row, 1)
    assert row.version == 3
    assert sorted(Restore.objects.values_list("state", flat=True)) == ["declined", "done"]


def test_a_frozen_form_is_restored_with_its_release_alone(row: Registration) -> None:
    say(row)
    with pytest.raises(NotOpen, match="一并办理"):
        ask(row)
    ask_release(row.pk, number=1, reason=WHY, by=clerk(row))
    for act in (restores.confirm_restore, restores.decline_restore):
        for by in (county(row), clerk(row)):
            with pytest.raises(NotOpen, match="一并办理"):
                act(row.pk, by=by)
    assert Restore.objects.get().state == "asked"
    release(row.pk, by=county(row))
    row.refresh_from_db()
    assert (row.version, row.disputed_at) == (3, None)


def test_control_without_the_guard_a_restore_rewrites_a_frozen_form(
    row: Registration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restores, "_refuse_if_frozen", lambda _: None)
    monkeypatch.setattr(disputes, "drop_restore", lambda *_, **__: None)
    ask(row)
    say(row)
    with pytest.raises(Refused, match="已经申请恢复第1版"):  # and the release is stuck
        ask_release(row.pk, number=1, reason=WHY, by=clerk(row))
    restores.confirm_restore(row.pk, by=county(row))
    row.refresh_from_db()
    assert row.version == 3
    assert row.disputed_at is not None


def test_nothing_saved_is_no_case_for_it() -> None:
    row = candidate()
    assert row.account
    row.account.password = make_password(LOGIN)
    row.account.save()
    with pytest.raises(NotOpen, match="还没有保存过"):
        say(row)


def completed() -> Registration:
    row = confirmed.completed()
    assert row.account
    row.account.password = make_password(LOGIN)
    row.account.save()
    return row


def test_after_the_final_review_the_form_is_not_frozen() -> None:
    row = completed()
    make.season("submission")
    review_finally(row.pk, by=city(row))
    row.refresh_from_db()
    assert "final_review" in row.done_steps
    with pytest.raises(NotOpen, match="已经终审"):
        say(row)
    row.refresh_from_db()
    assert row.disputed_at is None


def test_a_completed_form_is_frozen_for_the_city_too() -> None:
    row = completed()
    say(row)
    open_phase(row, "submission")
    with pytest.raises(NotOpen, match="已冻结"):
        journey.require("final_review", Party.CITY, state_of(row))


def test_the_offices_of_the_area_see_it_and_no_others(row: Registration) -> None:
    say(row)
    assert [one.registration_id for one in open_disputes(row.season_id, row.path)] == [row.pk]
    assert count_disputes(row.season_id, county(row).path) == 1
    other = make.site("02", of="0103")
    assert open_disputes(row.season_id, other.path) == []
    assert count_disputes(row.season_id, other.path) == 0


def test_control_without_the_hold_a_frozen_form_is_saved(row: Registration, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disputes, "place_hold", lambda *_, **__: None)
    say(row)
    type_in(row, {**FILLED, "postcode": ["410019"]})
    save(row)
    assert row.version == 3
