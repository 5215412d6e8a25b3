"""A storm at the candidates' sign-in page, while people who are signed in save their form.

Strangers (bench/strangers.py) try a hundred times a second for a minute: most with ID numbers that nobody
has, some with those of people who have an account, half of these with the right password. Meanwhile a few
people correct a postcode and save with the save password, one request after the other.
"""

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import psycopg

from baoming.registrations.identity_numbers import check_character
from bench import journey
from bench.drive import Driver
from bench.installation import installation
from bench.people import LOGIN, Candidate
from bench.results import Figure
from bench.settling import Settling
from bench.strangers import RATE, SECONDS
from launcher.processes import ROOT
from launcher.stack import Stack

SAVERS = 3
_LINES = journey.read()
_SLIP = next(line.place for line in _LINES if line.path.endswith("/slip/"))
_SAVE = [line for line in _LINES if line.path == "/form/save"]
_AWAY = next(line for line in _LINES if line.path == "/sign-out/").place
_AGAIN = [line for line in _LINES[_AWAY : _SAVE[1].place] if line.path.startswith("/form/")]
_GRACE = 15  # seconds for the last strangers to be answered or to go away


def measure(stack: Stack, driver: Driver, savers: Sequence[Candidate]) -> dict[str, Figure]:
    """Let the crowd come while the `savers` go on saving."""
    calm = _saved(driver, savers, seconds=5)
    with _crowd(stack, savers) as crowd:
        storm = _saved(driver, savers, seconds=SECONDS)
        said = json.loads(crowd.communicate(timeout=SECONDS + _GRACE)[0])
    return {"storm_save_p99_s": Figure(_p99(storm), "s", _told(storm, calm, said))}


def bring_savers(stack: Stack, driver: Driver) -> list[Candidate]:
    """Take three people from the desk to the first saved form. `driver` has opened the season."""
    savers = driver.candidates(SAVERS)
    with psycopg.connect(stack.cluster.url("postgres"), autocommit=True) as watch:
        settling = Settling(watch)
        for phase, lines in (("intake", _LINES[:_SLIP]), ("sign_up", _LINES[_SLIP : _SAVE[0].place])):
            driver.go_to(phase)
            for line in lines:
                for one in savers:
                    driver.prepare(line, one)
                    driver.send(line, one)
                settling.wait(line, [one.file for one in savers])
    return savers


def _saved(driver: Driver, savers: Sequence[Candidate], *, seconds: float) -> list[float]:
    """How long each save took that these people made in so many seconds, all at once."""
    end = time.monotonic() + seconds

    def going() -> bool:
        return time.monotonic() < end

    with ThreadPoolExecutor(len(savers)) as hands:
        each = hands.map(lambda one: saves_of(driver, one, going), savers)
        return sorted(took for mine in each for took in mine)


def saves_of(driver: Driver, one: Candidate, going: Callable[[], bool]) -> list[float]:
    """Save again and again while `going()`; returns how long each save took."""
    found: list[float] = []
    while going():
        one.saves = one.saves % 2  # another postcode than the last time
        for line in _AGAIN:
            begun = time.monotonic()
            driver.send(line, one)
            if line.path == "/form/save":
                found.append(time.monotonic() - begun)
    return found


def _crowd(stack: Stack, known: Sequence[Candidate]) -> "subprocess.Popen[str]":
    draw = random.Random(1)
    tries = "\n".join("\t".join(_try(draw, known)) for _ in range(RATE * SECONDS))
    command = [sys.executable, "-m", "bench.strangers", str(stack.ports.candidate)]
    crowd = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert crowd.stdin
    crowd.stdin.write(tries)
    crowd.stdin.close()
    crowd.stdin = None
    return crowd


def _try(draw: random.Random, known: Sequence[Candidate]) -> tuple[str, str]:
    if draw.random() < 0.3:
        return draw.choice(known).pupil.number, draw.choice((LOGIN, "sui-bian-cai"))
    first = f"9900012005{draw.randint(1, 12):02d}{draw.randint(1, 28):02d}{draw.randrange(1000):03d}"
    return first + check_character(first), "sui-bian-cai"


def _p99(sorted_seconds: Sequence[float]) -> float:
    return sorted_seconds[min(len(sorted_seconds) - 1, len(sorted_seconds) * 99 // 100)]


def _told(storm: Sequence[float], calm: Sequence[float], said: dict[str, object]) -> str:
    return (
        f"{len(storm)} saves by {SAVERS} people, median {storm[len(storm) // 2]:.2f}, worst {storm[-1]:.2f}; "
        f"without the storm {_p99(calm):.2f} (worst of {len(calm)}); strangers, {RATE} a second for {SECONDS} s: "
        f"{said['answers']}, median {said['p50']:.2f} s, p99 {said['p99']:.2f} s"
    )


def main() -> None:
    with installation() as stack, Driver(stack) as driver:
        driver.open_season()
        for name, figure in measure(stack, driver, bring_savers(stack, driver)).items():
            print(f"{name}: {figure.value:.3f} {figure.unit} ({figure.baseline})")


if __name__ == "__main__":
    main()
