"""Information that is kept as it came: one fact a person and kind, with its source, never changed (R32)."""

import json
from collections.abc import Mapping, Sequence
from uuid import UUID

from baoming.audit.actors import Actor
from baoming.audit.services import record_many
from baoming.imports.kinds import Kind
from baoming.imports.models import FactWithdrawal, ImportedFact
from baoming.imports.queries import content_of, fact_context, newest_facts, standing_facts
from baoming.imports.writers import Counting, Entry, Source, Writer
from baoming.registrations.models import Registration
from baoming.registrations.services.batches import Outcome
from baoming.seasons.queries import season_now
from baoming.shared.queries import next_ids
from baoming.shared.services import insert_many
from baoming.vault.services import keys

_NEWER = "后来又导入过新的内容，这一行没有撤销；需要时请先撤销后来的那一批"


def _standing(kind: Kind, people: Sequence[Registration]) -> Mapping[UUID, Counting]:
    return {pk: Counting(content_of(fact), str(fact.pk)) for pk, fact in standing_facts(kind.key, people).items()}


def _refused(source: Source, people: Sequence[Registration]) -> Mapping[UUID, str]:
    return {}


def _write(source: Source, entries: Sequence[Entry]) -> Mapping[UUID, Outcome]:
    """One fact for each, in two statements; the fact it replaces stays as it is."""
    by, kind = source.by, source.kind.key
    facts = [
        ImportedFact(
            pk=pk, registration=one.registration, kind=kind, source_id=source.import_id, line=one.line, at=source.now,
            content_sealed=keys().seal(json.dumps(one.values, ensure_ascii=False).encode(), context=fact_context(pk)),
            by_kind=by.kind, by_label=by.label,
        )
        for pk, one in zip(next_ids(ImportedFact, len(entries)), entries, strict=True)
    ]  # fmt: skip
    insert_many(facts)
    details = {"kind": kind, "source": str(source.import_id)}
    record_many("import_fact", by=by, subjects={
        one.registration.pk: (one.registration.path, details) for one in entries
    })  # fmt: skip
    return {fact.registration_id: Outcome(made=str(fact.pk)) for fact in facts}


def _undo(people: Sequence[Registration], made: Mapping[UUID, str], reason: str, by: Actor) -> Mapping[UUID, Outcome]:
    newest = newest_facts([int(one) for one in made.values()])
    taken = {one.pk: newest[pk] for one in people if (pk := int(made[one.pk])) in newest}
    if taken:
        now = season_now(people[0].season_id)
        insert_many(FactWithdrawal(fact=fact, reason=reason, at=now, by_label=by.label) for fact in taken.values())
        record_many("withdraw_fact", by=by, subjects={
            one.pk: (one.path, {"kind": taken[one.pk].kind}) for one in people if one.pk in taken
        })  # fmt: skip
    return {one.pk: Outcome() if one.pk in taken else Outcome(_NEWER, problem=True) for one in people}


WRITER = Writer(key="import_fact", chunk=250, standing=_standing, refused=_refused, write=_write, undo=_undo)
