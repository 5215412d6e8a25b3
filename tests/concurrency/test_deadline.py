"""R14: a save that began in time and had to wait for the registration's lock is decided when it has the lock.

The control asks the clock before the lock: the same save is then taken after the deadline.
"""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from django.db import connections, transaction

from baoming.audit.actors import Actor
from baoming.registrations import journey
from baoming.registrations.form_queries import draft_of
from baoming.registrations.models import FormVersion, Registration
from baoming.registrations.queries import state_of
from baoming.registrations.services import forms
from baoming.registrations.services.forms import save_form
from baoming.registrations.services.steps import locked
from baoming.seasons.queries import Clock, season_clock, season_now
from baoming.shared.errors import NotOpen
from tests import factories as make
from tests.environment import CLUSTER, DATABASE
from tests.registrations.test_save_form import PASSWORD, candidate, deadline, me, now, type_in

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
PATIENCE = 20  # seconds until waiting for the other connection is given up


@contextmanager
def another_holds(row: Registration) -> Iterator[None]:
    """Hold the registration's lock on a connection of its own, as a desk does that writes to the same person."""
    with psycopg.connect(CLUSTER.url("worker", DATABASE)) as other:
        other.execute("SELECT 1 FROM registrations_registration WHERE id = %s FOR UPDATE", [row.pk])
        yield
        other.rollback()


def save(row: Registration, revision: str) -> FormVersion:
    """One request's save, in the request's transaction."""
    try:
        with transaction.atomic():
            return save_form(row.pk, save_password=PASSWORD, device="", revision=revision, by=me(row))
    finally:
        connections.close_all()


def wait_until_it_waits() -> None:
    """Return once a connection waits for a row that another one holds."""
    until = time.monotonic() + PATIENCE
    with psycopg.connect(CLUSTER.url("postgres", DATABASE), autocommit=True) as watch:
        asked = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE %s"
        while not watch.execute(asked, ['SELECT "registrations_registration".%']).fetchone():
            assert time.monotonic() < until, "nothing waits for the lock"
            time.sleep(0.02)


def begun_before_and_decided_after(row: Registration) -> "Future[FormVersion]":
    """Save a minute before the deadline; the lock comes free a second after it."""
    revision = now(row)
    make.at(deadline() - make.A_MINUTE)
    with ThreadPoolExecutor(1) as pool:
        with another_holds(row):
            saving = pool.submit(save, row, revision)
            wait_until_it_waits()
            assert season_now(row.season_id) < deadline()
            make.at(deadline() + timedelta(seconds=1))
        saving.exception(PATIENCE)
    return saving


def test_a_save_that_waited_past_the_deadline_is_not_taken_and_its_draft_stays() -> None:
    row = candidate()
    type_in(row)
    with pytest.raises(NotOpen, match="结束"):
        begun_before_and_decided_after(row).result()
    assert FormVersion.objects.count() == 0
    assert draft_of(row) is not None


def test_a_save_that_waited_and_is_still_in_time_is_taken() -> None:
    row = candidate()
    type_in(row)
    revision = now(row)
    make.at(deadline() - make.A_MINUTE)
    with ThreadPoolExecutor(1) as pool:
        with another_holds(row):
            saving = pool.submit(save, row, revision)
            wait_until_it_waits()
        assert saving.result(PATIENCE).number == 1


def test_control_openness_asked_before_the_lock_takes_a_save_too_late(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Clock] = []

    def asked_first(registration_id: UUID) -> Registration:
        asked.append(season_clock(Registration.objects.get(pk=registration_id).season_id))
        return locked(registration_id)

    def by_that_moment(key: str, registration: Registration, by: Actor) -> datetime:
        journey.require(key, by.kind, state_of(registration, clock=asked[-1]))
        return asked[-1].now

    row = candidate()
    type_in(row)
    monkeypatch.setattr(forms, "locked", asked_first)
    monkeypatch.setattr(forms, "require", by_that_moment)
    assert begun_before_and_decided_after(row).result().number == 1
    assert season_now(row.season_id) > deadline()  # saved late
