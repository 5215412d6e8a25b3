"""A message waits while the provider is down, goes out when it is back, and lands once however often it is sent."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest
from django.db import InterfaceError, OperationalError
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Job

from baoming.messages.models import Attempt, Message, Shift
from baoming.messages.providers.base import Outgoing, Reason, SmsDown, SmsRefused, SmsUnknown, Taken
from baoming.messages.providers.inbox import InboxSms
from baoming.messages.queries import is_waiting
from baoming.messages.services import outbox, send
from baoming.messages.services.outbox import deliver
from tests import factories as make
from tests.concurrency.together import together
from tests.database import manage
from tests.environment import CLUSTER, DATABASE
from tests.standins.running import running

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = "19900006021"
CODE = "246810"
NOBODY_LISTENS = "http://127.0.0.1:9"
TIMES = 6


@pytest.fixture(scope="module")
def service_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="module")
def inbox(service_keys: Path) -> Iterator[str]:
    with running("sms", service_keys / "sms") as address:
        yield address


def have(patch: pytest.MonkeyPatch, **senders: object) -> None:
    """Let the installation have these senders."""
    patch.setattr(outbox, "senders", lambda: senders)


@pytest.fixture
def provider(inbox: str, service_keys: Path, monkeypatch: pytest.MonkeyPatch) -> InboxSms:
    """The stand-in, as the settings would name it."""
    made = InboxSms(inbox, (service_keys / "sms" / "sms.secret").read_bytes())
    have(monkeypatch, sms=made)
    return made


def queued() -> tuple[Message, str]:
    """A message with a phone number of its own, so that the inbox can be asked for it."""
    number = f"1990000{Message.objects.count() + int(uuid4().int % 9000) + 1000}"
    return send("phone_code", season=make.season(), recipient=uuid4(), number=number, code=CODE), number


def landed(inbox: str, number: str) -> int:
    return httpx.get(inbox, params={"number": number}).text.count(CODE)


def work(address: str, keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the real worker do what is due, and end."""
    monkeypatch.setenv("BAOMING_SMS", address)
    monkeypatch.setenv("BAOMING_SERVICE_KEYS", str(keys))
    manage("procrastinate", "worker", "--one-shot")


def make_due() -> None:
    """Let the time of waiting pass."""
    with psycopg.connect(CLUSTER.url("migrate", DATABASE), autocommit=True) as owner:
        owner.execute("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'")


