"""Sending: a message is written in the transaction that causes it, and delivered by a job after the commit."""

from functools import cache
from uuid import UUID, uuid4

from django.conf import settings
from django.utils import timezone

from baoming.messages.models import Message
from baoming.messages.providers.base import SmsProvider
from baoming.messages.providers.inbox import InboxSms
from baoming.messages.texts import GOOD_FOR, text_of
from baoming.shared.jobs import defer
from baoming.vault.services import keys


def send(template: str, *, recipient: UUID, number: str, **words: str) -> Message:
    """Queue one SMS to `number`, sealed: a text may hold a code. Delivered only if the transaction commits."""
    pk = uuid4()
    message = Message.objects.create(
        id=pk,
        recipient=recipient,
        template=template,
        number_sealed=keys().seal(number.encode(), context=f"outbox_message.number_sealed.{pk}"),
        text_sealed=keys().seal(text_of(template, **words).encode(), context=f"outbox_message.text_sealed.{pk}"),
    )
    defer("messages.deliver", message_id=str(pk))
    return message


def deliver(message_id: UUID) -> None:
    """Hand a queued message to the provider. May run twice: the reference counts once there. Raises SmsDown.

    A code that has expired meanwhile is not sent any more.
    """
    message = Message.objects.get(pk=message_id)
    if message.state != Message.State.QUEUED:
        return
    good_for = GOOD_FOR.get(message.template)
    if good_for is not None and timezone.now() - message.at >= good_for:
        message.state = Message.State.EXPIRED
        message.save(update_fields=["state"])
        return
    number = keys().unseal(message.number_sealed, context=f"outbox_message.number_sealed.{message.pk}").decode()
    text = keys().unseal(message.text_sealed, context=f"outbox_message.text_sealed.{message.pk}").decode()
    message.reference = provider().send(number=number, text=text, reference=str(message.pk))
    message.state, message.sent_at = Message.State.SENT, timezone.now()
    message.save(update_fields=["reference", "state", "sent_at"])


@cache
def provider() -> SmsProvider:
    """Return the SMS provider named by the settings."""
    secret = (settings.SERVICE_KEYS / "sms" / "sms.secret").read_bytes()
    return InboxSms(settings.SERVICES["sms"], secret)
