"""W1: a COMMIT whose wait for the standby was cancelled answers success; we say that nobody knows yet.

The standby is one that does not exist: every COMMIT waits for it until somebody cancels the wait.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connections
from django.test import Client, override_settings

from baoming.web import middleware
from tests import factories as make
from tests.concurrency.together import PATIENCE
from tests.environment import CLUSTER, DATABASE

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]


def administer(statement: str) -> list[tuple[object, ...]]:
    """Run one statement as the superuser."""
    with psycopg.connect(CLUSTER.url("postgres", DATABASE), autocommit=True) as superuser:
        cursor = superuser.execute(statement)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def _standby_that_is_gone() -> Iterator[None]:
    set_standby("nobody")
    yield
    set_standby("")


def set_standby(name: str) -> None:
    """Let commits wait for the standby `name`; returns once the server has taken it over."""
    administer(f"ALTER SYSTEM SET synchronous_standby_names = '{name}'")
    administer("SELECT pg_reload_conf()")
    until(lambda: administer("SHOW synchronous_standby_names") == [(name,)])


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@contextmanager
def cancelling() -> Iterator[None]:
    """Cancel the wait of the first COMMIT that hangs at the standby."""
    with ThreadPoolExecutor(1) as pool:
        cancelled = pool.submit(cancel_the_wait)
        yield
        cancelled.result(PATIENCE)


def cancel_the_wait() -> None:
    waiting = "FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND usename = 'worker'"
    until(lambda: administer(f"SELECT 1 {waiting}") != [])
    administer(f"SELECT pg_cancel_backend(pid) {waiting}")


def save_something() -> int:
    """Sign out: the session's row goes, and COMMIT waits for the standby."""
    try:
        with override_settings(PORTAL="office", ROOT_URLCONF="baoming.config.urls_office"):
            return client.post("/sign-out/").status_code
    finally:
        connections.close_all()


client = Client()


@pytest.fixture(autouse=True)
def _signed_in() -> None:
    make.season()
    client.force_login(make.staff(make.site()).account)


@pytest.mark.usefixtures("_standby_that_is_gone")
def test_a_commit_that_nobody_vouches_for_is_not_called_saved() -> None:
    with cancelling():
        assert save_something() == 503


@pytest.mark.usefixtures("_standby_that_is_gone")
def test_control_without_the_notice_handler_it_would_be_called_saved(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def deaf() -> Iterator[list[str]]:
        yield []

    monkeypatch.setattr(middleware, "commit_warnings", deaf)
    with cancelling():
        assert save_something() == 302


def test_a_commit_without_a_standby_is_called_saved() -> None:
    assert save_something() == 302
