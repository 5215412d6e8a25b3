"""Clients of the two portals, each with its own routes and cookies."""

from collections.abc import Iterator

import pytest
from django.test import Client, override_settings

from baoming.organizations.models import Staff


@pytest.fixture
def office() -> Iterator[Client]:
    with override_settings(PORTAL="office", ROOT_URLCONF="baoming.config.urls_office"):
        yield Client()


@pytest.fixture
def phone() -> Iterator[Client]:
    """The candidate portal."""
    with override_settings(PORTAL="candidate", ROOT_URLCONF="baoming.config.urls_candidate"):
        yield Client()


def signed_in(client: Client, staff: Staff) -> Client:
    client.force_login(staff.account)
    return client
