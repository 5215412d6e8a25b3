"""A county's list of 50 rows among 10,000 people, beside a page of bare Django and the list's own SQL."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from statistics import median

import httpx
import psycopg

from bench.bare import Bare
from bench.cpu import tree_cpu
from bench.forms import form_for
from bench.people import STAFF_PASSWORD
from bench.results import Figure
from launcher.processes import ROOT
from launcher.stack import Stack

_PAGE = "/candidates/"
_ROUNDS, _TIMES, _BARE_TIMES = 6, 60, 150  # and one round more, to warm up
_SECONDS = 300  # making the people, at most


def measure(stack: Stack, bare: Bare, *, without: int) -> dict[str, Figure]:
    """Return the figures. `without`: the bench's own database connection, as a process id."""
    said = _people(stack)
    office = next(one.process.pid for one in stack.group.services if one.name == "office" and one.process)
    with (
        httpx.Client(base_url=stack.url("office"), timeout=30, trust_env=False) as client,
        psycopg.connect(stack.cluster.url("app", "baoming"), autocommit=True) as alone,
    ):
        _sign_in(client, said["handle"])
        own = alone.info.backend_pid
        rounds = []
        for _ in range(_ROUNDS + 1):
            page = bare.request(_BARE_TIMES, without=without)
            sql = _run(alone, said["statements"])
            rounds.append((page, sql, _list(client, [office, bare.database], without=[without, own])))
    page, sql, whole = (median(figures) for figures in zip(*rounds[1:], strict=True))
    ratio = median(one / (bare_page + bare_sql) for bare_page, bare_sql, one in rounds[1:])
    beside = f"one page of bare Django, {page * 1000:.2f} ms CPU, and the list's {len(said['statements'])} statements"
    count = f"median of {_ROUNDS} rounds of {_TIMES} pages"
    return {
        "county_list_ratio": Figure(ratio, "ratio", f"{beside} by themselves, {sql * 1000:.2f} ms; {count}"),
        "county_list_cpu_ms": Figure(whole * 1000, "ms CPU, office portal and PostgreSQL", count),
    }


def _people(stack: Stack) -> dict[str, list[str]]:
    command = [sys.executable, "-m", "bench.list_people"]
    env = {**os.environ, **stack.env, "DJANGO_SETTINGS_MODULE": "baoming.config.settings"}
    done = subprocess.run(
        command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True, timeout=_SECONDS, process_group=0
    )
    with psycopg.connect(stack.cluster.url("postgres"), autocommit=True) as owner:
        owner.execute("VACUUM (ANALYZE) registrations_registration")  # as autovacuum would leave it
    said: dict[str, list[str]] = json.loads(done.stdout)
    return said


def _sign_in(client: httpx.Client, handle: object) -> None:
    shown = client.get("/sign-in/").raise_for_status()
    answers = {"handle": str(handle), "password": STAFF_PASSWORD}
    answer = client.post("/sign-in/", data=form_for(shown.text, "/sign-in/", answers).filled(answers))
    if answer.headers.get("Location") != "/":
        raise RuntimeError("the county's staff did not get in")


def _list(client: httpx.Client, serving: Sequence[int], *, without: Sequence[int]) -> float:
    """Return CPU seconds of one list page."""
    before = tree_cpu(serving, without=without)
    for _ in range(_TIMES):
        answer = client.get(_PAGE).raise_for_status()
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
