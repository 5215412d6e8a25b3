"""Say what is wrong with this installation and what to do about it: `manage.py doctor`. Changes nothing.

Run it as the user, and with the environment, of the portals: it asks whether they can work.
"""

import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand
from django.db import DatabaseError, NotSupportedError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from baoming.documents.glyphs import default_faces
from baoming.messages.services.senders import senders
from baoming.payments.queries import cashier
from baoming.registrations.models import Registration
from baoming.registrations.person_ways import FACE, NETWORK
from baoming.registrations.queries import document_context
from baoming.registrations.services.person_checks import provider as person_check
from baoming.registrations.services.system_checks import provider as system_check
from baoming.seasons.models import Season, SeasonData
from baoming.seasons.queries import current_season
from baoming.vault.sealing import KeyFileUnsafe, KeyRing, SealBroken
from baoming.web.management.commands.load_season import documents, imported

Check = Callable[[], str]  # returns a sentence that says what to do, or nothing

_CONNECT_SECONDS = 2.0
_HEARTBEAT_SECONDS = 30  # the worker gives one every ten
_WAIT_MINUTES = 5
_UNSEALED_SECONDS = 60  # the worker seals every five
_ROOTS_AHEAD = 12  # roots of a minute that the anchor file may lack
_FREE_BYTES = 2 * 1000**3
_DRIFT_SECONDS = 2.0
_HSTS_SECONDS = 365 * 24 * 3600

_OWNS = """
SELECT rolsuper OR rolcreaterole OR rolbypassrls
    OR EXISTS (SELECT FROM pg_database WHERE datname = current_database() AND pg_has_role(datdba, 'MEMBER'))
    OR EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public' AND pg_has_role(tableowner, 'MEMBER'))
FROM pg_roles WHERE rolname = current_user
"""
_ALIVE = """
SELECT EXISTS (SELECT FROM procrastinate_workers
               WHERE last_heartbeat > clock_timestamp() - make_interval(secs => %s))
"""
_UNSEALED = """
SELECT count(*) FROM audit_event AS e
WHERE id > (SELECT coalesce(max(up_to), 0) FROM audit_root) AND at < clock_timestamp() - make_interval(secs => %s)
    AND NOT EXISTS (SELECT FROM audit_leaf AS l WHERE l.event = e.id)
"""
_LATE = """
SELECT count(*) FROM procrastinate_jobs AS job
WHERE status = 'todo' AND clock_timestamp() - make_interval(mins => %s) > coalesce(
    scheduled_at, (SELECT max(at) FROM procrastinate_events WHERE job_id = job.id))
"""


class Command(BaseCommand):
    help = "Say what is wrong with this installation and what to do; ends with 1 if anything is."
    requires_system_checks: list[str] = []  # they are one of the doctor's own questions

    def handle(self, *args: object, **options: object) -> None:
        found = list(complaints())
        for name, sentence in found:
            self.stdout.write(f"{name}: {sentence}")
        if found:
            sys.exit(1)
        version = _one("SHOW server_version")
        self.stdout.write(f"Nothing is wrong: {len(ALONE) + len(ASKING) + 1} checks, PostgreSQL {version}.")


def complaints() -> Iterator[tuple[str, str]]:
    """Yield (name of the check, sentence) for all that is wrong. Without a database its own checks say nothing."""
    away = database()
    if away:
        yield "database", away
    # A query that fails ends its own block, not the questions after it.
    asking = [] if away else [(name, _said(check, transaction.atomic())) for name, check in ASKING]
    alone = [(name, _said(check, nullcontext())) for name, check in ALONE]
    yield from ((name, sentence) for name, sentence in (*asking, *alone) if sentence)


def database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        connection.check_database_version_supported()
    except NotSupportedError as error:
        return f"The database is too old ({error}): move to a newer one as docs/operations/upgrade.md says."
    except DatabaseError as error:
        reason = " ".join(str(error).split())
        return f"The database does not answer: start PostgreSQL, or correct DATABASE_URL ({reason})."
    return ""


