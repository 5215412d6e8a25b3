"""The contract of the system check, held against the stand-in in its own process and the double of other tests."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from baoming.registrations.providers.base import SystemCheck, SystemCheckDown
from baoming.registrations.providers.register import RegisterCheck
from tests.registrations.checked import Registers
from tests.standins.running import running

NUMBER = "990001200503180013"


@pytest.fixture(params=["over HTTP", "double"])
def check(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SystemCheck]:
    if request.param == "double":
        yield Registers()
        return
    with running("identity", tmp_path) as address:
        yield RegisterCheck(address, (tmp_path / "system_check.secret").read_bytes())


def test_each_outcome_comes_with_the_register_that_said_it(check: SystemCheck) -> None:
    for name, outcome in {"欧阳思远": "match", "闻人思远": "mismatch", "端木思远": "no_record"}.items():
        found = check.check(name=name, number=NUMBER)
        assert found.outcome == outcome
        assert 1 <= len(found.register) <= 40
    with pytest.raises(SystemCheckDown, match="系统会自动再问"):
        check.check(name="百里思远", number=NUMBER)
    assert check.check(name="欧阳思远", number=NUMBER).outcome == "match", "asked again, it answers again"


def test_a_provider_with_another_secret_or_gone_is_down_and_keeps_nobody(tmp_path: Path) -> None:
    with running("identity", tmp_path) as address:
        secret = (tmp_path / "system_check.secret").read_bytes()
        with pytest.raises(SystemCheckDown):
            RegisterCheck(address, b"other").check(name="欧阳思远", number=NUMBER)
        with pytest.raises(SystemCheckDown):  # the secret of the person check is of the person check
            RegisterCheck(address, (tmp_path / "identity.secret").read_bytes()).check(name="欧阳思远", number=NUMBER)
        assert httpx.post(f"{address}/system-check", json={"name": "欧阳思远", "number": NUMBER}).status_code == 401
        RegisterCheck(address, secret).check(name="欧阳思远", number=NUMBER)
    with pytest.raises(SystemCheckDown):
        RegisterCheck(address, secret).check(name="欧阳思远", number=NUMBER)
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert NUMBER.encode() not in kept
