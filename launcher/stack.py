"""The whole stack on one machine: what runs where, and how each part is told of the others."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import psycopg

from launcher.home import make_keys
from launcher.postgres import Cluster
from launcher.processes import ROOT, Group, Service

_ANYBODY = "SELECT EXISTS (SELECT FROM registrations_registration) OR EXISTS (SELECT FROM registrations_rosterentry)"
_STANDINS = ("cashier", "sms", "identity", "reader", "guide", "tencent", "faceid")


@dataclass(frozen=True)
class Ports:
    """Loopback ports, counted up from the first."""

    first: int = 8000

    @property
    def candidate(self) -> int:
        return self.first

    @property
    def office(self) -> int:
        return self.first + 1

    def standin(self, name: str) -> int:
        return self.first + 10 + _STANDINS.index(name)


class PortTaken(Exception):
    """Something else listens where we would; the sentence says what to do."""


class Stack:
    """PostgreSQL, both portals, the worker and the stand-ins, all below one home folder."""

    def __init__(self, home: Path, ports: Ports, *, practice: bool = False) -> None:
        self.home, self.ports, self.practice = home, ports, practice
        self.cluster = Cluster(home)
        self.env = self._environment()
        self.group = Group(self._services(), log=home / "log", env=self.env)

    def prepare(self) -> None:
        """Bring data folder, roles, tables, static files and the demo season up to date. Safe to repeat."""
        self.cluster.start()
        self.manage("bootstrap_roles")
        self.manage("migrate", "--verbosity", "0", role="migrate")
        self.manage("load_demo")
        self.manage("collectstatic", "--noinput", "--verbosity", "0")

    def start(self, *, seconds: float = 60) -> None:
        """Start every process and wait until both portals answer. Raises TimeoutError, naming the log."""
        for port in (self.ports.candidate, self.ports.office, *map(self.ports.standin, _STANDINS)):
            if _taken(port):
                raise PortTaken(
                    f"Port {port} is in use: stop what runs there, or choose others with `PORT=9000 make run`"
                )
        self.group.start()
        deadline = time.monotonic() + seconds
        for port in (self.ports.candidate, self.ports.office):
            while not _answers(f"http://127.0.0.1:{port}/healthz"):
                if time.monotonic() > deadline:
                    raise TimeoutError(f"Port {port} does not answer; see {self.group.log}")
                time.sleep(0.1)

    def load_people(self) -> "subprocess.Popen[bytes] | None":
        """Begin to load the people of the demo, in a process of its own; nothing where anybody is there already."""
        with psycopg.connect(self.cluster.url("worker")) as database:
            found = database.execute(_ANYBODY).fetchone()
        if found is not None and found[0]:
            return None
        with (self.group.log / "people.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "demo"], cwd=ROOT, env={**os.environ, **self.env}, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def stop(self) -> None:
        self.group.stop()
        self.cluster.stop()

    def manage(self, *arguments: str, role: str = "worker") -> None:
        env = {**os.environ, **self.env, "DATABASE_URL": self.cluster.url(role)}
        subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=env, check=True)

    def url(self, name: str) -> str:
        port = getattr(self.ports, name, None) or self.ports.standin(name)
        return f"http://127.0.0.1:{port}"

    def _environment(self) -> dict[str, str]:
        standins = self.home / "standins"
        return {
            "BAOMING_HOME": str(self.home),
            "BAOMING_DEMO": "practice" if self.practice else "1",
            "DATABASE_URL": self.cluster.url("worker"),  # of jobs and commands, who act for the system
            "BAOMING_ADMIN_DATABASE_URL": self.cluster.url("postgres", "postgres"),
            "BAOMING_SERVICE_KEYS": str(standins),
            "BAOMING_CASHIER": self.url("cashier"),
            "BAOMING_SMS": self.url("sms"),
            "BAOMING_SMS_TENCENT": self.url("tencent"),
            "BAOMING_PERSON_CHECK": self.url("faceid"),
            "BAOMING_NETWORK_ID": self.url("identity"),
            "BAOMING_SYSTEM_CHECK": self.url("identity"),
            "BAOMING_READER": self.url("reader"),
            "BAOMING_CANDIDATE_ORIGIN": self.url("candidate"),
            "BAOMING_OFFICE_ORIGIN": self.url("office"),
            "BAOMING_STATIC_STORAGE": "whitenoise.storage.CompressedManifestStaticFilesStorage",
            "PYTHONUNBUFFERED": "1",
            **make_keys(self.home / "keys"),
        }

    def _services(self) -> list[Service]:
        portals = [
            Service(name, granian(port), {"BAOMING_PORTAL": name, "DATABASE_URL": self.cluster.url(name)})
            for name, port in (("candidate", self.ports.candidate), ("office", self.ports.office))
        ]
        options = [
            "--concurrency",
            "4",
            "--delete-jobs",
            "successful",
        ]  # a season has millions; failures stay to be read
        worker = Service("worker", [sys.executable, "manage.py", "procrastinate", "worker", *options])
        return [*self._standins(), worker, *portals]

    def _standins(self) -> list[Service]:
        services = []
        for name in _STANDINS:
            folder = self.home / "standins" / name
            command = [sys.executable, "-m", f"standins.{name}", "--port", str(self.ports.standin(name))]
            command += ["--home", str(folder)]
            if name == "reader":
                command += ["--origin", self.url("office")]
            services.append(Service(name, command))
        return [service for service in services if (ROOT / "standins" / service.name / "__main__.py").exists()]


def granian(port: int, application: str = "baoming.config.wsgi:application") -> list[str]:
    """Return the command that serves `application` on a loopback port."""
    return [
        str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", "1", "--blocking-threads", "4", "--no-access-log", application,
    ]  # fmt: skip


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  loopback, written by us
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
