"""Receipts: what is proved changes the state of a message once and never back; what is not changes nothing."""

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from baoming.messages import tasks
from baoming.messages.models import Attempt, Message
from baoming.messages.providers import inbox as inbox_module
from baoming.messages.providers.base import Receipt, SmsDown
from baoming.messages.services import receipts, send
from baoming.messages.services.outbox import reference_of
from baoming.messages.services.receipts import pull_receipts, settle
from baoming.messages.services.senders import senders
from tests import factories as make
from tests.messages.senders import NOBODY_LISTENS, outgoing, standin

NOBODY = UUID(int=0)
pytestmark = pytest.mark.django_db
SECRET = b"s" * 32
ROUTE = "/notices/sms"


@pytest.fixture(autouse=True)
def inbox(tmp_path: Path) -> Iterator[None]:
    """The simple sender, with its secret."""
    (tmp_path / "sms").mkdir()
    (tmp_path / "sms" / "sms.secret").write_bytes(SECRET)
    senders.cache_clear()
    with override_settings(SERVICES={"sms": NOBODY_LISTENS}, SERVICE_KEYS=tmp_path):
        yield
    senders.cache_clear()


def submitted(template: str = "passwords_set", *, provider: str = "sms", state: str = "submitted") -> Message:
    words = {"code": "246810"} if template.endswith("code") else {"phone": "0731-00000102"}
    message = send(template, season=make.season(), recipient=uuid4(), number="19900006023", **words)
    Message.objects.filter(pk=message.pk).update(state="sent" if state == "submitted" else "unknown")
    Attempt.objects.create(message=message, round=1, provider=provider, state=state, begun_at=message.at)
    return message


def told(message: Message, *, arrived: bool, provider: str = "sms", reason: str = "undelivered") -> tuple[str, str]:
    settle(Receipt(reference_of(message, 1, provider), arrived, "" if arrived else reason))
    message.refresh_from_db()
    return message.state, message.reason


def test_a_receipt_says_that_it_arrived_and_stays_true() -> None:
    message = submitted()
    assert told(message, arrived=True) == ("arrived", "")
    reported = Attempt.objects.get().reported_at
    assert told(message, arrived=False) == ("arrived", ""), "what has arrived stays arrived"
    assert told(message, arrived=True) == ("arrived", "")
    assert Attempt.objects.get().reported_at == reported


def test_a_receipt_says_why_it_did_not_and_a_better_one_is_believed() -> None:
    message = submitted()
    assert told(message, arrived=False, reason="number_blocked") == ("failed", "number_blocked")
    assert told(message, arrived=True) == ("arrived", "")


def test_a_receipt_ends_a_doubt() -> None:
    assert told(submitted(state="unknown"), arrived=True) == ("arrived", "")


def test_a_code_at_two_senders_has_failed_only_at_both() -> None:
    message = submitted("phone_code")
    Attempt.objects.create(message=message, round=1, provider="tencent", state="unknown", begun_at=message.at)
    assert told(message, arrived=False) == ("sent", "")
    assert told(message, arrived=False, provider="tencent") == ("failed", "undelivered")


@pytest.mark.parametrize("reference", ["", "x", f"{NOBODY}", f"{NOBODY}.1.sms", f"{NOBODY}.x.sms", "a.b.c"])
def test_a_receipt_of_nothing_changes_nothing(reference: str) -> None:
    message = submitted()
    settle(Receipt(reference, False, "undelivered"))
    message.refresh_from_db()
    assert message.state == "sent"


def test_a_receipt_of_another_sender_says_nothing_of_ours() -> None:
    assert told(submitted(), arrived=False, provider="tencent") == ("sent", "")


def post(
    phone: Client, message: Message, *, secret: bytes = SECRET, age: float = 0, body: bytes | None = None,
    spoil: bool = False,
) -> int:  # fmt: skip
    """Call as the sender does; return the status."""
    lines = [{"reference": reference_of(message, 1, "sms"), "arrived": True}]
    body = json.dumps(lines).encode() if body is None else body
    stamp = str(int(time.time() - age))
    signature = hmac.new(secret, stamp.encode() + b"\n" + body, hashlib.sha256).hexdigest()
    sent = body.replace(b"true", b"false") if spoil else body
    headers = {"x-timestamp": stamp, "x-signature": signature}
    return phone.post(ROUTE, sent, content_type="application/json", headers=headers).status_code


def settling() -> int:
    return ProcrastinateJob.objects.filter(task_name="messages.settle").count()


