"""Sending: a message is written in the transaction that causes it, and handed to a sender by a job after the commit.

A handing-over is written down before the sender is asked: a job that dies in between leaves it begun without an end,
and whoever comes next knows that the message may be out (routing.py says what then is done).
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from baoming.messages.models import Attempt, Message
from baoming.messages.providers.base import Outgoing, Reason, SmsDown, SmsRefused, SmsSender, SmsUnknown
from baoming.messages.queries import sending_now, texts
from baoming.messages.routing import End, Handed, Tried, next_move, order_for
from baoming.messages.services.senders import senders
from baoming.messages.templates import CODE_GOOD_FOR, fill, is_code
from baoming.seasons.models import Season
from baoming.shared.jobs import defer, defer_once
from baoming.shared.services import insert, update
from baoming.vault.services import keys

_SOON = timedelta(seconds=10)  # after a failure: many come together, and are judged once
_ENDS = {End.FAILED: Message.State.FAILED, End.UNKNOWN: Message.State.UNKNOWN}


def send(
    template: str,
    *,
    season: Season,
    recipient: UUID,
    number: str,
    channel: str = "sms",
    **words: str,
) -> Message:
    """Queue one SMS to `number`, sealed: a text may hold a code. Delivered only if the transaction commits.

    The text is the season's own (`messages.json`), filled with `words`. `channel`: sms, or voice for a code read out.
    """
    pk, filled = uuid4(), fill(texts(season), template, words)
    message = insert(
        Message(
            id=pk,
            recipient=recipient,
            season=season,
            template=template,
            voice=channel == "voice",
            number_sealed=keys().seal(number.encode(), context=_context("number_sealed", pk)),
            text_sealed=keys().seal(filled.text.encode(), context=_context("text_sealed", pk)),
            words_sealed=keys().seal(json.dumps(filled.words).encode(), context=_context("words_sealed", pk)),
            read_at=timezone.now() if is_code(template) else None,  # a code is typed, not read later
        )
    )
    defer("messages.deliver", message_id=str(pk))
    return message


def text_of(message: Message) -> str:
    """Return the text that was sent, signature and code included."""
    return keys().unseal(message.text_sealed, context=_context("text_sealed", message.pk)).decode()


def number_of(message: Message) -> str:
    """Return the number that it goes to."""
    return keys().unseal(message.number_sealed, context=_context("number_sealed", message.pk)).decode()


def read_until(recipient: UUID, shown: datetime) -> None:
    """Mark what a person was shown as read: all up to the newest one on the page, none that came later.

    One statement: whoever presses twice, or in two browsers, changes nothing more. Safe to repeat.
    """
    Message.objects.filter(recipient=recipient, read_at=None, at__lte=shown).update(read_at=timezone.now())


def may_go_again(message: Message) -> bool:
    """Whether the site may have it sent once more: it did not arrive, or nobody knows, and it is no code."""
    lost = message.state in (Message.State.FAILED, Message.State.UNKNOWN)
    return lost and message.round == 1 and not is_code(message.template)


def go_again(message: Message) -> None:
    """Queue a message a second time. Call with its row locked, once `may_go_again` says so."""
    message.state, message.reason, message.round = Message.State.QUEUED, "", message.round + 1
    update(message, "state", "reason", "round")
    defer("messages.deliver", message_id=str(message.pk))


def deliver(message_id: UUID) -> None:
    """Hand a queued message over, to one sender after another while none has it. May run twice. Raises SmsDown.

    A code that has expired meanwhile is not sent any more.
    """
    asked: set[str] = set()
    while (attempt := _begin(message_id, asked)) is not None:
        asked.add(attempt.provider)
        _end(attempt, _hand_over(attempt))


@transaction.atomic
def _begin(message_id: UUID, asked: Collection[str]) -> Attempt | None:
    """Write down that a sender is asked now; None when there is nothing to do any more. Raises SmsDown."""
    message = Message.objects.select_for_update().get(pk=message_id)
    if message.state != Message.State.QUEUED:
        return None
    code = is_code(message.template)
    if code and timezone.now() - message.at >= CODE_GOOD_FOR:
        _ended(message, Message.State.EXPIRED)
        return None
    if not (known := _able(message)):  # none is set, or the one with a voice is no longer
        raise SmsDown
    rows = {row.provider: row for row in message.attempts.filter(round=message.round)}
    order = order_for(message.pk, list(known), sending_now(), code=code)
    so_far = {name: Tried(row.state, row.reason) for name, row in rows.items()}
    counting = [name for name, one in known.items() if one.counts_once]
    move = next_move(order, so_far, asked=asked, counting=counting, code=code)
    if move is End.WAIT:
        raise SmsDown
    if isinstance(move, End):
        _ended(message, _ENDS.get(move) or _said(rows), reason=_why(rows))
        return None
    attempt = rows.get(move) or Attempt(message=message, round=message.round, provider=move)
    attempt.message, attempt.state, attempt.reason, attempt.begun_at = message, Handed.SENDING, "", timezone.now()
    attempt.save()
    return attempt


def _able(message: Message) -> dict[str, SmsSender]:
    """Return the senders that can take it: a code to be read out only goes to one with a voice."""
    return {name: one for name, one in senders().items() if one.voice or not message.voice}


def _ended(message: Message, state: str, *, reason: str = "") -> None:
    message.state, message.reason = state, reason
    update(message, "state", "reason")


def _said(rows: dict[str, Attempt]) -> str:
    """Return the state of a message that a sender has, by the best that is known of it."""
    states = {row.state for row in rows.values()}
    best = {Handed.ARRIVED: Message.State.ARRIVED, Handed.SUBMITTED: Message.State.SENT}
    return next((state for handed, state in best.items() if handed in states), Message.State.FAILED)


def _why(rows: dict[str, Attempt]) -> str:
    return next((row.reason for row in rows.values() if row.reason), "")


@dataclass(frozen=True, slots=True)
class _Outcome:
    state: Handed
    reason: str = ""
    serial: str = ""
    request: str = ""


def _hand_over(attempt: Attempt) -> _Outcome:
    """Ask the sender; outside of any transaction, since it may take seconds."""
    message, sender = attempt.message, senders()[attempt.provider]
    try:
        taken = sender.send(_outgoing(message, attempt))
    except SmsRefused as refusal:
        return _Outcome(Handed.REFUSED, refusal.reason)
    except SmsDown:
        return _Outcome(Handed.REFUSED, Reason.DOWN)
    except SmsUnknown:
        return _Outcome(Handed.UNKNOWN)
    return _Outcome(Handed.SUBMITTED, serial=taken.serial, request=taken.request)


def _outgoing(message: Message, attempt: Attempt) -> Outgoing:
    known: dict[str, Any] = texts(message.season) if message.season else {"sign": "", "templates": {}}
    ids = known["templates"].get(message.template, {}).get("provider_ids", {})
    words = message.words_sealed and keys().unseal(message.words_sealed, context=_context("words_sealed", message.pk))
    return Outgoing(
        number=number_of(message),
        text=text_of(message),
        words=json.loads(words or "[]"),
        approved=ids.get(attempt.provider, ""),
        sign=known["sign"],
        reference=reference_of(message, attempt.round, attempt.provider),
        voice=message.voice,
    )


def reference_of(message: Message, round_: int, provider: str) -> str:
    """Return what names a handing-over at its sender, and in the receipts."""
    return f"{message.pk}.{round_}.{provider}"


@transaction.atomic
def _end(attempt: Attempt, outcome: _Outcome) -> None:
    """Write down what the sender said; a receipt that came faster stays."""
    message = Message.objects.select_for_update().get(pk=attempt.message_id)
    row = Attempt.objects.get(pk=attempt.pk)
    row.ended_at, row.serial, row.request = timezone.now(), outcome.serial, outcome.request
    if row.state in (Handed.SENDING, Handed.UNKNOWN):
        row.state, row.reason = outcome.state, outcome.reason
    update(row, "ended_at", "serial", "request", "state", "reason")
    if outcome.state is Handed.SUBMITTED and message.state in (Message.State.QUEUED, Message.State.UNKNOWN):
        message.state, message.reference, message.sent_at = Message.State.SENT, outcome.serial, timezone.now()
        update(message, "state", "reference", "sent_at")
    if outcome.state is not Handed.SUBMITTED:
        defer_once("messages.judge", "judge", after=_SOON)


def _context(column: str, pk: UUID) -> str:
    return f"outbox_message.{column}.{pk}"
