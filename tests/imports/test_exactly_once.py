"""Each line is written exactly once: by a worker that is killed in the middle and its successor, by two at a time.

A real worker, killed with SIGKILL while it waits for a person whom somebody else holds.
"""

from pathlib import Path

import pytest
from django.db import IntegrityError

from baoming.audit.models import Event
from baoming.imports.models import Import, ImportedFact
from baoming.imports.queries import content_of
from baoming.imports.services import applying
from baoming.registrations.models import Batch, BatchLine, Registration
from baoming.registrations.services import batches
from tests import factories as make
from tests.imports.files import GOOD, csv, line, of, staged
from tests.web import test_killed_worker
from tests.web.test_killed_worker import half_a_minute_passes, held, status, until, worker

PEOPLE, CHUNK = 300, 250


def whole_site(people: int) -> Import:
    """A checked file of everybody at a site, each with a height of their own."""
    make.season("intake")
    here = make.site()
    rows = []
    for running in range(1, people + 1):
        number = make.number(running, birth=f"2005{running // 900 % 12 + 1:02d}17")
        row = make.registration(here, number=number)
        row.number = 1_020_000 + running
        rows.append(row)
    Registration.objects.bulk_update(rows, ["number"])
    make.season("submission")
    lines = [line(row, GOOD[0], f"{100 + place / 10:.1f}", *GOOD[2:]) for place, row in enumerate(rows)]
    assert here.parent is not None
    return staged(csv(*lines), of(here.parent))


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_a_worker_killed_in_the_middle_is_followed_and_each_line_is_written_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(test_killed_worker, "PATIENCE", 120)  # two workers begin, and do three hundred lines
    row = whole_site(PEOPLE)
    last = Registration.objects.order_by("pk")[PEOPLE - 10]  # of the second chunk
    batch = applying.apply_import(row.pk, by=row.actor)
    with held(last), worker(tmp_path, tmp_path / "killed.log"):
        until(lambda: Batch.objects.get().cursor > 0 and status(applying.JOB) == "doing", tmp_path / "killed.log")
    batch.refresh_from_db()
    assert (batch.state, batch.cursor) == ("running", CHUNK)
    assert ImportedFact.objects.count() == CHUNK  # the chunk that was under way left nothing
    half_a_minute_passes()
    with worker(tmp_path, tmp_path / "next.log"):
        until(lambda: Batch.objects.get().ended, tmp_path / "next.log")
    batch.refresh_from_db()
    assert (batch.done, batch.skipped) == (PEOPLE, 0)
    facts = {fact.line: content_of(fact)["height"] for fact in ImportedFact.objects.all()}
    assert len(facts) == PEOPLE
    assert len(set(facts.values())) == PEOPLE
    assert Event.objects.filter(verb="import_fact").count() == BatchLine.objects.count() == PEOPLE


@pytest.mark.django_db
def test_a_job_that_runs_twice_writes_nothing_twice() -> None:
    row = whole_site(3)
    batch = applying.apply_import(row.pk, by=row.actor)
    for _ in range(2):
        applying.run(batch.pk)
    assert ImportedFact.objects.count() == 3


@pytest.mark.django_db
def test_control_without_the_cursor_the_database_still_refuses_a_line_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two guards: the cursor, written with the chunk; and a fact and a person stand once for a line of a file."""
    row = whole_site(3)
    batch = applying.apply_import(row.pk, by=row.actor)
    monkeypatch.setattr(batches, "_advance", lambda batch, people, outcomes: False)
    batches.run_chunk(batch.pk, applying.KINDS)
    monkeypatch.setattr(applying, "_needless", lambda *_: None)
    with pytest.raises(IntegrityError, match="person_once_a_batch"):
        batches.run_chunk(batch.pk, applying.KINDS)
