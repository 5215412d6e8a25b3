"""Printing the notice of a decision (告知书), for whoever signs for it."""

from uuid import UUID

from django.db import transaction

from baoming.audit.actors import PARTY_NAMES, Actor, Party
from baoming.audit.services import record
from baoming.registrations.models import Registration
from baoming.registrations.name_image_queries import name_pictures
from baoming.registrations.services.slips import season_head
from baoming.reviews.asked import shown
from baoming.reviews.case_queries import acts_of, asked_in, content_of, decision_in, kind_of, note_of
from baoming.reviews.cases import DECIDED, STATE_NAMES, Act, Kind, State
from baoming.reviews.models import Case, CaseAct
from baoming.reviews.notices import Notice, notice_pdf
from baoming.seasons.queries import season_now
from baoming.shared.errors import Refused


@transaction.atomic
def print_notice(case_id: UUID, *, by: Actor) -> bytes:
    """Return the notice of the decision that stands, as PDF. Raises Refused before one, and for kinds without."""
    case = Case.objects.get(pk=case_id)
    registration = Registration.objects.select_related("season", "site").get(pk=case.registration_id)
    kind, history = kind_of(registration.season, case.kind), acts_of(case)
    decision = decision_in(history)
    if not kind.notice or decision is None or State(case.state) not in DECIDED:
        raise Refused("这件事还没有作出决定，或不用出具告知书")
    if by.kind is not Party.CANDIDATE:  # one's own may be read as often as one likes
        record("print_notice", by=by, subject=registration.pk, path=registration.path)
    decisions = [act for act in history if act.act in (Act.GRANT, Act.REFUSE)]
    notice = Notice(
        name=registration.name, name_image=name_pictures([registration]).get(registration.pk),
        number=registration.number, asked=shown(kind.asks, content_of(asked_in(history)).get("answers", {})),
        outcome=STATE_NAMES[State(case.state)],
        decided=shown(kind.chain[kind.last].asks, content_of(decision).get("answers", {})),
        reason="：".join(one for one in (_title(kind, decision), note_of(decision)) if one),
        office=PARTY_NAMES[Party(decision.by_kind)], at=decision.at, place=1 + case.objected * (len(decisions) > 1),
    )  # fmt: skip
    head = season_head(registration.season)
    return notice_pdf(notice, kind, season=head, made_at=season_now(registration.season_id))


def _title(kind: Kind, decision: CaseAct) -> str:
    return kind.reasons[decision.reason].title if decision.reason in kind.reasons else ""
