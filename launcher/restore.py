"""`make restore FROM=folder`: bring a backup back, beside what is there, and take its place only when it is proved.

Database and files are restored under other names, counted and hashed anew, and compared with the
backup's inventory. When anything differs, what was there stays as it was; when nothing does, the two
change places, and what was there is kept under a name of its own.
"""

import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql

from baoming.vault.sealing import KeyRing, SealBroken
from launcher.backup import ANCHORS, DATABASE, INVENTORY, MEDIA, BackupFailed, vault_of
from launcher.home import anchors, home
from launcher.inventory import Inventory, media_of
from launcher.postgres import Cluster
from launcher.sealed_stream import unseal_all, unsealed
from launcher.stack import Ports, Stack

_RESTORED = "baoming_restored"


class RestoreFailed(Exception):
    """Nothing was changed; the sentence says why and what to do."""


def main() -> int:
    where, source = home(), os.environ.get("FROM", "")
    try:
        kept, inventory = restore(where, Path(source) if source else None)
    except (RestoreFailed, BackupFailed) as problem:
        print(problem, file=sys.stderr)
        return 1
    print(
        f"Restored and proved: {inventory.rows:,} rows of {len(inventory.tables)} tables, {inventory.media[0]:,} files."
    )
    if kept:
        print(f"What was there before is kept: database {kept}, folder {where / f'media.{kept}'}.")
    return 0


def restore(where: Path, source: Path | None) -> tuple[str, Inventory]:
    """Bring back the backup in `source`; returns what the old database is called now, and what there is."""
    wanted, ring = _opened(where, source)
    assert source is not None
    stamp = f"baoming_before_{datetime.now(UTC):%Y%m%d_%H%M%S}"
    with _running(Cluster(where)) as cluster:
        _require_alone(cluster)
        media = where / "media.restored"
        try:
            _unpack(source / MEDIA, media)
            _load(where, cluster, source / DATABASE, ring)
            _prove(cluster, media, wanted)
            kept = _change_places(cluster, where, stamp)
        except BaseException:
            _remove(cluster, media)
            raise
        _anchors_back(source / ANCHORS, anchors(where), stamp)
    return kept, wanted


def _anchors_back(source: Path, there: Path, kept: str) -> None:
    """Put the backup's anchors beside its database; those of the database that was there are kept like it.

    Last, since a database beside another's anchors is complained of and sealed no further, never passed over.
    """
    if there.exists():
        there.rename(there.with_name(f"{there.name}.{kept}"))
    there.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    there.touch(mode=0o600)
    if source.exists():  # a backup of before there were anchors has no roots either
        there.write_bytes(source.read_bytes())


def _opened(where: Path, source: Path | None) -> tuple[Inventory, KeyRing]:
    """Return what the backup says it holds. Raises RestoreFailed, BackupFailed."""
    if source is None or not all((source / name).is_file() for name in (DATABASE, MEDIA, INVENTORY)):
        there = f"{source} holds no whole backup. " if source else ""
        raise RestoreFailed(f"{there}Name the folder of a whole backup: make restore FROM=/path/to/backup")
    ring = vault_of(where)
    with (source / INVENTORY).open("rb") as file:
        try:
            content = json.loads(unseal_all(file, ring=ring, name=INVENTORY))
        except SealBroken as error:
            raise RestoreFailed(
                f"{where / 'keys' / 'vault.json'} does not open this backup, or the backup was changed: "
                "put back the keys that were in use when it was made."
            ) from error
    return Inventory.from_json(content), ring


@contextmanager
def _running(cluster: Cluster) -> Iterator[Cluster]:
    """The cluster, started if it is not running, and then stopped again."""
    was_running = cluster.answers()
    cluster.start()
    try:
        yield cluster
    finally:
        if not was_running:
            cluster.stop()


def _require_alone(cluster: Cluster) -> None:
    with _admin(cluster) as admin:
        others = admin.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = 'baoming'").fetchone()
    if others and others[0]:
        raise RestoreFailed("The portals are at work: stop `make run` first, then restore.")


def _unpack(packed: Path, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o755)
    try:
        with tarfile.open(packed) as tar:
            tar.extractall(folder, filter="data")
    except (OSError, tarfile.TarError) as error:
        raise RestoreFailed(f"{packed} is damaged ({error}): take another copy of the backup.") from error


def _load(where: Path, cluster: Cluster, dump: Path, ring: KeyRing) -> None:
    """Fill a new database from the sealed dump. Raises RestoreFailed."""
    _drop(cluster)
    Stack(where, Ports()).manage("bootstrap_roles", "--database", _RESTORED)
    program = str(cluster.binaries() / "pg_restore")
    options = ["--exit-on-error", "--username=postgres", f"--host={cluster.socket}", f"--dbname={_RESTORED}"]
    process = subprocess.Popen([program, *options], stdin=subprocess.PIPE)
    try:
        with process, dump.open("rb") as file:
            assert process.stdin is not None
            for piece in unsealed(file, ring=ring, name=DATABASE):
                process.stdin.write(piece)
    except (SealBroken, BrokenPipeError) as error:
        raise RestoreFailed(f"{dump} is damaged: take another copy of the backup.") from error
    if process.returncode:
        raise RestoreFailed("pg_restore did not end well; what it says stands above. What was there is untouched.")


def _prove(cluster: Cluster, media: Path, wanted: Inventory) -> None:
    with psycopg.connect(cluster.url("postgres", _RESTORED)) as connection:
        differences = wanted.differences(Inventory.of(connection, media=media_of(media)))
    if differences:
        raise RestoreFailed(
            "What was restored is not what was backed up, so nothing was changed: " + "; ".join(differences) + "."
        )


def _change_places(cluster: Cluster, where: Path, kept: str) -> str:
    """Let the restored files and database take their places; returns the old database's name, empty without one.

    The files first, since they can be put back: the database alone decides, in one transaction of its own.
    """
    media, old, new = where / "media", where / f"media.{kept}", where / "media.restored"
    if media.exists():
        media.rename(old)
    new.rename(media)
    try:
        with _admin(cluster) as admin:
            there = admin.execute("SELECT 1 FROM pg_database WHERE datname = 'baoming'").fetchone()
            with admin.transaction():
                if there:
                    admin.execute(_renaming("baoming", kept))
                admin.execute(_renaming(_RESTORED, "baoming"))
    except psycopg.Error as error:
        media.rename(new)
        if old.exists():
            old.rename(media)
        raise RestoreFailed("The portals were started meanwhile: stop `make run`, then restore again.") from error
    return kept if there else ""


def _renaming(old: str, new: str) -> sql.Composed:
    return sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(old), sql.Identifier(new))


def _remove(cluster: Cluster, media: Path) -> None:
    shutil.rmtree(media, ignore_errors=True)
    _drop(cluster)


def _drop(cluster: Cluster) -> None:
    with _admin(cluster) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(_RESTORED)))


def _admin(cluster: Cluster) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(cluster.url("postgres", "postgres"), autocommit=True)


if __name__ == "__main__":
    sys.exit(main())
