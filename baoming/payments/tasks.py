"""Jobs of the cashier. Each takes an id, calls one service, ends; each may run twice."""

from uuid import UUID

from procrastinate.contrib.django import app

from baoming.payments import services
from baoming.payments.providers.base import CashierDown
from baoming.shared.jobs import Again


@app.task(name="payments.open_cashier", retry=Again(CashierDown))
def open_cashier(order_id: str) -> None:
    services.open_cashier(UUID(order_id))


@app.task(name="payments.ask", retry=Again(CashierDown))
def ask(order_id: str) -> None:
    services.ask(UUID(order_id))


@app.task(name="payments.mark_paid", retry=Again())
def mark_paid(order_id: str) -> None:
    services.mark_paid(UUID(order_id))


@app.task(name="payments.look_after")
def look_after(order_id: str) -> None:
    services.look_after(UUID(order_id))


@app.periodic(cron="* * * * *")
@app.task(name="payments.sweep", queueing_lock="payments.sweep")
def sweep(timestamp: int) -> None:
    """Look after the orders that are due, a bounded number in each transaction."""
    while services.sweep() == services.BATCH:
        pass
