"""Sending: a message is written in the transaction that causes it, and delivered by a job after the commit."""

from functools import cache
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from baoming.audit.actors import PARTY_NAMES, Actor, Party
from baoming.audit.services import record
from baoming.messages.announcements import Notice
from baoming.messages.models import Announcement, Message
from baoming.messages.providers.base import SmsProvider
from baoming.messages.providers.inbox import InboxSms
from baoming.messages.templates import CODE_GOOD_FOR, fill, is_code
from baoming.seasons.models import Season
from baoming.seasons.queries import data, season_now
from baoming.shared.errors import NotOpen
from baoming.shared.jobs import defer
from baoming.shared.services import insert, update
from baoming.vault.services import keys


def send(template: str, *, season: Season, recipient: UUID, number: str, **words: str) -> Message:
    """Queue one SMS to `number`, sealed: a text may hold a code. Delivered only if the transaction commits.

    The text is the season's own (`messages.json`), filled with `words`.
    """
    pk, filled = uuid4(), fill(data(season, "messages"), template, words)
    message = insert(
        Message(
            id=pk,
            recipient=recipient,
            template=template,
            number_sealed=keys().seal(number.encode(), context=f"outbox_message.number_sealed.{pk}"),
            text_sealed=keys().seal(filled.text.encode(), context=f"outbox_message.text_sealed.{pk}"),
        )
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
    if is_code(message.template) and timezone.now() - message.at >= CODE_GOOD_FOR:
        message.state = Message.State.EXPIRED
        update(message, "state")
        return
    number = keys().unseal(message.number_sealed, context=f"outbox_message.number_sealed.{message.pk}").decode()
    text = keys().unseal(message.text_sealed, context=f"outbox_message.text_sealed.{message.pk}").decode()
    message.reference = provider().send(number=number, text=text, reference=str(message.pk))
    message.state, message.sent_at = Message.State.SENT, timezone.now()
    update(message, "reference", "state", "sent_at")


@transaction.atomic
def publish(season: Season, notice: Notice, *, key: UUID, office: str, by: Actor) -> Announcement:
    """Publish a notice for the area of `by`: the province's for all, a county's for its own. Safe to repeat.

    `key` was made with the preview: the same one gives the same announcement. Raises NotOpen for other offices.
    """
    if by.kind not in (Party.PROVINCE, Party.COUNTY):
        raise NotOpen(f"公告由{PARTY_NAMES[Party.PROVINCE]}或{PARTY_NAMES[Party.COUNTY]}发布")
    values = {
        "season": season, "path": by.path, "office": office, "title": notice.title, "text": notice.text,
        "opens": notice.opens, "closes": notice.closes, "by_label": by.label,
    }  # fmt: skip
    made, new = Announcement.objects.get_or_create(id=key, defaults=values)
    if new:
        record("publish_announcement", by=by, subject=made.pk, path=by.path)
    elif made.path != by.path:
        raise NotOpen("这条公告已经由别的单位发布，请重新填写")
    return made


@transaction.atomic
def withdraw(announcement_id: UUID, *, by: Actor) -> None:
    """Take an announcement back: nobody reads it any more, the record stays. Safe to repeat."""
    found = Announcement.objects.select_for_update().get(pk=announcement_id)
    if found.withdrawn_at is not None:
        return
    found.withdrawn_at = season_now(found.season_id)
    found.save(update_fields=["withdrawn_at"])
    record("withdraw_announcement", by=by, subject=found.pk, path=found.path)


@cache
def provider() -> SmsProvider:
    """Return the SMS provider named by the settings."""
    secret = (settings.SERVICE_KEYS / "sms" / "sms.secret").read_bytes()
    return InboxSms(settings.SERVICES["sms"], secret)
