"""Number segments: which 8-digit registration numbers a site may issue, and which were voided (R4)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from baoming.organizations.models import Organization
from baoming.registrations.models.registration import Registration
from baoming.seasons.models import Season


class CountyCode(models.Model):
    """A further 4-digit code of a county whose own code's 9,999 numbers do not suffice; added by the province."""

    season = models.ForeignKey(Season, models.PROTECT)
    county = models.ForeignKey(Organization, models.PROTECT)
    code = models.CharField(max_length=4)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=60)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("season", "code", name="county_code_once_a_season")]

    def __str__(self) -> str:
        return self.code


class NumberSegment(models.Model):
    """Registration numbers `first`..`last` (8 digits: county code + serial), issued up to `next` - 1.

    No two segments of a season overlap: an exclusion constraint in the first migration (W8). What has been
    issued stays where it is: triggers in the seventh. Change under the county's advisory lock only.
    """

    season = models.ForeignKey(Season, models.PROTECT)
    site = models.ForeignKey(Organization, models.PROTECT)
    first = models.PositiveIntegerField()
    next = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    stopped_at = models.DateTimeField(null=True)  # 停发: nothing is issued until it is resumed
    # Numbers whose issue brings the site's use to 80 and 95 per cent: known beforehand, so that issuing only compares.
    alarm_80 = models.PositiveIntegerField(null=True)
    alarm_95 = models.PositiveIntegerField(null=True)
    day_began = models.DateTimeField(null=True)  # when the first number of the last issuing day was given
    day_first = models.PositiveIntegerField(null=True)  # and which one that was

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(first__lte=F("last")), name="segment_has_numbers"),
            models.CheckConstraint(condition=Q(next__lte=F("last") + 1), name="segment_not_overrun"),
            models.CheckConstraint(condition=Q(next__gte=F("first")), name="segment_starts_at_first"),
        ]

    def __str__(self) -> str:
        return f"{self.first:08d}-{self.last:08d}"

    @property
    def issued(self) -> int:
        return self.next - self.first

    @property
    def total(self) -> int:
        return self.last - self.first + 1

    @property
    def left(self) -> int:
        return self.last - self.next + 1


class VoidedNumber(models.Model):
    """A number that was issued and no longer counts. It is never issued again; the row is never changed."""

    season = models.ForeignKey(Season, models.PROTECT)
    number = models.PositiveIntegerField()
    segment = models.ForeignKey(NumberSegment, models.PROTECT)
    site = models.ForeignKey(Organization, models.PROTECT)  # whose segment it came from
    path = models.CharField(max_length=24, db_collation="C")  # of that site, for scope
    registration = models.ForeignKey(Registration, models.PROTECT)
    reason_sealed = models.TextField(default="", db_default="")
    at = models.DateTimeField()  # by the season's clock
    by_label = models.CharField(max_length=60)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("season", "number", name="voided_once_a_season")]
        indexes: ClassVar = [models.Index("season", "path", "number", name="voided_by_path")]

    def __str__(self) -> str:
        return f"{self.number:08d}"
