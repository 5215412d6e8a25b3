"""Registration numbers issued from a site's segments, under lock (R4, R8). The segments: services/segments.py."""

from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F

from baoming.audit.actors import Actor
from baoming.audit.services import record
from baoming.registrations.models import NumberSegment, Registration
from baoming.registrations.segments import LEVELS
from baoming.registrations.services.steps import complete_step, locked, require
from baoming.shared.errors import Refused
from baoming.shared.moments import BEIJING
from baoming.shared.text import serial


class SegmentExhausted(Refused):
    """A number segment has no free number left; the county office must add one."""


@dataclass(frozen=True, slots=True)
class _Taken:
    """A number taken from a segment, with what the segment knew of it beforehand."""

    number: int
    alarms: tuple[int | None, int | None]


@transaction.atomic
def issue_number(registration_id: UUID, *, by: Actor) -> int:
    """Give the registration the next free number of its site. Safe to repeat.

    Locks the registration, then the segment. Raises NotOpen or SegmentExhausted.
    """
    registration = locked(registration_id)
    if registration.number is not None:
        return registration.number
    now = require("number", registration, by)
    taken = _take_number(registration, now)
    registration.number = taken.number
    complete_step(registration, "number", by=by, at=now, also=("number",))
    for level, rings in zip(LEVELS, taken.alarms, strict=True):
        if rings == taken.number:
            details = {"percent": level, "number": serial(taken.number)}
            record("segment_alarm", by=by, subject=registration.site_id, path=registration.path, details=details)
    return taken.number


# Row lock, next free number and the day's first number in one statement: whoever waits for the lock goes on
# with the row as the other left it, or with the site's next segment.
_TAKE = """
UPDATE registrations_numbersegment SET
    next = next + 1,
    day_first = CASE WHEN day_began BETWEEN %(midnight)s AND %(now)s THEN day_first ELSE next END,
    day_began = CASE WHEN day_began BETWEEN %(midnight)s AND %(now)s THEN day_began ELSE %(now)s END
WHERE id = (
    SELECT id FROM registrations_numbersegment
    WHERE season_id = %(season)s AND site_id = %(site)s AND next <= last AND stopped_at IS NULL
    ORDER BY first LIMIT 1 FOR UPDATE
)
RETURNING next - 1 AS next, alarm_80, alarm_95
"""


def _take_number(registration: Registration, now: datetime) -> _Taken:
    """Take the next number of the site's first segment that has one."""
    midnight = datetime.combine(now.astimezone(BEIJING).date(), time.min, BEIJING)
    asked: dict[str, int | str | datetime] = {
        "season": registration.season_id,
        "site": registration.site_id.hex,
        "now": now,
        "midnight": midnight,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, asked)
        row = cursor.fetchone()
    if row is None:
        raise SegmentExhausted(_why_none(registration))
    return _Taken(row[0], (row[1], row[2]))


def _why_none(registration: Registration) -> str:
    rows = NumberSegment.objects.filter(season=registration.season_id, site=registration.site_id)
    if rows.filter(stopped_at__isnull=False, next__lte=F("last")).exists():
        return "本报名点的号段已由县招考机构停发，请联系县招考机构。已采集的信息都在，恢复后可以接着发号"
    return "本报名点号段已用完，请联系县招考机构增加号段。已采集的信息都在，加号后可以接着发号"
