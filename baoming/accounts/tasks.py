"""The job of every night."""

from procrastinate.contrib.django import app

from baoming.accounts.services import tidy as tidying


@app.periodic(cron="17 3 * * *")
@app.task(name="accounts.tidy", queueing_lock="accounts.tidy")
def tidy(timestamp: int) -> None:
    """`timestamp`: the moment it was meant for, as every periodic job is told."""
    tidying.tidy()
