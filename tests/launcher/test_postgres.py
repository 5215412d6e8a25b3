"""The project's own PostgreSQL: made, killed, recovered; for root and for an ordinary user; never as the owner."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection as application

from launcher.postgres import Cluster, PostgresMissing
from launcher.processes import ROOT

AS_USER = """
import os, sys
from pathlib import Path
from launcher.postgres import Cluster
assert os.geteuid() == 65534  # nobody: a user that every system knows
cluster = Cluster(Path(sys.argv[1]))
cluster.start()
print(cluster.answers())
cluster.stop()
print(cluster.answers())
"""


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="baoming-pg-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def cluster(home: Path) -> Iterator[Cluster]:
    made = Cluster(home)
    made.start()
    yield made
    made.stop()


def kill(cluster: Cluster) -> None:
    """Kill the postmaster and all of its children at once, as a power cut would."""
    pid = int((cluster.data / "postmaster.pid").read_text().split("\n")[0])
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for one in (pid, *map(int, children)):
        os.kill(one, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while cluster.answers() and time.monotonic() < deadline:
        time.sleep(0.05)


def test_what_was_committed_is_there_after_a_kill_and_what_was_not_is_gone(cluster: Cluster) -> None:
    url = cluster.url("postgres", "postgres")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE saved (word text)")
        connection.execute("INSERT INTO saved VALUES ('committed')")
    open_ = psycopg.connect(url)
    open_.execute("INSERT INTO saved VALUES ('not committed')")
    kill(cluster)
    assert not cluster.answers()
    cluster.start()
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT word FROM saved").fetchall() == [("committed",)]


def test_starting_twice_leaves_the_running_server_alone(cluster: Cluster) -> None:
    before = (cluster.data / "postmaster.pid").read_text()
    cluster.start()
    assert (cluster.data / "postmaster.pid").read_text() == before


def test_no_port_is_opened(cluster: Cluster) -> None:
    with psycopg.connect(cluster.url("postgres", "postgres")) as connection:
        shown = connection.execute("SHOW listen_addresses").fetchone()
    assert shown == ("",)


def test_a_data_folder_of_another_version_is_left_alone_with_the_way_on(home: Path) -> None:
    (home / "postgres").mkdir()
    (home / "postgres" / "PG_VERSION").write_text("9")
    with pytest.raises(PostgresMissing, match="docs/operations/upgrade"):
        Cluster(home).start()
    assert [path.name for path in (home / "postgres").iterdir()] == ["PG_VERSION"]


def test_an_ordinary_user_runs_it_as_well_as_root(home: Path) -> None:
    """As root, the test becomes another user in a namespace of its own; as an ordinary user it is one."""
    command = [sys.executable, "-c", AS_USER, str(home)]
    if os.geteuid() == 0:
        command = ["unshare", "--user", "--map-user=65534", "--map-group=65534", *command]
    else:
        command[2] = AS_USER.replace("65534", str(os.geteuid()))
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert (done.stdout.split(), done.returncode) == (["True", "False"], 0), done.stderr


@pytest.mark.django_db
def test_the_application_is_no_owner_and_no_superuser() -> None:
    with application.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == ("worker", False, False)
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner <> 'migrate'")
        assert cursor.fetchone() == (0,)
