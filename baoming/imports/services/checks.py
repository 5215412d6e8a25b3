"""What registers answered: noted beside each person, what is no agreement becomes a case (R24–R27, R34).

The lines of the file are those of a list that this office exported; the rules stand in `checks/services/results.py`.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from baoming.audit.actors import Actor
from baoming.checks.models import CheckResult
from baoming.checks.services.results import count_results, note_answer
from baoming.imports.kinds import Kind
from baoming.imports.people_queries import MOVED
from baoming.imports.writers import Counting, Entry, Source, Writer
from baoming.registrations.models import Registration
from baoming.registrations.services.batches import Outcome, attempt
from baoming.reviews.cases import OPEN_STATES, Act
from baoming.reviews.services.cases import act_on_case
from baoming.shared.errors import Refused
from baoming.shared.paths import within

_STAYS = "结果已经记下，不能撤销；结果有更正的，请重新导出这名考生再核查"


def _standing(kind: Kind, people: Sequence[Registration]) -> Mapping[UUID, Counting]:
    """Return nothing: an answer belongs to its line, and a line that has one was told of when the file was checked."""
    return {}


def _refused(source: Source, people: Sequence[Registration]) -> Mapping[UUID, str]:
    return {one.pk: MOVED for one in people if not within(one.path, source.by.path)}


def _write(source: Source, entries: Sequence[Entry]) -> Mapping[UUID, Outcome]:
    new: dict[UUID, CheckResult] = {}

    def note(one: Entry) -> str:
        values = one.values
        line, remark = UUID(values["line"]), values.get("remark", "")
        result, fresh = note_answer(line, values["result"], remark=remark, by=source.by)
        if fresh:
            new[one.registration.pk] = result
        return str(result.pk)

    done = {one.registration.pk: attempt(lambda one=one: note(one)) for one in entries}  # type: ignore[misc]
    count_results([result for pk, result in new.items() if not done[pk].sentence])
    return done


def _undo(people: Sequence[Registration], made: Mapping[UUID, str], reason: str, by: Actor) -> Mapping[UUID, Outcome]:
    """Withdraw the cases that these answers opened and nobody has decided yet; the answers stay as they came.

    A case that another answer belongs to as well stays: what that answer says must still be looked into.
    """

    def withdraw(one: Registration) -> str:
        answer = CheckResult.objects.select_related("case").get(pk=made[one.pk])
        case = answer.case
        if case is None or not answer.opened or case.state not in OPEN_STATES:
            raise Refused(_STAYS)
        if CheckResult.objects.filter(case=case).exclude(pk=answer.pk).exists():
            raise Refused(_STAYS)
        act_on_case(case.pk, Act.WITHDRAW, seen=case.newest, by=by, note=reason)
        return ""

    return {one.pk: attempt(lambda one=one: withdraw(one)) for one in people}  # type: ignore[misc]


WRITER = Writer(key="import_check", chunk=25, standing=_standing, refused=_refused, write=_write, undo=_undo)
