"""消息: the owner reads all that was sent; the site sees what did not arrive and has it sent once more (ux.md 44)."""

from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from baoming.accounts.models import Bucket
from baoming.audit.models import Event
from baoming.messages.models import Attempt, Message, Shift
from baoming.messages.services import outbox, send
from baoming.messages.services.outbox import read_until
from baoming.messages.services.senders import senders
from baoming.organizations.models import Organization
from baoming.organizations.roles import Role
from baoming.registrations.models import Registration
from baoming.registrations.services.access import bind
from baoming.registrations.services.messages import send_again
from baoming.shared.errors import NotOpen, TooMany
from baoming.shared.text import mask_phone
from tests import factories as make
from tests.concurrency.together import together
from tests.forms.samples import BOUND_PHONE
from tests.registrations import confirmed
from tests.registrations.confirmed import operator
from tests.registrations.test_save_form import candidate
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db
CODE = "864209"


def told(row: Registration, *, state: str = "sent", reason: str = "") -> Message:
    message = send("passwords_set", season=row.season, recipient=row.pk, number=BOUND_PHONE, phone=row.site.phone)
    Message.objects.filter(pk=message.pk).update(state=state, reason=reason)
    return Message.objects.get(pk=message.pk)


def me(phone: Client, row: Registration) -> Client:
    assert row.account is not None
    phone.force_login(row.account)
    return phone


def page(phone: Client) -> str:
    return phone.get("/messages/").content.decode()


def test_the_owner_reads_a_notice_that_never_arrived_and_no_code(phone: Client) -> None:
    row = candidate()
    told(row, state="failed", reason="undelivered")
    send("save_code", season=row.season, recipient=row.pk, number=BOUND_PHONE, code=CODE)
    text = page(me(phone, row))
    assert "您已设置登录密码和保存密码" in text
    assert "未送达：手机关机、欠费或没有信号" in text
    assert "保存报名信息的验证码" in text
    assert "······，用于保存报名信息" in text
    assert CODE not in text
    assert mask_phone(BOUND_PHONE) in text
    assert BOUND_PHONE not in text


def test_the_task_list_counts_what_is_unread_and_codes_are_not(phone: Client) -> None:
    row = candidate()
    Message.objects.filter(recipient=row.pk).update(read_at=timezone.now())
    assert "条未读" not in me(phone, row).get("/tasks/").content.decode()
    told(row)
    told(row)
    send("save_code", season=row.season, recipient=row.pk, number=BOUND_PHONE, code=CODE)
    assert "2条未读" in phone.get("/tasks/").content.decode()


def test_what_came_after_the_page_stays_unread(phone: Client) -> None:
    row = candidate()
    first = told(row)
    me(phone, row)
    assert f'value="{first.at.isoformat()}"' in page(phone)
    told(row)  # while the page is looked at
    assert phone.post("/messages/", {"shown": first.at.isoformat()}).status_code == 302
    assert "1条未读" in phone.get("/tasks/").content.decode()


@pytest.mark.parametrize("shown", ["", "x", "9999-99-99T00:00:00+00:00", "2022-11-01T00:00:00", "0", "\x00"])
def test_what_no_page_says_marks_nothing(phone: Client, shown: str) -> None:
    row = candidate()
    told(row)
    assert me(phone, row).post("/messages/", {"shown": shown}).status_code in (302, 400, 422)
    assert "1条未读" in page(phone)


def test_nobody_marks_or_reads_anothers(phone: Client) -> None:
    row, other = candidate(), make.registration(make.site("07"))
    told(row)
    theirs = told(other)
    text = page(me(phone, row))
    phone.post("/messages/", {"shown": timezone.now().isoformat()})
    theirs.refresh_from_db()
    assert theirs.read_at is None
    assert str(theirs.pk) not in text


