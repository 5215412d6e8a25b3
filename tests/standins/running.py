"""Run a stand-in as users run it: a process of its own on a free port."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.environment import ROOT


@contextmanager
def running(name: str, home: Path, *more: str, careless: bool = False) -> Iterator[str]:
    """Yield the address of `standins.<name>` once it answers; stop it afterwards. `careless`: it asks no signature."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    module = ["tests.standins.careless", name] if careless else [f"standins.{name}"]
    command = [sys.executable, "-m", *module, "--port", str(port), "--home", str(home), *more]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        _wait(f"http://127.0.0.1:{port}", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _wait(address: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if httpx.get(f"{address}/healthz").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("the stand-in did not start")
