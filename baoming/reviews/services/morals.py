"""思想品德考核意见: what school and county say of the candidate's conduct (R21)."""

from uuid import UUID

from django.db import transaction

from baoming.audit.actors import Actor
from baoming.registrations.services.steps import (
    clear_holds,
    complete_step,
    locked,
    place_hold,
    refuse_if_completed,
    require,
)
from baoming.reviews.models import MoralAssessment
from baoming.reviews.queries import moral_context
from baoming.shared.errors import Invalid
from baoming.shared.queries import next_ids
from baoming.vault.services import keys

HOLD = "moral_assessment"  # kind of the hold that an unqualified assessment places
_LONGEST = 200  # characters: what the sheet has room for


@transaction.atomic
def assess_morals(registration_id: UUID, *, qualified: bool, text: str, by: Actor) -> MoralAssessment:
    """Record the assessment, its text sealed; until completion a later one counts instead.

    The earlier ones stay, with text and author. One that is not qualified keeps completion held until
    another counts. Raises NotOpen, Invalid.
    """
    registration = locked(registration_id)
    now = require("moral_assessment", registration, by)
    refuse_if_completed(registration)
    written = text.strip()
    if not written:
        raise Invalid({"text": "请填写思想品德考核意见"})
    if len(written) > _LONGEST:
        raise Invalid({"text": f"思想品德考核意见最多{_LONGEST}个字，您填了{len(written)}个"})
    [pk] = next_ids(MoralAssessment, 1)
    assessment = MoralAssessment.objects.create(
        pk=pk,
        registration=registration,
        qualified=qualified,
        text_sealed=keys().seal(written.encode(), context=moral_context(pk)),
        at=now,
        by_label=by.label,
    )
    complete_step(registration, "moral_assessment", by=by, at=now)
    clear_holds(registration, HOLD, by=by, at=now)
    if not qualified:
        reason = "思想品德考核不合格，由县（市、区）招考机构处理"
        place_hold(registration, kind=HOLD, steps=["completion"], reason=reason, by=by)
    return assessment
