"""The processes of one machine: started together, restarted when one dies, stopped together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_STOP_SECONDS = 5.0
_CALM_SECONDS = 2.0  # between two starts of a process that keeps dying


@dataclass
class Service:
    """One process. `env` is added to the environment of all."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0

    def start(self, log: Path, env: Mapping[str, str]) -> None:
        self.started = time.monotonic()
        with (log / f"{self.name}.log").open("ab") as out:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env={**os.environ, **env, **self.env},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,  # Ctrl-C reaches the launcher alone, which stops them in order
            )

    def stop(self) -> None:
        """Ask it to stop; after a few seconds kill its own process group (a worker may hang while spawning)."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Group:
    """Services that live and die together."""

    def __init__(self, services: Sequence[Service], *, log: Path, env: Mapping[str, str]) -> None:
        self.services, self.log, self.env = services, log, env
        log.mkdir(parents=True, exist_ok=True)

    def start(self) -> None:
        for service in self.services:
            service.start(self.log, self.env)

    def watch_once(self) -> None:
        """Start again what has died, not faster than every two seconds."""
        for service in self.services:
            dead = service.process is not None and service.process.poll() is not None
            if dead and time.monotonic() - service.started > _CALM_SECONDS:
                print(
                    f"{service.name} stopped and is started again; see {self.log / service.name}.log",
                    file=sys.stderr,
                )
                service.start(self.log, self.env)

    def stop(self) -> None:
        for service in reversed(self.services):
            service.stop()
