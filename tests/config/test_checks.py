"""An installation for real people does not start before it is safe; a demo starts as it is."""

import os
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from secrets import token_urlsafe

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import ProgrammingError
from django.test import override_settings

from baoming.config import checks
from baoming.seasons.models import Season
from baoming.seasons.queries import current_season
from baoming.web.management.commands import doctor
from baoming.web.management.commands.load_season import load
from launcher.stack import granian
from tests import factories as make
from tests.environment import ROOT

Environment = Callable[..., dict[str, str]]


@pytest.fixture
def real(tmp_path: Path) -> Environment:
    """The environment of an installation for real people, but for the changes."""
    for name, text in (
        ("secret", token_urlsafe(48)),
        ("vault.json", "{}"),
        ("services/cashier/wechat/merchant.key", ""),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o600)
    public = tmp_path / "services" / "cashier" / "wechat" / "platform" / "1.pub"  # anybody may read this one
    public.parent.mkdir()
    public.write_text("")

    def environment(**changes: str) -> dict[str, str]:
        given = {
            "BAOMING_HOME": str(tmp_path),
            "BAOMING_SECRET_KEY_FILE": str(tmp_path / "secret"),
            "BAOMING_VAULT_KEYS": str(tmp_path / "vault.json"),
            "BAOMING_HOSTS": "gaokao.example.cn",
            "BAOMING_TLS": "1",
            "BAOMING_CANDIDATE_ORIGIN": "https://gaokao.example.cn",
            "BAOMING_OFFICE_ORIGIN": "https://office.example.cn",
            "BAOMING_CASHIER": "https://pay.example.cn",
            "BAOMING_SMS": "https://sms.example.cn",
            "BAOMING_PERSON_CHECK": "https://face.example.cn",
            "BAOMING_SYSTEM_CHECK": "https://register.example.cn",
            "BAOMING_SERVICE_KEYS": str(tmp_path / "services"),
            **changes,
        }
        mine = {name: value for name, value in os.environ.items() if not name.startswith("BAOMING_")}
        return mine | {name: value for name, value in given.items() if value}

    return environment


def run(environment: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )


