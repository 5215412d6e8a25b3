"""Numbers issued per second by the whole service, beside pgbench replaying the service's own statements."""

import json
import os
import subprocess
import sys
from statistics import median

from bench.results import Figure
from launcher.processes import ROOT
from launcher.stack import Stack

_SECONDS = 300  # the whole of it, at most


def measure(stack: Stack, *, postmaster: int) -> dict[str, Figure]:
    """Return the figures; bench.issue does the work, in a process group of its own, as role app."""
    pgbench = stack.cluster.binaries() / "pgbench"
    command = [
        sys.executable,
        "-m",
        "bench.issue",
        str(pgbench),
        str(stack.cluster.socket),
        str(stack.home),
        str(postmaster),
    ]
    env = {**os.environ, **stack.env, "DJANGO_SETTINGS_MODULE": "baoming.config.settings"}
    done = subprocess.run(
        command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True, timeout=_SECONDS, process_group=0
    )
    said = json.loads(done.stdout)
    service, service_cpu = (median(figures) for figures in zip(*said["service"], strict=True))
    replay, replay_cpu = (median(figures) for figures in zip(*said["replay"], strict=True))
    how = f"{said['clients']} clients, {said['segments']} segments, median of {len(said['service'])} runs"
    how += f" of {said['numbers']} numbers"
    ratio = median(one[0] / other[0] for one, other in zip(said["service"], said["replay"], strict=True))
    by_replay = f"pgbench replaying the service's {said['statements']} statements"
    return {
        "numbers_per_s": Figure(service, "numbers a second", how),
        "numbers_ratio": Figure(ratio, "ratio", f"{by_replay}, {replay:.0f}/s; {how}"),
        "numbers_cpu_ms": Figure(
            service_cpu * 1000, "ms CPU a number, clients and PostgreSQL", f"{by_replay}, {replay_cpu * 1000:.2f} ms"
        ),
    }
