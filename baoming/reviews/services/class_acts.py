"""The acts that an office does for a whole class: the table of kinds, and the runner of their batches."""

import time
from uuid import UUID

from baoming.audit.actors import Actor
from baoming.registrations.models import Batch, Registration
from baoming.registrations.services import batches
from baoming.registrations.services.batches import JOB, Kind, Options
from baoming.registrations.services.sheets import record_signature
from baoming.reviews.services.signatures import void_signature
from baoming.shared.errors import Refused
from baoming.shared.jobs import defer

_TURN = 10.0  # seconds that one job runs before the next in the queue has its turn


def run(batch_id: UUID, *, seconds: float = _TURN) -> None:
    """Run a batch chunk after chunk; after a while leave the rest to a job of its own. May run twice."""
    until = time.monotonic() + seconds
    while batches.run_chunk(batch_id, KINDS):
        if time.monotonic() > until:
            defer(JOB, batch_id=str(batch_id))
            return


def undo(batch_id: UUID, *, reason: str, by: Actor) -> Batch:
    """Start undoing a batch, where its kind has a way back."""
    batch = Batch.objects.get(pk=batch_id)
    if KINDS[batch.kind].undo is None:
        raise Refused(f"{KINDS[batch.kind].title}不能整批撤销")
    return batches.undo_batch(batch_id, reason=reason, by=by)


def _sign(registration: Registration, options: Options, by: Actor) -> str:
    if "signature" in registration.done_steps:
        raise Refused("已经签字")
    version = options["versions"].get(str(registration.pk), 0)
    return str(record_signature(registration.pk, version=version, by=by).pk)


def _unsign(registration: Registration, made: str, reason: str, by: Actor) -> None:
    void_signature(registration.pk, signature_id=int(made), reason=reason, by=by)


KINDS = {
    kind.key: kind for kind in (Kind(key="signature", title="登记签字", action="sign_sheet", act=_sign, undo=_unsign),)
}
