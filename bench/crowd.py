"""A class over HTTP: each pupil on a phone of their own, and the operator of their site at the desk.

For stories in which many do what one is watched doing. The requests are those of bench/journey.txt, with
forms, cookies and tokens as a browser sends them; whoever is not answered as they should be stops it.
"""

from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Self

import psycopg

from bench import journey
from bench.drive import Driver
from bench.journey import Line
from bench.people import Candidate
from bench.settling import Settling
from launcher.stack import Stack

_LINES = journey.read()
_SLIP = next(line.place for line in _LINES if line.path.endswith("/slip/"))
_FIRST_SAVE, _SECOND_SAVE = (line.place for line in _LINES if line.path == "/form/save")
_AWAY = next(line.place for line in _LINES if line.path == "/sign-out/")


class Crowd:
    """The pupils of the stand-in class, by their place in its list."""

    def __init__(self, stack: Stack) -> None:
        self._driver = Driver(stack)
        self._watch = psycopg.connect(stack.cluster.url("postgres"), autocommit=True)
        self._settling = Settling(self._watch)
        self._known: dict[int, Candidate] = {}

    def __enter__(self) -> Self:
        self._driver.__enter__()
        self._driver.sign_in("operator")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._watch.close()
        self._driver.__exit__(kind, value, trace)

    def come_to_the_desk(self, places: Iterable[int]) -> None:
        """Card, review, photo, number and slip for each, as the operator does it."""
        for place in places:
            for line in _LINES[:_SLIP]:
                self._send(line, [self._one(place)])

    def has_slip(self, place: int, code: str) -> None:
        """Hand the slip that was printed elsewhere to the pupil."""
        self._one(place).code = code

    def sign_up(self, places: Iterable[int]) -> None:
        """From the first login to the saved form, each as themselves; then they sign out."""
        self._go(_LINES[_SLIP:_AWAY], [self._one(place) for place in places])

    def save_again(self, places: Iterable[int]) -> None:
        """Sign in, put the postcode right and save with the save password."""
        self._go(_LINES[_AWAY:_SECOND_SAVE], [self._one(place) for place in places])

    def _one(self, place: int) -> Candidate:
        if place not in self._known:
            self._known[place] = self._driver.candidate(place)
        return self._known[place]

    def _go(self, lines: Sequence[Line], people: Sequence[Candidate]) -> None:
        for line in lines:
            self._send(line, people)

    def _send(self, line: Line, people: Sequence[Candidate]) -> None:
        for one in people:
            self._driver.prepare(line, one)
            self._driver.send(line, one)
        self._settling.wait(line, [one.file for one in people])
