"""Sheets of fresh people, printed by the service: how long, how much memory; and what one costs beside platypus."""

import json
import os
import subprocess
import sys
from statistics import median
from typing import Any

from bench.results import Figure
from launcher.processes import ROOT
from launcher.stack import Stack

RUNS, CLASS, SCHOOL = 3, 200, 1000  # sheets
_SECONDS = 300  # of one part, at most


def measure(stack: Stack) -> dict[str, Figure]:
    """Return the figures; each run has people of its own and a process that has printed nothing before."""
    runs = [_printed(stack, run, CLASS) for run in range(RUNS)]
    return _class(runs) | _school(_printed(stack, RUNS, SCHOOL)) | _one_sheet(stack) | _form_page(stack)


def _class(runs: list[dict[str, Any]]) -> dict[str, Figure]:
    how = f"{CLASS} sheets in {runs[0]['files']} files, order to last file kept; median of {RUNS} cold processes"
    middle = {key: median(run[key] for run in runs) for key in ("seconds", "cpu", "apart_mb", "here_mb")}
    memory = f"at its highest, the process that lays them out; the worker that waits for it {middle['here_mb']:.0f} MB"
    return {
        "class_print_200_s": Figure(middle["seconds"], "s", how),
        "class_print_200_cpu_s": Figure(middle["cpu"], "s CPU, worker and press, without PostgreSQL", how),
        "class_print_200_mb": Figure(middle["apart_mb"], "MB", memory),
    }


def _school(run: dict[str, Any]) -> dict[str, Figure]:
    how = f"{SCHOOL} sheets in {run['files']} files, order to last file kept; one cold process"
    memory = f"worker and press at one moment; the press alone {run['apart_mb']:.0f} MB at its highest"
    return {
        "sheets_1000_s": Figure(run["seconds"], "s", how),
        "sheets_1000_mb": Figure(run["most_mb"], "MB", memory),
    }


def _one_sheet(stack: Stack) -> dict[str, Figure]:
    run = json.loads(_module(stack, "bench.one_sheet"))
    beside = f"the same record with ReportLab platypus, {run['theirs'] * 1000:.1f} ms CPU"
    return {
        "sheet_cpu_ratio": Figure(run["ratio"], "ratio", beside),
        "sheet_cpu_ms": Figure(run["ours"] * 1000, "ms CPU, one sheet laid out alone, warm"),
    }


def _form_page(stack: Stack) -> dict[str, Figure]:
    run = json.loads(_module(stack, "bench.form_page"))
    beside = f"its {run['inputs']} inputs alone through Django's widgets, {run['theirs'] * 1000:.1f} ms CPU"
    page = f"ms CPU, the longest page ({run['page']}, {run['bytes']} bytes) from what was typed"
    return {
        "form_page_cpu_ratio": Figure(run["ratio"], "ratio", beside),
        "form_page_cpu_ms": Figure(run["ours"] * 1000, page),
    }


def _printed(stack: Stack, run: int, count: int) -> dict[str, Any]:
    _module(stack, "bench.print_people", str(run), str(count))
    said: dict[str, Any] = json.loads(_module(stack, "bench.print_class", str(run), str(count)))
    return said


def _module(stack: Stack, *command: str) -> str:
    """Run one program of the bench in a process of its own; return what it printed."""
    env = {**os.environ, **stack.env, "DJANGO_SETTINGS_MODULE": "baoming.config.settings"}
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True,
        timeout=_SECONDS, process_group=0,
    )  # fmt: skip
    return done.stdout
