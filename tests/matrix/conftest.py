"""The office portal's client, as the tests of pages have it; asked faster than by people."""

import pytest

from baoming.accounts.local_buckets import LocalBuckets
from tests.web.conftest import nobody_outside, office, phone, service_keys

__all__ = ["nobody_outside", "office", "phone", "service_keys", "without_haste"]


@pytest.fixture(autouse=True)
def without_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand questions a minute are no person's: how much work is let in is asked by tests/web/test_limits.py."""
    monkeypatch.setattr(LocalBuckets, "take", lambda *_: 0)