def migrations() -> str:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not waiting:
        return ""
    first = waiting[0][0]
    missing = f"{len(waiting)} missing from {first} on"
    return f"Not every migration is applied ({missing}): run `manage.py migrate` as role migrate."


def role() -> str:
    if not _one(_OWNS):
        return ""
    return (
        f"The database role {_one('SELECT current_user')} is a superuser or owns tables, so that the record could be "
        "rewritten: let DATABASE_URL name a role that `manage.py bootstrap_roles` makes for this process."
    )


def season() -> str:
    try:
        current = current_season()[0]
        files = documents(current.province, current.year)
    except (Season.DoesNotExist, ImproperlyConfigured) as error:
        return f"{error}."
    except FileNotFoundError as error:
        return f"The loaded season has no data file {error.filename}: install the version of Baoming that brings it."
    stored = {row.key: row.content for row in SeasonData.objects.filter(season=current).order_by("version")}
    shipped = files.keys() - imported(current)
    old = sorted(key for key in shipped if stored.get(key) != files[key])
    if not old:
        return ""
    command = f"manage.py load_season {current.province} {current.year} --kind {current.kind}"
    return f"The season was loaded from other data files than are here now ({', '.join(old)}): run `{command}`."


def vault() -> str:
    try:
        ring = KeyRing.load(settings.VAULT_KEYS)
        whole = ring.unseal(ring.seal(b"probe", context="doctor"), context="doctor") == b"probe"
    except (OSError, KeyFileUnsafe) as error:
        return f"The vault keys cannot be used ({error}): correct BAOMING_VAULT_KEYS, or take them from the backup."
    return "" if whole else "The vault keys do not open what they seal: take them from the backup."


def sealed() -> str:
    """A key file of another installation is whole and opens its own probes, but not what is stored here."""
    row = Registration.objects.only("document_sealed").first()
    if row is None or vault():
        return ""
    try:
        KeyRing.load(settings.VAULT_KEYS).unseal(row.document_sealed, context=document_context(row.pk))
    except SealBroken:
        return f"{settings.VAULT_KEYS} does not open what is stored: take the key file of this database's backup."
    return ""


def media() -> str:
    try:
        with TemporaryFile(dir=_existing(settings.MEDIA_ROOT)) as probe:
            probe.write(b"probe")
    except OSError as error:
        return f"Photos cannot be kept in {settings.MEDIA_ROOT} ({error.strerror}): let this user write there."
    return ""


def fonts() -> str:
    absent = default_faces().absent
    if absent:
        return f"Fonts are missing, nothing can be printed ({', '.join(map(str, absent))}): run `npm ci`."
    return ""


def worker() -> str:
    if _one(_ALIVE, _HEARTBEAT_SECONDS):
        return ""
    return (
        f"No worker has given a sign of life for {_HEARTBEAT_SECONDS} seconds, so messages and payments wait: "
        "start `manage.py procrastinate worker`."
    )


def queue() -> str:
    late = _one(_LATE, _WAIT_MINUTES)
    if not late:
        return ""
    overdue = f"more than {_WAIT_MINUTES} minutes late ({late} of them)"
    return f"Jobs are {overdue}: read the worker's log, or start more workers."


def sealing() -> str:
    """What is not sealed could still be changed unseen; what is not anchored could still be cut off."""
    waiting = _one(_UNSEALED, _UNSEALED_SECONDS)
    if waiting:
        waited = f"more than {_UNSEALED_SECONDS} seconds ({waiting} of them)"
        return (
            f"Events of the audit wait to be sealed for {waited}: start the worker, or read in its log what stops it."
        )
    roots, path = _one("SELECT coalesce(max(number), 0) FROM audit_root"), settings.AUDIT_ANCHORS
    if roots and not path.exists():
        return f"The anchor file {path} is gone: put it back from its copy, then run `manage.py audit_verify`."
    held = len(path.read_bytes().splitlines()) if roots else 0
    if held + _ROOTS_AHEAD < roots or held > roots:
        read = "run `manage.py audit_verify` and read docs/security/audit.md"
        return f"{path} has {held} anchors for {roots} roots: {read}."
    return ""


