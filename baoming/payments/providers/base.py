"""What the project asks of any cashier, and how a cashier says no."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from baoming.shared.errors import Refused, Unavailable

ChargeState = Literal["waiting", "paid", "closed"]


class CashierDown(Unavailable):
    """The cashier does not answer, or not as agreed. Nothing is lost: the order stays and can be asked again."""

    def __init__(self) -> None:
        super().__init__("收款服务暂时没有回应，订单已保存，请稍后再试；已经付款的不用再付")


class NoticeRefused(Refused):
    """A payment notice that proves nothing: forged, changed, stale, or with a header missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One order as the cashier knows it. `amount_fen`: 1/100 yuan. `transaction` is empty until paid."""

    order_no: str
    state: ChargeState
    amount_fen: int
    transaction: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A proved notice. The same `event` may come more than once and counts once."""

    event: str
    charge: Charge


class Cashier(Protocol):
    """One way to pay."""

    def create(self, *, order_no: str, amount_fen: int, description: str, notify_url: str, return_url: str) -> str:
        """Return the address of the cashier's page. Asking twice for one order is safe. Raises CashierDown."""

    def query(self, order_no: str) -> Charge:
        """Return what the cashier knows. Raises CashierDown."""

    def close(self, order_no: str) -> None:
        """Take no payment for the order any more. Raises CashierDown."""

    def read_notice(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Notice:
        """Return the notice if it is proved, whole and fresh. Raises NoticeRefused."""
