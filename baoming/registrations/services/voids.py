"""Voiding an issued number: it is never used again, and what showed it no longer counts (R4)."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from baoming.audit.actors import PARTY_NAMES, Actor, Party
from baoming.audit.services import record
from baoming.documents.services import void_prints
from baoming.registrations.models import Activation, NumberSegment, Registration, VoidedNumber
from baoming.registrations.segment_queries import void_context
from baoming.registrations.services.openings import keep_open
from baoming.registrations.services.sheets import void_signed
from baoming.registrations.services.slips import SLIP
from baoming.registrations.services.steps import locked, refuse_if_stopped, return_step
from baoming.seasons.queries import season_now
from baoming.shared.errors import Invalid, NotOpen
from baoming.shared.queries import next_ids
from baoming.shared.text import serial
from baoming.vault.services import keys

HOURS = 72  # in which the site may issue a new number after intake is over
_WHY = "报名序号已作废"


@transaction.atomic
def void_number(registration_id: UUID, *, reason: str, by: Actor) -> int:
    """Void one person's number for the county, for ever; returns it. The site can then issue another.

    Where intake is over or ends sooner, it is open for this one person for 72 hours. Raises NotOpen for anyone but the
    county, before a number is issued, once the registration is stopped, and after completion (which the
    county may reopen); Invalid without a reason.
    """
    registration = locked(registration_id)
    if by.kind is not Party.COUNTY:
        raise NotOpen(f"作废报名序号由{PARTY_NAMES[Party.COUNTY]}办理")
    refuse_if_stopped(registration)
    if registration.number is None:
        raise NotOpen("这名考生没有报名序号，不用作废")
    if "completion" in registration.done_steps:
        raise NotOpen("这名考生已完成确认，请先重新打开，再作废报名序号")
    written = reason.strip()
    if not 1 <= len(written) <= 200:
        raise Invalid({"reason": "请填写作废的原因，最多200个字"})
    now = season_now(registration.season_id)
    voided = drop_number(registration, reason=written, by=by, at=now)
    open_for_reissue(registration, by=by, at=now)
    return voided


def open_for_reissue(registration: Registration, *, by: Actor, at: datetime) -> None:
    """Open intake for this one person, where it ends sooner than in 72 hours: the site can issue another number."""
    until = at + timedelta(hours=HOURS)
    keep_open(registration, "intake", until=until, reason=f"{_WHY}，重新发号", by=by, at=at)


def drop_number(registration: Registration, *, reason: str, by: Actor, at: datetime) -> int:
    """Void the number of a registration that is `locked`, with all that shows it; returns the number.

    Falls with it: the step, every slip and sheet, a code that has not been used, and the signature with
    what rests on it. For services that have asked already whether this may be done now: `reason` is
    written, a number is there, the person is not completed.
    """
    assert registration.number is not None
    voided = registration.number
    segment = NumberSegment.objects.select_for_update(of=["self"]).select_related("site").get(
        season=registration.season_id, first__lte=voided, next__gt=voided
    )  # fmt: skip
    [pk] = next_ids(VoidedNumber, 1)
    VoidedNumber.objects.create(
        pk=pk, season_id=registration.season_id, number=voided, segment=segment, site=segment.site,
        path=segment.site.path, registration=registration, at=at, by_label=by.label,
        reason_sealed=keys().seal(reason.encode(), context=void_context(pk)),
    )  # fmt: skip
    registration.number = None
    registration.save(update_fields=["number"])
    void_signed(registration, reason=_WHY, by=by, at=at)
    void_prints(registration.pk, SLIP, reason=_WHY, at=at)
    Activation.objects.filter(registration=registration, revoked_at=None, used_at=None).update(revoked_at=at)
    return_step(registration, "number", by=by, at=at, reason=_WHY)  # the reason lies sealed on the list alone
    record("void_number", by=by, subject=registration.pk, path=registration.path, details={"number": serial(voided)})
    return voided
