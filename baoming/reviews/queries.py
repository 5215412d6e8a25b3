"""Reading decisions."""

from uuid import UUID

from baoming.registrations.models import Registration
from baoming.reviews.models import EligibilityReview, MoralAssessment, Submission
from baoming.vault.services import keys


def last_review(registration: Registration) -> EligibilityReview | None:
    """Return the newest eligibility decision."""
    return EligibilityReview.objects.filter(registration=registration).order_by("-id").first()


def moral_context(registration_id: UUID) -> str:
    """Return the place a sealed moral assessment is bound to."""
    return f"reviews_moralassessment.text_sealed.{registration_id}"


def moral_text(registration: Registration) -> str | None:
    """Return the text of the moral assessment, opened; None before there is one."""
    row = MoralAssessment.objects.filter(registration=registration).first()
    if row is None:
        return None
    return keys().unseal(row.text_sealed, context=moral_context(registration.pk)).decode()


def last_submission(registration: Registration) -> Submission | None:
    """Return what was last sent upward for this person."""
    return Submission.objects.filter(registration=registration).order_by("-id").first()
