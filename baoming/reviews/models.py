"""Decisions of offices about a registration."""

from django.db import models

from baoming.registrations.models import Registration


class EligibilityReview(models.Model):
    """报考资格审核: passed, or returned with a structured reason (R5)."""

    registration = models.ForeignKey(Registration, models.PROTECT)
    passed = models.BooleanField()
    reason = models.CharField(max_length=30, default="")  # key of the season's list of reasons
    note = models.CharField(max_length=200, default="")
    at = models.DateTimeField()
    by_label = models.CharField(max_length=60)

    def __str__(self) -> str:
        return "passed" if self.passed else self.reason


class MoralAssessment(models.Model):
    """思想品德考核意见 (R21). Every one is kept as it was written and by whom; the newest counts."""

    registration = models.ForeignKey(Registration, models.PROTECT)
    qualified = models.BooleanField()
    text_sealed = models.TextField()
    at = models.DateTimeField()
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
