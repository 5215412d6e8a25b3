"""An installation as it is before anybody has come: made once a run, by the process that asks first; others copy it."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from launcher.stack import Ports, Stack
from tests.database import copy, lay
from tests.environment import DATABASE, ROOT

_KEPT = ROOT / "build" / "test-installation"
_RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", f"alone-{os.getpid()}")


@contextmanager
def new_home(prefix: str) -> Iterator[Path]:
    """Yield a new folder that the server's user can reach, gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix=f"baoming-{prefix}-"))
    home.chmod(0o755)
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def prepare(home: Path) -> None:
    """Let `home` be such an installation, its server not running."""
    made = _KEPT / _RUN
    _KEPT.mkdir(parents=True, exist_ok=True)
    with (_KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            for old in _KEPT.iterdir():
                if old.is_dir():
                    shutil.rmtree(old, ignore_errors=True)
            _make(made)
        copy(made, home)


def _make(made: Path) -> None:
    with new_home("made") as home:
        stack = Stack(home, Ports())
        try:
            prepare_new(stack)
        finally:
            stack.cluster.stop()
        copy(home, made.with_suffix(".part"))
        made.with_suffix(".part").rename(made)


def prepare_new(stack: Stack) -> None:
    """Prepare an installation of which there is nothing yet; the tables are those of the tests, and made once."""
    lay(stack.cluster.data)
    stack.cluster.start()
    with psycopg.connect(stack.cluster.url("postgres", "postgres"), autocommit=True) as server:
        server.execute(f"ALTER DATABASE {DATABASE} RENAME TO baoming")  # type: ignore[call-overload]
    stack.prepare()
