"""PgBouncer before the bench's PostgreSQL, in transaction mode: connections are handed on with every transaction."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from launcher.pgbouncer import hands_on
from launcher.postgres import SERVER_USER
from launcher.stack import Stack

_PORT, _SECONDS = 6432, 10
_CONFIGURATION = """
[databases]
baoming = host={server} dbname=baoming user={role}
[pgbouncer]
unix_socket_dir = {own}
listen_port = {port}
auth_type = any
pool_mode = transaction
default_pool_size = 2
{keeping}
logfile = {own}/pgbouncer.log
"""


@contextmanager
def pooler(stack: Stack, program: str, *, role: str) -> Iterator[tuple[str, int]]:
    """Run a pooler on a socket of its own; yields the address by which `role` connects, and the pooler's process id.

    It lets two connections do for everybody, so that they change hands at every request.
    """
    own = Path(tempfile.mkdtemp(prefix="baoming-pool-"))
    settings = {"server": stack.cluster.socket, "role": role, "own": own, "port": _PORT}
    settings["keeping"] = "max_prepared_statements = 400" if hands_on(program) else ""
    (own / "pgbouncer.ini").write_text(_CONFIGURATION.format(**settings))
    own_program = shutil.copy(program, own / "pgbouncer")  # where that user can reach it
    user = SERVER_USER if os.geteuid() == 0 else None  # it refuses to run as root
    if user:
        shutil.chown(own, user)
    process = subprocess.Popen([own_program, "-q", own / "pgbouncer.ini"], user=user)
    try:
        url = f"postgresql://{role}@/baoming?host={own}"
        _wait(f"{url}&port={_PORT}")
        yield url.replace("@/", f"@:{_PORT}/"), process.pid
    finally:
        process.terminate()
        process.wait(timeout=_SECONDS)
        shutil.rmtree(own, ignore_errors=True)


def _wait(url: str) -> None:
    deadline = time.monotonic() + _SECONDS
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
