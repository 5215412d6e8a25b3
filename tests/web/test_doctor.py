"""The doctor is silent about a healthy installation, and says in a sentence what ails a sick one."""

import json
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.db.utils import ConnectionHandler
from django.test import override_settings
from django.utils import timezone

from baoming.audit.services import sealing
from baoming.documents.glyphs import Typefaces
from baoming.messages.services.senders import senders as sms
from baoming.payments.queries import cashier
from baoming.registrations.services.person_checks import provider as person_check
from baoming.registrations.services.system_checks import provider as system_check
from baoming.vault.sealing import KeyRing
from baoming.web.management.commands import doctor
from launcher.doctor import obstacle
from tests import factories as make
from tests.environment import CLUSTER, DATABASE, ROOT

pytestmark = pytest.mark.django_db
OF_THE_DATABASE = {
    "database", "migrations", "database role", "season", "stored data", "worker", "jobs", "audit", "clock",
    "vault keys",
}  # fmt: skip


def run_sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def said() -> dict[str, str]:
    return dict(doctor.complaints())


@pytest.fixture
def healthy() -> Iterator[None]:
    """A season, one person and a worker that lives; what was read of service keys is forgotten afterwards."""
    make.season()
    make.segment(make.site())
    make.registration(make.site())
    run_sql("INSERT INTO procrastinate_workers DEFAULT VALUES")
    yield
    for client in (sms, cashier, person_check, system_check):
        client.cache_clear()


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Callable[..., override_settings]]:
    """Settings of services that all listen, with their keys; addresses may be changed."""
    for folder, secret in (("sms", "sms"), ("identity", "identity"), ("identity", "system_check")):
        (tmp_path / "keys" / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / "keys" / folder / f"{secret}.secret").write_bytes(b"k" * 32)
    with socket.create_server(("127.0.0.1", 0)) as server:
        here = f"http://127.0.0.1:{server.getsockname()[1]}"

        def settings(**changes: str) -> override_settings:
            addresses = {"cashier": here, "sms": here, "person_check": here, "system_check": here, **changes}
            (tmp_path / "keys" / "faceid").mkdir(exist_ok=True)
            account = {"secret_id": "AKID", "secret_key": "k", "rule_id": "1"}
            (tmp_path / "keys" / "faceid" / "account.json").write_text(json.dumps(account))
            return override_settings(SERVICES=addresses, SERVICE_KEYS=tmp_path / "keys")

        yield settings


@pytest.mark.usefixtures("healthy")
def test_a_healthy_database_gives_no_complaint() -> None:
    assert not OF_THE_DATABASE & said().keys()


