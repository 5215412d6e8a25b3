"""Decisions about eligibility (R5)."""

from uuid import UUID

from django.db import transaction

from baoming.audit.actors import Actor
from baoming.audit.services import record
from baoming.registrations.services.steps import complete_step, locked, refuse_if_completed, require, return_step
from baoming.reviews.models import EligibilityReview
from baoming.seasons.queries import data, season_now
from baoming.shared.errors import Invalid


@transaction.atomic
def pass_eligibility(registration_id: UUID, *, checks: list[str], by: Actor) -> EligibilityReview:
    """Pass the review once every rule of the season has been judged 符合; `checks` holds their keys."""
    registration = locked(registration_id)
    now = require("eligibility", registration, by)
    rules = data(registration.season, "eligibility")["rules"]
    if missing := [rule["title"] for rule in rules if rule["key"] not in checks]:
        raise Invalid({"checks": f"还有{len(missing)}条没有判断：{missing[0]}。逐条核对后再通过，不符合请退回"})
    complete_step(registration, "eligibility", by=by, at=now)
    return EligibilityReview.objects.create(registration=registration, passed=True, at=now, by_label=by.label)


@transaction.atomic
def return_eligibility(registration_id: UUID, *, reason: str, note: str, by: Actor) -> EligibilityReview:
    """Return the file with one of the season's reasons; a passed review falls. Raises Invalid, NotOpen.

    Refused once the county has completed, whoever asks: nobody sent upward loses eligibility unseen, the
    county reopens first. Withdrawing it while completion and tickets are held is a case of its own.
    """
    registration = locked(registration_id)
    require("eligibility", registration, by)
    refuse_if_completed(registration)
    now = season_now(registration.season_id)
    reasons = {item["key"]: item["title"] for item in data(registration.season, "eligibility")["reasons"]}
    if reason not in reasons:
        raise Invalid({"reason": "请选择一条退回理由，考生会看到它"})
    return_step(registration, "eligibility", by=by, at=now, reason=reasons[reason])
    record(
        "return_eligibility",
        by=by,
        subject=registration.pk,
        path=registration.path,
        details={"reason": reason},
    )
    return EligibilityReview.objects.create(
        registration=registration, passed=False, reason=reason, note=note[:200], at=now, by_label=by.label
    )
