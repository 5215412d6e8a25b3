"""Which sender a message goes to: what one message does next, and when all messages go another way. Pure rules.

At most once: what a sender did not answer may be out. A notice is not handed to another sender then, and to the same
one again only where it counts a reference once. A code may: the same six digits twice do no harm, none at all does.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from uuid import UUID

from baoming.messages.providers.base import OF_THE_NUMBER, PASSING

WINDOW = timedelta(minutes=5)  # what is looked back on
LATE = timedelta(seconds=60)  # a message without a receipt for so long counts as that slow
FEWEST = 20  # messages in the window before delays say anything
FEWEST_FAILED = 5  # failures in a row of a window that has nothing else
HOLD = timedelta(minutes=10)  # on the second sender before the first is gone back to
PROBE_WINDOW = timedelta(minutes=30)  # of the first one, while the second sends: few messages try it
FEWEST_PROBES = 5  # arrived through the first one, while the second sends
PROBE_EACH = 5  # one code in so many; no notice, which would stay in doubt if it is not answered
IN_FLIGHT = timedelta(seconds=15)  # a handing-over that young is not over; senders answer within five
_BAD_SHARE, _GOOD_SHARE = 0.2, 0.05  # failed of all
_BAD_MEDIAN, _GOOD_MEDIAN = 20.0, 10.0  # seconds
_BAD_SLOW, _GOOD_SLOW = 60.0, 30.0  # seconds, of the 95th in a hundred


class Handed(StrEnum):
    """How one handing-over stands. Its outcomes come from the sender, and later from a receipt."""

    SENDING = "sending"  # begun; without an end: nobody knows
    SUBMITTED = "submitted"
    ARRIVED = "arrived"
    FAILED = "failed"  # taken, and reported as not delivered
    REFUSED = "refused"  # not taken, for certain
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Tried:
    """How the handing-over to one sender stands, and why it was refused."""

    state: str
    reason: str = ""


class End(StrEnum):
    """What a message does next where it goes to no sender now."""

    WAIT = "wait"  # nobody has it; the job comes again
    FAILED = "failed"
    UNKNOWN = "unknown"
    DONE = "done"


def next_move(
    order: Sequence[str],
    so_far: Mapping[str, Tried],
    *,
    asked: Collection[str],
    counting: Collection[str],
    code: bool,
) -> str | End:
    """Return the sender to hand a message to, or how it ends.

    `so_far`: what stands at each sender; `asked`: senders of this very run of the job, none is asked twice in one;
    `counting`: those who count a reference once.
    """
    states = {one.state for one in so_far.values()}
    if states & {Handed.SUBMITTED, Handed.ARRIVED, Handed.FAILED}:
        return End.DONE
    hanging = [name for name, one in so_far.items() if one.state in (Handed.SENDING, Handed.UNKNOWN)]
    again = [name for name in hanging if name in counting]
    if fresh := [name for name in again if name not in asked]:
        return fresh[0]
    if hanging and not code:
        return End.WAIT if again else End.UNKNOWN
    if any(one.reason in OF_THE_NUMBER for one in so_far.values()):
        return End.FAILED
    for name in order:
        if name not in asked and name not in hanging and not _for_good(so_far.get(name)):
            return name
    if hanging:
        return End.WAIT if again else End.UNKNOWN
    return End.FAILED if all(_for_good(so_far.get(name)) for name in order) else End.WAIT


def _for_good(one: Tried | None) -> bool:
    return one is not None and one.state == Handed.REFUSED and one.reason not in PASSING


@dataclass(frozen=True, slots=True)
class Measured:
    """One sender in the last minutes. `median` and `slow` (95th in a hundred) in seconds, None without a delay."""

    sent: int = 0
    failed: int = 0
    median: float | None = None
    slow: float | None = None

    @property
    def share(self) -> float:
        """Failed of all, 0 to 1."""
        return self.failed / self.sent if self.sent else 0.0

    @property
    def arrived(self) -> int:
        return self.sent - self.failed


def measured(lines: Sequence[tuple[str, str, datetime, datetime | None]], *, now: datetime) -> Measured:
    """Return what (state, reason, begun, reported) of one sender's messages say.

    What a number is to blame for (its limit, a wrong number) says nothing of the sender. A message without a receipt
    counts as slow as it is late, once it is late at all: who loses every receipt looks slow, not quick.
    """
    over = [line for line in lines if line[0] != Handed.SENDING or now - line[2] >= IN_FLIGHT]
    counted = [line for line in over if line[1] not in OF_THE_NUMBER]
    failed = [line for line in counted if line[0] not in (Handed.SUBMITTED, Handed.ARRIVED)]
    delays = sorted(
        ((reported or now) - begun).total_seconds()
        for state, _, begun, reported in counted
        if state == Handed.ARRIVED or (state == Handed.SUBMITTED and now - begun >= LATE)
    )
    return Measured(len(counted), len(failed), _at(delays, 0.5), _at(delays, 0.95))


def _at(delays: Sequence[float], share: float) -> float | None:
    return delays[max(0, ceil(len(delays) * share) - 1)] if delays else None


def why_bad(one: Measured) -> str:
    """Return why a sender should send no more (failures, slow_median, slow_tail), empty when it may."""
    only_failures = one.sent == one.failed >= FEWEST_FAILED
    if only_failures or (one.sent >= FEWEST and one.share >= _BAD_SHARE):
        return "failures"
    if one.sent < FEWEST:
        return ""
    if one.median is not None and one.median >= _BAD_MEDIAN:
        return "slow_median"
    return "slow_tail" if one.slow is not None and one.slow >= _BAD_SLOW else ""


def is_good(one: Measured) -> bool:
    """Whether what few probes say is better than what drove us away by a margin: no coming and going at the edge."""
    return (
        one.arrived >= FEWEST_PROBES
        and one.share <= _GOOD_SHARE
        and one.median is not None
        and one.median <= _GOOD_MEDIAN
        and (one.slow or 0.0) <= _GOOD_SLOW
    )


def judge(
    order: Sequence[str], now_sending: str, since: datetime | None, found: Mapping[str, Measured], *, now: datetime
) -> tuple[str, str]:
    """Return which sender sends from now on, and why it changes: empty while it stays.

    `order`: the first is the one that we want. Away from it at once when it is bad and another is not; back when it
    has been away for HOLD and its probes are good, or when the one in use is bad and it is not.
    """
    if now_sending not in order:
        return order[0], "settings"
    bad = why_bad(found.get(now_sending, Measured()))
    others = [name for name in order if name != now_sending and not why_bad(found.get(name, Measured()))]
    if bad and others:
        return others[0], bad
    away = now_sending != order[0] and since is not None and now - since >= HOLD
    if away and is_good(found.get(order[0], Measured())):
        return order[0], "recovered"
    return now_sending, ""


def order_for(message_id: UUID, order: Sequence[str], now_sending: str, *, code: bool) -> list[str]:
    """Return the senders for one message: the one in use first; one code in PROBE_EACH tries the first of all again."""
    first = now_sending if now_sending in order else order[0]
    if code and first != order[0] and message_id.int % PROBE_EACH == 0:
        first = order[0]
    return [first, *(name for name in order if name != first)]
