"""A class's day at one instant, two hundred times: the site signs and assesses the class while one of it saves anew,
the school's roster is imported again, and the county voids a number.

Nobody meets a deadlock, and what stands afterwards agrees with itself. With the order of a chunk's locks
taken away the same round deadlocks (control).
"""

import random
import time
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from django.db import OperationalError

from baoming.audit.actors import Actor
from baoming.documents.models import Print
from baoming.registrations.form_queries import draft_of, revision_of
from baoming.registrations.models import (
    Batch,
    FormVersion,
    NumberSegment,
    Registration,
    RosterEntry,
    Signature,
    StepLog,
    VoidedNumber,
)
from baoming.registrations.rosters import RosterRow
from baoming.registrations.services import batches, sheets
from baoming.registrations.services.batches import start_batch
from baoming.registrations.services.forms import keep_draft, save_form
from baoming.registrations.services.numbers import issue_number
from baoming.registrations.services.rosters import import_roster
from baoming.registrations.services.sheets import print_sheet
from baoming.registrations.services.voids import void_number
from baoming.reviews.queries import newest_assessment
from baoming.reviews.services import class_acts
from baoming.schedule.models import Extension
from baoming.seasons.models import Season
from baoming.seasons.queries import season_now
from tests.concurrency.together import AtOnce, hands
from tests.forms.samples import FILLED
from tests.registrations import confirmed
from tests.registrations.classes import operator
from tests.registrations.confirmed import MORAL
from tests.registrations.test_save_form import PASSWORD, me

