"""python -m bench.issue PGBENCH SOCKET FOLDER POSTMASTER: numbers by 16 clients, then the same by pgbench, in turns.

Prints JSON: of each run, numbers a second and the CPU seconds of one (clients and PostgreSQL). Each
run has people of its own, prepared beforehand; both kinds of run issue from the same 64 segments.
"""

import json
import multiprocessing
import re
import resource
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from random import Random
from uuid import UUID

import django
from django.db import connection, connections

from bench.cpu import tree_cpu

django.setup()  # before the models below

from baoming.audit.actors import Actor, Party  # noqa: E402
from baoming.organizations.models import Organization  # noqa: E402
from baoming.organizations.services import add_site  # noqa: E402
from baoming.registrations.journey import current_step, pack, rests_on  # noqa: E402
from baoming.registrations.models import NumberSegment, Registration  # noqa: E402
from baoming.registrations.services.numbers import issue_number  # noqa: E402
from baoming.registrations.services.segments import add_segment  # noqa: E402
from baoming.schedule.services import go_to_phase  # noqa: E402
from baoming.seasons.models import Season  # noqa: E402
from baoming.seasons.queries import season_now  # noqa: E402
from bench.replay import captured, replay_script  # noqa: E402

CLIENTS, EACH, RUNS = 16, 128, 3  # and one run more of each kind, to warm up
COUNTIES, SITES = ("0104", "0105"), 32  # segments: one a site
_LENGTH = 312  # of a segment: 32 of them fit a county's 9,999 numbers
_FIRST_ID = 100_000_000_000  # twelve digits, so that pgbench can count up the last part of an id
_SECONDS = 60  # of one run, at most
_PROVINCE = Actor(kind=Party.PROVINCE, id="", path="43/", label="测量")


def person(place: int) -> UUID:
    return UUID(f"00000000-0000-4000-8000-{_FIRST_ID + place}")


def main() -> None:
    """Prepare, measure in turns, print."""
    pgbench, socket, folder, postmaster = sys.argv[1:]
    season = Season.objects.get(kind="demo")
    go_to_phase(season, "intake", by=_PROVINCE)
    sites, block = _sites(season), CLIENTS * EACH
    runs = 2 * (RUNS + 1)
    _people(season, sites, runs * block + 1)
    sample, by = person(runs * block), _operator(person(runs * block))
    statements = captured(lambda: issue_number(sample, by=by))
    script = Path(folder) / "replay.sql"
    script.write_text(replay_script(statements, Registration.objects.get(pk=sample), each=EACH), "utf-8")
    replay = partial(by_pgbench, command=[pgbench, "-h", socket, "-f", str(script)])
    service_runs, replay_runs = [], []
    for run in range(RUNS + 1):
        service_runs.append(_measured(by_service, 2 * run * block, int(postmaster)))
        replay_runs.append(_measured(replay, (2 * run + 1) * block, int(postmaster)))
    _check(runs * block + 1)
    said: dict[str, object] = {"service": service_runs[1:], "replay": replay_runs[1:]}
    said |= {"clients": CLIENTS, "segments": len(sites), "numbers": block, "statements": len(statements)}
    print(json.dumps(said))


def _measured(run: Callable[[int], float], first: int, postmaster: int) -> tuple[float, float]:
    """Return numbers a second and CPU seconds of one number, with the clients' start left in."""

    def cpu() -> float:
        clients = resource.getrusage(resource.RUSAGE_CHILDREN)
        return tree_cpu([postmaster]) + clients.ru_utime + clients.ru_stime

    before = cpu()
    rate = run(first)
    return rate, (cpu() - before) / (CLIENTS * EACH)


