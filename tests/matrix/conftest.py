"""The office portal's client, as the tests of pages have it."""

from tests.web.conftest import nobody_outside, office, phone, service_keys

__all__ = ["nobody_outside", "office", "phone", "service_keys"]
