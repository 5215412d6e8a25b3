"""A migrated database that each run and each of its processes copies: made anew whenever what forms it has changed."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from launcher.postgres import Cluster
from tests.environment import CLUSTER, DATABASE, ROOT

KEPT = ROOT / "build" / "test-database"
# What a migrated database comes from: the migrations, and whatever they and the making of the roles bring along.
FORMED_BY = (
    "baoming/*/migrations/*",
    "baoming/*/data/*",
    "baoming/accounts/management/commands/*.py",
    "baoming/audit/actors.py",
    "baoming/config/*.py",
    "baoming/organizations/*.py",
    "baoming/registrations/journey.py",
    "baoming/schedule/windows.py",
    "baoming/seasons/models.py",
    "baoming/shared/*.py",
    "baoming/vault/*.py",
    "launcher/postgres.py",
    "tests/database.py",
    "tests/environment.py",
    "uv.lock",
)


def manage(*arguments: str, role: str = "worker", of: Cluster = CLUSTER) -> None:
    """Run a management command in a process of its own, connected as `role`."""
    admin = of.url("postgres", "postgres")
    env = {**os.environ, "DATABASE_URL": of.url(role, DATABASE), "BAOMING_ADMIN_DATABASE_URL": admin}
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)


def start() -> None:
    """Start a server whose database is as an installation gets it: made by the superuser, migrated by `migrate`."""
    if not CLUSTER.data.exists():
        lay(CLUSTER.data)
    CLUSTER.start()


def lay(data: Path) -> None:
    """Let `data` be the folder of a server, not running, that has such a database."""
    made = KEPT / _fingerprint()
    with _alone():
        if not made.exists():
            for old in KEPT.glob("[0-9a-f]*"):
                shutil.rmtree(old, ignore_errors=True)
            _make(made)
        if not data.exists():
            copy(made, data)


def formed_by() -> Iterator[Path]:
    """Yield every file that FORMED_BY names, in one order."""
    yield from sorted({path for pattern in FORMED_BY for path in ROOT.glob(pattern) if path.is_file()})


def _fingerprint() -> str:
    digest = hashlib.sha256(sys.version.encode())
    for path in formed_by():
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _make(made: Path) -> None:
    """Make it by a server of its own: that of this process may be at work."""
    home = Path(tempfile.mkdtemp(prefix="baoming-database-"))
    home.chmod(0o755)
    server = replace(CLUSTER, home=home)
    try:
        server.start()
        manage("bootstrap_roles", "--database", DATABASE, of=server)
        manage("migrate", "--verbosity", "0", role="migrate", of=server)
        server.stop()
        copy(server.data, made.with_suffix(".part"))
        made.with_suffix(".part").rename(made)
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _alone() -> Iterator[None]:
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def copy(folder: Path, to: Path) -> None:
    """Let `to` be as `folder` is, with owners and rights, as the server wants them."""
    shutil.rmtree(to, ignore_errors=True)
    subprocess.run(["cp", "-a", folder, to], check=True)