def by_service(first: int) -> float:
    """Return numbers a second when 16 processes call the service, each for people of its own."""
    fork = multiprocessing.get_context("fork")
    ready, finished = fork.Barrier(CLIENTS + 1), fork.SimpleQueue()
    connections.close_all()
    clients = [fork.Process(target=_client, args=(first + n * EACH, ready, finished)) for n in range(CLIENTS)]
    for client in clients:
        client.start()
    ready.wait(_SECONDS)
    start = time.monotonic()
    for client in clients:
        client.join(_SECONDS)
        if client.exitcode != 0:
            raise SystemExit(f"a client ended with {client.exitcode}")
    end: float = max(finished.get() for _ in clients)
    return CLIENTS * EACH / (end - start)


def by_pgbench(first: int, *, command: Sequence[str]) -> float:
    """Return numbers a second when pgbench sends the same statements, 16 clients, for people from `first` on."""
    options = ["-U", "worker", "-n", "-c", str(CLIENTS), "-j", "2", "-t", str(EACH), "-D", f"first={_FIRST_ID + first}"]
    done = subprocess.run(
        [*command, *options, "-D", "i=0", "baoming"], check=False, capture_output=True, text=True, timeout=_SECONDS
    )
    found = re.search(r"tps = ([0-9.]+) \(without", done.stdout)
    if found is None or done.returncode or "number of failed transactions: 0 " not in done.stdout:
        raise SystemExit(f"pgbench failed: {done.stdout}{done.stderr}")
    return float(found[1])


def _client(first: int, ready: "Barrier", finished: "SimpleQueue[float]") -> None:
    rows = [(person(place), _operator(person(place))) for place in range(first, first + EACH)]
    ready.wait(_SECONDS)
    for registration_id, by in rows:
        issue_number(registration_id, by=by)
    finished.put(time.monotonic())


def _operator(registration_id: UUID) -> Actor:
    path = Registration.objects.values_list("path", flat=True).get(pk=registration_id)
    return Actor(kind=Party.SITE, id="", path=path, label="测量")


def _sites(season: Season) -> list[Organization]:
    """Make the sites, each with a segment."""
    made = []
    for code in COUNTIES:
        county = Organization.objects.get(level=Organization.Level.COUNTY, code=code)
        for place in range(SITES):
            site = add_site(county, code=f"{place + 1:02d}", name=f"测量{place + 1:02d}", phone="", address="")
            first = int(code) * 10_000 + 1 + place * _LENGTH
            add_segment(season, site, county=county, first=first, last=first + _LENGTH - 1, by=_PROVINCE)
            made.append(site)
    return made


def _people(season: Season, sites: Sequence[Organization], count: int) -> None:
    """Make people who wait for their number. Every client meets the segments in an order of its own."""
    now, done = season_now(season.pk), pack(rests_on("number"))
    step = current_step(frozenset(rests_on("number")), frozenset())
    orders = [Random(client).sample(sites, len(sites)) for client in range(CLIENTS)]
    rows = []
    for place in range(count):
        site = orders[place // EACH % CLIENTS][place % len(sites)]
        rows.append(
            Registration(
                id=person(place), season=season, site=site, path=site.path, name="测量", name_key="celiang",
                name_initials="cl", sex="1", ethnicity="01", document_sealed="", number_blind=secrets.token_bytes(32),
                last_four_blind=secrets.token_bytes(32), reading="card", read_at=now, read_by="测量", reader="R01",
                created_at=now, done=done, current_step=step,
                traits=["takes the culture exam or 对口", "takes an exam"],
            )
        )  # fmt: skip
    Registration.objects.bulk_create(rows, batch_size=1000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE registrations_registration")


def _check(count: int) -> None:
    """Every one of them has a number and the step is done; numbers are told apart by the database itself."""
    lacking = Registration.objects.filter(name="测量", number=None).count()
    issued = sum(row.issued for row in NumberSegment.objects.filter(site__name__startswith="测量"))
    if lacking:
        raise SystemExit(f"{lacking} of {count} got no number ({issued} taken from the segments)")


if __name__ == "__main__":
    main()
