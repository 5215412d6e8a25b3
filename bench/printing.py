"""Two hundred sheets of fresh people, printed by the service: how long and how much memory."""

import json
import os
import subprocess
import sys
from statistics import median
from typing import Any

from bench.results import Figure
from launcher.processes import ROOT
from launcher.stack import Stack

RUNS = 3
_SECONDS = 300  # of one part, at most


def measure(stack: Stack) -> dict[str, Figure]:
    """Return the figures; each run has people of its own and a process that has printed nothing before."""
    said: list[dict[str, Any]] = []
    for run in range(RUNS):
        _part(stack, "people", run)
        said.append(json.loads(_part(stack, "print", run)))
    how = f"200 sheets in {said[0]['files']} files, order to last file kept; median of {RUNS} cold processes"
    middle = {key: median(run[key] for run in said) for key in ("seconds", "cpu", "apart_mb", "here_mb")}
    memory = f"at its highest, the process that lays them out; the worker that waits for it {middle['here_mb']:.0f} MB"
    return {
        "class_print_200_s": Figure(middle["seconds"], "s", how),
        "class_print_200_cpu_s": Figure(middle["cpu"], "s CPU, worker and press, without PostgreSQL", how),
        "class_print_200_mb": Figure(middle["apart_mb"], "MB", memory),
    }


def _part(stack: Stack, what: str, run: int) -> str:
    env = {**os.environ, **stack.env, "DJANGO_SETTINGS_MODULE": "baoming.config.settings"}
    command = [sys.executable, "-m", "bench.print_class", what, str(run)]
    done = subprocess.run(
        command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True, timeout=_SECONDS, process_group=0
    )
    return done.stdout
