"""The office portal's client, as the tests of pages have it."""

from tests.web.conftest import office, phone

__all__ = ["office", "phone"]