def clock() -> str:
    before = timezone.now()
    there = _one("SELECT clock_timestamp()")
    after = timezone.now()
    apart = max((before - there).total_seconds(), (there - after).total_seconds())
    if apart <= _DRIFT_SECONDS:
        return ""
    return f"This machine's clock and the database's are {apart:.0f} seconds apart: set both by NTP."


def disk() -> str:
    folders = {_existing(folder) for folder in (settings.HOME, settings.MEDIA_ROOT)}
    for folder in sorted(folders):
        free = shutil.disk_usage(folder).free
        if free < _FREE_BYTES:
            return f"Only {free / 1000**3:.1f} GB are free at {folder}: make room, at least 2 GB are needed."
    return ""


def installation() -> str:
    gaps = [error.msg for error in run_checks() if error.is_serious()]
    if not settings.DEMO and settings.SECURE_HSTS_SECONDS < _HSTS_SECONDS:
        gaps.append("HSTS is off, browsers would try without TLS: BAOMING_TLS=1 brings it")
    if settings.SECURE and not settings.PROXIES and not settings.DEMO:
        gaps.append(
            "BAOMING_PROXIES is 0 though TLS needs a proxy: everybody would be counted as one network address and shut "
            "out together, set the number of proxies in a row"
        )
    if not gaps:
        return ""
    return (
        f"Settings are not safe for real people, correct them as docs/operations/settings.md says: {'; '.join(gaps)}."
    )


def service(name: str, client: Callable[[], object]) -> Check:
    """Return the check of one service outside: its keys can be read, its address takes a connection."""

    def check() -> str:
        setting = f"BAOMING_{name.upper()}"
        try:
            client()
        except (OSError, ValueError, KeyError, TypeError) as error:
            where = settings.SERVICE_KEYS
            return f"The keys of this service cannot be read below {where} ({error}): put there what it gave you."
        address = urlsplit(settings.SERVICES[name])
        if address.scheme not in {"http", "https"} or not address.hostname:
            return f"{setting} is no address: set it to the one that the service gave you."
        try:
            port = address.port or (443 if address.scheme == "https" else 80)
            socket.create_connection((address.hostname, port), timeout=_CONNECT_SECONDS).close()
        except (OSError, ValueError):
            return f"Nothing answers at {settings.SERVICES[name]}: start that service, or correct {setting}."
        return ""

    return check


def sms() -> str:
    """Each sender that has an address; one is enough."""
    given = [name for name in ("sms", "sms_tencent") if settings.SERVICES.get(name)] or ["sms"]
    return next(filter(None, (service(name, senders)() for name in given)), "")


def network_id() -> str:
    """By which an installation need not check; where it does, as any other."""
    if not settings.SERVICES.get("network_id"):
        return ""
    return service("network_id", partial(person_check, NETWORK))()


ASKING: tuple[tuple[str, Check], ...] = (
    ("migrations", migrations),
    ("database role", role),
    ("season", season),
    ("stored data", sealed),
    ("worker", worker),
    ("jobs", queue),
    ("audit", sealing),
    ("clock", clock),
)
ALONE: tuple[tuple[str, Check], ...] = (
    ("vault keys", vault),
    ("media folder", media),
    ("fonts", fonts),
    ("cashier", service("cashier", cashier)),
    ("SMS", sms),
    ("person check", service("person_check", partial(person_check, FACE))),
    ("network identity", network_id),
    ("system check", service("system_check", system_check)),
    ("disk", disk),
    ("settings", installation),
)


def _said(check: Check, around: AbstractContextManager[None]) -> str:
    """Return what the check says; one that breaks is itself a finding and must not silence the others."""
    try:
        with around:
            return check()
    except Exception as error:
        reason = " ".join(str(error).split())
        return f"This check could not be made ({type(error).__name__}: {reason}): correct the other findings first."


def _one(query: str, *values: int) -> Any:
    """Return the one value that the database answers."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchone()[0]


def _existing(folder: Path) -> Path:
    """Return the folder, or the nearest one above it that exists: it is made when first needed, not by us."""
    folder = Path(folder)
    return next(place for place in (folder, *folder.parents) if place.exists())
