"""Jobs of the cashier. Each takes an id, calls one service, ends; each may run twice."""

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from baoming.payments import services
from baoming.payments.providers.base import CashierDown

_AGAIN = RetryStrategy(max_attempts=20, exponential_wait=2, retry_exceptions=[CashierDown])


@app.task(name="payments.open_cashier", retry=_AGAIN)
def open_cashier(order_id: str) -> None:
    services.open_cashier(UUID(order_id))


@app.task(name="payments.ask", retry=_AGAIN)
def ask(order_id: str) -> None:
    services.ask(UUID(order_id))


@app.task(name="payments.mark_paid", retry=5)
def mark_paid(order_id: str) -> None:
    services.mark_paid(UUID(order_id))
