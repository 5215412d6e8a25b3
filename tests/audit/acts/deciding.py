"""Decisions on people: eligibility, another site, stopping, a voided number, and their undoing."""

from baoming.organizations.models import Organization
from baoming.organizations.roles import Role
from baoming.registrations.models import Registration
from baoming.reviews import services as reviews
from baoming.reviews.models import EligibilityReview, Transfer
from baoming.reviews.services.eligibility import keep_review
from baoming.seasons.queries import season_now
from tests import factories as make
from tests.audit.acts.register import act, at, of, own
from tests.audit.walking import Ask
from tests.reviews import files
from tests.web.test_decisions import RULES


def judged(row: Registration, sent: dict[str, str], role: Role) -> Ask:
    return Ask(of(row, role), own(row, "eligibility/"), sent, answers=(302,))


@act("office", "decide/pass")
def decide() -> Ask:
    return judged(files.opened(), {**RULES, "act": "pass"}, Role.OPERATOR)


@act("office", "decide/return")
def give_back() -> Ask:
    return judged(files.passed(), {"act": "return", "reason": "no_proof"}, Role.OPERATOR)


@act("office", "review_time")
def review_time() -> Ask:
    row = files.intake_over()
    sent = {"hours": "24", "open_reason": "补材料"}
    return Ask(of(row, Role.COUNTY), own(row, "review-time/"), sent, answers=(302,))


@act("office", "transfer")
def transfer() -> Ask:
    row = files.opened()
    sent = {"site": str(make.site("02").pk), "transfer": "moved_school"}
    return Ask(of(row, Role.COUNTY), own(row, "transfer/"), sent, answers=(302,))


@act("office", "transfer/other_county")
def to_other_county() -> Ask:
    row = files.opened()
    make.site("01", of="0103")
    sent = {"site_code": "0103-01", "transfer": "moved_school"}
    return Ask(of(row, Role.COUNTY), own(row, "transfer/"), sent, answers=(302,))


def answered(answer: str) -> Ask:
    row = files.opened()
    there = make.site("01", of="0103")
    asked = reviews.transfer(row.pk, to=there, reason="moved_school", note="", by=files.county(row))
    sent = {"asked": str(asked.pk), "act": answer, "answer": "学籍不在本县"}
    office = Organization.objects.get(pk=there.parent_id)
    return Ask(at(office, Role.COUNTY), "/approvals/answer/", sent, answers=(302,))


@act("office", "approvals_answer/accept")
def accept() -> Ask:
    return answered("accept")


@act("office", "approvals_answer/decline")
def decline() -> Ask:
    return answered("decline")


def undone(row: Registration, kind: str, decision: int, role: Role) -> Ask:
    sent = {"kind": kind, "decision": str(decision), "undo_reason": "点错了"}
    return Ask(of(row, role), own(row, "undo/"), sent, answers=(302,))


@act("office", "undo/review")
def undo_review() -> Ask:
    row = files.returned()
    return undone(row, "review", EligibilityReview.objects.latest("pk").pk, Role.OPERATOR)


@act("office", "undo/passed")
def undo_pass() -> Ask:
    row = files.passed()
    return undone(row, "review", EligibilityReview.objects.latest("pk").pk, Role.OPERATOR)


@act("office", "undo/referred")
def undo_referral() -> Ask:
    """A referral from before they were cases."""
    row = files.opened()
    review = keep_review(
        row, EligibilityReview.Outcome.REFERRED, by=files.site(row), at=season_now(row.season_id), reason="migrant",
        to="county",
    )  # fmt: skip
    return undone(row, "review", review.pk, Role.OPERATOR)


@act("office", "undo/transfer")
def undo_transfer() -> Ask:
    row = files.opened()
    reviews.transfer(row.pk, to=make.site("02"), reason="moved_school", note="", by=files.county(row))
    return undone(row, "transfer", Transfer.objects.get().pk, Role.COUNTY)


@act("office", "undo/withdrawal")
def undo_withdrawal() -> Ask:
    return undone(files.stopped(), "withdrawal", 0, Role.COUNTY)
