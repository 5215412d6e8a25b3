"""Practice (R28): a season of its own kind, and a reset that brings back database, clock and files."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from demo import plan
from launcher import practice
from launcher.stack import Ports, Stack
from tests import installations
from tests.journeys.conftest import free_range


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """A practice installation without its people, nothing started but the database."""
    home = Path(tempfile.mkdtemp(prefix="baoming-practice-"))
    home.chmod(0o755)
    made = Stack(home, Ports(free_range()), practice=True)
    monkeypatch.setattr(made, "load_people", lambda: None)
    try:
        installations.prepare_new(made)
        yield made
    finally:
        made.stop()
        shutil.rmtree(home, ignore_errors=True)


def ask(stack: Stack, question: str) -> object:
    with psycopg.connect(stack.cluster.url("migrate"), autocommit=True) as database:
        row = database.execute(question).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.slow
def test_a_reset_brings_everything_back_to_the_start_under_open_connections(stack: Stack) -> None:
    practice.keep_start(stack)
    practice.keep_start(stack)  # the second time it is there
    photo = stack.home / "media" / "photos" / "ab" / uuid4().hex
    photo.parent.mkdir(parents=True)
    photo.write_text("somebody who practised")
    somebody = psycopg.connect(stack.cluster.url("worker"), autocommit=True)
    somebody.execute("UPDATE organizations_staff SET name = '别人'")
    somebody.execute("UPDATE seasons_season SET clock_offset = interval '9 days'")
    practice.reset(stack)
    with pytest.raises(psycopg.OperationalError):
        somebody.execute("SELECT 1")
    assert ask(stack, "SELECT count(*) FROM organizations_staff WHERE name = '别人'") == 0
    assert ask(stack, "SELECT kind FROM seasons_season") == "practice"
    start = plan.NOW.isoformat()
    assert ask(
        stack, f"SELECT abs(extract(epoch FROM clock_timestamp() + clock_offset - '{start}')) < 120 FROM seasons_season"
    )
    assert ask(stack, "SELECT datdba::regrole::text FROM pg_database WHERE datname = 'baoming'") == "migrate"
    assert not ask(stack, "SELECT has_database_privilege('office', 'baoming', 'TEMPORARY')")
    assert not photo.exists()


def test_practice_has_a_folder_and_ports_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PORT", raising=False)
    monkeypatch.delenv("BAOMING_HOME", raising=False)
    monkeypatch.setattr(practice, "home", lambda: tmp_path / "baoming")
    made = practice.practice()
    assert made.home == tmp_path / "baoming-practice"
    assert made.ports.candidate == 8100
    assert made.env["BAOMING_DEMO"] == "practice"


def test_a_reset_never_meets_the_database_of_the_installation_that_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BAOMING_HOME", str(tmp_path / "real"))
    assert practice.practice().home == tmp_path / "real-practice"
