"""Sealing every few seconds, and the night's look at everything. Every job may run twice."""

from datetime import timedelta

from procrastinate.contrib.django import app

from baoming.audit.services import sealing, verifying
from baoming.shared.jobs import defer_once

_EVERY = 5  # seconds; the worker looks for jobs as often, so that an event waits ten at most


@app.periodic(cron="* * * * *")
@app.task(name="audit.minute", queueing_lock="audit.minute")
def minute(timestamp: int) -> None:
    """Queue this minute's sealings: a clock of minutes has no seconds. A killed worker loses at most its minute."""
    for second in range(0, 60, _EVERY):
        defer_once("audit.seal", str(second), after=timedelta(seconds=second))


@app.task(name="audit.seal")
def seal() -> None:
    while sealing.seal() == sealing.MOST:
        pass


@app.periodic(cron="41 2 * * *")
@app.task(name="audit.night", queueing_lock="audit.night")
def night(timestamp: int) -> None:
    """Make partitions beforehand, seal what a very long transaction may have committed late, verify it all."""
    sealing.make_partitions()
    sealing.seal(everything=True)
    defer_once("audit.verify", "night")


@app.task(name="audit.verify")
def verify() -> None:
    verifying.verify()
