"""Registration numbers: segments given to sites, numbers issued from them under lock (R4, R8)."""

from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import F

from baoming.audit.actors import Actor
from baoming.audit.services import record
from baoming.organizations.models import Organization
from baoming.registrations.models import NumberSegment, Registration
from baoming.registrations.services.steps import complete_step, locked, require
from baoming.seasons.models import Season
from baoming.shared.errors import Invalid, Refused
from baoming.shared.text import serial


class SegmentExhausted(Refused):
    """A number segment has no free number left; the county office must add one."""


@transaction.atomic
def issue_number(registration_id: UUID, *, by: Actor) -> int:
    """Give the registration the next free number of its site. Safe to repeat.

    Locks the registration, then the segment. Raises NotOpen or SegmentExhausted.
    """
    registration = locked(registration_id)
    if registration.number is not None:
        return registration.number
    now = require("number", registration, by)
    segment = _free_segment(registration)
    registration.number = segment.next
    segment.next += 1
    segment.save(update_fields=["next"])
    registration.save(update_fields=["number"])
    complete_step(registration, "number", by=by, at=now)
    return registration.number


def _free_segment(registration: Registration) -> NumberSegment:
    """Lock and return the site's first segment with a free number."""
    rows = NumberSegment.objects.select_for_update().filter(
        season=registration.season_id, site=registration.site_id, next__lte=F("last")
    )
    segment = rows.order_by("first").first()
    if segment is None:
        raise SegmentExhausted("本报名点号段已用完，请联系县招考机构增加号段。已采集的信息都在，加号后可以接着发号")
    return segment


@transaction.atomic
def add_segment(
    season: Season, site: Organization, *, county: Organization, first: int, last: int, by: Actor
) -> NumberSegment:
    """Give `site` the numbers `first`..`last` (8 digits as integers) of its county's code.

    An advisory lock per county comes first: the exclusion constraint alone deadlocks (W8).
    """
    _require_range(county, first, last)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"segments:{season.pk}:{county.path}"])
    try:
        with transaction.atomic():
            segment = NumberSegment.objects.create(season=season, site=site, first=first, next=first, last=last)
    except IntegrityError:
        raise Invalid({"first": "这个区间和已有的号段重叠，请换一个没有用过的区间"}) from None
    record(
        "add_segment",
        by=by,
        subject=site.pk,
        path=site.path,
        details={"first": serial(first), "last": serial(last)},
    )
    return segment


def _require_range(county: Organization, first: int, last: int) -> None:
    low = int(county.code) * 10_000 + 1
    if not (low <= first <= low + 9_998 and low <= last <= low + 9_998):
        raise Invalid({"first": f"本县的报名序号在{serial(low)}到{serial(low + 9_998)}之间，请核对起号和止号"})
    if first > last:
        raise Invalid({"first": "起号不能大于止号，请核对"})
