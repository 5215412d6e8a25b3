"""The two things the journey is measured by: a bare hash, and a signed-in page of bare Django."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import psycopg

from bench.cpu import tree_cpu
from launcher.processes import ROOT, Service
from launcher.stack import Stack, granian

_PAGE = "/groups/1/"
_START_SECONDS = 30


@dataclass(frozen=True)
class Bare:
    """Bare Django, running, and PostgreSQL beside it."""

    client: httpx.Client
    server: int
    database: int

    def request(self, count: int, *, without: int) -> float:
        """Return CPU seconds of server and PostgreSQL for one page, measured over `count`."""
        before = self._cpu(without)
        for _ in range(count):
            self.client.get(_PAGE).raise_for_status()
        return (self._cpu(without) - before) / count

    def _cpu(self, without: int) -> float:
        return tree_cpu([self.server, self.database], without=[without])


def hash_seconds(count: int) -> float:
    """Return CPU seconds of one bare Argon2id hash, in a process of its own."""
    command = [sys.executable, "-m", "bench.bare_hash", str(count)]
    return float(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)


@contextmanager
def bare_django(stack: Stack, *, port: int, database: int) -> Iterator[Bare]:
    """Serve the bare page from the same PostgreSQL, by the same server with the same options."""
    with psycopg.connect(stack.cluster.url("postgres", "postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE bare OWNER app TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'")
    env = {"BARE_SOCKET": str(stack.cluster.socket)}
    command = [sys.executable, "-m", "bench.bare_django.prepare"]
    made = subprocess.run(command, cwd=ROOT, env={**os.environ, **env}, check=True, capture_output=True, text=True)
    service = Service("bare", granian(port, "bench.bare_django.wsgi:application"))
    address = f"http://127.0.0.1:{port}"
    try:
        service.start(stack.group.log, env)
        with httpx.Client(base_url=address, cookies={"sessionid": made.stdout.strip()}, trust_env=False) as client:
            wait_for(client, _PAGE)
            assert service.process is not None
            yield Bare(client, service.process.pid, database)
    finally:
        service.stop()


def wait_for(client: httpx.Client, page: str) -> None:
    """Wait until the page is there. Raises TimeoutError."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        try:
            client.get(page).raise_for_status()
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise TimeoutError(f"{page} does not answer")