@pytest.mark.django_db(transaction=True)
def test_marking_at_the_same_instant_as_a_new_message_never_swallows_it() -> None:
    row = candidate()
    shown = told(row).at
    together([partial(read_until, row.pk, shown), partial(told, row), partial(read_until, row.pk, shown)])
    assert Message.objects.filter(recipient=row.pk, read_at=None, at__gt=shown).count() == 1


def at_site(client: Client, row: Registration) -> Client:
    return signed_in(client, make.staff(row.site))


def story(client: Client, row: Registration) -> str:
    return client.get(f"/candidates/{row.pk}/").content.decode()


def press(client: Client, row: Registration, message: Message) -> int:
    return client.post(f"/candidates/{row.pk}/messages/", {"message": str(message.pk)}).status_code


def test_the_site_sees_what_did_not_arrive_and_sends_it_once_more(office: Client) -> None:
    row = confirmed.saved()
    lost, there = told(row, state="failed", reason="undelivered"), told(row, state="arrived")
    text = story(at_site(office, row), row)
    assert "未送达" in text
    assert "手机关机、欠费或没有信号" in text
    assert "已送达" in text
    assert mask_phone(BOUND_PHONE) in text
    assert BOUND_PHONE not in text
    assert text.count("重发") == 1, "one button, for the one that was lost"
    assert f'action="/candidates/{row.pk}/messages/#f-messages"' in text, "the answer is read where it was pressed"
    assert press(office, row, lost) == 302
    lost.refresh_from_db()
    assert (lost.state, lost.round, lost.reason) == ("queued", 2, "")
    event = Event.objects.get(verb="send_again")
    assert (event.subject, event.details) == (row.pk, {"kind": "passwords_set"})
    assert press(office, row, there) == 422


def test_a_second_retry_is_refused_with_what_to_do(office: Client) -> None:
    row = confirmed.saved()
    lost = told(row, state="failed")
    Message.objects.filter(pk=lost.pk).update(round=2)
    answer = at_site(office, row).post(f"/candidates/{row.pk}/messages/", {"message": str(lost.pk)})
    assert answer.status_code == 422
    assert "已重发过一次" in answer.content.decode()


@pytest.mark.parametrize("wanted", ["", "x", str(UUID(int=5))])
def test_a_retry_of_nothing_is_refused(office: Client, wanted: str) -> None:
    row = confirmed.saved()
    answer = at_site(office, row).post(f"/candidates/{row.pk}/messages/", {"message": wanted})
    assert answer.status_code == 422
    assert "没有找到这条短信" in answer.content.decode()


def test_a_message_of_somebody_else_is_not_found() -> None:
    make.season()
    other, row = make.registration(make.site("08")), confirmed.saved()
    theirs = told(other, state="failed")
    with pytest.raises(NotOpen, match="没有找到"):
        send_again(row.pk, theirs.pk, by=operator(row))


def test_what_went_to_a_phone_that_is_no_longer_theirs_is_not_sent_there_again(monkeypatch: pytest.MonkeyPatch) -> None:
    row = confirmed.saved()
    lost = told(row, state="failed")
    bind(row, "19900007777")
    with pytest.raises(NotOpen, match="已换绑手机"):
        send_again(row.pk, lost.pk, by=operator(row))
    Message.objects.filter(pk=lost.pk).update(template="phone_left")  # meant for the phone that was left
    send_again(row.pk, lost.pk, by=operator(row))
    other = told(row, state="failed")
    Bucket.objects.all().delete()
    monkeypatch.setattr("baoming.registrations.services.messages.bound_phone", lambda _: BOUND_PHONE)
    send_again(row.pk, other.pk, by=operator(row))  # control: without the look at the bound phone it goes
    other.refresh_from_db()
    assert other.state == "queued"


def test_the_limits_of_the_number_hold_for_retries() -> None:
    row = confirmed.saved()
    first, second = told(row, state="failed"), told(row, state="unknown")
    send_again(row.pk, first.pk, by=operator(row))
    with pytest.raises(TooMany):
        send_again(row.pk, second.pk, by=operator(row))
    second.refresh_from_db()
    assert (second.state, second.round) == ("unknown", 1)


