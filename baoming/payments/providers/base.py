"""What the project asks of any way to pay, and how a provider says no (R9, R16, R17)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal, Protocol

from baoming.shared.errors import Refused, Unavailable

ChargeState = Literal["unknown", "waiting", "paid", "closed"]  # unknown: the provider has no such order (yet)
RefundState = Literal["unknown", "pending", "done", "refused"]


class Channel(StrEnum):
    """How somebody pays. Before the dot: the provider's key."""

    WECHAT_JSAPI = "wechat.jsapi"  # inside WeChat
    WECHAT_H5 = "wechat.h5"  # from a phone's browser
    WECHAT_NATIVE = "wechat.native"  # a QR code on the screen of a computer
    ALIPAY_PAGE = "alipay.page"
    ALIPAY_WAP = "alipay.wap"
    UNIONPAY_PAGE = "unionpay.page"
    UNIONPAY_WAP = "unionpay.wap"
    NONTAX_PAGE = "nontax.page"

    @property
    def provider(self) -> str:
        return self.value.partition(".")[0]


class CashierDown(Unavailable):
    """The provider does not answer, or not as agreed. Nothing is lost: the order stays and can be asked again."""

    def __init__(self) -> None:
        super().__init__("收款服务暂时没有回应，订单已保存，请稍后再试；已经付款的不用再付")


class NoticeRefused(Refused):
    """A payment notice that proves nothing: forged, changed, stale, or with a header missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One attempt to be paid. `number`: ASCII, ours, unique; `fen`: 1/100 yuan; `until`: no payment is taken later.

    `made_at`: of the attempt, the same whenever it is asked for or about: UnionPay knows it by number and time.
    """

    number: str
    fen: int
    description: str
    notify_url: str
    return_url: str
    made_at: datetime
    until: datetime
    address: str = ""  # of the payer's browser
    openid: str = ""  # of the payer in WeChat


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """How the payer gets to the cashier.

    `page`: an address to go to; `form`: fields to be posted there by the browser; `code`: to be shown as a QR code;
    `bridge`: fields for WeChat's own bridge.
    """

    kind: Literal["page", "form", "code", "bridge"]
    address: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One attempt as the provider knows it. `transaction` and `paid_at` are the provider's, empty until paid."""

    number: str
    state: ChargeState
    fen: int = 0
    transaction: str = ""
    paid_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Giving:
    """One refund to be made. The same `number` twice is one refund; `made_at`: of the refund, as of an attempt."""

    number: str
    of: str  # number of the attempt
    transaction: str
    fen: int
    whole: int  # fen that were paid
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A refund as the provider knows it."""

    number: str
    state: RefundState
    fen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A proved notice. The same `event` may come more than once and counts once."""

    event: str
    charge: Charge


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLine:
    """One line of a day's bill: a payment taken, or a refund made."""

    kind: Literal["payment", "refund"]
    number: str  # of the attempt, or of the refund
    of: str  # of a refund: number of the attempt
    transaction: str
    fen: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a provider wants to hear after a notice."""

    status: int
    content_type: str
    body: bytes


class Provider(Protocol):
    """One provider. Every method but the last three raises CashierDown."""

    taken: Reply
    refused: Reply

    def create(self, channel: Channel, wanted: Wanted) -> Opened:
        """Open the cashier for one attempt. Asking twice for one number is safe."""

    def query(self, number: str, *, made_at: datetime) -> Charge:
        """Return what the provider knows of an attempt that was made at this moment."""

    def close(self, number: str, *, made_at: datetime) -> None:
        """Take no payment for the attempt any more; of one that was paid this may be refused: query tells."""

    def refund(self, giving: Giving) -> Given:
        """Give money back; safe to repeat."""

    def refunded(self, giving: Giving) -> Given:
        """Return how a refund stands."""

    def bill(self, day: date) -> Iterator[BillLine]:
        """Yield the lines of one day (Beijing time), whole and as the provider signed or hashed them."""

    def read_notice(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Notice:
        """Return the notice if it is proved, whole and fresh. Raises NoticeRefused."""