@pytest.mark.parametrize(
    ("statement", "name", "sentence"),
    [
        (
            "DELETE FROM django_migrations WHERE app = 'reviews' AND name ="
            " (SELECT max(name) FROM django_migrations WHERE app = 'reviews')",
            "migrations", "(1 missing from reviews.",
        ),
        ("DELETE FROM procrastinate_workers", "worker", "start `manage.py procrastinate worker`"),
        (
            "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '31 seconds'",
            "worker", "No worker has given a sign of life for 30 seconds",
        ),
        (
            "INSERT INTO procrastinate_jobs (queue_name, task_name, scheduled_at)"
            " VALUES ('default', 'shared.retry_stalled', now() - interval '301 seconds')",
            "jobs", "Jobs are more than 5 minutes late (1 of them): read the worker's log",
        ),
        (
            "UPDATE seasons_seasondata SET content = '{}' WHERE key = 'fees'",
            "season", "other data files than are here now (fees): run `manage.py load_season 43 2023 --kind demo`",
        ),
        ("UPDATE seasons_season SET kind = 'practice'", "season", "No season is loaded: run `manage.py load_season`"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("healthy")
def test_what_ails_the_database_is_said(statement: str, name: str, sentence: str) -> None:
    assert name not in said()
    run_sql(statement)
    assert sentence in said()[name]


@pytest.mark.usefixtures("healthy")
def test_a_job_that_is_due_since_four_minutes_is_not_late() -> None:
    run_sql(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, scheduled_at)"
        " VALUES ('default', 'shared.retry_stalled', now() - interval '240 seconds')"
    )
    assert "jobs" not in said()


@pytest.mark.usefixtures("healthy")
def test_a_check_that_breaks_does_not_silence_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_ALIVE", "SELECT no_such_column, %s")
    run_sql("UPDATE seasons_season SET kind = 'practice'")
    found = said()
    assert "This check could not be made (ProgrammingError" in found["worker"]
    assert "season" in found
    assert "jobs" not in found


@pytest.mark.parametrize("owner", ["migrate", "postgres"])
def test_an_owner_or_superuser_is_not_taken_for_the_app(owner: str) -> None:
    with psycopg.connect(CLUSTER.url("app", DATABASE)) as app:
        assert app.execute(doctor._OWNS).fetchone() == (False,)
    with psycopg.connect(CLUSTER.url(owner, DATABASE)) as other:
        assert other.execute(doctor._OWNS).fetchone() == (True,)


def as_role(monkeypatch: pytest.MonkeyPatch, **changes: str) -> None:
    """Let the doctor ask over a connection of its own with these settings."""
    other = ConnectionHandler({"default": {**connections.settings["default"], **changes}})["default"]
    monkeypatch.setattr(doctor, "connection", other)


def test_the_sentence_names_the_role_and_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    as_role(monkeypatch, USER="migrate")
    try:
        sentence = doctor.role()
    finally:
        doctor.connection.close()
    assert "The database role migrate is a superuser or owns tables" in sentence
    assert "bootstrap_roles" in sentence


def test_without_a_database_only_that_is_said_of_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    as_role(monkeypatch, HOST=str(tmp_path))
    found = said()
    assert "The database does not answer: start PostgreSQL" in found["database"]
    assert not {name for name, _ in doctor.ASKING} & found.keys()


def test_a_database_that_is_too_old_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection.features, "minimum_database_version", (99,))
    assert "The database is too old (PostgreSQL 99 or later is required" in said()["database"]


@pytest.mark.usefixtures("healthy")
@pytest.mark.parametrize(("seconds", "wrong"), [(3, True), (-3, True), (1, False)])
def test_clocks_more_than_two_seconds_apart_are_said(
    monkeypatch: pytest.MonkeyPatch, seconds: int, wrong: bool
) -> None:
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(seconds=seconds))
    assert bool(doctor.clock()) is wrong
    if wrong:
        assert "are 3 seconds apart: set both by NTP" in doctor.clock()


@pytest.mark.usefixtures("healthy")
def test_keys_that_are_gone_open_to_others_or_foreign_are_said(tmp_path: Path) -> None:
    file = tmp_path / "vault.json"
    with override_settings(VAULT_KEYS=file):
        assert "take them from the backup" in said()["vault keys"]
        KeyRing.generate().save(file)
        found = said()
        assert "vault keys" not in found  # whole, but of another installation
        assert "does not open what is stored" in found["stored data"]
        file.chmod(0o644)
        assert "set its mode to 600" in said()["vault keys"]


def test_a_media_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with override_settings(MEDIA_ROOT=tmp_path / "file"):
        assert "Photos cannot be kept" in said()["media folder"]
    with override_settings(MEDIA_ROOT=tmp_path / "not" / "yet"):
        assert "media folder" not in said()
    assert not (tmp_path / "not").exists()


def test_missing_fonts_are_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert "fonts" not in said()
    monkeypatch.setattr(doctor, "default_faces", lambda: Typefaces(node_modules=tmp_path))
    sentence = said()["fonts"]
    assert "run `npm ci`" in sentence
    assert len(re.findall(re.escape(str(tmp_path)), sentence)) == 5  # four faces and the rare characters


def test_a_full_disk_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1_900_000_000))
    assert "Only 1.9 GB are free" in said()["disk"]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=2_000_000_000))
    assert "disk" not in said()


