"""Jobs of reports."""

from procrastinate.contrib.django import app

from baoming.reports.services import count_progress
from baoming.seasons.queries import season_ids
from baoming.shared.jobs import for_each


@app.periodic(cron="* * * * *")
@app.task(name="reports.count", queueing_lock="reports.count")
def count(timestamp: int) -> None:
    """Count the people of every season once a minute."""
    for_each(season_ids(), count_progress)