def found(environment: dict[str, str]) -> list[str]:
    """What the checks say where the settings are read anew from `environment`, as a new process would read them."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("BAOMING_")]:
            patch.delenv(name)
        for name, value in environment.items():
            patch.setenv(name, value)
        read = runpy.run_path(str(ROOT / "baoming" / "config" / "settings.py"))
    names = {name for name in read if name.isupper()} - {"DATABASES"}  # which no check of ours reads
    changed = {name: read[name] for name in names if read[name] != getattr(settings, name)}
    with override_settings(**changed):
        return [error.msg for error in run_checks(tags=["installation"])]


def test_a_complete_installation_passes(real: Environment) -> None:
    done = run(real(), "manage.py", "check")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("BAOMING_SECRET_KEY_FILE", "", "BAOMING_SECRET_KEY_FILE is not set"),
        ("BAOMING_SECRET_KEY_FILE", "short", "fewer than 32 characters"),
        ("BAOMING_VAULT_KEYS", "/nowhere/vault.json", "there is no file /nowhere/vault.json"),
        ("BAOMING_TLS", "", "BAOMING_TLS is not 1"),
        ("BAOMING_HOSTS", "", "BAOMING_HOSTS must name"),
        ("BAOMING_HOSTS", "*", "BAOMING_HOSTS must name"),
        ("BAOMING_CANDIDATE_ORIGIN", "http://gaokao.example.cn", "BAOMING_CANDIDATE_ORIGIN must begin with https"),
        ("BAOMING_OFFICE_ORIGIN", "", "BAOMING_OFFICE_ORIGIN must begin with https"),
        ("BAOMING_ORIGINS", "http://gaokao.example.cn", "BAOMING_ORIGINS must begin with https"),
        ("BAOMING_CANDIDATE_ORIGIN", "https://127.0.0.1", "BAOMING_CANDIDATE_ORIGIN names this machine itself"),
        ("BAOMING_OFFICE_ORIGIN", "https://office.localhost:8001", "BAOMING_OFFICE_ORIGIN names this machine"),
        ("BAOMING_OFFICE_ORIGIN", "https://gaokao.example.cn", "BAOMING_OFFICE_ORIGIN are one"),
        ("BAOMING_CASHIER", "", "BAOMING_CASHIER must be"),
        ("BAOMING_CASHIER", "http://pay.example.cn", "BAOMING_CASHIER must be the service's address and begin with h"),
        ("BAOMING_SMS", "https://[::1]:8012", "BAOMING_SMS names this machine itself, where only stand-ins answer"),
        ("BAOMING_SMS", "", "BAOMING_SMS or BAOMING_SMS_TENCENT must be"),
        ("BAOMING_SMS_FIRST", "sms_tencent", "BAOMING_SMS_FIRST must be sms or tencent"),
        ("BAOMING_PERSON_CHECK", "", "BAOMING_PERSON_CHECK must be"),
        ("BAOMING_SYSTEM_CHECK", "", "BAOMING_SYSTEM_CHECK must be"),
        ("BAOMING_SERVICE_KEYS", "", "lies under `standins`"),
        ("BAOMING_SERVICE_KEYS", "/nowhere", "there is no folder /nowhere"),
    ],
)
def test_each_gap_is_named(real: Environment, tmp_path: Path, name: str, value: str, sentence: str) -> None:
    if value == "short":
        (tmp_path / "short").write_text("short")
        value = str(tmp_path / "short")
    assert found(real()) == []
    [said] = found(real(**{name: value}))
    assert sentence in said


def test_each_key_that_others_may_read_is_named(real: Environment, tmp_path: Path) -> None:
    environment = real()
    files = [tmp_path / name for name in ("secret", "vault.json", "services/cashier/wechat/merchant.key")]
    for file in files:
        file.chmod(0o640)
    done = run(environment, "manage.py", "check")
    assert done.returncode != 0
    for file in files:
        assert f"Others on this machine may read {file}: set its mode to 600" in done.stderr
    assert done.stderr.count("(baoming.") == len(files)


def test_a_key_that_nobody_drew_is_named(real: Environment, tmp_path: Path) -> None:
    environment = real()
    (tmp_path / "secret").write_text("changeme" * 8)
    [said] = found(environment)
    assert "was not drawn at random" in said


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"DEBUG": True}, "DEBUG is on"),
        ({"SECURE": True, "SESSION_COOKIE_NAME": "bm_office"}, "The session cookie is not bound to this host"),
        ({"SECURE": True, "CSRF_COOKIE_SECURE": False}, "The form cookie is not bound to this host"),
    ],
)
def test_who_changes_the_settings_file_is_told(changes: dict[str, object], sentence: str) -> None:
    with override_settings(DEMO=False, **changes):
        assert [error for error in run_checks(tags=["installation"]) if sentence in error.msg]
    with override_settings(DEMO=False):
        assert not [error for error in run_checks(tags=["installation"]) if sentence in error.msg]


def test_the_portal_does_not_start_with_a_gap(real: Environment) -> None:
    program, *arguments = granian(18997)
    done = subprocess.run(
        [program, *arguments], cwd=ROOT, env=real(BAOMING_TLS=""), capture_output=True, text=True, timeout=60
    )
    assert done.returncode != 0
    assert "BAOMING_TLS is not 1" in done.stdout + done.stderr


def test_the_worker_does_not_start_with_a_gap(real: Environment) -> None:
    done = run(real(BAOMING_TLS=""), "manage.py", "procrastinate", "worker", "--one-shot")
    assert done.returncode != 0
    assert "BAOMING_TLS is not 1" in done.stderr


@pytest.mark.django_db
def test_a_demo_starts_as_it_is() -> None:
    make.season()
    assert run_checks(tags=["installation"]) == []
    checks.refuse_to_start()


def test_without_the_demo_the_same_settings_are_refused() -> None:
    with override_settings(DEMO=False), pytest.raises(SystemExit, match="BAOMING_TLS is not 1"):
        checks.refuse_to_start()


PRINTED = """
from django.conf import settings as s
print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS, s.SECURE_PROXY_SSL_HEADER)
"""


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({}, "True True 31536000 None"),
        ({"BAOMING_PROXIES": "1"}, "True True 31536000 ('HTTP_X_FORWARDED_PROTO', 'https')"),
        ({"BAOMING_TLS": ""}, "False False 0 None"),
    ],
)
def test_tls_brings_what_belongs_to_it(real: Environment, changes: dict[str, str], shown: str) -> None:
    environment = {**real(**changes), "DJANGO_SETTINGS_MODULE": "baoming.config.settings"}
    assert run(environment, "-c", PRINTED).stdout.strip() == shown


@pytest.mark.django_db
def test_a_demo_beside_a_real_season_is_refused() -> None:
    demo = make.season()
    assert current_season()[0] == demo
    load("43", 2023, Season.Kind.REAL)
    with pytest.raises(ImproperlyConfigured, match="a real season is loaded"):
        current_season()
    with pytest.raises(SystemExit, match="BAOMING_DEMO is set, but a real season is loaded"):
        checks.refuse_to_start()
    assert "BAOMING_DEMO is set, but a real season is loaded" in doctor.installation()
    with override_settings(DEMO=False):
        assert current_season()[0].is_real


@pytest.mark.django_db
def test_a_demo_starts_before_there_is_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_table(**_: object) -> None:
        raise ProgrammingError("relation does not exist")

    monkeypatch.setattr(Season.objects, "filter", no_table)
    assert run_checks(tags=["installation"]) == []
