"""Jobs of the offices' decisions. Each takes an id, calls one service, ends; each may run twice."""

from uuid import UUID

from procrastinate.contrib.django import app

from baoming.reviews.services import class_acts, class_prints, debts
from baoming.seasons.queries import season_ids
from baoming.shared.jobs import Again, for_each


@app.task(name="reviews.run_batch", retry=Again())
def run_batch(batch_id: str) -> None:
    class_acts.run(UUID(batch_id))


@app.task(name="reviews.make_print_file", retry=Again())
def make_print_file(file_id: str) -> None:
    class_prints.make_print_file(UUID(file_id))


@app.periodic(cron="23 1 * * *")  # 9:23 in the morning in Beijing
@app.task(name="reviews.remind_debtors", queueing_lock="reviews.remind_debtors")
def remind_debtors(timestamp: int) -> None:
    """Remind once a day of whatever is due that day."""
    for_each(season_ids(), debts.remind_debtors)
