"""Jobs of the offices' decisions. Each takes an id, calls one service, ends; each may run twice."""

from uuid import UUID

from procrastinate.contrib.django import app

from baoming.reviews.services import class_acts
from baoming.shared.jobs import Again


@app.task(name="reviews.run_batch", retry=Again())
def run_batch(batch_id: str) -> None:
    class_acts.run(UUID(batch_id))
