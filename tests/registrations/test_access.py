"""R10–R12: the phone by code, two passwords at once, the pledge."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from baoming.accounts.models import Account, Bucket
from baoming.audit.actors import Actor, Party
from baoming.messages.models import Message
from baoming.registrations.form_queries import bound_phone
from baoming.registrations.models import Activation, Pledge, Registration, StepLog
from baoming.registrations.queries import document_of
from baoming.registrations.services import access, card_checks
from baoming.registrations.services.slips import print_slip
from baoming.shared.errors import Invalid, NotOpen, TooMany
from baoming.vault.services import keys
from tests import factories as make

pytestmark = pytest.mark.django_db
PHONE = "19900006021"


@pytest.fixture(autouse=True)
def _code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "sms_code", lambda: "246810")


def candidate(step: str) -> tuple[Registration, Actor]:
    make.season()
    row = make.registration(make.site(), done=make.before(step))
    row.account = Account.objects.create(kind="candidate", handle=f"c:{row.pk}", password="!")
    row.number = 1020001
    row.save()
    return row, Actor(kind=Party.CANDIDATE, id=str(row.pk), path=row.path, label="考生本人")


def test_the_code_sent_to_a_phone_binds_it() -> None:
    row, me = candidate("phone")
    access.send_phone_code(row.pk, "１９９ 0000 6021", by=me, address="127.0.0.1")
    access.confirm_phone(row.pk, "246810", by=me)
    row.refresh_from_db()
    assert bound_phone(row) == PHONE
    message = Message.objects.get()
    assert "246810" not in message.text_sealed
    assert "246810" in keys().unseal(message.text_sealed, context=f"outbox_message.text_sealed.{message.pk}").decode()


def test_five_wrong_codes_end_it_even_for_the_right_one() -> None:
    row, me = candidate("phone")
    access.send_phone_code(row.pk, PHONE, by=me, address="127.0.0.1")
    for _ in range(5):
        with pytest.raises(Invalid, match="验证码不正确"):
            access.confirm_phone(row.pk, "000000", by=me)
    with pytest.raises(Invalid, match="重新获取"):
        access.confirm_phone(row.pk, "246810", by=me)


@pytest.mark.parametrize("number", ["", " ", "123", "29900006021", "1990000602a"])
def test_what_is_no_phone_number_says_so(number: str) -> None:
    row, me = candidate("phone")
    with pytest.raises(Invalid, match="11位数字" if number.strip() else "请填写手机号码"):
        access.send_phone_code(row.pk, number, by=me, address="127.0.0.1")


def test_no_code_before_the_real_person_check() -> None:
    row, me = candidate("person_check")
    with pytest.raises(NotOpen, match="实人认证"):
        access.send_phone_code(row.pk, PHONE, by=me, address="127.0.0.1")
    assert Message.objects.count() == 0


def passwords_ready() -> tuple[Registration, Actor]:
    row, me = candidate("phone")
    print_slip(row.pk, by=make.staff(row.site).actor)
    access.send_phone_code(row.pk, PHONE, by=me, address="127.0.0.1")
    access.confirm_phone(row.pk, "246810", by=me)
    return row, me


def test_both_passwords_at_once_use_up_the_activation_code() -> None:
    row, me = passwords_ready()
    access.set_passwords(row.pk, login="deng2lu7mi", save="bao9cun4ma", by=me)
    account = Account.objects.get(pk=row.account_id)
    assert account.check_password("deng2lu7mi")
    assert account.save_password.startswith("argon2")
    assert Activation.objects.get().used_at is not None
    with pytest.raises(NotOpen):
        print_slip(row.pk, by=make.staff(row.site).actor)


@pytest.mark.parametrize(
    ("login", "save", "field"),
    [("short1", "bao9cun4ma", "login"), ("deng2lu7mi", "deng2lu7mi", "save"), ("deng2lu7mi", "x19900006021", "save")],
)
def test_weak_or_equal_passwords_are_refused_and_nothing_is_set(login: str, save: str, field: str) -> None:
    row, me = passwords_ready()
    with pytest.raises(Invalid) as refusal:
        access.set_passwords(row.pk, login=login, save=save, by=me)
    assert field in refusal.value.fields
    assert Account.objects.get(pk=row.account_id).save_password == ""


def test_the_pledge_is_kept_with_its_version() -> None:
    row, me = candidate("pledge")
    with pytest.raises(Invalid, match="重新阅读"):
        access.accept_pledge(row.pk, version="old", by=me)
    access.accept_pledge(row.pk, version="2023-1", by=me)
    assert Pledge.objects.get(registration=row).text_version == "2023-1"


def test_a_new_text_of_the_pledge_is_accepted_beside_the_old_one(monkeypatch: pytest.MonkeyPatch) -> None:
    row, me = candidate("pledge")
    for version in ("2023-1", "2023-2", "2023-2"):
        monkeypatch.setattr(access, "data", lambda season, key, version=version: {"version": version})
        access.accept_pledge(row.pk, version=version, by=me)
    kept = Pledge.objects.filter(registration=row).order_by("id").values_list("text_version", flat=True)
    assert list(kept) == ["2023-1", "2023-2"]
    assert StepLog.objects.filter(registration=row, step="pledge").count() == 1


def test_the_card_seen_at_the_site_is_the_other_way() -> None:
    row, _ = candidate("person_check")
    card_checks.confirm_by_card(row.pk, document_of(row), reader="R01", nonce="p1", by=make.staff(row.site).actor)
    row.refresh_from_db()
    assert "person_check" in row.done_steps


def test_an_open_session_alone_changes_neither_passwords_nor_phone() -> None:
    row, me = passwords_ready()
    access.set_passwords(row.pk, login="deng2lu7mi", save="bao9cun4ma", by=me)
    with pytest.raises(NotOpen, match="已经办好"):
        access.set_passwords(row.pk, login="bie3ren8de", save="bie5ren6cun", by=me)
    with pytest.raises(NotOpen, match="已经办好"):
        access.send_phone_code(row.pk, "19900006022", by=me, address="127.0.0.1")
    assert Account.objects.get(pk=row.account_id).check_password("deng2lu7mi")


def test_one_person_cannot_send_codes_to_many_phones() -> None:
    row, me = candidate("phone")
    for number in range(5):
        access.send_phone_code(row.pk, f"1990000700{number}", by=me, address="127.0.0.1")
    with pytest.raises(TooMany):
        access.send_phone_code(row.pk, "19900007009", by=me, address="127.0.0.1")


def passed(seconds: int) -> None:
    """Let the counts believe that `seconds` have gone by."""
    Bucket.objects.update(at=F("at") - timedelta(seconds=seconds))


def test_one_number_gets_one_code_a_minute() -> None:
    row, me = candidate("phone")
    access.send_phone_code(row.pk, PHONE, by=me, address="127.0.0.1")
    with pytest.raises(TooMany, match="约1分钟后"):
        access.send_phone_code(row.pk, PHONE, by=me, address="127.0.0.1")
    passed(60)
    access.send_phone_code(row.pk, PHONE, by=me, address="127.0.0.1")


def test_one_number_gets_five_codes_at_once_and_ten_on_a_day() -> None:
    row, me = candidate("phone")
    sent = []
    for _ in range(40):  # ten hours, a try every quarter of an hour
        try:
            access.send_phone_code(row.pk, PHONE, by=me, address="127.0.0.1")
            sent.append(1)
        except TooMany:
            sent.append(0)
        passed(900)
    assert sum(sent[:10]) == 10
    assert sum(sent) == 10 + 4  # the day's count comes back one in 2.4 hours


def test_one_address_has_its_own_count_of_codes() -> None:
    row, me = candidate("phone")
    Bucket.objects.create(key="sms-at:192.0.2.7", tokens=0, at=timezone.now())
    with pytest.raises(TooMany):
        access.send_phone_code(row.pk, PHONE, by=me, address="192.0.2.7")
    access.send_phone_code(row.pk, PHONE, by=me, address="192.0.2.8")


def test_who_may_send_no_code_uses_up_nobodys_number() -> None:
    row, me = candidate("person_check")
    for _ in range(12):
        with pytest.raises(NotOpen):
            access.send_phone_code(row.pk, PHONE, by=me, address="127.0.0.1")
    assert not Bucket.objects.exists()
