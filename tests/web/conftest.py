"""Clients of the two portals, each with its own routes and cookies."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client, override_settings

from baoming.accounts.local_buckets import LocalBuckets
from baoming.messages.services.senders import senders
from baoming.organizations.models import Staff
from baoming.payments import queries as payments
from baoming.registrations.services import person_checks, system_checks
from tests.standins.keys import make_service_keys


@pytest.fixture
def office() -> Iterator[Client]:
    with override_settings(PORTAL="office", ROOT_URLCONF="baoming.config.urls_office"):
        yield Client()


@pytest.fixture
def phone() -> Iterator[Client]:
    """The candidate portal."""
    with override_settings(PORTAL="candidate", ROOT_URLCONF="baoming.config.urls_candidate"):
        yield Client()


@pytest.fixture(scope="session")
def service_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_service_keys(tmp_path_factory.mktemp("services") / "keys")


@pytest.fixture
def nobody_outside(service_keys: Path) -> Iterator[None]:
    """Services whose keys we have, and which do not answer."""
    nowhere = dict.fromkeys(("cashier", "sms", "person_check", "network_id", "system_check"), "http://127.0.0.1:9")
    clients = (payments.cashier, senders, person_checks.provider, system_checks.provider)
    with override_settings(SERVICE_KEYS=service_keys, SERVICES=nowhere):
        for client in clients:
            client.cache_clear()
        yield
    for client in clients:
        client.cache_clear()


@pytest.fixture
def without_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand requests a minute are no person's: how many are let through is asked by test_limits alone."""
    monkeypatch.setattr(LocalBuckets, "take", lambda *_: 0)


def signed_in(client: Client, staff: Staff) -> Client:
    client.force_login(staff.account)
    return client
