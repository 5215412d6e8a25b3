"""The office portal's client, as the tests of pages have it; asked faster than by people."""

import pytest

from tests.web.conftest import nobody_outside, office, phone, service_keys, without_haste

__all__ = ["asked_fast", "nobody_outside", "office", "phone", "service_keys", "without_haste"]


@pytest.fixture(autouse=True)
def asked_fast(without_haste: None) -> None:
    """All of it."""
