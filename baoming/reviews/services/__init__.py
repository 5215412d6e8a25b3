"""What offices decide about a registration. Each public function is one transaction and one verb of the office."""

from baoming.reviews.services.completion import (
    complete_registration,
    reopen,
    review_finally,
    undo_final_review,
)
from baoming.reviews.services.eligibility import pass_eligibility, return_eligibility
from baoming.reviews.services.morals import assess_morals, withdraw_assessment
from baoming.reviews.services.signatures import void_signature
from baoming.reviews.services.submissions import submit_registration, withdraw_submission

__all__ = [
    "assess_morals",
    "complete_registration",
    "pass_eligibility",
    "reopen",
    "return_eligibility",
    "review_finally",
    "submit_registration",
    "undo_final_review",
    "void_signature",
    "withdraw_assessment",
    "withdraw_submission",
]
