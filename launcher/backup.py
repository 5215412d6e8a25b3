"""`make backup`: everything an installation holds, of one moment, sealed with its own vault keys.

A backup is a folder: `database.sealed` (pg_dump, sealed), `media.tar` (files that are sealed one by one
already), `anchors` (of the audit) and `inventory.sealed` (counts and hashes, by which `make restore` proves
itself). The keys are not in it: whoever has the folder alone can read nothing. Portals may go on working meanwhile.
"""

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import psycopg

from baoming.vault.sealing import KeyFileUnsafe, KeyRing
from launcher.home import anchors, home
from launcher.inventory import Inventory, MediaCount, media_files
from launcher.postgres import Cluster
from launcher.sealed_stream import seal_stream

DATABASE, MEDIA, INVENTORY = "database.sealed", "media.tar", "inventory.sealed"
ANCHORS = "anchors"  # of the audit: digests and signatures, nobody's data


class BackupFailed(Exception):
    """No backup was made; the sentence says what to do."""


def main() -> int:
    where = home()
    target = os.environ.get("TO") or str(where / "backups" / f"{datetime.now(UTC):%Y%m%d-%H%M%S}")
    try:
        made = back_up(where, Path(target))
    except BackupFailed as problem:
        print(problem, file=sys.stderr)
        return 1
    print(f"Backed up {made.rows:,} rows of {len(made.tables)} tables and {made.media[0]:,} files to {target}.")
    print(f"It opens only with {where / 'keys' / 'vault.json'}: keep a copy of the keys in another place.")
    return 0


def back_up(where: Path, target: Path) -> Inventory:
    """Write a backup of the installation in `where` to the new folder `target`; returns what it holds."""
    ring = vault_of(where)
    cluster = Cluster(where)
    if not cluster.answers():
        raise BackupFailed(f"PostgreSQL in {where} is not running: start it with `make run`, and back up meanwhile.")
    if target.exists():
        raise BackupFailed(f"{target} is there already: a backup is never written over. Name another folder in TO.")
    partial = target.with_name(f".{target.name}.partial")  # a backup without its inventory is none
    partial.mkdir(mode=0o700, parents=True)
    try:
        inventory = _write(where, cluster, partial, ring)
        partial.rename(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return inventory


def _write(where: Path, cluster: Cluster, folder: Path, ring: KeyRing) -> Inventory:
    """Write the files, all of one snapshot."""
    # The anchors before the snapshot: roots that they lack are anchored again, roots that it lacks would be a cut.
    kept = anchors(where)
    with (folder / ANCHORS).open("xb") as out:
        out.write(kept.read_bytes() if kept.exists() else b"")
        _sync(out)
    with psycopg.connect(cluster.url("postgres")) as connection:
        connection.execute("SET idle_in_transaction_session_timeout = 0")
        connection.commit()
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        [snapshot] = connection.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
        _dump(cluster, snapshot, folder / DATABASE, ring)
        # Files are written before the row that names them and never changed: these are all the rows need.
        media = _pack(where / "media", folder / MEDIA)
        inventory = Inventory.of(connection, media=media)
    with (folder / INVENTORY).open("xb") as out:
        seal_stream(io.BytesIO(json.dumps(inventory.to_json()).encode()), out, ring=ring, name=INVENTORY)
        _sync(out)
    return inventory


def vault_of(where: Path) -> KeyRing:
    """Return the installation's keys. Raises BackupFailed."""
    try:
        return KeyRing.load(where / "keys" / "vault.json")
    except (OSError, KeyFileUnsafe) as error:
        raise BackupFailed(f"The vault keys cannot be read ({error}): put them back first.") from error


def _dump(cluster: Cluster, snapshot: str, target: Path, ring: KeyRing) -> None:
    program = str(cluster.binaries() / "pg_dump")
    options = ["--format=custom", "--username=postgres", f"--host={cluster.socket}", f"--snapshot={snapshot}"]
    process = subprocess.Popen([program, *options, "baoming"], stdout=subprocess.PIPE)
    with process, target.open("xb") as out:
        assert process.stdout is not None
        seal_stream(process.stdout, out, ring=ring, name=DATABASE)
        _sync(out)
    if process.returncode:
        raise BackupFailed("pg_dump did not end well; what it says stands above.")


def _pack(folder: Path, target: Path) -> list[int | str]:
    """Put every file of `folder` into a tar; returns how many there were, and one hash over them."""
    count = MediaCount()
    with target.open("xb") as out, tarfile.open(fileobj=out, mode="w|") as tar:
        for name, path in media_files(folder):
            with suppress(FileNotFoundError):  # of a photo that was refused meanwhile: no row names it
                content = path.read_bytes()
                entry = tarfile.TarInfo(name)
                entry.size, entry.mode = len(content), 0o600
                tar.addfile(entry, io.BytesIO(content))
                count.add(name, content)
    with target.open("rb") as written:
        os.fsync(written.fileno())
    return count.result()


def _sync(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


if __name__ == "__main__":
    sys.exit(main())
