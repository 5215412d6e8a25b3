"""What a way of writing imported values must offer. One for facts, one for each mechanism with rules of its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from baoming.audit.actors import Actor
from baoming.imports.kinds import Kind
from baoming.registrations.models import Registration
from baoming.registrations.services.batches import Outcome
from baoming.seasons.models import Season
from baoming.seasons.queries import Clock

Values = Mapping[str, str]  # key of a column → value as it is kept


@dataclass(frozen=True, slots=True)
class Entry:
    """What one line says of one person."""

    registration: Registration
    line: int
    values: Values


@dataclass(frozen=True, slots=True)
class Counting:
    """What counts of a person now; `row`: the id of the row that says so, another one for whatever is written anew."""

    values: Values
    row: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Where entries come from, who brings them, and when it is."""

    import_id: UUID
    season: Season
    kind: Kind
    by: Actor
    clock: Clock

    @property
    def now(self) -> datetime:
        return self.clock.now


@dataclass(frozen=True, kw_only=True, slots=True)
class Writer:
    """One way of writing. Each function is asked for many people at once and must not ask the database for each.

    `key`: of its batches. `chunk`: people locked at a time; whoever saves meanwhile waits for what is done to them.
    `standing`: what counts now, for who has something: the preview tells by it what is new, changed and the same.
    `refused`: why nothing can be written for a person, as sentences, beyond what holds for every kind
    (services/rules.py); asked for the preview, and again for the locked people of a chunk.
    `write`: writes for locked people whom nothing refuses; the outcome names the row it made.
    `undo`: takes back what it made (registration → the row's name) for a reason, for locked people; who has something
    newer keeps it and is told of with a sentence.
    """

    key: str
    chunk: int
    standing: Callable[[Kind, Sequence[Registration]], Mapping[UUID, Counting]]
    refused: Callable[[Source, Sequence[Registration]], Mapping[UUID, str]]
    write: Callable[[Source, Sequence[Entry]], Mapping[UUID, Outcome]]
    undo: Callable[[Sequence[Registration], Mapping[UUID, str], str, Actor], Mapping[UUID, Outcome]]
