"""Reading decisions."""

from baoming.registrations.models import Registration
from baoming.reviews.models import EligibilityReview


def last_review(registration: Registration) -> EligibilityReview | None:
    """Return the newest eligibility decision."""
    return EligibilityReview.objects.filter(registration=registration).order_by("-id").first()