def test_the_worker_tries_again_once_the_provider_is_back(
    inbox: str, service_keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    message, number = queued()
    work(NOBODY_LISTENS, service_keys, monkeypatch)
    message.refresh_from_db()
    job = ProcrastinateJob.objects.get(task_name="messages.deliver")
    assert (message.state, job.status, job.attempts) == ("queued", "todo", 1)
    assert job.scheduled_at is not None
    make_due()
    work(inbox, service_keys, monkeypatch)
    message.refresh_from_db()
    job.refresh_from_db()
    assert (message.state, job.status) == ("sent", "succeeded")
    assert message.sent_at is not None
    assert landed(inbox, number) == 1


def test_a_provider_that_is_down_leaves_the_message_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    message, _ = queued()
    have(monkeypatch, sms=InboxSms(NOBODY_LISTENS, b"secret"))
    with pytest.raises(SmsDown):
        deliver(message.pk)
    message.refresh_from_db()
    assert (message.state, message.reference, message.sent_at) == ("queued", "", None)


def test_the_job_run_twice_sends_once(provider: InboxSms, inbox: str) -> None:
    message, number = queued()
    deliver(message.pk)
    deliver(message.pk)
    assert landed(inbox, number) == 1


def deliver_and_forget(message: Message) -> None:
    """The job dies after the provider took the message and before that is written; it runs again."""
    deliver(message.pk)
    Message.objects.filter(pk=message.pk).update(state=Message.State.QUEUED, reference="", sent_at=None)
    Attempt.objects.filter(message=message).update(state="sending", ended_at=None, serial="")
    deliver(message.pk)


def test_a_job_that_died_after_sending_sends_once(provider: InboxSms, inbox: str) -> None:
    message, number = queued()
    deliver_and_forget(message)
    assert landed(inbox, number) == 1


def test_the_job_run_six_times_at_once_sends_once(provider: InboxSms, inbox: str) -> None:
    message, number = queued()
    assert together([partial(deliver, message.pk)] * TIMES) == [None] * TIMES
    assert landed(inbox, number) == 1


def test_control_without_the_reference_the_phone_rings_twice(
    provider: InboxSms, inbox: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Forgetful:
        """Names every sending anew."""

        voice = counts_once = True

        def send(self, one: Outgoing) -> Taken:
            return provider.send(replace(one, reference=uuid4().hex))

    have(monkeypatch, sms=Forgetful())
    message, number = queued()
    deliver_and_forget(message)
    assert landed(inbox, number) == 2


def test_a_code_that_has_expired_meanwhile_is_not_sent(provider: InboxSms, inbox: str) -> None:
    message, number = queued()
    Message.objects.filter(pk=message.pk).update(at=timezone.now() - timedelta(minutes=10))
    deliver(message.pk)
    message.refresh_from_db()
    assert (message.state, message.sent_at) == ("expired", None)
    assert landed(inbox, number) == 0
    assert not is_waiting(message.recipient, "phone_code")


def test_what_does_not_expire_is_sent_however_late(provider: InboxSms, inbox: str) -> None:
    words = {"number": "19900009999", "phone": "0731-00000102"}
    message = send("passwords_set", season=make.season(), recipient=uuid4(), **words)
    Message.objects.filter(pk=message.pk).update(at=timezone.now() - timedelta(hours=10))
    deliver(message.pk)
    message.refresh_from_db()
    assert message.state == "sent"


NUMBER = "19900006022"


@dataclass
class Scripted:
    """A sender that does what the test says, each time it is asked."""

    does: list[object]
    counts_once: bool = False
    voice: bool = False
    asked: list[Outgoing] = field(default_factory=list)

    def send(self, one: Outgoing) -> Taken:
        self.asked.append(one)
        answer = self.does.pop(0) if len(self.does) > 1 else self.does[0]
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, str)
        return Taken(answer, "request")


def notice() -> Message:
    words = {"number": NUMBER, "phone": "0731-00000102"}
    return send("passwords_set", season=make.season(), recipient=uuid4(), **words)


def code() -> Message:
    return send("phone_code", season=make.season(), recipient=uuid4(), number=NUMBER, code=CODE)


def after(message: Message) -> tuple[str, str]:
    message.refresh_from_db()
    return message.state, message.reason


def test_who_is_down_is_passed_by_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = Scripted([SmsDown()]), Scripted(["S2"])
    have(monkeypatch, sms=first, tencent=second)
    message = notice()
    deliver(message.pk)
    assert after(message) == ("sent", "")
    rows = Attempt.objects.order_by("begun_at").values_list("provider", "state", "reason", "serial", "request")
    assert list(rows) == [("sms", "refused", "down", "", ""), ("tencent", "submitted", "", "S2", "request")]
    assert second.asked[0].approved == "1900002"
    assert list(second.asked[0].words) == ["0731-00000102"]


def test_a_notice_in_doubt_is_never_sent_again_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = Scripted([SmsUnknown()]), Scripted(["S2"])
    have(monkeypatch, sms=first, tencent=second)
    message = notice()
    deliver(message.pk)
    deliver(message.pk)
    assert after(message) == ("unknown", "")
    assert (len(first.asked), len(second.asked)) == (1, 0)


def test_control_a_rule_that_forgets_the_doubt_sends_it_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = Scripted([SmsUnknown()]), Scripted(["S2"])
    have(monkeypatch, sms=first, tencent=second)
    rule = outbox.next_move

    def forgetful(order: list[str], so_far: dict[str, object], **known: object) -> object:
        kept = {name: one for name, one in so_far.items() if getattr(one, "state", "") != "unknown"}
        rest = [name for name in order if name not in known["asked"]]  # type: ignore[operator]
        return rule(rest, kept, **known)  # type: ignore[arg-type]

    monkeypatch.setattr(outbox, "next_move", forgetful)
    deliver(notice().pk)
    assert (len(first.asked), len(second.asked)) == (1, 1)


def test_a_code_in_doubt_goes_to_the_other_one(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = Scripted([SmsUnknown()]), Scripted(["S2"])
    have(monkeypatch, sms=first, tencent=second)
    message = code()
    deliver(message.pk)
    assert after(message) == ("sent", "")
    assert [one.text for one in (*first.asked, *second.asked)] == [first.asked[0].text] * 2


@pytest.mark.parametrize("reason", ["number_limit", "number_bad", "number_blocked"])
def test_what_the_number_is_to_blame_for_ends_it(monkeypatch: pytest.MonkeyPatch, reason: str) -> None:
    first, second = Scripted([SmsRefused(Reason(reason))]), Scripted(["S2"])
    have(monkeypatch, sms=first, tencent=second)
    message = notice()
    deliver(message.pk)
    assert after(message) == ("failed", reason)
    assert second.asked == []


def test_no_money_at_one_is_no_reason_to_give_up(monkeypatch: pytest.MonkeyPatch) -> None:
    only = Scripted([SmsRefused(Reason.BALANCE), "S1"])
    have(monkeypatch, sms=only)
    message = notice()
    with pytest.raises(SmsDown):
        deliver(message.pk)
    assert after(message) == ("queued", "")
    deliver(message.pk)
    assert after(message) == ("sent", "")
    assert Attempt.objects.count() == 1


def test_a_call_goes_only_to_who_has_a_voice(monkeypatch: pytest.MonkeyPatch) -> None:
    dumb, speaking = Scripted(["S1"]), Scripted(["S2"], voice=True)
    have(monkeypatch, sms=dumb, tencent=speaking)
    message = send("phone_code", season=make.season(), recipient=uuid4(), number=NUMBER, channel="voice", code=CODE)
    deliver(message.pk)
    assert (len(dumb.asked), [one.voice for one in speaking.asked]) == (0, [True])


def test_the_shift_in_the_database_decides_for_every_process(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = Scripted(["S1"]), Scripted(["S2"])
    have(monkeypatch, sms=first, tencent=second)
    deliver(notice().pk)
    values = {"former": "sms", "reason": "failures", "share": 100, "sent": 5, "at": timezone.now()}
    Shift.objects.create(provider="tencent", **values)
    deliver(notice().pk)
    assert (len(first.asked), len(second.asked)) == (1, 1)


def test_the_job_holds_ids_and_the_row_no_plain_number() -> None:
    message = code()
    job = ProcrastinateJob.objects.get(task_name="messages.deliver")
    assert job.args == {"message_id": str(message.pk)}
    kept = " ".join(map(str, Message.objects.filter(pk=message.pk).values_list()[0]))
    assert NUMBER not in kept
    assert CODE not in kept


TASKS = ("messages.deliver", "payments.open_cashier", "payments.ask", "payments.mark_paid")


@pytest.mark.parametrize("task", [*TASKS, "registrations.open_person_check"])
@pytest.mark.parametrize("failure", [OperationalError("server closed"), InterfaceError("connection already closed")])
def test_every_job_outlives_a_database_that_is_away(task: str, failure: Exception) -> None:
    assert wait(task, failure, attempts=0) == 2
    assert wait(task, failure, attempts=900) == 60


@pytest.mark.parametrize("attempts", [0, 5, 30, 900])
def test_no_job_waits_longer_than_a_minute_for_its_service(attempts: int) -> None:
    assert wait("messages.deliver", SmsDown(), attempts=attempts) in range(2, 61)


def test_a_defect_is_not_tried_again() -> None:
    job = Job(id=1, queue="default", lock=None, queueing_lock=None, task_name="messages.deliver", attempts=0)
    assert app.tasks["messages.deliver"].get_retry_exception(KeyError("x"), job) is None


def wait(task: str, failure: Exception, *, attempts: int) -> int:
    """The seconds until the job runs again after this failure."""
    job = Job(id=1, queue="default", lock=None, queueing_lock=None, task_name=task, attempts=attempts)
    again = app.tasks[task].get_retry_exception(failure, job)
    assert again is not None
    return round((again.retry_decision.retry_at - timezone.now()).total_seconds())


@pytest.mark.parametrize("channel", ["sms", "voice"])
def test_where_no_sender_can_take_it_a_code_waits_and_then_expires(
    monkeypatch: pytest.MonkeyPatch, channel: str
) -> None:
    """The address of a sender was taken out of the settings, of the only one or of the one with a voice."""
    have(monkeypatch, **({"tencent": SilentSender()} if channel == "voice" else {}))
    words = {"season": make.season(), "recipient": uuid4(), "number": PHONE, "code": CODE, "channel": channel}
    message = send("phone_code", **words)
    with pytest.raises(SmsDown):
        deliver(message.pk)
    Message.objects.update(at=timezone.now() - timedelta(minutes=10))
    deliver(message.pk)
    message.refresh_from_db()
    assert message.state == "expired"


class SilentSender:
    """One that reads no code out."""

    voice = counts_once = False
