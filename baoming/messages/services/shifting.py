"""Which sender sends: judged by what was measured, kept in the database for all processes, recorded at each change."""

from django.db import connection, transaction
from django.utils import timezone

from baoming.audit.actors import SYSTEM
from baoming.audit.services import record
from baoming.messages.models import Shift
from baoming.messages.queries import measures, newest_shift
from baoming.messages.routing import Measured, judge
from baoming.messages.services.senders import senders

_LOCK = 4_301_937  # advisory: one judge at a time


@transaction.atomic
def judge_senders() -> Shift | None:
    """Let another sender send where the rule says so; return the change. May run twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    order, newest, now = list(senders()), newest_shift(), timezone.now()
    if not order or (len(order) < 2 and (newest is None or newest.provider in order)):
        return None
    current, since = (newest.provider, newest.at) if newest else (order[0], None)
    found = measures(order, current, since, now=now)
    provider, why = judge(order, current, since, found, now=now)
    if provider == current:
        return None
    return _shift(current, provider, why, found.get(current, Measured()))


def _shift(former: str, provider: str, why: str, seen: Measured) -> Shift:
    made = Shift.objects.create(
        provider=provider,
        former=former,
        reason=why,
        share=round(100 * seen.share),
        median=None if seen.median is None else round(seen.median),
        slow=None if seen.slow is None else round(seen.slow),
        sent=seen.sent,
        at=timezone.now(),
    )
    details = {"from": former, "to": provider, "why": why, "percent": made.share, "count": made.sent}
    record("shift_sms", by=SYSTEM, subject=None, path="", details=details)
    return made
