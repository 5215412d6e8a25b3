"""Imported 思想品德考核意见: by the one service that assesses, with its rules, its step and its undoing (R21)."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from baoming.audit.actors import Actor, Party
from baoming.imports.kinds import Kind
from baoming.imports.writers import Counting, Entry, Source, Writer
from baoming.registrations.models import Registration
from baoming.registrations.services.batches import Outcome, attempt, refused
from baoming.reviews.queries import facts_of, newest_assessments, opened
from baoming.reviews.readiness import why_not
from baoming.reviews.services.morals import COUNTYS, Said, assess_many, withdraw_assessment
from baoming.shared.errors import Refused

QUALIFIED, UNQUALIFIED = "qualified", "unqualified"  # values of the column `result`


def _standing(kind: Kind, people: Sequence[Registration]) -> Mapping[UUID, Counting]:
    found = {}
    for pk, row in newest_assessments([one.pk for one in people]).items():
        moral = opened(row)
        values = {"result": QUALIFIED if moral.qualified else UNQUALIFIED, "text": moral.text}
        found[pk] = Counting(values, str(row.pk))
    return found


def _refused(source: Source, people: Sequence[Registration]) -> Mapping[UUID, str]:
    facts = facts_of(people, clock=source.clock)
    found = {one.pk: why_not("moral", facts[one.pk], source.by.kind) for one in people}
    if source.by.kind is not Party.COUNTY:
        for pk, row in newest_assessments([one.pk for one in people]).items():
            found[pk] = found[pk] or (COUNTYS if row.by_kind == Party.COUNTY else "")
    return {pk: sentence for pk, sentence in found.items() if sentence}


def _write(source: Source, entries: Sequence[Entry]) -> Mapping[UUID, Outcome]:
    said = [Said(one.registration, one.values["result"] == QUALIFIED, one.values["text"]) for one in entries]
    made = assess_many(said, by=source.by)
    return {pk: refused(one) if isinstance(one, Refused) else Outcome(made=str(one.pk)) for pk, one in made.items()}


def _undo(people: Sequence[Registration], made: Mapping[UUID, str], reason: str, by: Actor) -> Mapping[UUID, Outcome]:
    def withdraw(one: Registration) -> str:
        withdraw_assessment(one.pk, assessment_id=int(made[one.pk]), reason=reason, by=by)
        return ""

    return {one.pk: attempt(lambda one=one: withdraw(one)) for one in people}  # type: ignore[misc]


WRITER = Writer(key="import_moral", chunk=50, standing=_standing, refused=_refused, write=_write, undo=_undo)
