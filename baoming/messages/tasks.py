"""The job that delivers."""

from uuid import UUID

from procrastinate.contrib.django import app

from baoming.messages.providers.base import SmsDown
from baoming.messages.services import deliver as deliver_now
from baoming.shared.jobs import Again


@app.task(name="messages.deliver", retry=Again(SmsDown))
def deliver(message_id: str) -> None:
    deliver_now(UUID(message_id))
