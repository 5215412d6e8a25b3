"""`make practice`: the people of the demo as a practice season (演练) of its own, which can be set back to its start.

Own folder, own ports: practice stands beside anything else and touches nothing of it. The start is a copy of the
database, made once the people are loaded; `make practice-reset` puts it back in seconds, also while people practise.
"""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from launcher.__main__ import run
from launcher.home import anchors, home
from launcher.processes import ROOT
from launcher.stack import Ports, Stack

DATABASE, START = "baoming", "baoming_start"
_HALF = "baoming_start_half"  # a copy that was not finished is no start


def main() -> int:
    stack = practice()
    if sys.argv[1:] != ["reset"]:
        return run(stack, before=keep_start)
    begun = time.monotonic()
    if not stack.cluster.answers() or not _has(stack, START):
        print("Nothing to set back: start it with `make practice` first.", file=sys.stderr)
        return 1
    reset(stack)
    print(f"The practice season is at its start again, after {time.monotonic() - begun:.1f} seconds.")
    return 0


def practice() -> Stack:
    """Return the practice stack: a folder beside the installation's, and ports from 8100 unless PORT says otherwise.

    Beside it wherever that is: a reset drops the database that it finds.
    """
    return Stack(Path(f"{home()}-practice"), Ports(int(os.environ.get("PORT", "8100"))), practice=True)


def keep_start(stack: Stack) -> None:
    """Load the people and keep what then is there as the start. Only the first time; a minute or two."""
    if _has(stack, START):
        return
    print("Loading 600 candidates to practise with: once, a minute or two ...", flush=True)
    people = stack.load_people()
    if people is not None and people.wait() != 0:
        raise TimeoutError(f"The candidates could not be loaded; see {stack.group.log / 'people.log'}")
    with _server(stack) as server:
        server.execute(f"DROP DATABASE IF EXISTS {_HALF}")
        server.execute(f"CREATE DATABASE {_HALF} OWNER migrate TEMPLATE {DATABASE}")
        server.execute(f"ALTER DATABASE {_HALF} RENAME TO {START}")


def reset(stack: Stack) -> None:
    """Put the start back: database, clock, and no photo of anybody who practised. All sign in again."""
    with _server(stack) as server:
        server.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        dropped_at = datetime.now(UTC).isoformat()
        _begin_anchors(anchors(stack.home))  # now: nobody is there who could seal
        server.execute(f"CREATE DATABASE {DATABASE} OWNER migrate TEMPLATE {START}")
    stack.manage("bootstrap_roles")  # what a database says of roles is not copied
    stack.manage("migrate", "--verbosity", "0", role="migrate")  # the start may be older than the program
    env = {**os.environ, **stack.env, "DATABASE_URL": stack.cluster.url("worker")}
    subprocess.run([sys.executable, "-m", "demo", "--begin-again", dropped_at], cwd=ROOT, env=env, check=True)


def _begin_anchors(path: Path) -> None:
    """Empty the audit's anchors: the start's roots are anchored anew, those of who practised are gone with them."""
    if path.exists():
        path.write_bytes(b"")


def _has(stack: Stack, name: str) -> bool:
    with _server(stack) as server:
        return server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _server(stack: Stack) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(stack.cluster.url("postgres", "postgres"), autocommit=True)


if __name__ == "__main__":
    sys.exit(main())
