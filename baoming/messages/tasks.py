"""Jobs of the outbox. Each takes ids, calls one service, ends; each may run twice."""

from uuid import UUID

from procrastinate.contrib.django import app

from baoming.messages.providers.base import Receipt, SmsDown
from baoming.messages.services import outbox, receipts, shifting
from baoming.shared.jobs import Again


@app.task(name="messages.deliver", retry=Again(SmsDown))
def deliver(message_id: str) -> None:
    outbox.deliver(UUID(message_id))


@app.task(name="messages.settle", retry=Again())
def settle(reference: str, arrived: int, reason: str) -> None:
    receipts.settle(Receipt(reference, bool(arrived), reason))


@app.task(name="messages.judge")
def judge() -> None:
    shifting.judge_senders()


@app.periodic(cron="* * * * *")
@app.task(name="messages.look_after", queueing_lock="messages.look_after")
def look_after(timestamp: int) -> None:
    """Fetch receipts, and judge by those that have been settled."""
    receipts.pull_receipts()
    shifting.judge_senders()
