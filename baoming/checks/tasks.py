"""Jobs of the checks. Each takes an id, calls one service, ends; each may run twice."""

from uuid import UUID

from procrastinate.contrib.django import app

from baoming.checks.queries import FILES
from baoming.checks.services import alikes, exports
from baoming.seasons.queries import season_ids
from baoming.shared.jobs import Again, for_each
from baoming.vault.file_services import remove_nameless


@app.task(name="checks.export", retry=Again(OSError))
def export(batch_id: str) -> None:
    exports.make_all(UUID(batch_id))


@app.periodic(cron="*/10 * * * *")
@app.task(name="checks.make_waiting", queueing_lock="checks.make_waiting")
def make_waiting(timestamp: int) -> None:
    """Go on with what a defect or a full disk has left half made."""
    exports.make_waiting()


@app.periodic(cron="52 3 * * *")
@app.task(name="checks.remove_old_files", queueing_lock="checks.remove_old_files")
def remove_old(timestamp: int) -> None:
    exports.remove_old_files()
    remove_nameless([FILES])


@app.periodic(cron="* * * * *")
@app.task(name="checks.mark", queueing_lock="checks.mark")
def mark(timestamp: int) -> None:
    """Look once a minute whether somebody new is like somebody else."""
    for_each(season_ids(), alikes.mark_changed)
