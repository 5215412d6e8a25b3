"""Confirming a division of a county's numbers that was proposed, and perhaps edited (R4)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from baoming.audit.actors import Actor
from baoming.audit.services import record
from baoming.organizations.models import Organization
from baoming.registrations.models import NumberSegment
from baoming.registrations.segment_queries import code_spans, division_mark, segments
from baoming.registrations.segments import Span, clash
from baoming.registrations.services.segments import (
    grow_or_place,
    hold_county,
    lock_segments,
    require_range,
    require_site,
    ring_at,
    said_of,
)
from baoming.seasons.models import Season
from baoming.shared.errors import Changed, Invalid
from baoming.shared.text import serial


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One range for one site. `key` names the row: errors come back under it."""

    key: str
    site: Organization
    span: Span


@transaction.atomic
def confirm_plan(season: Season, county: Organization, rows: Sequence[PlanRow], *, basis: str, by: Actor) -> int:
    """Give every site of the plan its range; returns how many numbers were given. All or nothing.

    `basis`: the mark of the division that the plan was made from. Raises Changed when it is another by
    now, Invalid by row for a range outside the county's codes or over another.
    """
    hold_county(season.pk, county)
    if basis != division_mark(season.pk, county):
        raise Changed("号段或预计人数刚刚有变动，这份提议还没有确认。您填的都在，请对照现在的号段核对后再确认")
    if not rows:
        raise Invalid({"plan": "没有要划的号段，请至少填一行起号和止号"})
    for row in rows:
        require_site(row.site, county)
    taken = segments(season.pk, county.path)
    if problems := _problems(rows, taken, code_spans(season.pk, county)):
        raise Invalid(problems)
    for row in rows:
        grow_or_place(season, row.site, lock_segments(season.pk, [row.site]), row.span)
    ring_at(season.pk, {row.site.pk: row.site for row in rows}.values())
    for row in rows:
        record("plan_segment", by=by, subject=row.site.pk, path=row.site.path, details=said_of(row.span))
    return sum(row.span.count for row in rows)


def _problems(rows: Sequence[PlanRow], taken: Sequence[NumberSegment], codes: Sequence[Span]) -> dict[str, str]:
    """Return the sentence of each row that cannot be."""
    found: dict[str, str] = {}
    for row in rows:
        try:
            require_range(codes, row.span.first, row.span.last)
        except Invalid as refusal:
            found[row.key] = f"{row.site.name}：{refusal}"
    owners = {Span(one.first, one.last): one.site.name for one in taken}
    for place, row in enumerate(rows):
        others = {other.span: other.site.name for other in rows[:place]} | owners
        if row.key not in found and (hit := clash(row.span, others)):
            found[row.key] = (
                f"{row.site.name}：和{others[hit]}的{serial(hit.first)}—{serial(hit.last)}重叠，请改起号或止号"
            )
    return found
