"""`make growth`: what one journey costs among 700,000 people, over what it costs among 7,000."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from types import FrameType

import psycopg

from bench import journey
from bench.bare import Bare, bare_django
from bench.drive import Driver
from bench.installation import installation
from bench.province import PEOPLE, populate, send_originals
from bench.results import FOLDER, Figure, as_json, machine
from bench.rounds import HASHES, Bench, Round
from launcher.stack import Stack

FEW = PEOPLE // 100
ROUNDS, EACH = 5, 4  # and one round more to warm up, of so many people each
_BARE_PORT = 18


def main() -> int:
    signal.signal(signal.SIGTERM, _interrupt)
    lines = journey.read()
    with installation() as stack:
        postmaster = int((stack.cluster.data / "postmaster.pid").read_text().split()[0])
        with ExitStack() as open_things:
            bare = open_things.enter_context(
                bare_django(stack, port=stack.ports.first + _BARE_PORT, database=postmaster)
            )
            driver = open_things.enter_context(Driver(stack))
            driver.open_season()
            send_originals(stack, driver, lines)
            few = _measured(stack, driver, bare, lines, FEW)
            started = time.monotonic()
            many = _measured(stack, driver, bare, lines, PEOPLE)
            print(f"all in {time.monotonic() - started:.0f} s", file=sys.stderr)
        version = subprocess.run(
            [str(stack.cluster.binaries() / "postgres"), "--version"], check=True, capture_output=True, text=True
        ).stdout.split()[-1]
    _write(lines, few, many, machine(version))
    return 0


class Measured:
    """Rounds among so many people, and how long it took to make them."""

    def __init__(self, rounds: Sequence[Round], seconds: float) -> None:
        self.rounds, self.seconds = rounds, seconds

    def journeys(self) -> float:
        """One journey's CPU over that of the same number of bare hashes and pages, measured in the same rounds."""
        return median(sum(one.lines.values()) / _bare(one) for one in self.rounds)

    def line(self, place: int) -> float:
        return median(one.lines[place] / _bare(one) for one in self.rounds)


def _bare(one: Round) -> float:
    return HASHES * one.bare_hash + len(one.lines) * one.bare_request


def _measured(stack: Stack, driver: Driver, bare: Bare, lines: Sequence[journey.Line], count: int) -> Measured:
    stack.group.stop()
    started = time.monotonic()
    populate(stack, count)
    seconds = time.monotonic() - started
    print(f"{count:,} people: {seconds:.0f} s", file=sys.stderr, flush=True)
    stack.start()
    with psycopg.connect(stack.cluster.url("postgres"), autocommit=True) as watch:
        bench = Bench(stack, driver, bare, watch)
        rounds = [_told(count, bench.round(lines, EACH)) for _ in range(ROUNDS + 1)]
    return Measured(rounds[1:], seconds)


def _told(count: int, one: Round) -> Round:
    print(f"among {count:,}: {sum(one.lines.values()):.3f} s CPU each", file=sys.stderr, flush=True)
    return one


def _write(lines: Sequence[journey.Line], few: Measured, many: Measured, where: str) -> None:
    """Print the figures and keep them, with the lines that grew most."""
    grown = sorted(lines, key=lambda line: few.line(line.place) - many.line(line.place))
    figures = {
        "growth_ratio": Figure(
            many.journeys() / few.journeys(), "ratio",
            f"one journey among {FEW:,} people, {few.journeys():.2f} bare ones; median of {ROUNDS} rounds of {EACH}",
        ),
        "province_700k_s": Figure(many.seconds, "s", f"from {FEW:,} to {PEOPLE:,} people"),
    }  # fmt: skip
    content = as_json(figures, machine=where, day=datetime.now(UTC).date())
    FOLDER.mkdir(exist_ok=True)
    Path(FOLDER / "growth.json").write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
    for line in grown[:6]:
        print(f"{line.name} ({line.who}): {few.line(line.place):.4f} -> {many.line(line.place):.4f}", file=sys.stderr)
    for key, row in content.items():
        print(f"{key}: {row['value']:g}")


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
