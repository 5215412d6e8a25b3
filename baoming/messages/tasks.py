"""The job that delivers."""

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from baoming.messages.providers.base import SmsDown
from baoming.messages.services import deliver as deliver_now

_AGAIN = RetryStrategy(max_attempts=20, exponential_wait=2, retry_exceptions=[SmsDown])


@app.task(name="messages.deliver", retry=_AGAIN)
def deliver(message_id: str) -> None:
    deliver_now(UUID(message_id))
