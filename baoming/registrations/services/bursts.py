"""Watching where saves come from (T2): one statement for a save that counts, none for any other; an alarm by a job."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from baoming.accounts.services.sign_in import is_news
from baoming.audit.actors import SYSTEM
from baoming.audit.services import record
from baoming.messages.services import send
from baoming.registrations.bursts import KEPT, STEPPED, WINDOW, Change, Place, burst
from baoming.registrations.form_queries import bound_phone
from baoming.registrations.models import Alarm, AlarmLine, Registration, Watch
from baoming.shared.errors import Refused
from baoming.shared.jobs import defer

# Both places in one statement, the address first: rows are always locked in this order. The oldest goes when
# the row is full.
_ADD = f"""
INSERT INTO registrations_watch AS watch (key, changes, at)
SELECT key, %(change)s::jsonb, %(now)s FROM unnest(%(keys)s::varchar[]) AS key
ON CONFLICT (key) DO UPDATE SET at = excluded.at, changes = (CASE
    WHEN jsonb_array_length(watch.changes) >= {KEPT} THEN watch.changes - 0 ELSE watch.changes END) || excluded.changes
RETURNING key, changes, stepped_until
"""  # noqa: S608  (our own number only)
STOPPED = 0  # as a version: the save was stopped


class StepUp(Refused):
    """Such changes from here need a code to the bound phone. Nothing was saved; the draft stays."""

    def __init__(self, keys: Sequence[str]) -> None:
        super().__init__("这里刚刚连续改过几个人的报名信息，为防止冒用，请再填发到绑定手机的验证码")
        self.keys = list(keys)


def keys_of(*, device: str, address: str) -> list[str]:
    """Return the places a request comes from, as they are kept: digests, the address first."""
    found = [(Place.ADDRESS, address), (Place.DEVICE, device)]
    return [f"{place}:{hashlib.sha256(text.encode()).hexdigest()[:32]}" for place, text in found if text]


def watch(keys: Sequence[str], person: UUID, *, version: int, signed_in: datetime | None, proved: bool) -> None:
    """Note a change that counts. Raises StepUp when it makes a burst or comes from a place that made one, unless
    a code has `proved` the owner.
    """
    now = timezone.now()
    found = _add(keys, person, version=version, signed_in=signed_in or now, now=now)
    hot = [key for key, changes, until in found if (until and until > now) or burst(_place(key), changes)]
    if hot and not proved:
        raise StepUp(hot)


def sound(keys: Sequence[str], person: UUID, *, signed_in: datetime | None) -> None:
    """Note the change that was stopped, and let a job raise the alarm. Call outside the block that was undone."""
    now = timezone.now()
    _add(keys, person, version=STOPPED, signed_in=signed_in or now, now=now)
    for key in keys:
        defer("registrations.raise_alarm", key=key)


@transaction.atomic
def raise_alarm(key: str) -> None:
    """Write down a burst with all whom it has met, tell each of them, and ask for codes from there. May run twice."""
    row = Watch.objects.select_for_update().filter(key=key).first()
    now = timezone.now()
    if row is None:
        return
    going_on = row.stepped_until is not None and row.stepped_until > now
    found = _read(row.changes) if going_on else burst(_place(key), _read(row.changes))
    if not found:
        return
    alarm = Alarm.objects.filter(key=key).order_by("-pk").first() if going_on else None
    alarm = alarm or Alarm.objects.create(place=_place(key), key=key, at=now)
    if not going_on:
        row.stepped_until = now + STEPPED
        row.save(update_fields=["stepped_until"])
    people = Registration.objects.select_related("site").in_bulk([UUID(change.person) for change in found])
    for change in sorted(found, key=lambda one: one.person):  # in one order: what is told is a lock
        _line(alarm, people[UUID(change.person)], change)


@transaction.atomic
def tidy() -> None:
    """Forget places where nothing has counted for a day: no burst is told from what is so old. May run twice."""
    now = timezone.now()
    old = Watch.objects.filter(at__lt=now - max(WINDOW, STEPPED))
    old.exclude(stepped_until__gte=now).delete()


def _line(alarm: Alarm, person: Registration, change: Change) -> None:
    values = {"path": person.path, "version": change.version, "at": change.at}
    _, new = AlarmLine.objects.get_or_create(alarm=alarm, registration=person, defaults=values)
    if not new:
        return
    record("suspect_change", by=SYSTEM, subject=person.pk, path=person.path, details={"version": change.version})
    if is_news(f"burst:{person.pk}:{change.version}"):  # a browser and its address raise their alarms at one instant
        send(
            "suspect_change", season=person.season, recipient=person.pk, number=bound_phone(person),
            phone=person.site.phone,
        )  # fmt: skip


def _add(
    keys: Sequence[str], person: UUID, *, version: int, signed_in: datetime, now: datetime
) -> list[tuple[str, list[Change], datetime | None]]:
    change = [{"person": str(person), "version": version, "in": signed_in.isoformat(), "at": now.isoformat()}]
    with connection.cursor() as cursor:
        cursor.execute(_ADD, {"keys": list(keys), "change": json.dumps(change), "now": now})
        rows = cursor.fetchall()
    return [(key, _read(json.loads(kept) if isinstance(kept, str) else kept), until) for key, kept, until in rows]


def _read(changes: Sequence[dict[str, Any]]) -> list[Change]:
    return [
        Change(one["person"], one["version"], datetime.fromisoformat(one["in"]), datetime.fromisoformat(one["at"]))
        for one in changes
    ]


def _place(key: str) -> Place:
    return Place(key.partition(":")[0])
