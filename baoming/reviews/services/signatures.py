"""Taking back a signature that was recorded by mistake (R20)."""

from uuid import UUID

from django.db import transaction

from baoming.audit.actors import PARTY_NAMES, Actor, Party
from baoming.audit.services import record
from baoming.registrations.models import Registration, Signature
from baoming.registrations.services.steps import (
    locked,
    refuse_if_completed,
    refuse_if_stopped,
    return_step,
    written_reason,
)
from baoming.reviews.services.submissions import refuse_if_submitted
from baoming.seasons.queries import season_now
from baoming.shared.errors import NotOpen, Refused


@transaction.atomic
def void_signature(registration_id: UUID, *, reason: str, by: Actor, signature_id: int | None = None) -> Registration:
    """Void the living signature of one person: the sheet stays printed and may be signed again.

    `signature_id`: this one and no later one. An act of the site, whatever phase is open. Raises NotOpen
    after completion and once stopped, Refused once submitted or where nothing is signed, Invalid without a reason.
    """
    registration = locked(registration_id)
    if by.kind is not Party.SITE:
        raise NotOpen(f"撤销签字由{PARTY_NAMES[Party.SITE]}办理")
    refuse_if_stopped(registration)
    refuse_if_completed(registration)
    refuse_if_submitted(registration)
    written = written_reason(reason, "撤销签字")
    living = Signature.objects.filter(registration=registration, voided_at=None).first()
    if living is None or signature_id not in (None, living.pk):
        raise Refused("这次签字已经不在了，不用撤销")
    return_step(registration, "signature", by=by, at=season_now(registration.season_id), reason=written)
    record("void_signature", by=by, subject=registration.pk, path=registration.path)
    return registration
