"""A PgBouncer for the bench that hands prepared statements on: the system's if it is new enough, else built in build/.

Debian 12 ships 1.18, which knows none; the next release's source is built with three packages in half a minute.
"""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from launcher.tools import ROOT, apt

BUILT = ROOT / "build" / "pgbouncer"
_NEW = (1, 22)  # hands on and closes prepared statements, as psycopg asks it to
_RELEASE = "trixie"  # of Debian: the first whose PgBouncer is new enough
_PACKAGES = ("gcc", "libevent-dev", "make", "pkg-config")
_WITHOUT = ("--without-openssl", "--without-cares", "--disable-debug")  # it listens on a socket of this machine alone


def program() -> str | None:
    """Return the PgBouncer to start, a new enough one before an old one; None where there is none."""
    found = [one for one in (shutil.which("pgbouncer"), shutil.which(str(BUILT))) if one]
    return next((one for one in found if hands_on(one)), found[0] if found else None)


def hands_on(one: str) -> bool:
    """Whether this PgBouncer hands prepared statements on."""
    told = subprocess.run([one, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.search(r"(\d+)\.(\d+)", told)
    return version is not None and tuple(map(int, version.groups())) >= _NEW


def install() -> None:
    """See that one is here. Without, the bench says what it left out."""
    one = program()
    if (one and hands_on(one)) or (apt(*_PACKAGES) and _build()):
        return
    if not one and not apt("pgbouncer"):
        print("No PgBouncer: rls_ratio is left out. Install the package pgbouncer, 1.22 or newer.")


def _build() -> bool:
    """Build it from Debian's source; whether that worked."""
    with tempfile.TemporaryDirectory(prefix="baoming-pgbouncer-") as name:
        own = Path(name)
        try:
            _fetch(own)
            archive = next(own.glob("pgbouncer_*.orig.tar.gz"))
            _run("tar", "--extract", "--strip-components=1", f"--file={archive}", cwd=own)
            _run("./configure", *_WITHOUT, cwd=own)
            _run("make", "pgbouncer", cwd=own)
        except (OSError, StopIteration, subprocess.CalledProcessError):
            return False
        BUILT.parent.mkdir(exist_ok=True)
        shutil.copy(own / "pgbouncer", BUILT)
    return True


def _fetch(own: Path) -> None:
    """Fetch the source into the folder, from where this machine's packages come; its own list of sources stays."""
    targets = _run("apt-get", "indextargets", "--format", "$(REPO_URI) $(COMPONENT) $(ORIGIN)", cwd=own)
    debian = next(line.split()[0] for line in targets.splitlines() if line.endswith(" main Debian"))
    (own / "lists" / "partial").mkdir(parents=True)
    (own / "sources").write_text(f"deb-src {debian} {_RELEASE} main\n")
    aside = [f"Dir::Etc::sourcelist={own}/sources", "Dir::Etc::sourceparts=-", f"Dir::State::lists={own}/lists"]
    options = [part for one in aside for part in ("-o", one)]
    _run("apt-get", "-qq", *options, "update", cwd=own)
    _run("apt-get", "-qq", *options, "source", "--download-only", "pgbouncer", cwd=own)


def _run(*command: str, cwd: Path) -> str:
    return subprocess.run(
        command, cwd=cwd, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ).stdout


if __name__ == "__main__":
    install()