@pytest.mark.usefixtures("healthy")
def test_services_are_asked_for_a_connection(services: Callable[..., override_settings]) -> None:
    with services():
        found = said()
        assert not {"SMS", "person check", "system check"} & found.keys()
        assert "The keys of this service cannot be read" in found["cashier"]
    with services(sms="http://127.0.0.1:9", person_check="", system_check="http://127.0.0.1:9"):
        found = said()
    assert found["SMS"] == "Nothing answers at http://127.0.0.1:9: start that service, or correct BAOMING_SMS."
    assert "BAOMING_PERSON_CHECK is no address" in found["person check"]
    assert "correct BAOMING_SYSTEM_CHECK" in found["system check"]
    assert "network identity" not in found  # an installation may do without
    with services(network_id="http://127.0.0.1:9"):
        assert "correct BAOMING_NETWORK_ID" in said()["network identity"]


def test_settings_of_a_demo_are_refused_for_real_people_only() -> None:
    assert "settings" not in said()
    with override_settings(DEMO=False):
        sentence = said()["settings"]
    assert "BAOMING_TLS is not 1" in sentence
    assert "HSTS is off" in sentence


@pytest.mark.parametrize(
    ("changed", "complains"),
    [({}, True), ({"PROXIES": 1}, False), ({"SECURE": False}, False), ({"DEMO": True}, False)],
)
def test_tls_without_a_proxy_that_is_believed_is_complained_of(changed: dict[str, object], complains: bool) -> None:
    """Behind a proxy that is not counted a whole province is one address to the limits."""
    with override_settings(**{"DEMO": False, "SECURE": True, "PROXIES": 0, **changed}):
        assert ("BAOMING_PROXIES is 0" in said().get("settings", "")) is complains


@pytest.mark.parametrize("wrong", [{}, {"disk": "Make room."}])
def test_the_command_ends_with_1_if_anything_is_wrong(monkeypatch: pytest.MonkeyPatch, wrong: dict[str, str]) -> None:
    monkeypatch.setattr(doctor, "complaints", lambda: iter(wrong.items()))
    out = StringIO()
    if wrong:
        with pytest.raises(SystemExit) as ended:
            call_command("doctor", stdout=out)
        assert ended.value.code == 1
        assert out.getvalue() == "disk: Make room.\n"
    else:
        call_command("doctor", stdout=out)
        assert re.search(r"Nothing is wrong: 19 checks, PostgreSQL \d+", out.getvalue())


def test_the_launcher_says_why_it_cannot_ask_and_makes_nothing(tmp_path: Path) -> None:
    assert "There is no installation" in obstacle(tmp_path)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("18\n")
    assert "vault.json is gone: take it from the backup" in obstacle(tmp_path)
    (tmp_path / "keys").mkdir()
    for name in ("vault.json", "session.key"):
        (tmp_path / "keys" / name).touch()
    done = subprocess.run(
        [sys.executable, "-m", "launcher.doctor"],
        cwd=ROOT, env={"BAOMING_HOME": str(tmp_path)}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert "is not running: start it with `make run`" in done.stdout
    assert {path.name for path in tmp_path.iterdir()} == {"postgres", "keys"}


@pytest.mark.usefixtures("healthy")
def test_it_says_when_the_audit_is_not_sealed_and_when_its_anchors_are_gone(tmp_path: Path) -> None:
    added = (
        "INSERT INTO audit_event (at, verb, actor_kind, actor_id, actor_path, actor_label, path, details) "
        "VALUES (now() - interval '2 minutes', 'test', 'system', '', '', '', '43/', '{}')"
    )
    path = tmp_path / "audit" / "anchors"
    with override_settings(AUDIT_ANCHORS=path):
        run_sql(added)
        assert "(1 of them)" in said()["audit"]
        sealing.seal()
        assert "audit" not in said()
        kept = path.read_bytes()
        path.write_bytes(kept * 2)
        assert "has 2 anchors for 1 roots" in said()["audit"]
        path.unlink()
        assert "is gone" in said()["audit"]
