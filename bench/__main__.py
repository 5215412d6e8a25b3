"""`make bench`: a journey beside bare hashes and bare Django, lists, a storm, numbers beside pgbench, prints, form."""

import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from types import FrameType

import psycopg

from bench import imports, journey, lists, numbers, printing, storm
from bench.bare import bare_django
from bench.drive import Driver
from bench.installation import installation
from bench.results import Figure, machine, write
from bench.rounds import HASHES, Bench, Round, middle
from launcher.postgres import Cluster
from launcher.stack import Stack

PEOPLE, ROUNDS = 8, 6  # and one round more, to warm up
_BARE_PORT = 18  # above the stack's first


def main() -> int:
    signal.signal(signal.SIGTERM, _interrupt)
    with installation() as stack:
        lines = journey.read()
        postmaster = int((stack.cluster.data / "postmaster.pid").read_text().split()[0])
        rounds, listed = _journeys(stack, lines, postmaster=postmaster)
        stack.group.stop()  # numbers are measured beside an otherwise idle database
        issued = numbers.measure(stack, postmaster=postmaster) | printing.measure(stack)
        where = machine(_version(stack.cluster))
    write(_figures(lines, rounds) | listed | issued, _table(lines, rounds), machine=where, day=datetime.now(UTC).date())
    return 0


def _journeys(stack: Stack, lines: Sequence[journey.Line], *, postmaster: int) -> tuple[list[Round], dict[str, Figure]]:
    with ExitStack() as open_things:
        watch = open_things.enter_context(psycopg.connect(stack.cluster.url("postgres"), autocommit=True))
        bare = open_things.enter_context(bare_django(stack, port=stack.ports.first + _BARE_PORT, database=postmaster))
        driver = open_things.enter_context(Driver(stack))
        driver.open_season()
        bench = Bench(stack, driver, bare, watch)
        rounds = [_told(number, bench.round(lines, PEOPLE)) for number in range(ROUNDS + 1)][1:]
        own = watch.info.backend_pid
        county = lists.people(stack)
        listed = lists.measure(stack, county, bare, without=own)
        rows = lists.measure_rows(stack, county, database=bare.database, without=own)
        savers = storm.bring_savers(stack, driver)
        imported, stormy = imports.measure(stack, driver, savers), storm.measure(stack, driver, savers)
        return rounds, listed | rows | imported | stormy


def _told(number: int, one: Round) -> Round:
    print(
        f"journeys, round {number or 'to warm up'}: {sum(one.lines.values()):.3f} s CPU each",
        file=sys.stderr,
        flush=True,
    )
    return one


def _figures(lines: Sequence[journey.Line], rounds: Sequence[Round]) -> dict[str, Figure]:
    bare_hash = middle(rounds, lambda one: one.bare_hash)
    bare_request = middle(rounds, lambda one: one.bare_request)
    worst = max(_per_line(lines, rounds).items(), key=lambda item: item[1] * (item[0].kind == "other"))
    count = f"median of {len(rounds)} rounds of {PEOPLE} people"
    by_hashes = f"{HASHES} bare Argon2id hashes, {HASHES * bare_hash:.4f} s CPU; {count}"
    by_page = f"one signed-in get page of bare Django, {bare_request * 1000:.2f} ms CPU; {count}"
    return {
        "journey_cpu_ratio": Figure(middle(rounds, lambda one: one.journey_ratio(lines)), "ratio", by_hashes),
        "request_cpu_ratio": Figure(middle(rounds, lambda one: one.request_ratio(lines)), "ratio", by_page),
        "request_cpu_ratio_worst": Figure(worst[1] / bare_request, "ratio", f"as request_cpu_ratio; {worst[0].name}"),
        "journey_cpu_s": Figure(middle(rounds, lambda one: sum(one.lines.values())), "s CPU, server and PostgreSQL"),
        "worker_cpu_s": Figure(middle(rounds, lambda one: one.worker), "s CPU a journey, worker process alone"),
        "bare_hash_cpu_ms": Figure(bare_hash * 1000, "ms CPU"),
        "bare_request_cpu_ms": Figure(bare_request * 1000, "ms CPU"),
    }


def _per_line(lines: Sequence[journey.Line], rounds: Sequence[Round]) -> dict[journey.Line, float]:
    """Return the median CPU seconds of each line."""
    return {line: middle(rounds, lambda one, place=line.place: one.lines[place]) for line in lines}  # type: ignore[misc]


def _table(lines: Sequence[journey.Line], rounds: Sequence[Round]) -> str:
    rows = [
        f"{line.place}\t{line.portal}\t{line.name}\t{line.who}\t{line.kind}\t{seconds * 1000:.2f}"
        for line, seconds in _per_line(lines, rounds).items()
    ]
    return "\n".join(["place\tportal\trequest\twho\tclass\tcpu_ms", *rows, ""])


def _version(cluster: Cluster) -> str:
    command = [str(cluster.binaries() / "postgres"), "--version"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1]


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("Stopped; nothing is left behind, the figures kept are those of before")
