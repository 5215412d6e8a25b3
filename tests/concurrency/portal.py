"""The candidate portal as the launcher starts it, in front of the tests' database: started, killed, started again."""

import http.client
import os
import signal
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import psycopg
from django.conf import settings

from launcher.stack import Ports, Stack
from tests.environment import CLUSTER, DATABASE, HOME

PATIENCE = 30  # seconds until waiting for a process is given up
_NAME = "killed-portal"  # what PostgreSQL calls this process's connections
_FORM_TOKEN = "t" * 32  # the form's token, in cookie and field alike


@dataclass
class Answer:
    """What one request came to. `sent_at` is None if not all of it could be sent, `status` 0 without an answer."""

    sent_at: float | None = None
    status: int = 0
    location: str = ""
    body: str = ""


class Portal:
    """One candidate portal process on a port of its own. `application` replaces what it serves (controls only)."""

    def __init__(self, log: Path, *, application: str = "") -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        key = HOME / "keys" / "session.key"
        key.write_text(settings.SECRET_KEY, "ascii")  # sessions made here are good there
        stack = Stack(HOME, Ports(self.port))
        self._service = next(service for service in stack.group.services if service.name == "candidate")
        if application:
            self._service.command = [*self._service.command[:-1], application]
        role = {"DATABASE_URL": CLUSTER.url("candidate", DATABASE)}
        self._service.env = {**self._service.env, **role}
        own = {"PGAPPNAME": _NAME}
        own["BAOMING_STATIC_STORAGE"] = os.environ["BAOMING_STATIC_STORAGE"]
        self._env, self._log = {**stack.env, **own}, log

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._service.start(self._log, self._env)
        deadline = time.monotonic() + PATIENCE
        while self.send("GET", "/healthz").status != 200:
            assert time.monotonic() < deadline, f"the portal does not start, see {self._log}"
            time.sleep(0.05)

    def kill(self) -> float:
        """SIGKILL the whole process group; return the moment just before, on the monotonic clock."""
        process = self._service.process
        assert process is not None
        assert process.poll() is None, "the portal died of itself"
        at = time.monotonic()
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)
        return at

    def wait_until_forgotten(self) -> None:
        """Wait until PostgreSQL has ended what the killed process had begun, one way or the other."""
        deadline = time.monotonic() + PATIENCE
        with psycopg.connect(CLUSTER.url("postgres", DATABASE), autocommit=True) as watch:
            while watch.execute("SELECT 1 FROM pg_stat_activity WHERE application_name = %s", [_NAME]).fetchone():
                assert time.monotonic() < deadline, "PostgreSQL still works for a killed process"
                time.sleep(0.02)

    def stop(self) -> None:
        self._service.stop()

    def send(
        self,
        method: str,
        path: str,
        *,
        session: str = "",
        fields: Mapping[str, str] | None = None,
        until: Callable[[], None] | None = None,
    ) -> Answer:
        """Send one request on a connection of its own; a broken connection is an answer without status.

        With `until` the line is cut, with nothing read, as soon as that returns.
        """
        answer = Answer()
        cookies = f"{settings.SESSION_COOKIE_NAME.replace(settings.PORTAL, 'candidate')}={session}; "
        cookies += f"{settings.CSRF_COOKIE_NAME.replace(settings.PORTAL, 'candidate')}={_FORM_TOKEN}"
        headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode({**fields, "csrfmiddlewaretoken": _FORM_TOKEN}) if fields is not None else None
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, headers)
            answer.sent_at = time.monotonic()
            if until is not None:
                until()
                return answer
            got = connection.getresponse()
            answer.body = got.read().decode()
            answer.location, answer.status = got.getheader("Location", ""), got.status
        except (http.client.HTTPException, OSError):
            pass
        finally:
            connection.close()
        return answer
