"""ux.md 7: after two messages a call reads the code out, wherever a code is asked for."""

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from baoming.accounts.models import Bucket
from baoming.messages.models import Message
from baoming.registrations.models import Registration
from baoming.registrations.queries import document_of
from baoming.registrations.services import access
from baoming.registrations.services.access import VoiceTooEarly, offers_voice
from baoming.registrations.services.steps import locked
from baoming.registrations.tasks import send_login_code
from tests import factories as make
from tests.registrations.test_phone_resets import ask
from tests.registrations.test_save_form import PASSWORD, candidate
from tests.web.test_changes import save

pytestmark = pytest.mark.django_db
OTHER = "19900007777"
BUTTON = "语音验证码"


@pytest.fixture(autouse=True)
def _voice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "has_voice", lambda: True)
    monkeypatch.setattr("baoming.web.candidate.recovery.has_voice", lambda: True)


def me(phone: Client, address: str = "") -> tuple[Client, Registration]:
    """A person signed in, with whatever makes the page at `address` ask for a code."""
    row = candidate()
    assert row.account is not None
    row.account.password, row.account.save_password = make_password("deng2lu7mi"), make_password(PASSWORD)
    row.account.save()
    phone.force_login(row.account)
    if address == "/changes/":
        somebody = Client()
        somebody.force_login(row.account)
        save(somebody, row)
    if address == "/phone/site/":
        ask(row)
    return phone, row


def voices(row: Registration) -> list[bool]:
    codes = Message.objects.filter(recipient=row.pk, template__endswith="_code")
    return list(codes.order_by("at").values_list("voice", flat=True))


PAGES = ("/form/forgot", "/phone/change/", "/phone/site/", "/changes/")


@pytest.mark.parametrize("address", PAGES)
def test_the_call_is_offered_after_two_messages_and_made(phone: Client, address: str) -> None:
    client, row = me(phone, address)
    for count in range(2):
        assert BUTTON not in client.get(address).content.decode(), count
        Bucket.objects.all().delete()
        assert client.post(address, {"act": "send", "phone": OTHER}).status_code in (200, 302)
    assert BUTTON in client.get(address).content.decode()
    Bucket.objects.all().delete()
    assert client.post(address, {"act": "voice", "phone": OTHER}).status_code in (200, 302)
    assert voices(row) == [False, False, True]


@pytest.mark.parametrize("address", PAGES)
def test_a_call_before_two_messages_is_refused_with_what_to_do(phone: Client, address: str) -> None:
    client, row = me(phone, address)
    answer = client.post(address, {"act": "voice", "phone": OTHER})
    assert answer.status_code in (409, 422)
    assert "请先获取短信验证码" in answer.content.decode()
    assert voices(row) == []


def test_a_number_that_got_no_message_gets_no_call(phone: Client) -> None:
    client, row = me(phone)
    for _ in range(2):
        Bucket.objects.all().delete()
        client.post("/phone/change/", {"act": "send", "phone": OTHER})
    Bucket.objects.all().delete()
    answer = client.post("/phone/change/", {"act": "voice", "phone": "19900008888"})
    assert answer.status_code == 422
    assert "19900008888" in answer.content.decode(), "what was typed stays"
    assert voices(row) == [False, False]


def forgotten(phone: Client, number: str, act: str) -> str:
    answer = phone.post("/forgot/", {"act": act, "number": number, "valid_to": "2031-03-18"})
    assert answer.status_code == 200
    return answer.content.decode().replace(number, "")


def test_who_forgot_the_login_password_may_ask_for_a_call_and_is_told_nothing_of_it(phone: Client) -> None:
    row = candidate()
    known, unknown = (forgotten(phone, number, "voice") for number in (document_of(row).number, make.number(501)))
    assert BUTTON in known
    assert len(known) == len(unknown)
    jobs = ProcrastinateJob.objects.filter(task_name="registrations.send_login_code").values_list("args", flat=True)
    assert [sorted(job) for job in jobs] == [["registration_id", "voice"]] * 2
    for _ in range(3):
        Bucket.objects.all().delete()
        send_login_code(str(row.pk), voice=1)
    assert voices(row) == [False, False, True], "a message while no call may be made"


def test_the_job_of_the_former_version_is_still_understood(phone: Client) -> None:
    row = candidate()
    forgotten(phone, document_of(row).number, "send")
    job = ProcrastinateJob.objects.get(task_name="registrations.send_login_code")
    assert job.args == {"registration_id": str(row.pk)}
    send_login_code(str(row.pk))
    assert voices(row) == [False]


def test_control_a_call_that_nothing_is_asked_before_goes_to_any_number(monkeypatch: pytest.MonkeyPatch) -> None:
    row = candidate()
    with pytest.raises(VoiceTooEarly):
        access.issue_code(locked(row.pk), OTHER, template="rebind_code", address="", voice=True)
    assert not offers_voice(row.pk, "rebind_code")
    monkeypatch.setattr(access, "offers_voice", lambda *_, **__: True)
    access.issue_code(locked(row.pk), OTHER, template="rebind_code", address="", voice=True)
    assert voices(row) == [True]
