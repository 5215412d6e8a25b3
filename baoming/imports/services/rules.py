"""Whether a file of a kind may be taken now, and for whom nothing can be written: asked for many people at once."""

from collections.abc import Sequence
from uuid import UUID

from baoming.audit.actors import PARTY_NAMES, Actor
from baoming.imports.kinds import Kind
from baoming.imports.writers import Source, Writer
from baoming.registrations.journey import BITS
from baoming.registrations.models import Registration
from baoming.reviews.case_queries import kind_of as case_kind
from baoming.reviews.cases import OPEN_STATES
from baoming.reviews.models import Case
from baoming.schedule.queries import phase_times
from baoming.seasons.models import Season
from baoming.seasons.queries import Clock
from baoming.shared.errors import NotOpen

_STOPPED = "这名考生的报名已经中止，不能写入。请从文件里删去这一行"
_COMPLETED = "县（市、区）已完成这名考生的确认，不能写入。确有错误的，由县招考机构重新打开以后再导入"


def require_open(season: Season, kind: Kind, by: Actor, *, clock: Clock) -> None:
    """Raise NotOpen unless `by`'s office may import this kind, and may do so now."""
    if by.kind not in kind.by:
        raise NotOpen(f"{kind.title}由{'、'.join(PARTY_NAMES[one] for one in kind.by)}导入，本单位不能导入")
    times = phase_times(season.pk, path=by.path, clock=clock)
    if kind.after and not ((first := times[kind.after]).open or first.over or first.resting):
        raise NotOpen(f"{kind.title}的导入还没有开始，请等本阶段开始以后再导入")
    if kind.until and times[kind.until].over:
        raise NotOpen(f"{kind.title}的导入时间已经结束。确有特殊情况请联系{PARTY_NAMES[kind.by[-1]]}")


def refusals(writer: Writer, source: Source, people: Sequence[Registration]) -> dict[UUID, str]:
    """Return for whom nothing can be written and why, as sentences; who is absent is in order."""
    kind, found = source.kind, dict[UUID, str]()
    if kind.case:
        title = case_kind(source.season, kind.case).title
        sentence = f"这名考生有一件“{title}”正在办理，请先在特殊情况里办结，再导入这一行"
        ids = [one.pk for one in people]
        open_cases = Case.objects.filter(registration__in=ids, kind=kind.case, state__in=OPEN_STATES)
        found |= dict.fromkeys(open_cases.values_list("registration", flat=True), sentence)
    found |= writer.refused(source, people)
    if not kind.completed:
        found |= {one.pk: _COMPLETED for one in people if one.done & BITS["completion"]}
    if not kind.check:  # an answer of a register is noted of who has stopped, too: it was asked for
        found |= {one.pk: _STOPPED for one in people if one.stopped_at is not None}
    return found
