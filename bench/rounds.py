"""Rounds of the journey, each beside a stretch of the bare things (A B A B …), so that noise meets both."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean, median

import psycopg

from bench.bare import Bare, hash_seconds
from bench.cpu import tree_cpu
from bench.drive import Driver
from bench.journey import HEAVY, Line
from bench.people import Candidate
from bench.settling import Settling
from launcher.stack import Stack

HASHES = 5  # in one journey
_BARE_HASHES, _BARE_REQUESTS = 20, 150  # in one stretch


@dataclass(frozen=True, slots=True)
class Round:
    """CPU seconds: of one bare hash and page, and per request of each line (server with PostgreSQL, worker)."""

    bare_hash: float
    bare_request: float
    lines: dict[int, float]  # place in the list: server and PostgreSQL
    worker: float  # for one whole journey

    def heavy(self, lines: Sequence[Line]) -> float:
        return sum(self.lines[line.place] for line in lines if line.kind in HEAVY)

    def others(self, lines: Sequence[Line]) -> list[float]:
        return [self.lines[line.place] for line in lines if line.kind not in HEAVY]

    def journey_ratio(self, lines: Sequence[Line]) -> float:
        return self.heavy(lines) / (HASHES * self.bare_hash)

    def request_ratio(self, lines: Sequence[Line]) -> float:
        return mean(self.others(lines)) / self.bare_request


def middle(rounds: Sequence[Round], figure: Callable[[Round], float]) -> float:
    """Return the median of a figure over the rounds."""
    return median(map(figure, rounds))


class Bench:
    """Measures the journey's lines on a running stack."""

    def __init__(
        self, stack: Stack, driver: Driver, bare: Bare, watch: "psycopg.Connection[tuple[object, ...]]"
    ) -> None:
        self._driver, self._bare, self._settling = driver, bare, Settling(watch)
        pids = {one.name: one.process.pid for one in stack.group.services if one.process is not None}
        self._serving = [pids["candidate"], pids["office"], bare.database]
        self._worker = [pids["worker"]]
        self._own = watch.info.backend_pid

    def round(self, lines: Sequence[Line], people: int) -> Round:
        """Measure the bare things, then let so many people go the whole way, line by line."""
        bare_hash = hash_seconds(_BARE_HASHES)
        bare_request = self._bare.request(_BARE_REQUESTS, without=self._own)
        candidates, phase, spent = self._driver.candidates(people), "", dict[int, float]()
        worker = tree_cpu(self._worker)
        for line in lines:
            if line.phase != phase:
                phase = line.phase
                self._driver.go_to(phase)
            spent[line.place] = self._stretch(line, candidates) / people
        self._driver.leave(candidates)
        return Round(bare_hash, bare_request, spent, (tree_cpu(self._worker) - worker) / people)

    def _stretch(self, line: Line, candidates: Sequence[Candidate]) -> float:
        """Return the CPU seconds of one request for each person, with what its jobs ask of PostgreSQL."""
        for candidate in candidates:
            self._driver.prepare(line, candidate)
        before = tree_cpu(self._serving, without=[self._own])
        for candidate in candidates:
            self._driver.send(line, candidate)
        self._settling.wait(line, [candidate.file for candidate in candidates])
        return tree_cpu(self._serving, without=[self._own]) - before
