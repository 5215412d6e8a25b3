"""The contract of the person check, held against the stand-in in its own process."""

from pathlib import Path

import httpx
import pytest

from baoming.registrations.providers.base import PersonCheckDown
from baoming.registrations.providers.face import FaceCheck
from tests.standins.running import running


def test_person_passes_or_not_and_answers_are_proved(tmp_path: Path) -> None:
    with running("identity", tmp_path) as address:
        check = FaceCheck(address, (tmp_path / "identity.secret").read_bytes())
        for outcome in ("passed", "failed"):
            session = check.start(name="欧阳思远", number="990001200503180013", return_url="http://127.0.0.1:8000/x")
            assert "欧阳思远" in httpx.get(session.page).text
            assert check.result(session.id) == "waiting"
            assert httpx.post(session.page, data={"do": outcome}).headers["location"] == "http://127.0.0.1:8000/x"
            assert check.result(session.id) == outcome
        with pytest.raises(PersonCheckDown):
            FaceCheck(address, b"other").result(session.id)
    with pytest.raises(PersonCheckDown, match="稍后再试"):
        check.result(session.id)


def test_a_restart_of_the_provider_loses_no_check(tmp_path: Path) -> None:
    sessions = []
    with running("identity", tmp_path) as address:
        check = FaceCheck(address, (tmp_path / "identity.secret").read_bytes())
        for _ in range(2):
            sessions.append(check.start(name="欧阳思远", number="990001200503180013", return_url="http://127.0.0.1/x"))
        httpx.post(sessions[0].page, data={"do": "passed"})
    with running("identity", tmp_path) as address:
        check = FaceCheck(address, (tmp_path / "identity.secret").read_bytes())
        assert [check.result(one.id) for one in sessions] == ["passed", "waiting"]
        assert httpx.get(f"{address}/check/{sessions[1].id}").is_success
    assert (tmp_path / "sessions.json").stat().st_mode & 0o777 == 0o600
