"""Reading decisions."""

from dataclasses import dataclass
from datetime import datetime

from baoming.registrations.models import Registration
from baoming.reviews.models import EligibilityReview, MoralAssessment, Submission
from baoming.vault.services import keys


def last_review(registration: Registration) -> EligibilityReview | None:
    """Return the newest eligibility decision."""
    return EligibilityReview.objects.filter(registration=registration).order_by("-id").first()


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
    """Return the newest moral assessment, opened; None before there is one."""
    row = MoralAssessment.objects.filter(registration=registration).order_by("-id").first()
    if row is None:
        return None
    text = keys().unseal(row.text_sealed, context=moral_context(row.pk)).decode()
    return Moral(row.qualified, text, row.at, row.by_label)


def moral_text(registration: Registration) -> str | None:
    """Return the text of the moral assessment as the printed sheet carries it; None before there is one."""
    found = moral_of(registration)
    return found.text if found else None


def last_submission(registration: Registration) -> Submission | None:
    """Return what was last sent upward for this person."""
    return Submission.objects.filter(registration=registration).order_by("-id").first()
