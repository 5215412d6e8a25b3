"""What became of messages: receipts that senders bring, and those that are fetched."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from baoming.messages.models import Attempt, Message
from baoming.messages.providers.base import Reason, Receipt, ReceiptsRefused, SmsDown, SmsSender
from baoming.messages.routing import Handed
from baoming.messages.services.senders import senders
from baoming.shared.jobs import defer_many
from baoming.shared.services import update

_OPEN = (Handed.SENDING, Handed.UNKNOWN, Handed.SUBMITTED, Handed.FAILED)
_MOST_PULLS = 50  # of one run: what still waits is fetched a minute later


def take_receipts(headers: Mapping[str, str], body: bytes) -> None:
    """Take the receipts of a sender's call, each in a job of its own. Raises ReceiptsRefused, in one way for all.

    A call is nobody's request and sees nobody: the jobs, who act for the system, write what it says.
    """
    caller = senders().get("sms")
    if caller is None:
        raise ReceiptsRefused("refused")
    receipts = caller.read_receipts({key.lower(): value for key, value in headers.items()}, body, now=timezone.now())
    _write_down([one for one in receipts if _parts(one.reference) is not None])


def pull_receipts() -> None:
    """Fetch what waits at the senders that do not call us, each receipt to be settled in a job of its own.

    A sender hands each out once, and is told nothing: what was fetched is written down whole before anything is made
    of it. Who dies between answer and commit loses those of one fetch: their messages stay 已提交, which is true.
    A sender that does not answer keeps its own until the next minute asks again.
    """
    for name, sender in senders().items():
        with suppress(SmsDown):
            _pull(name, sender)


def _pull(name: str, sender: SmsSender) -> None:
    for _ in range(_MOST_PULLS):
        receipts = sender.pull()
        _write_down([one for one in receipts if (_parts(one.reference) or ("", 0, ""))[2] == name])
        if not receipts:
            break


def _write_down(receipts: Iterable[Receipt]) -> None:
    """Queue a job for each, all of them or none."""
    defer_many(
        "messages.settle",
        ({"reference": one.reference, "arrived": int(one.arrived), "reason": str(one.reason)} for one in receipts),
    )


@transaction.atomic
def settle(receipt: Receipt) -> None:
    """Write down what a receipt says, once: what has arrived stays arrived. Safe to repeat, in any order."""
    parts = _parts(receipt.reference)
    if parts is None:
        return
    message = Message.objects.select_for_update().filter(pk=parts[0]).first()
    row = Attempt.objects.filter(message_id=parts[0], round=parts[1], provider=parts[2]).first()
    if message is None or row is None or row.state not in _OPEN:
        return
    row.state = Handed.ARRIVED if receipt.arrived else Handed.FAILED
    row.reason = "" if receipt.arrived else receipt.reason or Reason.UNDELIVERED
    row.reported_at = row.reported_at or timezone.now()
    update(row, "state", "reason", "reported_at")
    _tell(message, row)


def _tell(message: Message, row: Attempt) -> None:
    """Bring the message to what its handing-overs say: one that arrived is enough, of whatever round."""
    if message.state == Message.State.ARRIVED:
        return
    if row.state == Handed.ARRIVED:
        message.state, message.reason = Message.State.ARRIVED, ""
        message.sent_at = message.sent_at or row.reported_at
    elif row.round == message.round and not _elsewhere(message, row):
        message.state, message.reason = Message.State.FAILED, row.reason
    update(message, "state", "reason", "sent_at")


def _elsewhere(message: Message, row: Attempt) -> bool:
    """Whether another sender has the message in this round and has not failed: a code may be at two."""
    waiting = (Handed.SENDING, Handed.SUBMITTED, Handed.UNKNOWN)
    return message.attempts.filter(round=row.round, state__in=waiting).exclude(pk=row.pk).exists()


def _parts(reference: str) -> tuple[UUID, int, str] | None:
    """Return message, round and sender of a reference; None for one that is none of ours."""
    pk, _, rest = reference.partition(".")
    round_, _, provider = rest.partition(".")
    try:
        return UUID(pk), int(round_), provider
    except ValueError:
        return None
