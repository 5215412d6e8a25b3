"""R4, R8, FR3: whatever happens at the same instant, a number is issued once and a person registered once.

Each test has a control: the same story with its guard taken away goes wrong.
"""

import secrets
from datetime import datetime
from functools import partial
from threading import Barrier
from uuid import UUID

import pytest
from django.db import IntegrityError

from baoming.audit.actors import Actor, Party
from baoming.organizations.models import Organization
from baoming.registrations.identity_documents import IdentityDocument
from baoming.registrations.models import NumberSegment, Registration, StepLog
from baoming.registrations.services import intake, numbers
from baoming.registrations.services.intake import Duplicate, open_file
from baoming.registrations.services.numbers import SegmentExhausted, issue_number
from baoming.seasons.models import Season
from baoming.vault.sealing import KeyRing
from tests import factories as make
from tests.concurrency.together import PATIENCE, together

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
THREADS = 40
FIRST = 1020001


def operator(site: Organization) -> Actor:
    return Actor(kind=Party.SITE, id="", path=site.path, label="周敏")


def queue(size: int) -> tuple[Organization, list[Registration]]:
    """A site whose two segments have 40 numbers together, and people who wait for theirs."""
    make.season()
    here = make.site()
    make.segment(here, first=FIRST, last=FIRST + 19)
    make.segment(here, first=FIRST + 100, last=FIRST + 119)
    return here, [make.registration(here, done=make.before("number")) for _ in range(size)]


def issue_all(here: Organization, rows: list[Registration]) -> list[int | Exception]:
    return together([partial(issue_number, row.pk, by=operator(here)) for row in rows])


def test_forty_at_once_get_forty_numbers_from_two_segments() -> None:
    here, rows = queue(THREADS)
    answers = issue_all(here, rows)
    assert sorted(answer for answer in answers if isinstance(answer, int)) == [
        *range(FIRST, FIRST + 20),
        *range(FIRST + 100, FIRST + 120),
    ], answers
    kept = Registration.objects.in_bulk([row.pk for row in rows])
    assert [kept[row.pk].number for row in rows] == answers
    assert [segment.left for segment in NumberSegment.objects.all()] == [0, 0]


def test_who_comes_when_both_segments_are_used_up_is_told_and_loses_nothing() -> None:
    here, rows = queue(THREADS + 3)
    answers = issue_all(here, rows)
    assert len({answer for answer in answers if isinstance(answer, int)}) == THREADS
    assert sum(isinstance(answer, SegmentExhausted) for answer in answers) == 3
    assert Registration.objects.filter(number=None).count() == 3


def test_control_without_the_segments_lock_one_number_is_given_to_all(monkeypatch: pytest.MonkeyPatch) -> None:
    meet = Barrier(THREADS)

    def unlocked(registration: Registration, now: datetime) -> numbers._Taken:
        segment = NumberSegment.objects.filter(site=registration.site_id).order_by("first")[0]
        meet.wait(PATIENCE)
        NumberSegment.objects.filter(pk=segment.pk).update(next=segment.next + 1)
        return numbers._Taken(segment.next, (None, None))

    here, rows = queue(THREADS)
    monkeypatch.setattr(numbers, "_take_number", unlocked)
    answers = issue_all(here, rows)
    assert [answer for answer in answers if isinstance(answer, int)] == [FIRST]
    refused = [answer for answer in answers if isinstance(answer, IntegrityError)]
    assert len(refused) == THREADS - 1
    assert all("number_once_a_season" in str(problem) for problem in refused)


def test_one_person_asked_for_twice_at_once_gets_one_number() -> None:
    here, [row] = queue(1)
    assert issue_all(here, [row] * 8) == [FIRST] * 8
    assert StepLog.objects.filter(registration=row, step="number").count() == 1
    assert NumberSegment.objects.get(first=FIRST).next == FIRST + 1


def test_control_without_the_registrations_lock_a_number_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    meet = Barrier(8)

    def unlocked(registration_id: UUID) -> Registration:
        registration = Registration.objects.get(pk=registration_id)
        meet.wait(PATIENCE)
        return registration

    here, [row] = queue(1)
    monkeypatch.setattr(numbers, "locked", unlocked)
    answers = issue_all(here, [row] * 8)
    assert sorted(answer for answer in answers if isinstance(answer, int)) == list(range(FIRST, FIRST + 8))
    assert NumberSegment.objects.get(first=FIRST).issued == 8  # for one person


def counties(monkeypatch: pytest.MonkeyPatch) -> list[Organization]:
    """Two sites in two counties whose inserts meet: each has asked everything before either writes."""
    make.season()
    meet, insert = Barrier(2), intake._insert

    def together_inserted(registration: Registration, person: IdentityDocument) -> Registration | None:
        meet.wait(PATIENCE)
        return insert(registration, person)

    monkeypatch.setattr(intake, "_insert", together_inserted)
    return [make.site("01"), make.site("01", of="0103")]


def open_everywhere(sites: list[Organization]) -> list[Registration | Exception]:
    season, person = Season.objects.get(), make.document()
    acts = [
        partial(open_file, person, season=season, site=site, by=operator(site), reader="R01", nonce=f"of {site.pk}")
        for site in sites
    ]
    return together(acts)


def test_one_person_in_two_counties_at_the_same_instant_is_registered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = open_everywhere(counties(monkeypatch))
    won = [answer for answer in answers if isinstance(answer, Registration)]
    refused = [answer for answer in answers if isinstance(answer, Duplicate)]
    assert (len(won), len(refused)) == (1, 1), answers
    assert "测试01中学报名点" in str(refused[0])
    assert list(Registration.objects.values_list("pk", flat=True)) == [won[0].pk]
    assert set(StepLog.objects.values_list("registration", flat=True)) == {won[0].pk}


def test_control_without_the_blind_index_both_counties_would_register(monkeypatch: pytest.MonkeyPatch) -> None:
    sites = counties(monkeypatch)
    monkeypatch.setattr(KeyRing, "blind", lambda *_, **__: secrets.token_bytes(32))
    assert all(isinstance(answer, Registration) for answer in open_everywhere(sites))
    assert Registration.objects.count() == 2
