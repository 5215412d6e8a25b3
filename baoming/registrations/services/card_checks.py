"""The real-person check at the site, beside the face: the own card read there and then (R10)."""

from uuid import UUID

from django.db import transaction

from baoming.audit.actors import Actor
from baoming.registrations.absent_queries import is_absent
from baoming.registrations.identity_documents import IdentityDocument
from baoming.registrations.models import PersonCheck, Registration
from baoming.registrations.services.intake import require_present
from baoming.registrations.services.person_checks import require_undone
from baoming.registrations.services.steps import complete_step, locked
from baoming.shared.errors import Refused
from baoming.shared.moments import BEIJING
from baoming.shared.services import insert

_AWAY = "这名考生登记为因故不能到场，还没有读过身份证。本人到场了，请先在受理台补读身份证，再当面核对"
_UNREAD = "请把考生本人的身份证放到读卡器上，再读卡核对"


@transaction.atomic
def confirm_by_card(
    registration_id: UUID, document: IdentityDocument | None, *, reader: str = "", nonce: str = "", by: Actor
) -> PersonCheck:
    """The site has the person before it with their own document: no face recognition needed.

    `document`: what was read just now, or typed from an original that no reader reads (`reader` is empty then); None
    where the card itself was typed, as no reader reads it, and has been seen. Raises NotOpen, Refused.
    """
    registration = locked(registration_id)
    now = require_undone(registration, by)
    if is_absent(registration):
        raise Refused(_AWAY)
    if document is not None:
        today = now.astimezone(BEIJING).date()
        require_present(registration, document, reader=reader, nonce=nonce, today=today)
    elif registration.reading != Registration.Reading.TYPED:
        raise Refused(_UNREAD)
    state = PersonCheck.State.PASSED
    check = insert(PersonCheck(registration=registration, method="card", state=state, consent_version="", at=now))
    complete_step(registration, "person_check", by=by, at=now)
    return check
