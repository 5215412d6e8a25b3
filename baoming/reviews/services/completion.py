"""The county completes, the city reviews finally; the county alone opens a person again (R22)."""

from uuid import UUID

from django.db import transaction

from baoming.audit.actors import PARTY_NAMES, Actor, Party
from baoming.audit.services import record
from baoming.registrations.form_queries import newest_version
from baoming.registrations.journey import JOURNEY, STEPS
from baoming.registrations.queries import state_of
from baoming.registrations.services.steps import complete_step, locked, require, return_step, written_reason
from baoming.reviews.models import Submission, SubmissionWithdrawal
from baoming.reviews.queries import last_submission
from baoming.reviews.readiness import refuse_if_incomplete
from baoming.seasons.queries import season_now
from baoming.shared.errors import NotOpen, Refused
from baoming.shared.services import insert

_AFTER_REVIEW = tuple(step.key for step in JOURNEY if "final_review" in step.needs)


@transaction.atomic
def complete_registration(registration_id: UUID, *, by: Actor) -> None:
    """Complete one person for the county: saving is closed from now on. Safe to repeat.

    Raises NotOpen; the sentence names everything that is missing.
    """
    registration = locked(registration_id)
    if by.kind in STEPS["completion"].actors:
        refuse_if_incomplete(state_of(registration), "完成确认")
    now = require("completion", registration, by)
    if "completion" not in registration.done_steps:  # done anew it would undo the final review
        complete_step(registration, "completion", by=by, at=now)


@transaction.atomic
def reopen(registration_id: UUID, *, reason: str, by: Actor) -> list[str]:
    """Undo completion and final review of one person; returns the keys of the steps undone.

    An act of the county, whatever phase is open: what to do next has its own windows. The signature
    stays until something is saved. Raises NotOpen, Invalid without a reason.
    """
    registration = locked(registration_id)
    if by.kind is not Party.COUNTY:
        raise NotOpen(f"重新打开由{PARTY_NAMES[Party.COUNTY]}办理")
    if "completion" not in registration.done_steps:
        raise NotOpen("这名考生还没有完成确认，不用重新打开")
    written = written_reason(reason, "重新打开", longest=200)
    undone = return_step(registration, "completion", by=by, at=season_now(registration.season_id), reason=written)
    record("reopen", by=by, subject=registration.pk, path=registration.path, details={"undone": undone})
    return undone


@transaction.atomic
def review_finally(registration_id: UUID, *, by: Actor) -> Submission:
    """Review finally for the city, and freeze which version goes upward. Safe to repeat. Raises NotOpen."""
    registration = locked(registration_id)
    now = require("final_review", registration, by)
    version, before = newest_version(registration), last_submission(registration)
    if version is None:
        raise NotOpen("考生还没有保存报名信息，不能终审", go="form")
    if before is not None and "final_review" in registration.done_steps:
        return before
    complete_step(registration, "final_review", by=by, at=now)
    return insert(
        Submission(
            registration=registration,
            version=version.number,
            content_hash=version.content_hash,
            at=now,
            by_label=by.label,
        )
    )


@transaction.atomic
def undo_final_review(registration_id: UUID, *, reason: str, by: Actor, submission_id: int | None = None) -> None:
    """Take the final review back, while nothing rests on it. `submission_id`: this one and no later one.

    An act of the city, whatever phase is open. Raises NotOpen once a room or a ticket rests on it, Refused
    where there is nothing to take back, Invalid without a reason.
    """
    registration = locked(registration_id)
    if by.kind not in STEPS["final_review"].actors:
        raise NotOpen(f"撤销终审由{PARTY_NAMES[Party.CITY]}办理")
    if registration.done_steps.intersection(_AFTER_REVIEW):
        raise NotOpen("已经编排考场，不能再撤销终审，请按信息变更办理")
    written = written_reason(reason, "撤销终审")
    sent = last_submission(registration)
    if sent is None or "final_review" not in registration.done_steps or submission_id not in (None, sent.pk):
        raise Refused("这次终审已经不在了，不用撤销")
    now = season_now(registration.season_id)
    return_step(registration, "final_review", by=by, at=now, reason=written)
    insert(SubmissionWithdrawal(submission=sent, reason=written, at=now, by_label=by.label))
    record("undo_final_review", by=by, subject=registration.pk, path=registration.path)
