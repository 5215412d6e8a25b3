"""Segments given to sites, and what the county does with them afterwards (R4).

Each service is one transaction and locks in one order: the county (advisory), then the segments of the
sites concerned, by first number. Candidates are never locked here. What has been issued is never touched;
the exclusion constraint and the triggers on the table have the last word.
"""

from collections.abc import Iterable

from django.db import IntegrityError, connection, transaction

from baoming.audit.actors import Actor
from baoming.audit.services import record
from baoming.organizations.models import Organization
from baoming.registrations.models import NumberSegment
from baoming.registrations.segment_queries import allotted, code_spans, segments
from baoming.registrations.segments import Span, alarm_numbers, beside, free_spans, room_for
from baoming.seasons.models import Season
from baoming.seasons.queries import season_now
from baoming.shared.errors import Changed, Invalid, Refused
from baoming.shared.paths import within
from baoming.shared.text import serial

_OVERLAP = "这个区间和已有的号段重叠，请换一个没有用过的区间"
_NONE = "没有找到这个号段，可能刚刚被退回，请刷新号段页再看"


@transaction.atomic
def add_segment(
    season: Season, site: Organization, *, county: Organization, first: int, last: int, by: Actor
) -> NumberSegment:
    """Give `site` the numbers `first`..`last` (8 digits as integers) of one of its county's codes.

    Raises Invalid outside these codes and where another segment is.
    """
    hold_county(season.pk, county)
    require_site(site, county)
    require_range(code_spans(season.pk, county), first, last)
    segment = place(season, site, Span(first, last))
    ring_at(season.pk, [site])
    record("add_segment", by=by, subject=site.pk, path=site.path, details=said_of(Span(first, last)))
    return segment


@transaction.atomic
def extend_site(season: Season, site: Organization, *, county: Organization, count: int, by: Actor) -> Span:
    """Give a site `count` more numbers: those next to its own if they are free, else a segment from the reserve.

    Raises Invalid when the reserve has no room for so many in one piece; the sentence says how many fit.
    """
    hold_county(season.pk, county)
    require_site(site, county)
    rows = lock_segments(season.pk, [site])
    free = reserve(season.pk, county)
    if not 1 <= count <= 9_999:
        raise Invalid({"count": "扩充的个数请填1到9999之间的整数"})
    grown = (beside(row.last, count, free) for row in reversed(rows) if row.stopped_at is None)
    span = next((one for one in grown if one), None) or room_for(count, free)
    if span is None:
        raise Invalid({"count": _no_room(count, free)})
    grow_or_place(season, site, rows, span)
    ring_at(season.pk, [site])
    record("extend_segment", by=by, subject=site.pk, path=site.path, details=said_of(span))
    return span


@transaction.atomic
def return_numbers(
    season: Season, site: Organization, segment_id: int, *, county: Organization, count: int, by: Actor
) -> Span:
    """Put the last `count` numbers of a segment back into the reserve; a segment given back whole is gone.

    Raises Invalid for more than what has not been issued.
    """
    hold_county(season.pk, county)
    segment = _find(season.pk, site, segment_id, county=county)
    _require_unissued(segment, count, "退回")
    given_back = Span(segment.last - count + 1, segment.last)
    _shorten(segment, count)
    ring_at(season.pk, [site])
    record("return_numbers", by=by, subject=site.pk, path=site.path, details=said_of(given_back))
    return given_back


@transaction.atomic
def split_segment(
    season: Season,
    site: Organization,
    segment_id: int,
    *,
    county: Organization,
    count: int,
    to: Organization,
    by: Actor,
) -> Span:
    """Give the last `count` numbers of a segment to another site of the county.

    Raises Invalid for more than what has not been issued, and for the same site; a whole segment is re-assigned.
    """
    hold_county(season.pk, county)
    _require_other(site, to, county)
    lock_segments(season.pk, [site, to])
    segment = _find(season.pk, site, segment_id, county=county)
    _require_unissued(segment, count, "拆分")
    if count == segment.total:
        raise Invalid({"count": f"这个号段一个号也没有发，整段{count}个请用“改派”"})
    given = Span(segment.last - count + 1, segment.last)
    _shorten(segment, count)
    place(season, to, given)
    ring_at(season.pk, [site, to])
    record("split_segment", by=by, subject=site.pk, path=site.path, details=said_of(given, to))
    return given


@transaction.atomic
def reassign_segment(
    season: Season, site: Organization, segment_id: int, *, county: Organization, to: Organization, by: Actor
) -> Span:
    """Give a whole segment to another site of the county. Raises Invalid once a number of it was issued."""
    hold_county(season.pk, county)
    _require_other(site, to, county)
    lock_segments(season.pk, [site, to])
    segment = _find(season.pk, site, segment_id, county=county)
    if segment.issued:
        raise Invalid({"to": f"这个号段已发出{segment.issued}个号，不能改派；没有发的{segment.left}个可以用“拆分”"})
    segment.site = to
    segment.save(update_fields=["site"])
    ring_at(season.pk, [site, to])
    span = Span(segment.first, segment.last)
    record("reassign_segment", by=by, subject=site.pk, path=site.path, details=said_of(span, to))
    return span


@transaction.atomic
def stop_segment(season: Season, site: Organization, segment_id: int, *, county: Organization, by: Actor) -> None:
    """Let nothing be issued from a segment until it is resumed. Safe to repeat."""
    hold_county(season.pk, county)
    segment = _find(season.pk, site, segment_id, county=county)
    if segment.stopped_at is None:
        segment.stopped_at = season_now(season.pk)
        segment.save(update_fields=["stopped_at"])
        ring_at(season.pk, [site])
        record(
            "stop_segment", by=by, subject=site.pk, path=site.path, details=said_of(Span(segment.first, segment.last))
        )