def test_a_code_is_never_sent_again() -> None:
    row = confirmed.saved()
    code = send("save_code", season=row.season, recipient=row.pk, number=BOUND_PHONE, code=CODE)
    Message.objects.filter(pk=code.pk).update(state="failed")
    with pytest.raises(NotOpen):
        send_again(row.pk, code.pk, by=operator(row))


@pytest.mark.django_db(transaction=True)
def test_pressed_by_two_at_once_it_goes_once() -> None:
    row = confirmed.saved()
    lost = told(row, state="failed")
    done = together([partial(send_again, row.pk, lost.pk, by=operator(row))] * 2)
    assert sum(isinstance(one, NotOpen | TooMany) for one in done) == 1
    lost.refresh_from_db()
    assert lost.round == 2


def test_a_second_round_is_a_handing_over_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sender that has lost it once takes it under another reference: it would count the old one once."""
    row, asked = confirmed.saved(), []

    class Sender:
        voice = counts_once = True

        def send(self, one: outbox.Outgoing) -> object:
            asked.append(one.reference)
            return type("T", (), {"serial": "S", "request": ""})

    monkeypatch.setattr(outbox, "senders", lambda: {"sms": Sender()})
    lost = told(row, state="queued")
    outbox.deliver(lost.pk)
    Message.objects.filter(pk=lost.pk).update(state="failed")
    send_again(row.pk, lost.pk, by=operator(row))
    outbox.deliver(lost.pk)
    assert asked == [f"{lost.pk}.1.sms", f"{lost.pk}.2.sms"]
    assert Attempt.objects.filter(message=lost).count() == 2


def test_the_city_sees_the_state_and_no_number_and_no_button(office: Client) -> None:
    row = confirmed.saved()
    told(row, state="failed")
    assert row.site.parent is not None
    city = Organization.objects.get(pk=row.site.parent.parent_id)
    text = story(signed_in(office, make.staff(city, Role.CITY)), row)
    assert "未送达" in text
    assert mask_phone(BOUND_PHONE) not in text
    assert "重发" not in text


def test_the_province_reads_who_sends_since_when_and_why(office: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    make.season()
    monkeypatch.setattr("baoming.web.office.messages.configured.senders", lambda: {"sms": None, "tencent": None})
    province = Organization.objects.get(level="province")
    client = signed_in(office, make.staff(province, Role.PROVINCE))
    assert "现在由通用短信接口发送" in client.get("/season/messages/").content.decode()
    at = timezone.now() - timedelta(minutes=3)
    Shift.objects.create(
        provider="tencent", former="sms", reason="slow_median", share=4, median=45, slow=120, sent=88, at=at
    )
    text = client.get("/season/messages/").content.decode()
    assert "现在由腾讯云短信发送" in text
    assert "一半以上的短信到得太慢" in text
    assert "45秒" in text


def test_where_no_sender_is_set_the_page_says_what_to_do(office: Client) -> None:
    make.season()
    senders.cache_clear()
    province = Organization.objects.get(level="province")
    text = signed_in(office, make.staff(province, Role.PROVINCE)).get("/season/messages/").content.decode()
    assert "没有设置短信服务商" in text


def test_what_is_measured_of_a_sender_stands_on_the_page(office: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    row = confirmed.saved()
    now = timezone.now()
    for _ in range(25):
        values = {"round": 1, "provider": "sms", "begun_at": now - timedelta(seconds=90)}
        message = told(row)
        Attempt.objects.create(id=uuid4(), message=message, state="arrived", reported_at=now, **values)
    monkeypatch.setattr("baoming.web.office.messages.configured.senders", lambda: {"sms": None})
    province = Organization.objects.get(level="province")
    text = signed_in(office, make.staff(province, Role.PROVINCE)).get("/season/messages/").content.decode()
    assert "90秒" in text
    assert "一半以上的短信到得太慢" in text
