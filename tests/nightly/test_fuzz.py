"""Fifty thousand requests of other seeds than `make test` draws."""

import pytest

from baoming.registrations.models import Registration
from standins.cashier.wechat import WeChat as Cashier
from tests.web.conftest import nobody_outside, service_keys
from tests.web.test_fuzz import SHOTS, cashier, fuzzed, other, row

__all__ = ["cashier", "nobody_outside", "other", "row", "service_keys"]
pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("nobody_outside")
@pytest.mark.parametrize("seed", range(10))
def test_fifty_thousand_requests_find_no_defect(
    row: Registration, other: Registration, cashier: Cashier, seed: int
) -> None:
    assert fuzzed(row, other, cashier, seed=seed, shots=SHOTS) == []
