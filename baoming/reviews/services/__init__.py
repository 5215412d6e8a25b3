"""What offices decide about a registration. Each public function is one transaction and one verb of the office."""

from baoming.reviews.services.completion import complete_registration, reopen, review_finally
from baoming.reviews.services.eligibility import pass_eligibility, return_eligibility
from baoming.reviews.services.morals import assess_morals

__all__ = [
    "assess_morals",
    "complete_registration",
    "pass_eligibility",
    "reopen",
    "return_eligibility",
    "review_finally",
]
