"""Decisions of offices about a registration."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from baoming.organizations.models import Organization
from baoming.registrations.models import Registration


class Decision(models.Model):
    """What an office decided. Never changed and never deleted: an undo is written beside it (migration 0005)."""

    registration = models.ForeignKey(Registration, models.PROTECT)
    reason = models.CharField(max_length=30, default="")  # key of the season's list of reasons
    note = models.CharField(max_length=200, default="")
    fell = models.JSONField(default=list)  # keys of the steps that it undid
    at = models.DateTimeField()
    by_kind = models.CharField(max_length=10)
    by_label = models.CharField(max_length=60)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=60, default="")
    undo_reason = models.CharField(max_length=200, default="")

    class Meta:
        abstract = True


class EligibilityReview(Decision):
    """报考资格审核: passed, returned with a structured reason, or referred to the office that decides (R5)."""

    class Outcome(models.TextChoices):
        PASSED = "passed", "通过资格审核"
        RETURNED = "returned", "退回资格审核"
        REFERRED = "referred", "移送审批"

    outcome = models.CharField(max_length=8, choices=Outcome)
    to = models.CharField(max_length=6, default="")  # of a referral: the level that decides

    class Meta:
        indexes: ClassVar = [models.Index("registration", "id", name="review_by_registration")]

    def __str__(self) -> str:
        return f"{self.outcome} {self.reason}".strip()


class Withdrawal(Decision):
    """中止报名: the candidate gives up, is admitted already, or has died. Nothing is done until it is undone."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("registration", condition=Q(undone_at=None), name="one_withdrawal_at_a_time"),
        ]

    def __str__(self) -> str:
        return self.reason


class Transfer(Decision):
    """转报名点. Within a county it is done at once; the receiving county accepts what comes from another."""

    class State(models.TextChoices):
        ASKED = "asked", "等转入县接收"
        DONE = "done", "已转入"
        DECLINED = "declined", "转入县未接收"

    from_site = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    to_site = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    from_path = models.CharField(max_length=24, db_collation="C")  # of the sites, for both counties' lists
    to_path = models.CharField(max_length=24, db_collation="C")
    state = models.CharField(max_length=8, choices=State)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=60, default="")
    answer = models.CharField(max_length=200, default="")  # why it was declined
    number = models.PositiveIntegerField(null=True)  # voided by it
    # What the old school's roster said: an undo gives it back.
    entry = models.BigIntegerField(null=True)
    class_name = models.CharField(max_length=40, default="")
    student_no = models.CharField(max_length=20, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "registration", condition=Q(state="asked", undone_at=None), name="one_open_transfer"
            ),
        ]
        indexes: ClassVar = [
            models.Index("to_path", name="transfer_to", condition=Q(state="asked", undone_at=None)),
            models.Index("from_path", name="transfer_from", condition=Q(state="asked", undone_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.from_path} {self.to_path} {self.state}"


class MoralAssessment(models.Model):
    """思想品德考核意见 (R21). Every one is kept as it was written and by whom; the newest counts."""

    registration = models.ForeignKey(Registration, models.PROTECT)
    qualified = models.BooleanField()
    text_sealed = models.TextField()
    at = models.DateTimeField()
    by_kind = models.CharField(max_length=10, default="")  # empty: written before this was kept
    by_label = models.CharField(max_length=60)

    def __str__(self) -> str:
        return "qualified" if self.qualified else "unqualified"


class AssessmentWithdrawal(models.Model):
    """A moral assessment taken back: the one before it counts again, both stay as they were written."""

    assessment = models.OneToOneField(MoralAssessment, models.PROTECT, related_name="withdrawal")
    reason = models.CharField(max_length=60)
    at = models.DateTimeField()
    by_label = models.CharField(max_length=60)

    def __str__(self) -> str:
        return self.reason


class Submission(models.Model):
    """What one level sent upward for one person: version and hash are frozen here (R22)."""

    class Level(models.TextChoices):
        SITE = "site", "报名点上报"
        CITY = "city", "市州终审上报"

    registration = models.ForeignKey(Registration, models.PROTECT)
    level = models.CharField(max_length=4, choices=Level, default=Level.CITY)
    version = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64)
    at = models.DateTimeField()
    by_label = models.CharField(max_length=60)

    def __str__(self) -> str:
        return f"{self.level} v{self.version}"


class SubmissionWithdrawal(models.Model):
    """A submission taken back before the level above used it."""

    submission = models.OneToOneField(Submission, models.PROTECT, related_name="withdrawal")
    reason = models.CharField(max_length=60)
    at = models.DateTimeField()
    by_label = models.CharField(max_length=60)

    def __str__(self) -> str:
        return self.reason
