"""Reading decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F

from baoming.registrations.models import Registration, StepLog
from baoming.registrations.queries import states_of
from baoming.reviews.models import EligibilityReview, MoralAssessment, Submission, Transfer
from baoming.reviews.readiness import Facts
from baoming.seasons.queries import Clock
from baoming.vault.services import keys


def standing_reviews(registration: Registration) -> list[EligibilityReview]:
    """Return the decisions about eligibility that were not undone, newest first."""
    return list(EligibilityReview.objects.filter(registration=registration, undone_at=None).order_by("-id"))


def last_review(registration: Registration) -> EligibilityReview | None:
    """Return the newest eligibility decision that was not undone."""
    return EligibilityReview.objects.filter(registration=registration, undone_at=None).order_by("-id").first()


def rests_unchanged(registration: Registration) -> bool:
    """Whether nothing that eligibility was judged by has been done anew since it fell last."""
    log = StepLog.objects.filter(registration=registration)
    fell = log.filter(step="eligibility", done=False).order_by("-id").first()
    return fell is not None and not log.filter(step="identity", done=True, id__gt=fell.pk).exists()


def standing_transfers(registration: Registration) -> list[Transfer]:
    """Return the person's transfers that were not undone, newest first, with both sites."""
    rows = Transfer.objects.filter(registration=registration, undone_at=None).select_related("from_site", "to_site")
    return list(rows.order_by("-id"))


def open_transfer(registration: Registration) -> Transfer | None:
    """Return the transfer that waits for the other county."""
    return next((row for row in standing_transfers(registration) if row.state == Transfer.State.ASKED), None)


def moral_context(assessment_id: int) -> str:
    """Return the place the sealed text of one moral assessment is bound to."""
    return f"reviews_moralassessment.text_sealed.{assessment_id}"


@dataclass(frozen=True, slots=True)
class Moral:
    """A moral assessment, opened."""

    qualified: bool
    text: str
    at: datetime
    by_label: str


def moral_of(registration: Registration) -> Moral | None:
    """Return the moral assessment that counts, opened; None before there is one."""
    row = newest_assessment(registration)
    if row is None:
        return None
    return Moral(row.qualified, _words(row), row.at, row.by_label)


def moral_text(registration: Registration) -> str | None:
    """Return the text of the moral assessment as the printed sheet carries it; None before there is one."""
    found = moral_of(registration)
    return found.text if found else None


def moral_texts(registration_ids: Sequence[UUID]) -> dict[UUID, str]:
    """As `moral_text` for many people in one statement; who has none is absent."""
    rows = MoralAssessment.objects.filter(registration__in=registration_ids, withdrawal=None)
    newest = rows.order_by("registration", "-id").distinct("registration")
    return {row.registration_id: _words(row) for row in newest}


def newest_assessment(registration: Registration) -> MoralAssessment | None:
    """Return the moral assessment that counts: the newest that was not taken back."""
    rows = MoralAssessment.objects.filter(registration=registration, withdrawal=None)
    return rows.order_by("-id").first()


def last_submission(registration: Registration, level: str = Submission.Level.CITY) -> Submission | None:
    """Return what this level sent upward last for this person, and did not take back."""
    rows = Submission.objects.filter(registration=registration, level=level, withdrawal=None)
    return rows.order_by("-id").first()


def site_submission(registration: Registration) -> Submission | None:
    """Return the site's submission while it says what is so: of the newest version and not taken back."""
    sent = last_submission(registration, Submission.Level.SITE)
    return sent if sent is not None and sent.version == registration.version else None


def facts_of(rows: Sequence[Registration], *, clock: Clock) -> dict[UUID, Facts]:
    """Return what decides about the acts of offices, for many people of one season in three questions."""
    states = states_of(rows, clock=clock)
    submitted = submitted_among([row.pk for row in rows])
    return {
        row.pk: Facts(states[row.pk], row.version, row.printed_version, submitted=row.pk in submitted) for row in rows
    }


def submitted_among(ids: Sequence[UUID]) -> set[UUID]:
    """Return those whose site's submission stands (see `site_submission`)."""
    rows = Submission.objects.filter(registration__in=ids, level=Submission.Level.SITE, withdrawal=None)
    return set(rows.filter(version=F("registration__version")).values_list("registration", flat=True))


def _words(row: MoralAssessment) -> str:
    return keys().unseal(row.text_sealed, context=moral_context(row.pk)).decode()
