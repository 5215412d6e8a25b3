"""Pictures of papers that a candidate hands in, what the site found on the household booklet, and declarations."""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q

from baoming.registrations.models.registration import Registration


class Evidence(models.Model):
    """One picture of a paper (证件影像): decoded apart, drawn anew, sealed. A newer one takes the place of an older."""

    id = models.UUIDField(primary_key=True, default=uuid4)  # made here: the picture is sealed to it
    registration = models.ForeignKey(Registration, models.PROTECT)
    purpose = models.CharField(max_length=40)  # `household-first`, `draft-declaration-MARTYR`, `site-case-…`
    file = models.CharField(max_length=80)  # storage name of the sealed JPEG
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()  # by the season's clock
    consent = models.CharField(max_length=20)  # version of the consent that was ticked for it, at `at`
    current = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "registration", "purpose", condition=Q(current=True), name="one_current_picture_of_a_paper"
            ),
        ]

    def __str__(self) -> str:
        return f"evidence {self.pk}"


class HouseholdCheck(models.Model):
    """What a site found when it held the household booklet against the chosen address. Kept as it was found."""

    registration = models.ForeignKey(Registration, models.PROTECT)
    matched = models.BooleanField()
    reason = models.CharField(max_length=20, default="")  # code; why it goes back to the candidate
    version = models.PositiveIntegerField()  # of the form that it was held against
    pictures = models.JSONField()  # ids of those that were looked at; none: it was the booklet itself
    at = models.DateTimeField()  # by the season's clock
    by_label = models.CharField(max_length=60)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(matched=True, reason="") | Q(matched=False) & ~Q(reason=""),
                name="household_mismatch_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"household check {self.pk}"


class Declaration(models.Model):
    """What a candidate declares of bonus points and special plans, or that they declare nothing. Immutable."""

    registration = models.ForeignKey(Registration, models.PROTECT)
    number = models.PositiveSmallIntegerField()  # 1 is the first
    kinds = models.JSONField()  # codes in the season's order; empty: nothing is declared
    pictures = models.JSONField()  # code → id of the picture of its evidence
    consent = models.CharField(max_length=20, default="")  # version ticked; empty where no picture was handed in
    at = models.DateTimeField()  # by the season's clock
    newest = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("registration", "number", name="declaration_number"),
            models.UniqueConstraint("registration", condition=Q(newest=True), name="one_newest_declaration"),
        ]

    def __str__(self) -> str:
        return f"declaration {self.number}"
