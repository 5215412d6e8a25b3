"""What was backed up comes back whole, and nothing else takes its place: real dumps, real files, half of them lost."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from baoming.vault.sealing import KeyRing
from launcher import restore as restoring
from launcher.backup import BackupFailed, back_up
from launcher.postgres import Cluster
from launcher.processes import ROOT
from launcher.restore import RestoreFailed, restore
from launcher.stack import Ports, Stack
from tests import installations

pytestmark = pytest.mark.slow
PHOTO = "photos/ab/abcdef"


@pytest.fixture(scope="module")
def whole() -> Iterator[tuple[Path, Path]]:
    """An installation with its offices and one file, at work, and a backup of it."""
    with installations.new_home("backup") as home:
        installations.prepare(home)
        stack = Stack(home, Ports())
        stack.cluster.start()
        try:
            (home / "media" / PHOTO).parent.mkdir(parents=True)
            (home / "media" / PHOTO).write_text("v1|k1|sealed")
            back_up(home, home / "backup")
            yield home, home / "backup"
        finally:
            stack.cluster.stop()


@pytest.fixture
def home(whole: tuple[Path, Path]) -> Path:
    """The installation, for tests that leave it as it is."""
    return whole[0]


@pytest.fixture
def victim(whole: tuple[Path, Path]) -> Iterator[Path]:
    """The installation, for tests that change it: brought back afterwards."""
    yield whole[0]
    restore(*whole)


def ask(home: Path, query: str, role: str = "postgres") -> list[tuple[object, ...]]:
    with psycopg.connect(Cluster(home).url(role), autocommit=True) as connection:
        answer = connection.execute(query)  # type: ignore[call-overload]
        return answer.fetchall() if answer.description else []


def offices(home: Path) -> int:
    return int(str(ask(home, "SELECT count(*) FROM organizations_organization")[0][0]))


def lose_half(home: Path) -> None:
    """What a wrong statement or an angry hand does: staff and half of the offices go, and the photos."""
    ask(home, "DELETE FROM organizations_staff")
    ask(home, "ALTER TABLE organizations_organization DISABLE TRIGGER ALL")
    ask(home, "DELETE FROM organizations_organization WHERE level = 'county'")
    ask(home, "GRANT UPDATE, DELETE ON audit_event TO app")
    shutil.rmtree(home / "media")


def test_what_was_lost_comes_back_with_its_guards_and_the_damage_is_kept(victim: Path) -> None:
    before = offices(victim)
    lose_half(victim)
    kept, inventory = restore(victim, victim / "backup")
    assert offices(victim) == before > 100
    assert (victim / "media" / PHOTO).read_text() == "v1|k1|sealed"
    assert inventory.rows > before
    assert ask(victim, "SELECT count(*) FROM organizations_staff") != [(0,)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(victim, "DELETE FROM audit_event", role="worker")
    [[there]] = ask(victim, f"SELECT count(*) FROM pg_database WHERE datname = '{kept}'")
    assert there == 1
    assert (victim / f"media.{kept}").exists() is False  # nothing was there to keep
    assert (victim / "audit" / "anchors").read_bytes() == (victim / "backup" / "anchors").read_bytes()


def test_a_lost_machine_comes_back_from_the_folder_and_the_keys(home: Path) -> None:
    new = Path(tempfile.mkdtemp(prefix="baoming-new-"))
    new.chmod(0o755)
    try:
        shutil.copytree(home / "keys", new / "keys")
        kept, _ = restore(new, home / "backup")
        assert kept == ""
        cluster = Cluster(new)
        assert not cluster.answers()  # as it was found
        cluster.start()
        assert offices(new) == offices(home)
        cluster.stop()
    finally:
        shutil.rmtree(new, ignore_errors=True)


def test_what_is_written_while_the_backup_runs_is_in_it_or_not_and_the_proof_agrees(victim: Path) -> None:
    script = (
        "import psycopg, sys, itertools\n"
        "with psycopg.connect(sys.argv[1], autocommit=True) as c:\n"
        '    for n in itertools.count(): c.execute("UPDATE organizations_organization SET phone = %s", [str(n)])\n'
    )
    writer = subprocess.Popen([sys.executable, "-c", script, Cluster(victim).url("postgres")])
    try:
        made = back_up(victim, victim / "busy")
    finally:
        writer.kill()
        writer.wait()
    restore(victim, victim / "busy")
    assert offices(victim) == made.tables["organizations_organization"][0]
    shutil.rmtree(victim / "busy")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("DELETE FROM organizations_staff WHERE name = '周敏'", "table organizations_staff has"),
        ("UPDATE organizations_staff SET role = 'province' WHERE name = '周敏'", "but with other content"),
        ("GRANT DELETE ON audit_event TO app", "grants has"),
        ("DROP INDEX person_once_a_season", "indexes has"),
    ],
)
def test_a_restore_that_lost_anything_is_refused_and_changes_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch, damage: str, said: str
) -> None:
    """The control of the proof: pg_restore ends well, yet something is not as it was."""
    whole_load = restoring._load

    def load(where: Path, cluster: Cluster, dump: Path, ring: KeyRing) -> None:
        whole_load(where, cluster, dump, ring)
        with psycopg.connect(cluster.url("postgres", "baoming_restored"), autocommit=True) as connection:
            connection.execute(damage)  # type: ignore[call-overload]

    monkeypatch.setattr(restoring, "_load", load)
    ask(home, "UPDATE organizations_organization SET phone = 'as it was' WHERE level = 'province'")
    with pytest.raises(RestoreFailed, match=said):
        restore(home, home / "backup")
    assert ask(home, "SELECT phone FROM organizations_organization WHERE level = 'province'") == [("as it was",)]
    assert ask(home, "SELECT 1 FROM pg_database WHERE datname = 'baoming_restored'") == []
    assert (home / "media" / PHOTO).exists()
    monkeypatch.undo()


def test_with_the_proof_taken_away_the_same_loss_would_be_restored(
    victim: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole_load = restoring._load

    def load(where: Path, cluster: Cluster, dump: Path, ring: KeyRing) -> None:
        whole_load(where, cluster, dump, ring)
        with psycopg.connect(cluster.url("postgres", "baoming_restored"), autocommit=True) as connection:
            connection.execute("DELETE FROM organizations_staff")

    monkeypatch.setattr(restoring, "_load", load)
    monkeypatch.setattr(restoring, "_prove", lambda *_: None)
    restore(victim, victim / "backup")
    assert ask(victim, "SELECT count(*) FROM organizations_staff") == [(0,)]
    monkeypatch.undo()


@pytest.mark.parametrize("name", ["database.sealed", "media.tar", "inventory.sealed"])
@pytest.mark.parametrize("how", ["changed", "cut", "missing"])
def test_a_damaged_backup_is_refused_and_changes_nothing(home: Path, name: str, how: str) -> None:
    bad = home / "bad"
    shutil.copytree(home / "backup", bad)
    content = bytearray((bad / name).read_bytes())
    place = 515 if name == "media.tar" else len(content) // 2  # the first photo begins at 512, the rest is padding
    if how == "changed":
        content[place] ^= 1
    (bad / name).write_bytes(content if how == "changed" else content[:place])
    if how == "missing":
        (bad / name).unlink()
    before = offices(home)
    try:
        with pytest.raises((RestoreFailed, BackupFailed)):
            restore(home, bad)
    finally:
        shutil.rmtree(bad)
    assert offices(home) == before


def test_other_keys_open_nothing_and_the_sentence_says_which_are_wanted(home: Path) -> None:
    new = Path(tempfile.mkdtemp(prefix="baoming-new-"))
    try:
        (new / "keys").mkdir()
        KeyRing.generate().save(new / "keys" / "vault.json")
        with pytest.raises(RestoreFailed, match="put back the keys that were in use"):
            restore(new, home / "backup")
    finally:
        shutil.rmtree(new, ignore_errors=True)


def test_nobody_reads_a_name_in_the_backup(home: Path) -> None:
    for file in (home / "backup").iterdir():
        assert "芙蓉".encode() not in file.read_bytes()


def test_portals_at_work_are_not_restored_under(home: Path) -> None:
    with (
        psycopg.connect(Cluster(home).url("worker")),
        pytest.raises(RestoreFailed, match="stop `make run` first"),
    ):
        restore(home, home / "backup")


def test_portals_that_start_at_the_last_moment_keep_their_database_and_their_files(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prove, opened = restoring._prove, []

    def prove_slowly(*proof: object) -> None:
        prove(*proof)  # type: ignore[arg-type]
        opened.append(psycopg.connect(Cluster(home).url("worker")))

    monkeypatch.setattr(restoring, "_prove", prove_slowly)
    (home / "media" / "since").write_text("written after the backup")
    with pytest.raises(RestoreFailed, match="started meanwhile"):
        restore(home, home / "backup")
    opened[0].close()
    assert (home / "media" / "since").exists()
    assert not (home / "media.restored").exists()
    assert ask(home, "SELECT 1 FROM pg_database WHERE datname = 'baoming_restored'") == []
    assert offices(home) > 100
    (home / "media" / "since").unlink()


def test_a_backup_is_never_written_over(home: Path) -> None:
    with pytest.raises(BackupFailed, match="never written over"):
        back_up(home, home / "backup")


@pytest.mark.parametrize(
    ("module", "said"), [("launcher.restore", "Name the folder"), ("launcher.backup", "cannot be read")]
)
def test_without_what_they_need_the_commands_say_so_and_make_nothing(module: str, said: str, tmp_path: Path) -> None:
    env = {**os.environ, "BAOMING_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", module], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert said in done.stderr
    assert list(tmp_path.iterdir()) == []
