"""R4, R8: a county's numbers run out under 32 operators; each is issued once, and who comes later loses nothing.

An operator is a process with a connection of its own: as threads they would wait for each other's Python
while they hold the segment.
"""

import gc
import multiprocessing
import os
import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from uuid import UUID

import pytest
from django.db import connection, connections

from baoming.audit.actors import Actor, Party
from baoming.audit.models import Event
from baoming.organizations.models import Organization
from baoming.registrations.journey import current_step, pack, unpack
from baoming.registrations.models import NumberSegment, Registration, StepLog
from baoming.registrations.services import numbers
from baoming.registrations.services.numbers import issue_number
from baoming.registrations.services.segments import add_segment
from baoming.seasons.queries import season_now
from tests import factories as make

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
FORK = multiprocessing.get_context("fork")
OPERATORS = 32
PATIENCE = 180  # seconds until all have been answered
FIRST, LAST = 1020001, 1029999  # every number of county code 0102
SEGMENTS = [FIRST, 1022501, 1025001, 1027501, LAST + 1]  # where each begins
Answer = int | str


def county_of_one_site(begins: Sequence[int]) -> Organization:
    """A site that has one segment from each number of `begins` up to the next."""
    season, county = make.season(), make.county()
    here = make.site(of=county.code)
    for first, after in pairwise(begins):
        add_segment(season, here, county=county, first=first, last=after - 1, by=make.PROVINCE)
    return here


def queue(here: Organization, size: int) -> list[UUID]:
    """People who wait for their number, written at once; what the service does not read of them is blank."""
    season, done = make.season(), {"identity", *make.before("number")}
    now, step = season_now(season.pk), current_step(frozenset(done), frozenset())
    rows = [
        Registration(
            season=season, site=here, path=here.path, name="测试", name_key="ceshi", name_initials="cs", sex="1",
            ethnicity="01", document_sealed="", number_blind=secrets.token_bytes(32),
            last_four_blind=secrets.token_bytes(32), reading="card", read_at=now, read_by="周敏", reader="R01",
            created_at=now, done=pack(done), current_step=step,
        )
        for _ in range(size)
    ]  # fmt: skip
    Registration.objects.bulk_create(rows, batch_size=1000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE registrations_registration")  # as autovacuum does for a table filled in a day
    return [row.pk for row in rows]


def issue_share(path: str, share: Sequence[UUID]) -> tuple[int, list[tuple[UUID, Answer]]]:
    """What one operator does; returns the process that did it and what each person was answered."""
    by = Actor(kind=Party.SITE, id="", path=path, label="周敏")
    answers = [(person, _issue(person, by)) for person in share]
    connections.close_all()
    return os.getpid(), answers


def _issue(person: UUID, by: Actor) -> Answer:
    try:
        return issue_number(person, by=by)
    except Exception as problem:
        return f"{type(problem).__name__}: {problem}"


def issue_by_operators(here: Organization, people: Sequence[UUID]) -> dict[UUID, Answer]:
    """All operators begin at once, each with a share of its own; a process that dies ends in a TimeoutError."""
    shares = [(here.path, people[place::OPERATORS]) for place in range(OPERATORS)]
    start = FORK.Barrier(OPERATORS)
    connections.close_all()  # a connection must not be inherited
    gc.freeze()  # or each of the 32 copies, when it collects, all that it was forked with
    try:
        with FORK.Pool(OPERATORS, initializer=start.wait, initargs=(PATIENCE,)) as pool:
            done = pool.starmap_async(issue_share, shares, chunksize=1).get(PATIENCE)
    finally:
        gc.unfreeze()
    assert len({process for process, _ in done}) == OPERATORS
    return {person: answer for _, answers in done for person, answer in answers}


def issued(answers: Iterable[Answer]) -> list[int]:
    return sorted(answer for answer in answers if isinstance(answer, int))


def refused(answers: Iterable[Answer]) -> list[str]:
    return [answer for answer in answers if isinstance(answer, str)]


def kept(people: Iterable[UUID]) -> dict[UUID, dict[str, object]]:
    """Everything the database knows of them."""
    rows = Registration.objects.filter(pk__in=people).values()
    return {row["id"]: {key: _plain(value) for key, value in row.items()} for row in rows}


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value


def test_10500_requests_of_32_operators_issue_all_9999_numbers_once_and_refuse_501() -> None:
    here = county_of_one_site(SEGMENTS)
    people = queue(here, 10_500)
    before = kept(people)
    answers = issue_by_operators(here, people)
    after = kept(people)

    assert issued(answers.values()) == list(range(FIRST, LAST + 1))
    assert len(answers) == 10_500
    no_number = refused(answers.values())
    assert len(no_number) == 501
    assert {answer.partition(":")[0] for answer in no_number} == {"SegmentExhausted"}, set(no_number)
    assert [segment.left for segment in NumberSegment.objects.all()] == [0, 0, 0, 0]

    winners = {person for person, answer in answers.items() if isinstance(answer, int)}
    assert {person: after[person]["number"] for person in winners} == {person: answers[person] for person in winners}
    assert all("number" in unpack(int(str(after[person]["done"]))) for person in winners)
    log = StepLog.objects.filter(step="number", done=True).values_list("registration", flat=True)
    assert len(log) == StepLog.objects.count() == 9_999
    assert set(log) == winners
    assert Event.objects.filter(verb="step:number").count() == 9_999
    losers = before.keys() - winners
    assert {person: after[person] for person in losers} == {person: before[person] for person in losers}


def test_control_without_the_segments_lock_operators_run_into_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same operators where each has read the segment before anyone writes: one wins, the others break."""
    meet: Callable[[float], int] = FORK.Barrier(OPERATORS).wait

    def unlocked(registration: Registration, now: datetime) -> numbers._Taken:
        segment = NumberSegment.objects.filter(site=registration.site_id).order_by("first")[0]
        meet(PATIENCE)
        NumberSegment.objects.filter(pk=segment.pk).update(next=segment.next + 1)
        return numbers._Taken(segment.next, (None, None))

    here = county_of_one_site([FIRST, FIRST + OPERATORS])
    people = queue(here, OPERATORS)
    monkeypatch.setattr(numbers, "_take_number", unlocked)
    answers = issue_by_operators(here, people).values()
    assert issued(answers) == [FIRST]
    broken = refused(answers)
    assert len(broken) == OPERATORS - 1
    assert all(answer.startswith("IntegrityError") and "number_once_a_season" in answer for answer in broken)
