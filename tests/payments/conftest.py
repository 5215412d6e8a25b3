"""One stand-in for a file of tests, and a letterbox for each test."""

from collections.abc import Iterator

import pytest

from tests.payments.gateway import Gateway, Letterbox, letterbox
from tests.standins.running import running


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    home = tmp_path_factory.mktemp("cashier")
    with running("cashier", home) as address:
        yield Gateway(address, home)


@pytest.fixture
def notices() -> Iterator[Letterbox]:
    with letterbox() as told:
        yield told
