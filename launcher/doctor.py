"""`make doctor`: say what is wrong with the installation that `make run` keeps. Makes and starts nothing."""

import os
import subprocess
import sys
from pathlib import Path

from launcher.home import anchors, home
from launcher.postgres import Cluster
from launcher.stack import Ports, Stack

_KEYS = ("vault.json", "session.key")


def main() -> int:
    where = home()
    if sentence := obstacle(where):
        print(sentence)
        return 1
    try:
        Stack(where, Ports(int(os.environ.get("PORT", "8000")))).manage("doctor")
    except subprocess.CalledProcessError as failed:  # it has said why
        return failed.returncode
    return 0


def obstacle(where: Path) -> str:
    """Return why the installation cannot be asked at all, or nothing."""
    if not (where / "postgres" / "PG_VERSION").exists():
        return f"There is no installation in {where}: run `make run`, or name its folder in BAOMING_HOME."
    # A Stack makes keys that are missing: the loss would be hidden, and what they sealed would stay shut.
    for key in _KEYS:
        if not (where / "keys" / key).exists():
            return f"The key file {where / 'keys' / key} is gone: take it from the backup before anything is started."
    if anchors(where).exists() and not (where / "keys" / "audit.json").exists():
        return f"The key file {where / 'keys' / 'audit.json'} is gone: take it from the backup, audit.pub with it."
    if not Cluster(where).answers():
        log = where / "run" / "postgres.log"
        return f"PostgreSQL in {where} is not running: start it with `make run`; if it does not start, read {log}."
    return ""


if __name__ == "__main__":
    sys.exit(main())
