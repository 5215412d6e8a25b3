"""What the project asks of any sender of SMS, and the ways a sender says no."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from baoming.shared.errors import Refused, Unavailable


class Reason(StrEnum):
    """Why a message did not go out or did not arrive, in our words: each sender's codes are mapped to these."""

    NUMBER_LIMIT = "number_limit"
    NUMBER_BAD = "number_bad"
    NUMBER_BLOCKED = "number_blocked"
    CONTENT = "content"
    TEMPLATE = "template"
    SIGN = "sign"
    BALANCE = "balance"
    RATE = "rate"
    KEYS = "keys"
    DOWN = "down"
    UNDELIVERED = "undelivered"
    OTHER = "other"


OF_THE_NUMBER = frozenset({Reason.NUMBER_LIMIT, Reason.NUMBER_BAD, Reason.NUMBER_BLOCKED, Reason.CONTENT})
PASSING = frozenset({Reason.BALANCE, Reason.RATE, Reason.KEYS, Reason.DOWN})  # mended without a change to the message


class SmsDown(Unavailable):
    """No sender took the message, for certain. It stays queued."""

    def __init__(self) -> None:
        super().__init__("短信暂时发不出去，系统会自动重发，请稍候几分钟；已填写的内容都在")


class SmsUnknown(Unavailable):
    """The sender was asked and did not answer: the message may be out."""

    def __init__(self) -> None:
        super().__init__("短信服务没有回应，不知道是否已经发出")


class SmsRefused(Refused):
    """The sender says no, for certain: the message is not out."""

    def __init__(self, reason: Reason) -> None:
        super().__init__("短信服务没有接收这条短信")
        self.reason = reason


class ReceiptsRefused(Refused):
    """Delivery receipts that prove nothing: forged, changed, stale, too large, or unreadable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message to hand over. Senders take the whole `text`, or the number of the approved text and its words.

    `reference` names this handing-over: ours, holds nothing of a person. `voice`: read out by a call.
    """

    number: str
    text: str
    words: Sequence[str]
    approved: str
    sign: str
    reference: str
    voice: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """The sender has the message: its own number of it, and of the request."""

    serial: str
    request: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of the message handed over under `reference`."""

    reference: str
    arrived: bool
    reason: str = ""  # one of Reason, where it did not arrive


class SmsSender(Protocol):
    """One way to send."""

    voice: bool  # can read a code out by a call
    counts_once: bool  # the same reference is sent once, however often it is handed over

    def send(self, one: Outgoing) -> Taken:
        """Hand over one message. Raises SmsRefused (not out), SmsDown (not out), SmsUnknown (nobody knows)."""

    def pull(self) -> list[Receipt]:
        """Return receipts that wait at the sender; empty when none does, or when it calls us. Raises SmsDown."""

    def read_receipts(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> list[Receipt]:
        """Return the receipts of a call from the sender if they are proved. Raises ReceiptsRefused."""
