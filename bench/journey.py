"""The request list of one candidate, read from journey.txt."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

LIST = Path(__file__).with_name("journey.txt")
Kind = Literal["hash", "photo", "sheet", "other"]
HEAVY: tuple[Kind, ...] = ("hash", "photo", "sheet")
PORTALS = ("candidate", "office")


@dataclass(frozen=True, slots=True)
class Line:
    """One request. `step`: what is done once it and its jobs have ended, empty for none."""

    place: int
    phase: str
    portal: str
    method: str
    path: str
    who: str
    kind: Kind
    step: str

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


def read(path: Path = LIST) -> list[Line]:
    """Return the requests in their order. Raises ValueError, naming the line that is none."""
    return list(_lines(path.read_text("utf-8").splitlines()))


def _lines(texts: Iterable[str]) -> Iterator[Line]:
    phase, place = "", 0
    for number, text in enumerate(texts, 1):
        match text.partition("#")[0].split():
            case []:
                continue
            case ["phase", phase]:
                continue
            case [portal, ("GET" | "POST") as method, path, who, kind, step] if (
                phase and portal in PORTALS and kind in get_args(Kind)
            ):
                place += 1
                yield Line(place, phase, portal, method, path, who, cast(Kind, kind), step.strip("-"))
            case _:
                raise ValueError(f"journey.txt, line {number}: {text!r} is no request")
