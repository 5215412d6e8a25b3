"""The site submits a person upward to the county, with version and hash frozen, and takes that back (R22)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from baoming.audit.actors import PARTY_NAMES, Actor, Party
from baoming.audit.services import record
from baoming.registrations import journey
from baoming.registrations.form_queries import newest_version
from baoming.registrations.models import Registration
from baoming.registrations.services.steps import (
    locked,
    refuse_if_completed,
    refuse_if_stopped,
    state_now,
    written_reason,
)
from baoming.reviews.models import Submission, SubmissionWithdrawal
from baoming.reviews.queries import site_submission
from baoming.reviews.readiness import refuse_if_incomplete
from baoming.seasons.queries import season_clock
from baoming.shared.errors import NotOpen, Refused
from baoming.shared.services import insert


@transaction.atomic
def submit_registration(registration_id: UUID, *, by: Actor) -> Submission:
    """Submit one person to the county, as what was saved and signed. Safe to repeat.

    Nothing incomplete is submitted: the sentence names all that is missing. Raises NotOpen.
    """
    registration = locked(registration_id)
    if by.kind is not Party.SITE:
        raise NotOpen(f"上报由{PARTY_NAMES[Party.SITE]}办理")
    refuse_if_completed(registration)
    state, clock = state_now(registration)
    refuse_if_incomplete(state, "上报")
    journey.require("completion", Party.COUNTY, state)  # its window and its holds are the submission's too
    sent, version = site_submission(registration), newest_version(registration)
    if sent is not None:
        return sent
    if version is None:
        raise NotOpen("考生还没有保存报名信息，不能上报", go="form")
    record("submit", by=by, subject=registration.pk, path=registration.path, details={"version": version.number})
    return insert(Submission(
        registration=registration, level=Submission.Level.SITE, version=version.number,
        content_hash=version.content_hash, at=clock.now, by_label=by.label,
    ))  # fmt: skip


@transaction.atomic
def withdraw_submission(registration_id: UUID, *, reason: str, by: Actor, submission_id: int | None = None) -> None:
    """Take the site's submission back, until the county completes. `submission_id`: this one and no later one.

    Raises NotOpen, Refused where nothing is submitted, Invalid without a reason.
    """
    registration = locked(registration_id)
    if by.kind is not Party.SITE:
        raise NotOpen(f"撤回上报由{PARTY_NAMES[Party.SITE]}办理")
    refuse_if_stopped(registration)
    refuse_if_completed(registration)
    written = written_reason(reason, "撤回上报")
    sent = site_submission(registration)
    if sent is None or submission_id not in (None, sent.pk):
        raise Refused("这次上报已经不在了，不用撤回")
    now = season_clock(registration.season_id).now
    insert(SubmissionWithdrawal(submission=sent, reason=written, at=now, by_label=by.label))
    record("withdraw_submission", by=by, subject=registration.pk, path=registration.path)


def drop_submission(registration: Registration, *, reason: str, by: Actor, at: datetime) -> bool:
    """Take the site's submission back by a decision that undoes what it stands for. Call after `locked`."""
    sent = site_submission(registration)
    if sent is None:
        return False
    insert(SubmissionWithdrawal(submission=sent, reason=reason, at=at, by_label=by.label))
    record("withdraw_submission", by=by, subject=registration.pk, path=registration.path)
    return True


def refuse_if_submitted(registration: Registration) -> None:
    """Raise Refused while the site's submission stands: it is taken back first. Call after `locked`."""
    if site_submission(registration) is not None:
        raise Refused("已经上报县（市、区），请先撤回上报，再更正")
