"""Jobs of imports. Each takes an id, calls one service, ends; each may run twice."""

from uuid import UUID

from procrastinate.contrib.django import app

from baoming.imports.services import applying, staging
from baoming.seasons.queries import season_ids
from baoming.shared.jobs import Again, for_each


@app.task(name=applying.JOB, retry=Again())
def run_batch(batch_id: str) -> None:
    applying.run(UUID(batch_id))


@app.periodic(cron="47 3 * * *")
@app.task(name="imports.tidy", queueing_lock="imports.tidy")
def tidy(timestamp: int) -> None:
    """Remove once a day the files that nobody applied."""
    for_each(season_ids(), staging.remove_unapplied)
