"""The connection: statements stay prepared, times are read right, and a server that has gone is noticed unasked."""

import os
import resource
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.db.backends.postgresql import base

from baoming.config.settings import _prepared
from tests.environment import CLUSTER, DATABASE

FD_SETSIZE = 1024  # of select(): no descriptor from here on
ASKED = "SELECT timestamptz '2022-11-05 17:30:00+08', %s::text"


def ask(value: str = "") -> datetime:
    with connection.cursor() as cursor:
        cursor.execute(ASKED, [value])
        moment: datetime = cursor.fetchone()[0]
    return moment


def kept() -> int:
    """How many statements this connection keeps that are ours."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", ["%17:30:00+08%"])
        return int(cursor.fetchone()[0])


@pytest.fixture
def no_question(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(_: object) -> bool:
        raise AssertionError("the server was asked")

    monkeypatch.setattr(base.DatabaseWrapper, "is_usable", asked)


@pytest.mark.django_db
def test_a_statement_is_kept_from_its_third_time_on_whatever_its_values() -> None:
    ask("one"), ask("two")
    assert kept() == 0
    ask("three"), ask("four")
    assert kept() == 1


def test_behind_a_pooler_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAOMING_PREPARED", "0")
    assert _prepared() is None


@pytest.mark.django_db
def test_times_are_aware_and_of_the_same_moment() -> None:
    assert ask() == datetime(2022, 11, 5, 9, 30, tzinfo=UTC)
    assert ask().utcoffset() == datetime.now(UTC).utcoffset()


@pytest.mark.django_db(transaction=True)
def test_a_server_that_is_there_is_not_asked(no_question: None) -> None:
    connection.ensure_connection()
    assert connection.is_usable()


@pytest.mark.django_db(transaction=True)
def test_a_connection_among_thousands_of_open_ones_is_usable(no_question: None) -> None:
    connection.close()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with ExitStack() as many:
        many.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        while many.enter_context(Path(os.devnull).open("rb")).fileno() < FD_SETSIZE:
            pass
        connection.ensure_connection()
        assert connection.connection.fileno() > FD_SETSIZE
        assert connection.is_usable()
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_the_server_has_ended_is_noticed() -> None:
    connection.close()
    connection.ensure_connection()
    end(connection.connection.info.backend_pid)
    assert not connection.is_usable()
    connection.health_check_enabled, connection.health_check_done = True, False
    assert ask() == datetime(2022, 11, 5, 9, 30, tzinfo=UTC), "the next request has a new connection"


def end(backend: int) -> None:
    """Let the server end a connection, as it does when it restarts, and wait until it has."""
    with psycopg.connect(CLUSTER.url("postgres", DATABASE), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [backend])
        for _ in range(500):
            gone = other.execute("SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = %s)", [backend])
            if gone.fetchone() == (True,):
                return
            time.sleep(0.01)
    raise AssertionError("the connection is still there")
