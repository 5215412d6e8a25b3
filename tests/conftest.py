"""Every test has a real PostgreSQL, as role `worker` like jobs do; requests run as roles `office` and `candidate`."""

import inspect
import sys
from collections.abc import Iterator

import psycopg
import pytest
from django.contrib.auth.hashers import make_password
from django.core.signals import setting_changed
from django.db import connections
from django.test import TransactionTestCase
from django.test.signals import root_urlconf_changed
from django.urls import set_urlconf
from pytest_django import DjangoDbBlocker

from baoming.accounts.services import sign_in
from baoming.vault.sealing import KeyRing
from baoming.vault.signing import SigningKey
from tests import database, seasons_kept
from tests.environment import CLUSTER, DATABASE, HOME
from tests.hashing import HASTY
from tests.roles import portals_in_their_roles

HASTY.set()  # before anything is imported that hashes


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The database as an installation gets it, used by `app`."""
    database.start()
    with django_db_blocker.unblock():
        seasons_kept.keep()
        connections.close_all()
    yield
    with django_db_blocker.unblock():
        connections.close_all()
    CLUSTER.stop()


# Emptied is only what holds something: to truncate a hundred tables makes thousands of files, which takes a quarter of
# a second. Each is locked as for that, so that whoever is still writing has ended before.
_EMPTY = """
DO $$
DECLARE
    name regclass;
    filled bool;
BEGIN
    SET LOCAL session_replication_role = replica; -- past the triggers of the audit
    FOR name IN SELECT oid FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
        AND relname NOT IN ('django_migrations', 'django_content_type', 'auth_permission') ORDER BY relname
    LOOP
        EXECUTE format('LOCK TABLE %s', name);
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', name) INTO filled;
        IF filled THEN EXECUTE format('DELETE FROM %s', name); END IF;
    END LOOP;
    PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false) FROM pg_sequences
        WHERE schemaname = 'public' AND last_value IS NOT NULL
        AND sequencename NOT IN ('django_migrations_id_seq', 'django_content_type_id_seq', 'auth_permission_id_seq');
END
$$
"""


def _empty(_: TransactionTestCase) -> None:
    """Empty all tables as superuser: nobody else may (see the migrations)."""
    with psycopg.connect(CLUSTER.url("postgres", DATABASE), autocommit=True) as owner:
        owner.execute(_EMPTY)
    (HOME / "audit" / "anchors").unlink(missing_ok=True)  # of roots that are gone now
    _forget_seasons()


def _forget_seasons() -> None:
    """Empty what this process keeps by the number of a season: the next season gets a number that was used before."""
    for name, module in tuple(sys.modules.items()):
        if name.startswith("baoming."):
            for kept in vars(module).values():
                if hasattr(kept, "cache_clear") and "season_id" in inspect.signature(kept).parameters:
                    kept.cache_clear()


TransactionTestCase._fixture_teardown = _empty  # type: ignore[method-assign]


@pytest.fixture(scope="session", autouse=True)
def _roles() -> Iterator[None]:
    with portals_in_their_roles():
        yield


def _other_addresses(*, setting: str, **_: object) -> None:
    if setting == "ROOT_URLCONF":
        set_urlconf(None)


@pytest.fixture(scope="session", autouse=True)
def _addresses() -> None:
    """Keep what has been read of the addresses of each portal: many a test goes from one to the other and back."""
    setting_changed.disconnect(root_urlconf_changed)
    setting_changed.connect(_other_addresses)


@pytest.fixture(scope="session", autouse=True)
def _nobody() -> Iterator[None]:
    """What is hashed against for a name that nobody has was made before it was said that passwords are cheap here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sign_in, "_NOBODY", make_password("nobody"))
        yield


@pytest.fixture(scope="session", autouse=True)
def _keys() -> None:
    """Keys of this run, gone with it."""
    path = HOME / "keys" / "vault.json"
    path.parent.mkdir()
    KeyRing.generate().save(path)
    SigningKey.generate().save(path.with_name("audit.json"))
