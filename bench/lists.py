"""A county's lists of 50 rows, among 10,000 people and 2,000 open cases: beside a page of bare Django and their own
SQL, and beside the same page without row-level security and pooler."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

import httpx
import psycopg

from bench.bare import Bare, wait_for
from bench.cpu import tree_cpu
from bench.forms import form_for
from bench.people import STAFF_PASSWORD
from bench.pooler import pooler
from bench.results import Figure
from launcher import pgbouncer
from launcher.processes import ROOT, Service
from launcher.stack import Stack, granian
from standins.authenticator import Pocket

_PAGE, _CASES = "/candidates/", "/cases/"
_POCKET = Pocket()
_ROUNDS, _TIMES, _BARE_TIMES = 6, 60, 150  # and one round more, to warm up
_SECONDS = 300  # making the people, at most
_UNBOUND, _POOLED = 20, 21  # ports above the stack's first
_COUNT = f"median of {_ROUNDS} rounds of {_TIMES} pages"


@dataclass(frozen=True, slots=True)
class County:
    """Who looks at the list, and the statements that it asks."""

    handle: str
    statements: Sequence[str]


def people(stack: Stack) -> County:
    """Make the county and its people."""
    command = [sys.executable, "-m", "bench.list_people"]
    env = {**os.environ, **stack.env, "DJANGO_SETTINGS_MODULE": "baoming.config.settings"}
    done = subprocess.run(
        command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True, timeout=_SECONDS, process_group=0
    )
    with psycopg.connect(stack.cluster.url("postgres"), autocommit=True) as owner:
        owner.execute(
            "VACUUM (ANALYZE) registrations_registration, reviews_case, reviews_caseact"
        )  # as autovacuum would leave it
    return County(**json.loads(done.stdout))


def measure(stack: Stack, county: County, bare: Bare, *, without: int) -> dict[str, Figure]:
    """Return the figures of the list itself. `without`: the bench's own database connection, as a process id."""
    office = next(one.process.pid for one in stack.group.services if one.name == "office" and one.process)
    with (
        httpx.Client(base_url=stack.url("office"), timeout=30, trust_env=False) as client,
        psycopg.connect(stack.cluster.url("worker", "baoming"), autocommit=True) as alone,
    ):
        _sign_in(client, county.handle)
        own = alone.info.backend_pid
        rounds = []
        for _ in range(_ROUNDS + 1):
            page = bare.request(_BARE_TIMES, without=without)
            sql = _run(alone, county.statements)
            both = [
                _list(client, [office, bare.database], without=[without, own], page=address)
                for address in (_PAGE, _CASES)
            ]
            rounds.append((page, sql, *both))
    page, sql, whole, work = (median(figures) for figures in zip(*rounds[1:], strict=True))
    ratio = median(one / (bare_page + bare_sql) for bare_page, bare_sql, one, _ in rounds[1:])
    worked = median(one / bare_page for bare_page, _, _, one in rounds[1:])
    beside = f"one page of bare Django, {page * 1000:.2f} ms CPU, and the list's {len(county.statements)} statements"
    return {
        "county_list_ratio": Figure(ratio, "ratio", f"{beside} by themselves, {sql * 1000:.2f} ms; {_COUNT}"),
        "worklist_ratio": Figure(
            worked, "ratio", f"one page of bare Django, {page * 1000:.2f} ms CPU; the page {work * 1000:.1f}; {_COUNT}"
        ),
        "county_list_cpu_ms": Figure(whole * 1000, "ms CPU, office portal and PostgreSQL", _COUNT),
    }


def measure_rows(stack: Stack, county: County, *, database: int, without: int) -> dict[str, Figure]:
    """Return what row-level security and a pooler cost; nothing where there is no pooler."""
    program = pgbouncer.program()
    if not program:
        return {}
    sees_all = {"DATABASE_URL": stack.cluster.url("worker")}
    with (
        pooler(stack, program, role="office") as (address, pool),
        _portal(stack, county, _UNBOUND, sees_all) as (seeing, unbound),
    ):
        kept = pgbouncer.hands_on(program)
        behind = {"DATABASE_URL": address} | ({} if kept else {"BAOMING_PREPARED": "0"})
        with _portal(stack, county, _POOLED, behind) as (bound, pooled):
            rounds = [
                (
                    _list(seeing, [unbound, database], without=[without]),
                    _list(bound, [pooled, pool, database], without=[without]),
                )
                for _ in range(_ROUNDS + 1)
            ][1:]
    free, whole = (median(figures) for figures in zip(*rounds, strict=True))
    ratio = median(one / other for other, one in rounds)
    how = "" if kept else ", too old for prepared statements"
    beside = (
        f"the page as role worker without pooler{how}, {free * 1000:.1f} ms CPU; with both {whole * 1000:.1f}; {_COUNT}"
    )
    return {"rls_ratio": Figure(ratio, "ratio", beside)}


@contextmanager
def _portal(stack: Stack, county: County, place: int, env: Mapping[str, str]) -> Iterator[tuple[httpx.Client, int]]:
    """Serve the office portal once more; yields the county's browser, signed in, and the server's process id."""
    port = stack.ports.first + place
    portal = Service(f"office-{place}", granian(port), {"BAOMING_PORTAL": "office", **env})
    try:
        portal.start(stack.group.log, stack.env)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as client:
            wait_for(client, "/healthz")
            _sign_in(client, county.handle)
            assert portal.process is not None
            yield client, portal.process.pid
    finally:
        portal.stop()


def _sign_in(client: httpx.Client, handle: object) -> None:
    shown = client.get("/sign-in/").raise_for_status()
    answers = {"handle": str(handle), "password": STAFF_PASSWORD}
    answer = client.post("/sign-in/", data=form_for(shown.text, "/sign-in/", answers).filled(answers))
    if answer.headers.get("Location") == "/sign-in/code/":
        answers = {"code": _POCKET.code(str(handle))}
        shown = client.get("/sign-in/code/").raise_for_status()
        answer = client.post("/sign-in/code/", data=form_for(shown.text, "/sign-in/code/", answers).filled(answers))
    if answer.headers.get("Location") not in ("/", "/account/pin/?first=1"):  # who has no PIN yet is asked for one
        raise RuntimeError("the county's staff did not get in")


def _list(client: httpx.Client, serving: Sequence[int], *, without: Sequence[int], page: str = _PAGE) -> float:
    """Return CPU seconds of one list page."""
    before = tree_cpu(serving, without=without)
    for _ in range(_TIMES):
        answer = client.get(page).raise_for_status()
    spent = tree_cpu(serving, without=without) - before
    if answer.text.count('<td class="name">') != 50:
        raise RuntimeError("the list does not show its 50 rows")
    return spent / _TIMES


def _run(alone: "psycopg.Connection[tuple[object, ...]]", statements: Sequence[str]) -> float:
    """Return CPU seconds of PostgreSQL for the list's statements, sent as text by nobody but this connection."""
    cursor = psycopg.ClientCursor(alone)
    before = tree_cpu([alone.info.backend_pid])
    for _ in range(_TIMES):
        for statement in statements:
            cursor.execute(statement.encode()).fetchall()
    return (tree_cpu([alone.info.backend_pid]) - before) / _TIMES
