"""What offices decide about a registration. Each public function is one transaction and one verb of the office."""

from baoming.reviews.services.completion import (
    complete_registration,
    reopen,
    review_finally,
    undo_final_review,
)
from baoming.reviews.services.eligibility import (
    open_review,
    pass_eligibility,
    return_eligibility,
    undo_review,
)
from baoming.reviews.services.morals import assess_morals, withdraw_assessment
from baoming.reviews.services.signatures import void_signature
from baoming.reviews.services.submissions import submit_registration, withdraw_submission
from baoming.reviews.services.transfers import accept_transfer, decline_transfer, transfer, undo_transfer
from baoming.reviews.services.withdrawals import undo_withdrawal, withdraw

__all__ = [
    "accept_transfer",
    "assess_morals",
    "complete_registration",
    "decline_transfer",
    "open_review",
    "pass_eligibility",
    "reopen",
    "return_eligibility",
    "review_finally",
    "submit_registration",
    "transfer",
    "undo_final_review",
    "undo_review",
    "undo_transfer",
    "undo_withdrawal",
    "void_signature",
    "withdraw",
    "withdraw_assessment",
    "withdraw_submission",
]