def test_a_proved_call_leaves_a_job_with_ids_alone(phone: Client) -> None:
    message = submitted()
    assert post(phone, message) == 200
    job = ProcrastinateJob.objects.get(task_name="messages.settle")
    assert job.args == {"reference": reference_of(message, 1, "sms"), "arrived": 1, "reason": ""}


FORGED = {
    "another secret": {"secret": b"another"},
    "stale": {"age": 301},
    "of the future": {"age": -302},
    "changed": {"spoil": True},
    "oversized": {"body": b" " * (64 * 1024 + 1)},
    "no json": {"body": b"{"},
}


@pytest.mark.parametrize("case", FORGED)
def test_what_proves_nothing_is_refused_in_one_way_and_changes_nothing(phone: Client, case: str) -> None:
    message = submitted()
    assert post(phone, message, **FORGED[case]) == 400  # type: ignore[arg-type]
    assert settling() == 0
    message.refresh_from_db()
    assert message.state == "sent"


def test_without_any_header_it_is_the_same(phone: Client) -> None:
    make.season()
    answers = {phone.post(ROUTE, body, content_type="application/json").content for body in (b"", b"[]", b"\xff")}
    assert answers == {b'{"code": "FAIL", "message": "refused"}'}


def test_control_without_the_signature_anybody_would_say_what_arrived(
    phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox_module.hmac, "compare_digest", lambda *_: True)
    assert post(phone, submitted(), secret=b"another") == 200
    assert settling() == 1


def test_where_no_sender_calls_every_call_is_refused(phone: Client) -> None:
    message = submitted()
    senders.cache_clear()
    with override_settings(SERVICES={}):
        assert post(phone, message) == 400
    senders.cache_clear()


def test_receipts_are_fetched_from_the_second_sender(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with standin("tencent", tmp_path / "tencent") as made:
        message = submitted(provider="tencent")
        made.sender().send(outgoing("19900006023", reference_of(message, 1, "tencent")))
        monkeypatch.setattr(receipts, "senders", lambda: {"tencent": made.sender()})
        pull_receipts()
    [job] = ProcrastinateJob.objects.filter(task_name="messages.settle")
    tasks.settle(**job.args)
    message.refresh_from_db()
    assert message.state == "arrived"


class Pulled:
    """A sender that hands these out once."""

    def __init__(self, *found: Receipt) -> None:
        self._found = list(found)

    def pull(self) -> list[Receipt]:
        found, self._found = self._found, []
        return found


def test_what_was_fetched_is_written_down_whole_before_any_of_it_is_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect, or the worker's death, while one is settled costs none of the others."""

    def dies(_: Receipt) -> None:
        raise KeyboardInterrupt

    messages = [submitted(provider="tencent") for _ in range(3)]
    sender = Pulled(*(Receipt(reference_of(one, 1, "tencent"), True) for one in messages), Receipt("nobody's", True))
    monkeypatch.setattr(receipts, "senders", lambda: {"tencent": sender})
    monkeypatch.setattr(receipts, "settle", dies)
    pull_receipts()
    assert settling() == 3
    monkeypatch.undo()
    for job in ProcrastinateJob.objects.filter(task_name="messages.settle"):
        tasks.settle(**job.args)
    assert {Message.objects.get(pk=one.pk).state for one in messages} == {"arrived"}


def test_as_many_receipts_as_came_are_one_statement(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = []
    for many in (1, 100):
        found = [Receipt(f"{uuid4()}.1.tencent", False, "number_blocked") for _ in range(many)]
        monkeypatch.setattr(receipts, "senders", lambda found=found: {"tencent": Pulled(*found)})
        with CaptureQueriesContext(connection) as asked:
            pull_receipts()
        counts.append(len(asked))
    assert counts == [1, 1]
    assert settling() == 101


class Away:
    """A sender that does not answer."""

    def pull(self) -> list[Receipt]:
        raise SmsDown


def test_a_sender_that_does_not_answer_keeps_no_other_from_being_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    message = submitted(provider="tencent")
    found = Pulled(Receipt(reference_of(message, 1, "tencent"), True))
    monkeypatch.setattr(receipts, "senders", lambda: {"sms": Away(), "tencent": found})
    tasks.look_after(timestamp=0)
    assert settling() == 1


def test_control_where_the_first_that_is_away_ends_the_run_the_other_is_not_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(receipts, "suppress", lambda *_: nullcontext())
    with pytest.raises(SmsDown):
        test_a_sender_that_does_not_answer_keeps_no_other_from_being_asked(monkeypatch)
