"""`make province`: an installation with 700,000 people in it, to look at, to measure, to practise a restore on.

Eight people go their way over HTTP and stop at eight places of the journey; all others are their copies.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

import psycopg

from bench import journey
from bench.drive import Driver
from bench.settling import Settling
from launcher.processes import ROOT
from launcher.stack import Ports, Stack

PEOPLE = 700_000
# The last step that each of the eight does. Most of a province is under way at any time.
STOPS = ("number", "registration_fee", "passwords", "pledge", "form", "moral_assessment", "completion", "final_review")


def main() -> int:
    signal.signal(signal.SIGTERM, _interrupt)
    home = Path(os.environ.get("TO") or ROOT / "build" / "province").resolve()
    count = int(os.environ.get("PEOPLE", PEOPLE))
    if home.exists():
        print(f"{home} is there already: remove it, or name another folder in TO.", file=sys.stderr)
        return 1
    home.mkdir(mode=0o755, parents=True)
    started = time.monotonic()
    stack = Stack(home, Ports(int(os.environ.get("PORT", "8000"))))
    try:
        stack.prepare()
        stack.start()
        with Driver(stack) as driver:
            driver.open_season()
            send_originals(stack, driver, journey.read())
        stack.group.stop()
        populate(stack, count)
    finally:
        stack.stop()
    print(f"{count:,} people in {time.monotonic() - started:.0f} s. Look around: BAOMING_HOME={home} make run")
    return 0


def send_originals(stack: Stack, driver: Driver, lines: Sequence[journey.Line]) -> None:
    """Let eight people go as far as STOPS says."""
    people = driver.candidates(len(STOPS))
    last = [max(line.place for line in lines if line.step == stop) for stop in STOPS]
    phase = ""
    with psycopg.connect(stack.cluster.url("postgres"), autocommit=True) as watch:
        settling = Settling(watch)
        for line in lines:
            going = [one for one, stop in zip(people, last, strict=True) if line.place <= stop]
            if line.phase != phase:
                phase = line.phase
                driver.go_to(phase)
            for one in going:
                driver.prepare(line, one)
                driver.send(line, one)
            settling.wait(line, [one.file for one in going])
    driver.leave(people)


def populate(stack: Stack, count: int) -> None:
    """Fill the province up to `count` people; PostgreSQL runs, nothing else."""
    with psycopg.connect(stack.cluster.url("postgres", "postgres"), autocommit=True) as admin:
        admin.execute("ALTER SYSTEM SET max_wal_size = '16GB'")  # fewer checkpoints while rows pour in
        admin.execute("SELECT pg_reload_conf()")
        env = {**os.environ, **stack.env, "DJANGO_SETTINGS_MODULE": "baoming.config.settings"}
        command = [sys.executable, "-m", "bench.populate", str(count)]
        try:
            subprocess.run(command, cwd=ROOT, env=env, check=True, process_group=0)
        finally:
            admin.execute("ALTER SYSTEM RESET max_wal_size")
            admin.execute("SELECT pg_reload_conf()")


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