pytestmark = [pytest.mark.concurrency, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PEOPLE, ACTS, ROUNDS = 6, 5, 200
ROSTER = [RosterRow(2 + n, f"G99000120050317{n:04d}", "欧阳明", "高三（1）班") for n in range(30)]
LOGGED = ("number", "photo", "form", "signature", "moral_assessment")


@pytest.fixture(autouse=True)
def _paper(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of sheets are printed, and nobody reads them: what is asked about is that they were."""
    monkeypatch.setattr(sheets, "registration_forms", lambda *_, **__: b"%PDF")


class Day:
    """One class whose members have saved; all windows of the day are open."""

    def __init__(self) -> None:
        self.people = [confirmed.saved().pk for _ in range(PEOPLE)]
        self.season = Season.objects.get()
        now = season_now(self.season.pk)
        for phase in ("intake", "sign_up"):
            Extension.objects.create(
                season=self.season, phase=phase, path="43/", opens=now, closes=now + timedelta(days=30), reason="测试",
                granted_by="测试",
            )  # fmt: skip
        self.site = Registration.objects.get(pk=self.people[0]).site
        self.operator = operator(self.rows()[0].site)
        self.county = confirmed.county(self.rows()[0])

    def rows(self) -> list[Registration]:
        return list(Registration.objects.filter(pk__in=self.people).select_related("site", "season").order_by("pk"))

    def prepare(self, saver: UUID) -> str:
        """A morning: every sheet is printed as it is now, and one of the class has typed a new postcode."""
        for row in self.rows():
            if row.number is None:
                issue_number(row.pk, by=self.operator)
            if row.printed_version != row.version:
                print_sheet(row.pk, by=self.operator)
        row = Registration.objects.get(pk=saver)
        raw = {**FILLED, "postcode": [f"41{row.version % 10_000:04d}"]}
        keep_draft(saver, page="contact", raw=raw, revision=revision_of(row, draft_of(row)), by=me(row))
        row.refresh_from_db()
        return revision_of(row, draft_of(row))

    def batch(self, kind: str) -> Batch:
        rows = self.rows()
        counts = {row.pk: newest_assessment(row) for row in rows}
        options = {
            "versions": {str(row.pk): row.version for row in rows},
            "text": MORAL,
            "own": {},
            "seen": {str(pk): one.pk if one else 0 for pk, one in counts.items()},
        }
        by: Actor = self.operator
        return start_batch(self.season, kind, self.people, key=uuid4(), about="高三（1）班", options=options, by=by)

    def round(self, turn: int, at_once: AtOnce) -> list[object]:
        """Everything at once; returns what each act gave, or the exception that its person met."""
        saver, voided = self.people[turn % PEOPLE], self.people[(5 * turn + 2) % PEOPLE]
        revision = self.prepare(saver)
        signing, assessing = self.batch("signature"), self.batch("moral")
        row = Registration.objects.get(pk=saver)
        return at_once(
            [
                partial(class_acts.run, signing.pk),
                partial(class_acts.run, assessing.pk),
                partial(save_form, saver, save_password=PASSWORD, device="", revision=revision, by=me(row)),
                partial(import_roster, self.season, self.site, ROSTER, by=self.operator),
                partial(void_number, voided, reason="读错了证件", by=self.county),
            ]
        )

    def faults(self) -> list[str]:
        """Return in what the tables disagree."""
        found = []
        voids = set(VoidedNumber.objects.values_list("number", flat=True))
        for row in self.rows():
            last = {one.step: one.done for one in StepLog.objects.filter(registration=row).order_by("id")}
            found += [f"{step}: log and bit" for step in LOGGED if last.get(step, False) != (step in row.done_steps)]
            living = list(Signature.objects.filter(registration=row, voided_at=None).select_related("version"))
            if bool(living) != ("signature" in row.done_steps):
                found.append("signature: row and step")
            for signature in living:
                if not signature.version.number == row.signed_version == row.version == row.printed_version:
                    found.append("signed, but not as saved and printed now")
                if Print.objects.get(pk=signature.print_id).voided_at is not None:
                    found.append("signed on a void print")
            if row.number in voids or (row.number is None) == ("number" in row.done_steps):
                found.append("number: voided, or not as the step says")
            if list(FormVersion.objects.filter(registration=row).order_by("number").values_list("number", flat=True)) \
                    != list(range(1, row.version + 1)):  # fmt: skip
                found.append("versions are not counted up")
        return found


def test_two_hundred_days_at_one_instant_leave_nothing_askew() -> None:
    day = Day()
    with hands(ACTS) as at_once:
        for turn in range(ROUNDS):
            answers = day.round(turn, at_once)
            assert [answer for answer in answers if isinstance(answer, Exception)] == [], turn
            assert day.faults() == [], turn
    ended = Batch.objects.all()
    assert {batch.state for batch in ended} == {"done"}
    assert all(batch.done + batch.skipped == PEOPLE for batch in ended)
    # It was no idle day: in most rounds somebody signed, and somebody was too late for it.
    assert Signature.objects.count() >= ROUNDS
    assert sum(batch.skipped for batch in ended if batch.kind == "signature") >= ROUNDS
    assert VoidedNumber.objects.count() == ROUNDS
    [segment] = NumberSegment.objects.all()
    numbered = Registration.objects.exclude(number=None).count()
    assert segment.issued == ROUNDS + numbered
    assert RosterEntry.objects.count() == len(ROSTER)


def test_control_without_the_order_of_a_chunk_the_same_day_deadlocks(monkeypatch: pytest.MonkeyPatch) -> None:
    def in_any_order(chunk: Sequence[UUID]) -> list[Registration]:
        rows = []
        for pk in random.sample(list(chunk), len(chunk)):
            rows.append(Registration.objects.select_for_update().get(pk=pk))
            time.sleep(0.01)
        return rows

    day = Day()
    monkeypatch.setattr(batches, "_locked", in_any_order)
    with hands(ACTS) as at_once:
        for turn in range(20):
            met = [str(answer) for answer in day.round(turn, at_once) if isinstance(answer, OperationalError)]
            if any("deadlock detected" in text for text in met):
                return
    pytest.fail("twenty days without an order, and no deadlock")