@transaction.atomic
def resume_segment(season: Season, site: Organization, segment_id: int, *, county: Organization, by: Actor) -> None:
    """Let a stopped segment be issued from again. Safe to repeat."""
    hold_county(season.pk, county)
    segment = _find(season.pk, site, segment_id, county=county)
    if segment.stopped_at is not None:
        segment.stopped_at = None
        segment.save(update_fields=["stopped_at"])
        ring_at(season.pk, [site])
        record(
            "resume_segment", by=by, subject=site.pk, path=site.path, details=said_of(Span(segment.first, segment.last))
        )


# Parts of these acts, and of services/plans.py


def hold_county(season_id: int, county: Organization) -> None:
    """Let one act at a time divide a county's numbers: the exclusion constraint alone deadlocks (W8)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"segments:{season_id}:{county.path}"])


def lock_segments(season_id: int, sites: Iterable[Organization]) -> list[NumberSegment]:
    """Lock and return all segments of some sites, by first number: nothing is issued from them meanwhile."""
    rows = NumberSegment.objects.select_for_update().filter(season=season_id, site__in=[site.pk for site in sites])
    return list(rows.order_by("first"))


def reserve(season_id: int, county: Organization) -> list[Span]:
    """Return what of the county's codes no site has. Call after `hold_county`."""
    taken = [Span(row.first, row.last) for row in segments(season_id, county.path)]
    return free_spans(code_spans(season_id, county), taken)


def place(season: Season, site: Organization, span: Span) -> NumberSegment:
    """Make a segment; Invalid where it would overlap another."""
    try:
        with transaction.atomic():
            return NumberSegment.objects.create(
                season=season, site=site, first=span.first, next=span.first, last=span.last
            )
    except IntegrityError:
        raise Invalid({"first": _OVERLAP}) from None


def grow_or_place(season: Season, site: Organization, rows: Iterable[NumberSegment], span: Span) -> None:
    """Add `span` to the one of the site's segments that it continues, or as a segment of its own."""
    before = next((row for row in rows if row.last + 1 == span.first and row.stopped_at is None), None)
    if before is None:
        place(season, site, span)
        return
    before.last = span.last
    try:
        with transaction.atomic():
            before.save(update_fields=["last"])
    except IntegrityError:
        raise Invalid({"first": _OVERLAP}) from None


def ring_at(season_id: int, sites: Iterable[Organization]) -> None:
    """Write anew at which numbers the alarms of these sites ring."""
    for site in sites:
        rows = lock_segments(season_id, [site])
        for row, pair in zip(rows, alarm_numbers([allotted(row) for row in rows]), strict=True):
            if (row.alarm_80, row.alarm_95) != pair:
                row.alarm_80, row.alarm_95 = pair
                row.save(update_fields=["alarm_80", "alarm_95"])


def require_site(site: Organization, county: Organization) -> None:
    """Raise Refused for anything but a site of this county."""
    if site.level != Organization.Level.SITE or not within(site.path, county.path):
        raise Refused("没有找到这个报名点")


def require_range(codes: Iterable[Span], first: int, last: int) -> None:
    """Raise Invalid unless `first`..`last` lies in one of the county's codes."""
    if not any(code.first <= first <= code.last and code.first <= last <= code.last for code in codes):
        ranges = "、".join(f"{serial(code.first)}到{serial(code.last)}" for code in codes)
        raise Invalid({"first": f"本县的报名序号在{ranges}之间，请核对起号和止号"})
    if first > last:
        raise Invalid({"first": "起号不能大于止号，请核对"})


def said_of(span: Span, to: Organization | None = None) -> dict[str, str]:
    """Return the details of an event: the numbers, and the site that has them now if it is another."""
    return {"first": serial(span.first), "last": serial(span.last)} | ({"to": to.name} if to else {})


def _find(season_id: int, site: Organization, segment_id: int, *, county: Organization) -> NumberSegment:
    """Lock the site's segments and return one of them."""
    require_site(site, county)
    found = next((row for row in lock_segments(season_id, [site]) if row.pk == segment_id), None)
    if found is None:
        raise Changed(_NONE)
    return found


def _shorten(segment: NumberSegment, count: int) -> None:
    """Take the last `count` numbers off a segment; one that has none left is gone."""
    if count == segment.total:
        segment.delete()
        return
    segment.last -= count
    segment.save(update_fields=["last"])


def _require_other(site: Organization, to: Organization, county: Organization) -> None:
    require_site(to, county)
    if to.pk == site.pk:
        raise Invalid({"to": "请选择另一个报名点"})


def _require_unissued(segment: NumberSegment, count: int, act: str) -> None:
    if count > segment.left:
        raise Invalid({"count": f"这个号段只剩{segment.left}个号没有发，最多{act}{segment.left}个；发出的号不能动"})
    if count < 1:
        raise Invalid({"count": f"{act}的个数请填1到{segment.left}之间的整数"})


def _no_room(count: int, free: list[Span]) -> str:
    """What to do when the reserve has no room for `count` in one piece."""
    most = max(free, key=lambda span: span.count, default=None)
    if most is None:
        return "本县代码的号已经全部划完，备用里没有号了。请向省教育考试院申请增加县代码"
    where = f"最长的一段是{serial(most.first)}到{serial(most.last)}，有{most.count}个"
    return f"备用里没有连续的{count}个号，{where}。请少划一些，或分两次扩充"
